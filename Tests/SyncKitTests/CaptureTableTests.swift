import CSQLite
import Foundation
import GRDB
import SyncCore
import SyncKit
import Testing

/// Every kind of table is captured and merged alike.
@Suite struct CaptureTableTests {
  private let field: TestField

  init() throws { field = try TestField() }

  /// Writes a table in every way, with concurrent edits, and compares.
  private func exercise(_ sql: String, insert: [String], edits: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
    let (a, b) = try field.pair(.fixed("t"), sql)
    for statement in insert { try a.run(statement) }
    try expectAlike(a, b, "t", sourceLocation: sourceLocation)
    for (at, statement) in edits.enumerated() { try (at % 2 == 0 ? a : b).run(statement) }
    try expectAlike(a, b, "t", sourceLocation: sourceLocation)
    for statement in edits { try? b.run(statement) }
    try b.run("DELETE FROM t")
    try expectAlike(a, b, "t", sourceLocation: sourceLocation)
    for statement in insert { try a.run(statement) }
    try expectAlike(a, b, "t", sourceLocation: sourceLocation)
  }

  @Test func tablesWithoutRowids() throws {
    try exercise(
      "CREATE TABLE t(x REAL, k TEXT, n INTEGER, PRIMARY KEY(k)) WITHOUT ROWID",
      insert: ["INSERT INTO t VALUES(3, 'a', 4), (5, 'b', 6)", "INSERT OR REPLACE INTO t VALUES(7, 'a', 8)"],
      edits: ["UPDATE t SET x = 8, n = 1", "UPDATE t SET x = 9.5, n = 2", "UPDATE t SET k = k || 'x'", "UPDATE t SET n = 12"])
  }

  @Test func anotherProcessMayHaveWrittenBeforeTheNextTransaction() throws {
    let sql = ["CREATE TABLE t(k TEXT, n INTEGER, PRIMARY KEY(k)) WITHOUT ROWID"]
    let (first, second) = (
      try field.replica("a", tables: [.fixed("t")], schema: sql), try field.replica("a", tables: [.fixed("t")], schema: sql)
    )
    try first.run("INSERT INTO t VALUES('k', 0)")
    for turn in 1...3 {
      try first.run("UPDATE t SET n = n + 1")
      try second.run("UPDATE t SET n = n + 1")
      #expect(try first.rows("SELECT n FROM t") == ["\(2 * turn)"])
    }
  }

  @Test func compositeKeysInAnyOrder() throws {
    try exercise(
      "CREATE TABLE t(v TEXT, k2 INTEGER NOT NULL, w REAL, k1 TEXT NOT NULL, PRIMARY KEY(k1, k2))",
      insert: ["INSERT INTO t VALUES('v', 1, 2, 'k'), ('v', 2, 3, 'k'), ('v', 1, 4, 'l')"],
      edits: ["UPDATE t SET w = 5", "UPDATE t SET w = 6, v = 'b'", "UPDATE t SET k2 = k2 + 10 WHERE k1 = 'l'"])
  }

  @Test func compositeKeysWithoutRowids() throws {
    let (a, b) = try field.pair(
      .fixed("t"), "CREATE TABLE t(v TEXT, k2 INTEGER NOT NULL, w REAL, k1 TEXT NOT NULL, PRIMARY KEY(k1, k2)) WITHOUT ROWID")
    try a.run("INSERT INTO t VALUES('v', 1, 2, 'k'), ('v', 2, 3, 'k'), ('v', 1, 4, 'l')")
    try expectAlike(a, b, "t")
    try a.run("UPDATE t SET w = 5")
    try b.run("UPDATE t SET w = 6, v = 'b'")
    try expectAlike(a, b, "t")
    #expect(try a.conflicts().count == 3)
  }

  @Test func keysOfEveryType() throws {
    try exercise(
      "CREATE TABLE t(k ANY NOT NULL PRIMARY KEY, v ANY) STRICT",
      insert: [
        "INSERT INTO t VALUES(0, 1), (-1, 2), (9223372036854775807, 3), (-9223372036854775808, 4), (x'', 5), (x'00ff', 6)",
        "INSERT INTO t VALUES('', 7), ('0', 8), (1.5, 9), (-1e308, 10)",
        "INSERT INTO t VALUES('2b1b1d1c-0000-7000-8000-000000000000', 11), ('2B1B1D1C-0000-7000-8000-000000000000', 12)",
        "INSERT INTO t VALUES(127, 1), (128, 1), (-128, 1), (-129, 1), (255, 1), (32767, 1), (32768, 1), (-32769, 1)",
      ], edits: ["UPDATE t SET v = v + 1", "UPDATE t SET v = 'b'"])
  }

  @Test func integerKeysWithoutRowids() throws {
    try exercise(
      "CREATE TABLE t(k INTEGER PRIMARY KEY, v TEXT) WITHOUT ROWID", insert: ["INSERT INTO t VALUES(1, 'a'), (2, 'b')"],
      edits: ["UPDATE t SET v = 'x'", "UPDATE t SET v = 'y'", "UPDATE t SET k = k + 5"])
  }

  @Test func tablesOfAKeyAlone() throws {
    try exercise(
      "CREATE TABLE t(k TEXT NOT NULL PRIMARY KEY)", insert: ["INSERT INTO t VALUES('a'), ('b')"],
      edits: ["UPDATE t SET k = 'c' WHERE k = 'a'"])
  }

  @Test func generatedColumnsAreNotWritten() throws {
    try exercise(
      """
      CREATE TABLE t(v1 TEXT AS (n || '!') VIRTUAL, s1 INTEGER AS (n * 2) STORED, k TEXT NOT NULL PRIMARY KEY, n INTEGER, \
      v2 INTEGER AS (n + 1), r REAL, s2 TEXT AS (k || r) STORED, w REAL)
      """,
      insert: ["INSERT INTO t(k, n, r, w) VALUES('a', 1, 2, 3), ('b', 4, 5, 6)"],
      edits: ["UPDATE t SET r = 7, w = 8", "UPDATE t SET r = 9", "UPDATE t SET n = 10", "UPDATE t SET w = 11, n = 12"])
  }

  @Test func generatedColumnsInTablesWithoutRowids() throws {
    try exercise(
      """
      CREATE TABLE t(v1 TEXT AS (n || '!') VIRTUAL, s1 INTEGER AS (n * 2) STORED, n INTEGER, v2 INTEGER AS (n + 1), r REAL, \
      k TEXT NOT NULL, w REAL, PRIMARY KEY(k)) WITHOUT ROWID
      """,
      insert: ["INSERT INTO t(k, n, r, w) VALUES('a', 1, 2, 3), ('b', 4, 5, 6)"],
      edits: ["UPDATE t SET r = 7, w = 8", "UPDATE t SET r = 9", "UPDATE t SET n = 10", "UPDATE t SET w = 11, n = 12"])
  }

  @Test func namesThatNeedQuotes() throws {
    let (a, b) = try field.pair(
      SyncedTable("ta ble 表", scope: .fixed(TestField.scope)),
      "CREATE TABLE \"ta ble 表\"(\"key\" TEXT NOT NULL PRIMARY KEY, \"order\" TEXT, \"c\"\"x\" TEXT, '列' TEXT)")
    try a.run("INSERT INTO \"ta ble 表\" VALUES('k', 'o', 'c', '值')")
    try a.exchange(with: b)
    try a.run("UPDATE \"ta ble 表\" SET \"order\" = 'a'")
    try b.run("UPDATE \"ta ble 表\" SET \"order\" = 'b', \"列\" = '新'")
    try a.exchange(with: b)
    #expect(try a.hex == b.hex)
    #expect(try a.rows("SELECT \"列\" FROM \"ta ble 表\"") == ["\"新\""])
    #expect(try b.conflicts().count == 1)
  }

  @Test func triggersOfTheUserFireAtTheAuthorAlone() throws {
    let sql = [
      "CREATE TABLE note(id TEXT PRIMARY KEY NOT NULL, a TEXT, n INTEGER)", "CREATE TABLE audit(what TEXT)",
      """
      CREATE TRIGGER bump AFTER UPDATE OF a ON note BEGIN
        UPDATE note SET n = n + 1 WHERE id = NEW.id; INSERT INTO audit VALUES(NEW.id);
      END
      """,
      "CREATE TRIGGER made AFTER INSERT ON note BEGIN INSERT INTO audit VALUES('made ' || NEW.id); END",
    ]
    let (a, b) = (try field.replica("a", schema: sql), try field.replica("b", schema: sql))
    try a.run("INSERT INTO note VALUES('1', 'x', 0)")
    try a.run("UPDATE note SET a = 'y'")
    try expectAlike(a, b)
    #expect(try b.rows("SELECT n FROM note") == ["1"])
    #expect(try a.rows("SELECT * FROM audit") == ["\"made 1\"", "\"1\""])
    #expect(try b.rows("SELECT * FROM audit").isEmpty)
  }

  @Test func aTableRebuiltInAMigrationIsCapturedAsBefore() throws {
    let (a, b) = try field.pair()
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 1), ('2', 'x', 'y', 2)")
    try a.exchange(with: b)
    let rebuild = """
      ALTER TABLE note RENAME TO note_old;
      CREATE TABLE note(c INTEGER, id TEXT PRIMARY KEY NOT NULL, b TEXT, a TEXT);
      INSERT INTO note SELECT c, id, b, a FROM note_old;
      DROP TABLE note_old
      """
    let again = try field.replica("a", schema: TestField.schema + [rebuild])
    try again.run("UPDATE note SET a = 'rebuilt' WHERE id = '2'")
    try again.exchange(with: b)
    #expect(try again.hex == b.hex)
    #expect(try b.rows("SELECT a FROM note ORDER BY id") == ["\"x\"", "\"rebuilt\""])
    let foreign = try DatabaseQueue(path: field.path("a.sqlite"))
    #expect(throws: DatabaseError.self) { try foreign.write { db in try db.execute(sql: "UPDATE note SET a = 'unseen'") } }
  }

  @Test func aTableRenamedAwayTakesItsGuardsAndTheNewOneGetsItsOwn() throws {
    let (a, b) = try field.pair()
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 1)")
    try a.exchange(with: b)
    let keep = """
      ALTER TABLE note RENAME TO note_old;
      CREATE TABLE note(id TEXT PRIMARY KEY NOT NULL, a TEXT, b TEXT, c INTEGER);
      INSERT INTO note SELECT * FROM note_old
      """
    let again = try field.replica("a", schema: TestField.schema + [keep])
    try again.run("UPDATE note SET a = 'seen'")
    try again.exchange(with: b)
    #expect(try b.rows("SELECT a FROM note") == ["\"seen\""])
    let foreign = try DatabaseQueue(path: field.path("a.sqlite"))
    #expect(throws: DatabaseError.self) { try foreign.write { db in try db.execute(sql: "UPDATE note SET a = 'unseen'") } }
  }

  @Test func addedColumnsShowTheirDefaultsAndWriteNothing() throws {
    let added =
      TestField.schema
      + ["ALTER TABLE note ADD COLUMN d TEXT DEFAULT 'd'", "ALTER TABLE note ADD COLUMN e INTEGER NOT NULL DEFAULT 7"]
    let before = try field.replica("a")
    try before.run("INSERT INTO note VALUES('1', 'x', 'y', 1), ('2', 'x', 'y', 2), ('3', 'x', 'y', 3)")
    let (a, b) = (try field.replica("a", schema: added), try field.replica("b", schema: added))
    #expect(try a.digest(of: TestField.scope).holdings[a.site] == 1)
    try expectAlike(a, b)
    let token = try a.readToken(for: [RowReference(scope: TestField.scope, table: "note", key: [.text("1")])])
    try a.write(reading: token) { db in try db.execute(sql: "UPDATE note SET a = 'token' WHERE id = '1'") }
    try a.run("UPDATE note SET a = 'plain' WHERE id = '2'")
    try a.run("DELETE FROM note WHERE id = '3'")
    #expect(try a.written(.text("1")).last == ["a": .text("token")])
    #expect(try a.written(.text("2")).last == ["a": .text("plain")])
    #expect(try a.rows("SELECT d, e FROM note ORDER BY id") == ["\"d\"|7", "\"d\"|7"])
    try b.run("UPDATE note SET a = 'back' WHERE id = '3'")
    try expectAlike(a, b)
    #expect(try a.rows("SELECT d, e FROM note WHERE id = '3'") == ["\"d\"|7"])
    try a.run("UPDATE note SET d = NULL WHERE id = '1'")
    try a.run("UPDATE note SET d = 'd' WHERE id = '1'")
    try expectAlike(a, b)
    #expect(try a.written(.text("1")).last == ["d": .text("d")])
  }
}
