import Foundation

/// One line of the relay's audit, which can only be added to.
public struct AuditEntry: Hashable, Sendable {
  /// What happened: `code-created`, `enrolled`, `denied`, `revoked`, `granted`, `withdrawn`, `fork`, `set-back`, `new-life`, `compacted`, `collected`,
  /// `rejected`,
  /// `backed-up`, `restored`,
  /// `moved-here`, `role-changed`, `key-changed`.
  public let event: String
  /// Milliseconds since 1970.
  public let at: Int64
  /// The device that it happened to, if any.
  public let device: DeviceID?
  /// The user that it happened to, if known.
  public let user: String?
  /// What else there is to say: a code, a label, a scope, a changeset.
  public let detail: String
}

extension Relay {
  /// The audit's latest entries, the newest first.
  public func audit(limit: Int) throws -> [AuditEntry] {
    try store.read { db in
      try db.rows("SELECT event, at_ms, device, account, detail FROM audit ORDER BY id DESC LIMIT ?", [limit]).map { row in
        AuditEntry(
          event: try row["event"], at: try row["at_ms"], device: DeviceID(bytes: try row.bytes("device")), user: try row["account"],
          detail: try row["detail"])
      }
    }
  }
}

/// Writes the audit.
enum Audit {
  enum Event: String {
    case codeCreated = "code-created"
    case enrolled
    case denied
    case revoked
    case granted
    case withdrawn
    case fork
    /// The relay's file was found to be older than what the relay had told.
    case setBack = "set-back"
    /// A device has begun to write under another incarnation: it was copied, or restored from a backup.
    case newLife = "new-life"
    /// Changesets that have no effect any more were left out of the log.
    case compacted
    /// Files that no record had named for long were let go of.
    case collected
    /// A changeset has no effect any more, by the office's decision.
    case rejected
    /// The log was copied into a file.
    case backedUp = "backed-up"
    /// A copy was put in the log's place.
    case restored
    /// The log came here from the file in which it stood.
    case movedHere = "moved-here"
    /// A user's devices got certificates of another role.
    case roleChanged = "role-changed"
    /// A device took another key.
    case keyChanged = "key-changed"
  }

  static func record(_ event: Event, at now: Int64, device: [UInt8]?, user: String?, detail: String, in db: any StoreTransaction) throws {
    try db.execute(
      "INSERT INTO audit(event, at_ms, device, account, detail) VALUES (?, ?, ?, ?, ?)",
      [event.rawValue, now, device, user, detail])
  }

  /// Records what a device repeats at every exchange until somebody acts, once.
  static func recordOnce(_ event: Event, at now: Int64, principal: Principal, detail: String, in db: any StoreTransaction) throws {
    let isKnown = try db.exists(
      "SELECT 1 FROM audit WHERE event = ? AND detail = ? AND device = ? LIMIT 1", [event.rawValue, detail, principal.deviceBytes])
    if !isKnown {
      try record(event, at: now, device: principal.deviceBytes, user: principal.user, detail: detail, in: db)
    }
  }
}
