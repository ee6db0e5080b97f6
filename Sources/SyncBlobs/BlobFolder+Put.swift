import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files that are taken in at once.
extension BlobFolder {
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

  func finish(_ file: BlobFile, at place: String, as digest: [UInt8]) throws(BlobError) {
    try file.sync()
    try step(.synced)
    let target = path(of: digest)
    let folder = (target as NSString).deletingLastPathComponent
    try makeFolder(folder)
    // One after the other with whoever removes the one that is there.
    let alone = try BlobFile(folder, O_RDONLY)
    try alone.lock()
    defer { withExtendedLifetime(alone) {} }
    // Over one that is there already: that one may have been damaged.
    guard rename(place, target) == 0 else { throw BlobError(errno: errno, target) }
    try step(.renamed)
    try syncFolder(folder)
    try step(.folderSynced)
  }

  func step(_ step: Step) throws(BlobError) {
    do { try onStep(step) } catch { throw BlobError(.stopped, "\(step)") }
  }
}
