import Foundation
import SyncCore

extension Relay {
  /// The device that a token belongs to, or nil. Asked anew at every request, so that a revocation counts at the next one.
  public func authenticate(_ token: String) throws -> Principal? {
    guard DeviceToken.isWellFormed(token) else { return nil }
    // Found by its digest: how long the index takes says nothing about the token.
    let hash = codec.digest(Array(token.utf8))
    let now = clock()
    let found = try store.read { db in
      try db.row(
        """
        SELECT device.id, device.token_hash, device.seen_ms, account.name, account.display, account.role
        FROM device JOIN account ON account.name = device.account WHERE device.token_hash = ? AND device.revoked_ms IS NULL
        """, [hash])
    }
    guard let found, DeviceToken.areEqual(try found.bytes("token_hash"), hash), let device = DeviceID(bytes: try found.bytes("id")) else {
      return nil
    }
    let seen: Int64 = try found["seen_ms"]
    if now - seen >= RelayLimits.lastSeenMilliseconds || now < seen {
      try store.write { db in
        try db.execute("UPDATE device SET seen_ms = ? WHERE id = ?", [now, device.bytes])
      }
    }
    return Principal(user: try found["name"], name: try found["display"], role: try found["role"], device: device)
  }

  /// All devices that ever enrolled, the last seen first.
  public func devices() throws -> [Device] {
    try store.read { db in
      try db.rows(
        "SELECT id, account, label, enrolled_ms, seen_ms, revoked_ms, key FROM device ORDER BY seen_ms DESC, id"
      ).map { row in
        guard let id = DeviceID(bytes: try row.bytes("id")) else { throw RelayError(.damaged, "device") }
        return Device(
          id: id, user: try row["account"], label: try row["label"], enrolled: try row["enrolled_ms"], lastSeen: try row["seen_ms"],
          revoked: try row["revoked_ms"], key: try row["key"])
      }
    }
  }

  /// What people call the users, by the users' names.
  public func userNames() throws -> [String: String] {
    try store.read { db in
      let rows = try db.rows("SELECT name, display FROM account")
      return Dictionary(uniqueKeysWithValues: try rows.map { (try $0["name"], try $0["display"]) })
    }
  }

  /// Ends a device's part at its very next request: what it wrote and the relay has by then counts, and nothing else that anybody brings. Its
  /// user's other devices are not touched.
  /// - Throws: ``RelayError`` with `deviceUnknown`.
  public func revoke(device: DeviceID) throws {
    let now = clock()
    try store.write { db in
      let user: String? = try db.value("SELECT account FROM device WHERE id = ?", [device.bytes])
      guard let user else { throw RelayError(.deviceUnknown, device.description) }
      try db.execute(
        "UPDATE device SET token_hash = NULL, revoked_ms = coalesce(revoked_ms, ?) WHERE id = ?",
        [now, device.bytes])
      try StatementLog(db: db, issuer: issuer).revoke(device)
      try Audit.record(.revoked, at: now, device: device.bytes, user: user, detail: "", in: db)
    }
  }

  /// Fails when the principal's device was revoked, or given to another user, after it was authenticated.
  static func requireCurrent(_ principal: Principal, in db: any StoreTransaction) throws {
    guard let device = principal.device else { return }
    let isCurrent = try db.exists(
      "SELECT 1 FROM device WHERE id = ? AND account = ? AND revoked_ms IS NULL", [device.bytes, principal.user])
    guard isCurrent else {
      throw RelayError(.revoked, device.description)
    }
  }
}
