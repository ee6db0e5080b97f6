import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files by what they hold, in a folder: `ab/abcd…` for the file whose SHA-256 begins so.
///
/// A file comes to be there whole or not at all: it is written under another name in `incoming`, brought to the disk, looked through, and
/// renamed last. What a crash leaves is never taken for a file. Several processes may use one folder at once; it is for its owner alone.
public struct BlobFolder: Sendable {
  /// What is done, in this order, until a file stands under its digest.
  public enum Step: Sendable {
    case written, synced, renamed, folderSynced
  }

  public let path: String
  /// How its files are encrypted; nil where they lie in clear.
  let sealing: (any BlobSealing)?
  /// Told of each step, so that a test may end there.
  private let onStep: @Sendable (Step) throws -> Void

  /// Names a folder, which is made when it is first written to.
  /// - Parameter sealing: how its files are encrypted; nil where they lie in clear. Of a folder with it, files that were there in clear
  ///   before are read too (``sealAll()``).
  public init(_ path: String, sealing: (any BlobSealing)? = nil) { self.init(path, sealing: sealing) { _ in } }

  package init(_ path: String, sealing: (any BlobSealing)? = nil, onStep: @escaping @Sendable (Step) throws -> Void) {
    self.path = path
    self.sealing = sealing
    self.onStep = onStep
  }

  /// How many bytes are read at once.
  static let readBytes = 1 << 20
  private static let folderMode: mode_t = 0o700
  static let fileMode: mode_t = 0o600

  // MARK: Names

  /// Where the file of a digest stands, if it is here.
  public func path(of digest: [UInt8]) -> String {
    let name = Self.hex(digest)
    return "\(path)/\(name.prefix(2))/\(name)"
  }

  var incoming: String { path + "/incoming" }

  /// Where a file arrives. Its name is of digits and hyphens, as we make it, so that it leads nowhere else.
  func partialPath(_ name: String) -> String {
    precondition(!name.isEmpty && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D })
    return "\(incoming)/\(name)"
  }

  static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  // MARK: What is here

  /// The length of the file of a digest; nil when it is not here, or not one that can be read.
  public func size(of digest: [UInt8]) -> Int? {
    guard let bytes = bytesOnDisk(of: digest) else { return nil }
    return sealing == nil ? bytes : try? contents(path(of: digest)).size()
  }

  private func bytesOnDisk(of digest: [UInt8]) -> Int? {
    var status = stat()
    guard lstat(path(of: digest), &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// Whether the file of a digest is here and holds what its name says. Reads all of it.
  public func isIntact(_ digest: [UInt8]) throws(BlobError) -> Bool {
    guard bytesOnDisk(of: digest) != nil else { return false }
    do {
      return try contents(path(of: digest)).digest() == digest
    } catch {
      if error.code == .damaged { return false }
      throw error
    }
  }

  /// Some bytes of a file from a place on; none behind its end.
  public func read(_ digest: [UInt8], at offset: Int, upTo count: Int) throws(BlobError) -> [UInt8] {
    try contents(path(of: digest)).read(at: offset, upTo: count)
  }

  private func contents(_ place: String, _ flags: Int32 = O_RDONLY) throws(BlobError) -> BlobContents {
    try BlobContents(BlobFile(place, flags), sealing)
  }

  /// The digests of all files here.
  public func digests() -> [[UInt8]] {
    var found: [[UInt8]] = []
    for folder in ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() where folder.utf8.count == 2 {
      for name in ((try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)")) ?? []).sorted() {
        if let digest = Self.digest(named: name), name.hasPrefix(folder) { found.append(digest) }
      }
    }
    return found
  }

  private static func digest(named name: String) -> [UInt8]? {
    let digits = name.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count == 64 else { return nil }
    let bytes = stride(from: 0, to: 64, by: 2).compactMap { at in
      digits[at].flatMap { high in digits[at + 1].map { UInt8(high << 4 | $0) } }
    }
    return bytes.count == 32 && hex(bytes) == name ? bytes : nil
  }

  /// Removes the file of a digest, if it is here.
  public func remove(_ digest: [UInt8]) throws(BlobError) {
    if unlink(path(of: digest)) != 0, errno != ENOENT { throw BlobError(errno: errno, path(of: digest)) }
  }

  /// How much room the folder's disk has for this process, in bytes; nil where the system does not say.
  public var freeBytes: Int64? {
    var facts = statvfs()
    var place = path
    // Before its first file the folder is not there yet; what is above it is on the same disk.
    while statvfs(place, &facts) != 0 {
      let above = (place as NSString).deletingLastPathComponent
      if above == place || above.isEmpty { return nil }
      place = above
    }
    return Int64(clamping: UInt64(facts.f_bavail) * UInt64(facts.f_frsize))
  }

  // MARK: Taking in

  /// Takes a copy of a file.
  /// - Returns: its digest and its length.
  public func put(copyOf source: String, upTo limit: Int) throws(BlobError) -> (digest: [UInt8], bytes: Int) {
    let input = try BlobFile(source, O_RDONLY, followsLinks: true)
    guard try input.isRegular() else { throw BlobError(.notAFile, source) }
    return try put(copyOf: BlobContents(input, nil), upTo: limit, called: source)
  }

  private func put(
    copyOf source: BlobContents, upTo limit: Int, called name: String
  ) throws(BlobError) -> (digest: [UInt8], bytes: Int) {
    try put { (output) throws(BlobError) in
      try source.forEachPiece { (offset, piece) throws(BlobError) in
        guard offset + piece.count <= limit else { throw BlobError(.tooLarge, name) }
        try output.append(piece)
      }
    }
  }

  /// Takes bytes.
  public func put(_ bytes: [UInt8]) throws(BlobError) -> (digest: [UInt8], bytes: Int) {
    try put { (output) throws(BlobError) in try output.append(bytes) }
  }

  private func put(_ write: (BlobContents) throws(BlobError) -> Void) throws(BlobError) -> (digest: [UInt8], bytes: Int) {
    try makeFolder(incoming)
    let (file, place) = try BlobFile.temporary(in: incoming)
    do throws(BlobError) {
      let contents = try BlobContents(new: file, sealing)
      try write(contents)
      try step(.written)
      // What is read back is what stands there: its digest is that of the copy, not of what was meant to be copied.
      let digest = try contents.digest()
      let bytes = try contents.size()
      try finish(file, at: place, as: digest)
      return (digest, bytes)
    } catch {
      if error.code != .stopped { unlink(place) }
      throw error
    }
  }

  /// Lets a file of another folder stand here too, without copying it where both are on one disk, and neither encrypts.
  /// - Returns: whether it does: not where it is gone there, or damaged.
  public func adopt(_ digest: [UInt8], from other: BlobFolder) throws(BlobError) -> Bool {
    guard try other.isIntact(digest) else { return false }
    let target = path(of: digest)
    try makeFolder((target as NSString).deletingLastPathComponent)
    // Where something stands there already it is damaged: a copy takes its place.
    if sealing == nil, other.sealing == nil, link(other.path(of: digest), target) == 0 {
      try syncFolder((target as NSString).deletingLastPathComponent)
      return true
    }
    return try put(copyOf: other.contents(other.path(of: digest)), upTo: .max, called: target).digest == digest
  }

  private func finish(_ file: BlobFile, at place: String, as digest: [UInt8]) throws(BlobError) {
    try file.sync()
    try step(.synced)
    let target = path(of: digest)
    let folder = (target as NSString).deletingLastPathComponent
    try makeFolder(folder)
    // Over one that is there already: that one may have been damaged.
    guard rename(place, target) == 0 else { throw BlobError(errno: errno, target) }
    try step(.renamed)
    try syncFolder(folder)
    try step(.folderSynced)
  }

  private func step(_ step: Step) throws(BlobError) {
    do { try onStep(step) } catch { throw BlobError(.stopped, "\(step)") }
  }

  // MARK: What arrives by and by

  /// How much of a file has arrived and is durable; 0 for nothing.
  public func received(_ partial: String) throws(BlobError) -> Int {
    let place = partialPath(partial)
    guard access(place, F_OK) == 0 else { return 0 }
    let file = try growing(place)
    guard try hasBegun(file) else { return 0 }
    // What a crash has left at its end is cut off: so much is to be sent again.
    let contents = try BlobContents(file, sealing)
    try contents.mend()
    try file.sync()
    return try contents.size()
  }

  /// Opens what arrives, and holds it for one call: two who bring the same file take turns by what has arrived, and neither waits for the
  /// other's network. What began to arrive before the folder was to be encrypted goes on encrypted.
  private func growing(_ place: String, _ flags: Int32 = 0) throws(BlobError) -> BlobFile {
    let file = try BlobFile(place, O_RDWR | flags)
    try file.lock()
    guard sealing != nil, try hasBegun(file), try !BlobContents(file, sealing).isCurrent else { return file }
    try seal(file, at: place)
    return try growing(place)
  }

  /// Whether anything is there: an encrypted file has its beginning first.
  private func hasBegun(_ file: BlobFile) throws(BlobError) -> Bool {
    try file.size() >= (sealing == nil ? 1 : BlobLayout.beginningBytes)
  }

  /// Takes what follows the bytes that have arrived. It is not durable before ``received(_:)`` has told it.
  /// - Throws: ``BlobError`` with `otherOffset` where another number of bytes has arrived: somebody else went on meanwhile.
  public func append(_ piece: [UInt8], at offset: Int, to partial: String) throws(BlobError) {
    try makeFolder(incoming)
    let file = try growing(partialPath(partial), O_CREAT)
    let contents = try hasBegun(file) ? BlobContents(file, sealing) : BlobContents(new: file, sealing)
    guard try contents.size() == offset else { throw BlobError(.otherOffset, partial) }
    try contents.append(piece)
  }

  /// Gives what has arrived the name of its digest, if it has that.
  /// - Throws: ``BlobError`` with `wrongDigest`; what has arrived is then gone.
  public func complete(_ partial: String, as digest: [UInt8]) throws(BlobError) {
    let place = partialPath(partial)
    let file = try BlobFile(place, O_RDWR)
    try file.lock()
    guard try holds(file, digest) else {
      unlink(place)
      throw BlobError(.wrongDigest, partial)
    }
    try finish(file, at: place, as: digest)
  }

  /// A part of it that the disk has lost is as wrong as one that was never sent.
  private func holds(_ file: BlobFile, _ digest: [UInt8]) throws(BlobError) -> Bool {
    do {
      return try BlobContents(file, sealing).digest() == digest
    } catch {
      if error.code == .damaged { return false }
      throw error
    }
  }

  /// How what has arrived begins.
  public func head(of partial: String, upTo count: Int) throws(BlobError) -> [UInt8] {
    try contents(partialPath(partial)).read(at: 0, upTo: count)
  }

  /// Forgets what has arrived of a file.
  public func drop(_ partial: String) throws(BlobError) {
    if unlink(partialPath(partial)) != 0, errno != ENOENT { throw BlobError(errno: errno, partial) }
  }

  /// Removes what has arrived in part, and what a crash has left, where nothing was written to it since a time.
  /// - Parameter time: in seconds since 1970.
  /// - Returns: how many files that were.
  @discardableResult
  public func dropPartials(before time: Int64) throws(BlobError) -> Int {
    var count = 0
    for name in (try? FileManager.default.contentsOfDirectory(atPath: incoming)) ?? [] {
      var status = stat()
      let place = "\(incoming)/\(name)"
      guard lstat(place, &status) == 0, status.modified < time else { continue }
      if unlink(place) != 0, errno != ENOENT { throw BlobError(errno: errno, place) }
      count += 1
    }
    return count
  }

  // MARK: Folders

  func makeFolder(_ folder: String) throws(BlobError) {
    if mkdir(folder, Self.folderMode) == 0 { return try syncFolder((folder as NSString).deletingLastPathComponent) }
    if errno == EEXIST { return }
    guard errno == ENOENT, folder != path else { throw BlobError(errno: errno, folder) }
    try makeFolder((folder as NSString).deletingLastPathComponent)
    try makeFolder(folder)
  }

  func syncFolder(_ folder: String) throws(BlobError) {
    try BlobFile(folder, O_RDONLY).sync()
  }
}

extension stat {
  /// When it was last written to, in seconds since 1970.
  fileprivate var modified: Int64 {
    #if canImport(Darwin)
      Int64(st_mtimespec.tv_sec)
    #else
      Int64(st_mtim.tv_sec)
    #endif
  }
}
