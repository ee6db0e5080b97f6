import Foundation
import GRDB
import SyncCore
import SyncKit
import Testing

/// Numbers keep their kind and every bit, whatever the column's affinity and wherever the row's fields lie.
@Suite struct AffinityTests {
  private let field: TestField

  init() throws { field = try TestField() }

  private static let big = 9_007_199_254_740_993  // 2^53 + 1: no real is equal to it

  /// Each has a field of a stored row at the place of a REAL column, which is what misleads the hook.
  @Test(
    arguments: [
      "CREATE TABLE t(r REAL, n INTEGER, k TEXT, PRIMARY KEY(n, k)) WITHOUT ROWID",
      "CREATE TABLE t(r REAL, k TEXT, n, PRIMARY KEY(n, k)) WITHOUT ROWID",
      "CREATE TABLE t(r REAL, n NUMERIC PRIMARY KEY) WITHOUT ROWID",
      "CREATE TABLE t(k TEXT PRIMARY KEY NOT NULL, v TEXT AS (k) VIRTUAL, r REAL, n)",
      "CREATE TABLE t(v TEXT AS (k) VIRTUAL, k TEXT PRIMARY KEY NOT NULL, r REAL, n INTEGER)",
      "CREATE TABLE t(a ANY, r REAL, k TEXT PRIMARY KEY, b ANY) STRICT, WITHOUT ROWID",
    ])
  func aTableWhoseNumbersTheHookMisreadsIsRefused(sql: String) throws {
    let error = #expect(throws: SyncKitError.self) { try field.replica("a", tables: [.fixed("t")], schema: [sql]) }
    #expect(error?.code == .unsuitableTable)
    #expect(error?.details["reason"] == "column-order")
    #expect(error?.details["remedy"]?.isEmpty == false)
  }

  /// Integers and reals in every kind of column, in tables whose order is as the remedy says, and in others that mislead nobody.
  @Test(
    arguments: [
      "CREATE TABLE t(k TEXT PRIMARY KEY NOT NULL, r REAL, n, i INTEGER)",
      "CREATE TABLE t(i INTEGER, r REAL, n, k TEXT PRIMARY KEY NOT NULL)",
      "CREATE TABLE t(k TEXT, n, i INTEGER, r REAL, PRIMARY KEY(k)) WITHOUT ROWID",
      "CREATE TABLE t(r REAL, k TEXT, n, i NUMERIC, PRIMARY KEY(k)) WITHOUT ROWID",
      "CREATE TABLE t(k TEXT PRIMARY KEY NOT NULL, r REAL, n, i INTEGER, v TEXT AS (k) VIRTUAL)",
      "CREATE TABLE t(k TEXT PRIMARY KEY NOT NULL, n BLOB, r REAL, s TEXT AS (k) STORED, i INTEGER)",
      "CREATE TABLE t(k TEXT PRIMARY KEY NOT NULL, r REAL, n ANY, i INTEGER) STRICT",
    ])
  func numbersOfEveryKindSurviveEditsAndDeletion(sql: String) throws {
    let (a, b) = try field.pair(.fixed("t"), sql)
    let big = Self.big
    // A real that is whole is stored as an integer in a REAL column; it is a real all the same.
    try a.run("INSERT INTO t(k, r, n, i) VALUES('1', 5, \(big), \(big)), ('2', 5.5, 5, -\(big)), ('3', \(big), 5.0, 7)")
    let written = try a.bits("t")
    try expectAlike(a, b, "t")
    // Only what differs counts as written.
    try a.run("UPDATE t SET r = r, n = n, i = i; UPDATE t SET r = 6 WHERE k = '1'")
    #expect(try a.written(.text("1"), table: "t").last == ["r": .real(6)])
    #expect(try a.written(.text("2"), table: "t").count == 1)
    // Concurrent edits keep the value that was there before, as it was.
    try a.run("UPDATE t SET n = 1, i = 1, r = 1")
    try b.run("UPDATE t SET n = 2, i = 2, r = 2 WHERE k = '2'")
    try expectAlike(a, b, "t")
    #expect(try a.conflicts().count == 3)
    let (c, d) = (
      try field.replica("c", tables: [.fixed("t")], schema: [sql]), try field.replica("d", tables: [.fixed("t")], schema: [sql])
    )
    try c.run("INSERT INTO t(k, r, n, i) VALUES('1', 5, \(big), \(big)), ('2', 5.5, 5, -\(big)), ('3', \(big), 5.0, 7)")
    try expectAlike(c, d, "t")
    // A deleted row that somebody's edit brings back has its values as they were.
    try c.run("DELETE FROM t")
    try d.run("UPDATE t SET r = r + 2")
    try expectAlike(c, d, "t")
    #expect(try c.rows("SELECT count(*) FROM t") == ["3"])
    try d.run("UPDATE t SET r = r - 2")
    try expectAlike(c, d, "t")
    #expect(try c.bits("t") == written)
  }
}
