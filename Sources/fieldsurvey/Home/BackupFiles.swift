import Foundation
import SyncBlobs
import SyncKit
import SyncRelay

/// The attached files beside the backups, each once for all of them, named by what it holds: the log says which belong to it.
struct BackupFiles {
  private let folder: BlobFolder

  /// - Parameters:
  ///   - backup: a backup, beside which they lie.
  ///   - key: by what they are encrypted; nil where they lie in clear.
  init(beside backup: URL, _ key: StorageKey?) {
    let name = key == nil ? "relay-files-clear" : "relay-files"
    folder = BlobFolder(
      backup.deletingLastPathComponent().appendingPathComponent(name).path, sealing: key.map { AttachmentSeal($0) })
  }

  /// Copies what is not there yet.
  /// - Returns: how many files were copied, and how many the relay should have and has not.
  func take(from relay: Relay) throws -> (copied: Int, missing: Int) {
    try carry(try relay.heldFiles(), from: relay.blobs, to: folder)
  }

  /// Puts back what the relay should have and has not; each is read through before it counts.
  func giveBack(to relay: Relay) throws -> (copied: Int, missing: Int) {
    try carry(try relay.heldFiles(), from: folder, to: relay.blobs)
  }

  /// Removes files that no backup beside them can name: the relay let go of them before the oldest of the backups was made.
  /// - Returns: how many those were.
  func prune(_ relay: Relay, oldestBackup: Int64) throws -> Int {
    let released = try relay.releasedFiles()
    let held = Set(try relay.heldFiles().map(\.digest))
    return try folder.digests().count { digest in
      guard !held.contains(digest), let at = released[digest], at < oldestBackup else { return false }
      try folder.remove(digest)
      return true
    }
  }

  private func carry(
    _ files: [(digest: [UInt8], bytes: Int)], from: BlobFolder, to: BlobFolder
  ) throws -> (copied: Int, missing: Int) {
    let wanted = files.filter { to.size(of: $0.digest) != $0.bytes }
    let copied = try wanted.count { try from.size(of: $0.digest) == $0.bytes && isCarried($0.digest, from: from, to: to) }
    return (copied, wanted.count - copied)
  }

  /// - Returns: false for a file that cannot be read there.
  private func isCarried(_ digest: [UInt8], from: BlobFolder, to: BlobFolder) throws -> Bool {
    do { return try to.adopt(digest, from: from) } catch {
      if error.code == .wrongKey || error.code == .damaged { return false }
      throw error
    }
  }
}
