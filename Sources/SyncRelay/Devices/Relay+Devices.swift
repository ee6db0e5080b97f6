import Foundation
import GRDB
import SyncCore

extension Relay {
  /// The device that a token belongs to, or nil. Asked anew at every request, so that a revocation counts at the next one.
  public func authenticate(_ token: String) throws -> Principal? {
    guard DeviceToken.isWellFormed(token) else { return nil }
    // Found by its digest: how long the index takes says nothing about the token.
    let hash = codec.digest(Array(token.utf8))
    let now = clock()
    let found = try pool.read { db in
      try Row.fetchOne(
        db,
        sql: """
          SELECT device.id, device.token_hash, device.seen_ms, user.name, user.display, user.role
          FROM device JOIN user ON user.name = device.user WHERE device.token_hash = ? AND device.revoked_ms IS NULL
          """, arguments: [Data(hash)])
    }
    guard let found, DeviceToken.areEqual(found.bytes("token_hash"), hash), let device = DeviceID(bytes: found.bytes("id")) else {
      return nil
    }
    let seen: Int64 = found["seen_ms"]
    if now - seen >= RelayLimits.lastSeenMilliseconds || now < seen {
      try pool.write { db in
        try db.execute(sql: "UPDATE device SET seen_ms = ? WHERE id = ?", arguments: [now, Data(device.bytes)])
      }
    }
    return Principal(user: found["name"], name: found["display"], role: found["role"], device: device)
  }

  /// All devices that ever enrolled, the last seen first.
  public func devices() throws -> [Device] {
    try pool.read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM device ORDER BY seen_ms DESC, id").map { row in
        guard let id = DeviceID(bytes: row.bytes("id")) else { throw RelayError(.damaged, "device") }
        return Device(
          id: id, user: row["user"], label: row["label"], enrolled: row["enrolled_ms"], lastSeen: row["seen_ms"],
          revoked: row["revoked_ms"], key: (row["key"] as Data?).map { Array($0) })
      }
    }
  }

  /// What people call the users, by the users' names.
  public func userNames() throws -> [String: String] {
    try pool.read { db in
      let rows = try Row.fetchAll(db, sql: "SELECT name, display FROM user")
      return Dictionary(uniqueKeysWithValues: rows.map { ($0["name"], $0["display"]) })
    }
  }

  /// Ends a device's part at its very next request. Its user's other devices are not touched.
  /// - Throws: ``RelayError`` with `deviceUnknown`.
  public func revoke(device: DeviceID) throws {
    let now = clock()
    try pool.write { db in
      let user = try String.fetchOne(db, sql: "SELECT user FROM device WHERE id = ?", arguments: [Data(device.bytes)])
      guard let user else { throw RelayError(.deviceUnknown, device.description) }
      try db.execute(
        sql: "UPDATE device SET token_hash = NULL, revoked_ms = coalesce(revoked_ms, ?) WHERE id = ?",
        arguments: [now, Data(device.bytes)])
      try Audit.record(.revoked, at: now, device: device.bytes, user: user, detail: "", in: db)
    }
  }

  /// Fails when the principal's device was revoked, or given to another user, after it was authenticated.
  static func requireCurrent(_ principal: Principal, in db: Database) throws {
    guard let device = principal.device else { return }
    let statement = try db.cachedStatement(sql: "SELECT 1 FROM device WHERE id = ? AND user = ? AND revoked_ms IS NULL")
    guard try Int.fetchOne(statement, arguments: [Data(device.bytes), principal.user]) != nil else {
      throw RelayError(.revoked, device.description)
    }
  }
}
