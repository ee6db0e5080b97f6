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
    guard store.isWritable else { return .unwritable }
    if let free = store.freeBytes, free < leastFreeBytes { return .noRoom }
    return nil
  }
}
