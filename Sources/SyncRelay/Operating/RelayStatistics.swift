/// What the log holds and who uses it, in numbers: nothing in it names a case, a person or a device.
public struct RelayStatistics: Hashable, Sendable {
  /// The relay's identity.
  public let epoch: [UInt8]
  public let scopes: Int
  /// The changesets that are held whole.
  public let changesets: Int
  /// The changesets of which some parts are missing still.
  public let staged: Int
  /// The changesets that were left out because they have no effect any more.
  public let omitted: Int
  /// The changesets that count as applied without effect.
  public let rejected: Int
  /// The chains whose latest changeset was refused and not taken since.
  public let refused: Int
  /// The attached files that are held, and their bytes.
  public let files: Int
  public let fileBytes: Int64
  /// Those of them that no record named when files were last collected, and all that were ever let go of.
  public let filesUnnamed: Int
  public let filesReleased: Int
  public let users: Int
  /// The devices that may exchange.
  public let activeDevices: Int
  public let revokedDevices: Int
  /// How large the log is with what has not been written into its file yet, in bytes.
  public let bytes: Int64
  /// How much room the disk has for this process, in bytes; nil where the system does not say.
  public let freeBytes: Int64?
  /// When the oldest changeset that is here was received, in milliseconds since 1970; nil for an empty log.
  public let oldest: Int64?
  /// When the latest was received.
  public let newest: Int64?
  /// When the log was last backed up; nil for never.
  public let backedUp: Int64?
}

extension Relay {
  /// Counts what the log holds. It reads indices, not bodies, but for what waits in the disk's log.
  public func statistics() throws -> RelayStatistics {
    let refused = try self.refused().count
    let bytes = try store.size()
    return try store.read { db in
      func count(_ sql: String) throws -> Int { try db.value("SELECT \(sql)") ?? 0 }
      func time(_ sql: String) throws -> Int64? { try db.value("SELECT \(sql)") }
      return RelayStatistics(
        epoch: try Self.epoch(db), scopes: try count("count(*) FROM scope"), changesets: try count("count(*) FROM changeset"),
        staged: try count("count(*) FROM staged"), omitted: try count("CAST(coalesce(sum(last - first + 1), 0) AS BIGINT) FROM omission"),
        rejected: try count("count(*) FROM rejection"), refused: refused,
        files: try count("count(*) FROM blob WHERE lost_ms IS NULL"),
        fileBytes: try time("CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM blob WHERE lost_ms IS NULL") ?? 0,
        filesUnnamed: try count("count(*) FROM blob_unnamed"), filesReleased: try count("count(*) FROM blob_released"),
        users: try count("count(*) FROM account"),
        activeDevices: try count("count(*) FROM device WHERE revoked_ms IS NULL"),
        revokedDevices: try count("count(*) FROM device WHERE revoked_ms IS NOT NULL"), bytes: bytes, freeBytes: store.freeBytes,
        oldest: try time("received_ms FROM changeset ORDER BY arrival LIMIT 1"),
        newest: try time("received_ms FROM changeset ORDER BY arrival DESC LIMIT 1"),
        backedUp: try time("max(at_ms) FROM audit WHERE event = '\(Audit.Event.backedUp.rawValue)'"))
    }
  }
}
