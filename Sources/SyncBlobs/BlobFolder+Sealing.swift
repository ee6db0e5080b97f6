import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files that lay in clear before their folder was to be encrypted, or under another key, and files that leave it.
extension BlobFolder {
  /// How many files lie in clear or under a former key, those that are arriving included.
  public func unsealed() throws(BlobError) -> Int {
    var count = 0
    for place in places() where try !isCurrent(place) { count += 1 }
    return count
  }

  /// Encrypts what lies in clear here, or under a former key, one file after the other, each whole or not at all; then writes over what was there. Interrupted, it
  /// goes on where it is called again. What a crash has left of a file that was being put is removed.
  /// - Returns: how many files that were.
  @discardableResult
  public func sealAll() throws(BlobError) -> Int {
    var count = 0
    for place in places() {
      if (place as NSString).lastPathComponent.hasPrefix(BlobFile.temporaryPrefix) {
        if try !isCurrent(place) { try removeUnfinished(place) }
      } else if try sealIfNeeded(place) {
        count += 1
      }
    }
    return count
  }

  private func places() -> [String] {
    let arriving = ((try? FileManager.default.contentsOfDirectory(atPath: incoming)) ?? []).sorted()
    return digests().map(path(of:)) + arriving.map { "\(incoming)/\($0)" }
  }

  private func isCurrent(_ place: String) throws(BlobError) -> Bool {
    try BlobContents(BlobFile(place, O_RDONLY), sealing).isCurrent
  }

  /// - Returns: whether it did not lie as it should.
  private func sealIfNeeded(_ place: String) throws(BlobError) -> Bool {
    let file = try BlobFile(place, O_RDWR)
    try file.lock()
    if try BlobContents(file, sealing).isCurrent { return false }
    try seal(file, at: place)
    return true
  }

  /// Puts an encrypted file in the place of one that is not as it should be, and which is locked.
  func seal(_ former: BlobFile, at place: String) throws(BlobError) {
    let source = try BlobContents(former, sealing)
    try makeFolder(incoming)
    let (file, sealed) = try BlobFile.temporary(in: incoming)
    do throws(BlobError) {
      let copy = try BlobContents(new: file, sealing)
      try source.forEachPiece { (_, piece) throws(BlobError) in try copy.append(piece) }
      try file.sync()
      // Only what can be read from the copy may take the place of what was.
      guard try copy.digest() == source.digest() else { throw BlobError(.damaged, sealed) }
      guard rename(sealed, place) == 0 else { throw BlobError(errno: errno, place) }
    } catch {
      unlink(sealed)
      throw error
    }
    try syncFolder((place as NSString).deletingLastPathComponent)
    try former.wipe()
  }

  private func removeUnfinished(_ place: String) throws(BlobError) {
    let former = try BlobFile(place, O_RDWR)
    guard unlink(place) == 0 else { throw BlobError(errno: errno, place) }
    try former.wipe()
  }

  /// Writes a file to a place outside the folder, in clear, after its digest was computed from what was written. Nothing stands there before.
  /// - Throws: ``BlobError`` with `wrongDigest` or `damaged` for a file that is not what its name says.
  public func copy(_ digest: [UInt8], to target: String) throws(BlobError) {
    let source = try BlobContents(BlobFile(path(of: digest), O_RDONLY), sealing)
    let (file, unfinished) = try BlobFile.temporary(in: (target as NSString).deletingLastPathComponent)
    do throws(BlobError) {
      let copy = try BlobContents(new: file, nil)
      try source.forEachPiece { (_, piece) throws(BlobError) in try copy.append(piece) }
      guard try copy.digest() == digest else { throw BlobError(.wrongDigest, path(of: digest)) }
      try file.sync()
      guard rename(unfinished, target) == 0 else { throw BlobError(errno: errno, target) }
    } catch {
      unlink(unfinished)
      throw error
    }
  }
}
