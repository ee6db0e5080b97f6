import Foundation
import GRDB
import SyncCore

/// What brings a file of an earlier version to this one.
extension RelayFile {
  static func upgrade(_ db: Database, from version: Int32, key: [UInt8], _ codec: Codec) throws {
    let steps = [
      { try upgradeFromFirst(db, key: key, codec) }, { try upgradeFromSecond(db) }, { try upgradeFromThird(db) },
      { try upgradeFromFourth(db) }, { try upgradeFromFifth(db) },
      { try db.execute(sql: blob) }, { try db.execute(sql: statement) }, { try db.execute(sql: pack + withdrawal) },
      { try db.execute(sql: collection) },
    ]
    for step in steps[(Int(version) - 1)...] { try step() }
    try db.execute(sql: "PRAGMA user_version = \(formatVersion)")
  }

  /// Gives every changeset its lineage, which the first version of the tables did not have.
  private static func upgradeFromFirst(_ db: Database, key: [UInt8], _ codec: Codec) throws {
    try db.execute(sql: "ALTER TABLE relay ADD COLUMN token_key BLOB NOT NULL DEFAULT x''")
    try db.execute(sql: "ALTER TABLE changeset ADD COLUMN lineage BLOB NOT NULL DEFAULT x''")
    try db.execute(sql: "UPDATE relay SET token_key = ?", arguments: [Data(key)])
    var lineage = RelayToken.noLineage
    for arrival in try Int64.fetchAll(db, sql: "SELECT arrival FROM changeset ORDER BY arrival") {
      guard let row = try Row.fetchOne(db, sql: "SELECT hash FROM changeset WHERE arrival = ?", arguments: [arrival]) else { continue }
      lineage = RelayToken.lineage(after: lineage, hash: Array(row["hash"] as Data), codec: codec)
      try db.execute(sql: "UPDATE changeset SET lineage = ? WHERE arrival = ?", arguments: [Data(lineage), arrival])
    }
  }

  /// Lets changesets be left out, and devices be asked what they have acknowledged.
  private static func upgradeFromSecond(_ db: Database) throws {
    try db.execute(sql: "ALTER TABLE relay ADD COLUMN omitted INTEGER NOT NULL DEFAULT 0")
    try db.execute(sql: "ALTER TABLE relay ADD COLUMN omitted_lineage BLOB NOT NULL DEFAULT x''")
    try db.execute(sql: "ALTER TABLE device ADD COLUMN acknowledged INTEGER NOT NULL DEFAULT 0")
    try db.execute(sql: omission)
  }

  /// Lets changesets be rejected, remembers what was refused, and lets what has been left out be told from what else bears its name.
  private static func upgradeFromThird(_ db: Database) throws {
    // As that version had it: a later step renames the column.
    try db.execute(sql: rejection.replacing("account TEXT", with: "user TEXT"))
    try db.execute(sql: omitted)
  }

  /// Keeps certificates, and devices' keys.
  private static func upgradeFromFourth(_ db: Database) throws {
    try db.execute(sql: certificate)
    try db.execute(sql: "ALTER TABLE changeset ADD COLUMN certificate BLOB REFERENCES certificate(hash)")
    try db.execute(sql: "ALTER TABLE staged DROP COLUMN signature")
    try db.execute(sql: "ALTER TABLE device ADD COLUMN key BLOB")
  }

  /// Names no column and no table by a word that other databases keep for themselves: there `user` is who asks.
  private static func upgradeFromFifth(_ db: Database) throws {
    try db.execute(sql: "ALTER TABLE user RENAME TO account")
    for table in ["access", "device", "code", "refused", "audit"] {
      try db.execute(sql: "ALTER TABLE \(table) RENAME COLUMN user TO account")
    }
  }
}
