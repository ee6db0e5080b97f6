import GRDB

extension Replica {
  /// Ends a changeset within a write: what was written so far is one of its own, and what follows goes into another, in the same transaction.
  ///
  /// A changeset that makes a row stays in the log for as long as the row is known. What may have to be erased one day is therefore written
  /// after the row was made, in a changeset that ``compact(_:acknowledged:held:)`` can leave out once it has been written over
  /// (docs/decisions/0016). Elsewhere the two are applied one after the other.
  ///
  /// Called within ``write(reading:note:_:)``.
  public func endChangeset() throws {
    try engine.flush()
    for at in engine.dirty.indices { engine.dirty[at].removeAll() }
  }

  /// Makes the file anew of what it holds, and empties the write-ahead log: what was deleted, or written over, can be read from neither any more.
  ///
  /// Waits for readers in other processes.
  public func scrub() throws {
    do {
      try pool.vacuum()
      _ = try pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
    } catch {
      throw Self.translate(error, path: path)
    }
  }
}
