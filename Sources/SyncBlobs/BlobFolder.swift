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
    /// An old file is about to be removed.
    case judged
  }

  public let path: String
  /// How its files are encrypted; nil where they lie in clear.
  let sealing: (any BlobSealing)?
  /// Told of each step, so that a test may end there.
  let onStep: @Sendable (Step) throws -> Void

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

  func contents(_ place: String, _ flags: Int32 = O_RDONLY) throws(BlobError) -> BlobContents {
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

  /// Removes the file of a digest if it was not written since a time, however old what it holds is: who puts a file here that is here already
  /// writes it anew, and is about to name it.
  /// - Parameters:
  ///   - time: in seconds since 1970.
  ///   - dryRun: whether only to tell.
  /// - Returns: whether it is removed.
  public func remove(_ digest: [UInt8], ifWrittenBefore time: Int64, dryRun: Bool = false) throws(BlobError) -> Bool {
    let place = path(of: digest)
    // Nobody puts it here between the look and the removal.
    let folder = try BlobFile((place as NSString).deletingLastPathComponent, O_RDONLY)
    try folder.lock()
    defer { withExtendedLifetime(folder) {} }
    var status = stat()
    guard lstat(place, &status) == 0, status.modified < time else { return false }
    try step(.judged)
    if !dryRun { try remove(digest) }
    return true
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
