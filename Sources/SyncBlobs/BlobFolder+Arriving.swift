import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files that arrive by and by.
extension BlobFolder {
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
}

extension stat {
  /// When it was last written to, in seconds since 1970.
  var modified: Int64 {
    #if canImport(Darwin)
      Int64(st_mtimespec.tv_sec)
    #else
      Int64(st_mtim.tv_sec)
    #endif
  }
}
