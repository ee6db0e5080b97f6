import Foundation
import GRDB

/// Why a relay should be sent no work.
public enum RelayObstacle: String, Sendable {
  /// The log cannot be read.
  case unreadable
  /// Nothing can be written to the log: its file or folder is read-only, or somebody has held it for longer than a writer waits.
  case unwritable
  /// The disk has less room than was asked for.
  case noRoom = "no-room"
}

extension Relay {
  /// What keeps the relay from taking what devices bring; nil when it can.
  ///
  /// It changes nothing: the transaction in which it tries to write is undone.
  /// - Parameter leastFreeBytes: how much room the disk has to have.
  public func obstacle(leastFreeBytes: Int64) -> RelayObstacle? {
    guard (try? token()) != nil else { return .unreadable }
    guard isWritable else { return .unwritable }
    if let free = freeBytes, free < leastFreeBytes { return .noRoom }
    return nil
  }

  private var isWritable: Bool {
    // What is undone never reaches the disk, so that a disk which the kernel has made read-only is asked for itself.
    guard access(pool.path, W_OK) == 0, access((pool.path as NSString).deletingLastPathComponent, W_OK) == 0 else { return false }
    do {
      try pool.writeInTransaction(.immediate) { db in
        try db.execute(sql: "UPDATE relay SET arrival = arrival")
        return .rollback
      }
      return true
    } catch {
      return false
    }
  }
}
