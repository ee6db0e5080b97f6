import Foundation
import GRDB
import SyncCore
import SyncKit
import Testing

/// Scopes, limits, merge policies and declared rules.
@Suite struct CapturePolicyTests {
  private let field: TestField

  init() throws { field = try TestField() }

  private func code(_ body: () throws -> Void) -> SyncKitError.Code? {
    do {
      try body()
      return nil
    } catch {
      return (error as? SyncKitError)?.code
    }
  }

  private static let scoped = SyncedTable("t", scope: .column("s"))
  private static let scopedSQL = "CREATE TABLE t(id TEXT PRIMARY KEY NOT NULL, s TEXT, v TEXT)"

  @Test func aTransactionOverTwoScopesIsTwoChangesetsOfOneTransaction() throws {
    let (a, b) = try field.pair(Self.scoped, Self.scopedSQL)
    try a.run("INSERT INTO t VALUES('1', 'p', 'x'), ('2', 'q', 'y'), ('3', 'p', 'z')")
    try a.exchange(with: b)
    #expect(try a.bits("t") == b.bits("t"))
    let headers = try ["p", "q"].map { name in
      try ChangesetHeader(decoding: a.fragments(of: try #require(ScopeID(name)))[0].header)
    }
    #expect(headers[0].transaction.id == headers[1].transaction.id)
    #expect(Set(headers.map(\.transaction.part)) == [0, 1])
    #expect(headers.allSatisfy { $0.transaction.parts == 2 && $0.dot.seq == 1 })
  }

  @Test func aRowStaysInItsScope() throws {
    let (a, b) = try field.pair(Self.scoped, Self.scopedSQL)
    try a.run("INSERT INTO t VALUES('1', 'p', 'x')")
    #expect(throws: (any Error).self) { try a.run("UPDATE t SET s = 'q'") }
    #expect(code { try a.run("INSERT OR REPLACE INTO t VALUES('1', 'q', 'moved')") } == .scopeChange)
    #expect(code { try a.write { db in try db.execute(sql: "DELETE FROM t; INSERT INTO t VALUES('1', 'q', 'moved')") } } == .scopeChange)
    #expect(code { try a.run("INSERT INTO t VALUES('2', NULL, 'x')") } == .noScope)
    #expect(code { try a.run("INSERT INTO t VALUES('2', '', 'x')") } == .noScope)
    #expect(code { try a.run("INSERT INTO t VALUES('2', ?, 'x')", [String(repeating: "s", count: 65)]) } == .noScope)
    try a.run("INSERT INTO t VALUES('3', ?, 'x')", [String(repeating: "s", count: 64)])
    try a.exchange(with: b)
    #expect(try b.bits("t") == a.bits("t"))
    #expect(try a.rows("SELECT id, s FROM t WHERE id = '1'") == ["\"1\"|\"p\""])
  }

  @Test func valuesAreTakenUpToTheLimit() throws {
    let (a, b) = try field.pair()
    let limit = 8 << 20
    try a.run("INSERT INTO note VALUES('1', NULL, NULL, 1)")
    for (size, fits) in [(limit - 1, true), (limit, true), (limit + 1, false)] {
      let insert = code { try a.run("INSERT INTO note(id, b) VALUES(?, randomblob(?))", ["i\(size)", size]) }
      let update = code { try a.run("UPDATE note SET b = zeroblob(?) WHERE id = '1'", [size]) }
      #expect(insert == (fits ? nil : .valueTooLarge))
      #expect(update == (fits ? nil : .valueTooLarge))
    }
    try expectAlike(a, b)
    #expect(try b.rows("SELECT length(b) FROM note ORDER BY id") == ["\(limit)", "\(limit - 1)", "\(limit)"])
  }

  @Test func incrementsAddUp() throws {
    let (a, b) = try field.pair(.fixed("t", ["n": .counter]), "CREATE TABLE t(id TEXT PRIMARY KEY NOT NULL, n INTEGER, v)")
    try a.run("INSERT INTO t VALUES('1', 10, 'x')")
    try expectAlike(a, b, "t")
    let token = try a.readToken(for: [RowReference(scope: TestField.scope, table: "t", key: [.text("1")])])
    try a.run("UPDATE t SET n = n + 5")
    try b.run("UPDATE t SET n = n - 2, v = 'b'")
    try a.write(reading: token) { db in try db.execute(sql: "UPDATE t SET n = n + 1, v = 'a'") }
    try expectAlike(a, b, "t")
    #expect(try a.rows("SELECT n FROM t") == ["14"])
    #expect(try a.conflicts().map(\.kind) == [.cell(column: "v")])
    #expect(code { try a.run("UPDATE t SET n = 'many'") } == .notACounter)
    #expect(code { try a.run("UPDATE t SET n = NULL") } == .notACounter)
    #expect(code { try a.run("INSERT INTO t VALUES('2', 1.5, NULL)") } == .notACounter)
  }

  @Test func aCounterAddedWithADefaultCountsFromTheDefault() throws {
    let tables = [SyncedTable.fixed("t", ["n": .counter])]
    let old = "CREATE TABLE t(id TEXT PRIMARY KEY NOT NULL, v)"
    let added = [old, "ALTER TABLE t ADD COLUMN n INTEGER NOT NULL DEFAULT 5"]
    let first = try field.replica("a", tables: [.fixed("t")], schema: [old])
    try first.run("INSERT INTO t VALUES('1', 'x'), ('2', 'x'), ('3', 'x')")
    let (a, b) = (try field.replica("a", tables: tables, schema: added), try field.replica("b", tables: tables, schema: added))
    try expectAlike(a, b, "t")
    try a.run("UPDATE t SET n = n + 1 WHERE id = '1'")
    let token = try a.readToken(for: [RowReference(scope: TestField.scope, table: "t", key: [.text("2")])])
    try a.write(reading: token) { db in try db.execute(sql: "UPDATE t SET v = 'y' WHERE id = '2'") }
    try a.run("INSERT OR REPLACE INTO t VALUES('3', 'z', 7)")
    try expectAlike(a, b, "t")
    #expect(try b.rows("SELECT n FROM t ORDER BY id") == ["6", "5", "7"])
    try a.run("DELETE FROM t WHERE id = '2'")
    try b.run("UPDATE t SET v = 'back' WHERE id = '2'")
    try expectAlike(a, b, "t")
    #expect(try a.rows("SELECT n FROM t WHERE id = '2'") == ["5"])
  }

  @Test func latestGreatestAndLeastAskNobody() throws {
    let (a, b) = try field.pair(
      .fixed("t", ["l": .latest, "x": .max, "m": .min]), "CREATE TABLE t(id TEXT PRIMARY KEY NOT NULL, l, x, m)")
    try a.run("INSERT INTO t VALUES('1', 0, 0, 0)")
    try expectAlike(a, b, "t")
    try a.run("UPDATE t SET l = 1, x = 9, m = -9")
    try b.run("UPDATE t SET l = 2, x = 3, m = -3")
    try expectAlike(a, b, "t")
    #expect(try a.rows("SELECT l, x, m FROM t") == ["2|9|-9"])
    #expect(try a.conflicts().isEmpty)
    try b.run("UPDATE t SET x = 4")
    try expectAlike(a, b, "t")
    #expect(try a.rows("SELECT x FROM t") == ["4"])
  }

  private static let parents = SyncedTable("parent", scope: .fixed(TestField.scope), unique: [["code"]])
  private static let children = SyncedTable("child", scope: .fixed(TestField.scope), references: [Reference("of", to: "parent")])
  private static let family = [
    "CREATE TABLE parent(id TEXT PRIMARY KEY NOT NULL, code TEXT)", "CREATE TABLE child(id TEXT PRIMARY KEY NOT NULL, of TEXT)",
  ]

  @Test func declaredRulesFailLocallyAndBecomeConflictsInAMerge() throws {
    let tables = [Self.parents, Self.children]
    let (a, b) = (try field.replica("a", tables: tables, schema: Self.family), try field.replica("b", tables: tables, schema: Self.family))
    try a.run("INSERT INTO parent VALUES('1', 'x'), ('2', NULL), ('3', NULL)")
    for (sql, message) in [
      ("INSERT INTO parent VALUES('9', 'x')", "UNIQUE constraint failed: parent.code"),
      ("UPDATE parent SET code = 'x' WHERE id = '2'", "UNIQUE constraint failed: parent.code"),
      ("INSERT INTO child VALUES('c', 'none')", "FOREIGN KEY constraint failed"),
    ] {
      let error = #expect(throws: DatabaseError.self) { try a.run(sql) }
      #expect(error?.message == message && error?.resultCode == .SQLITE_CONSTRAINT)
    }
    try expectAlike(a, b, "parent")
    try a.run("UPDATE parent SET code = 'y' WHERE id = '2'; DELETE FROM parent WHERE id = '3'")
    try b.run("UPDATE parent SET code = 'y' WHERE id = '1'; INSERT INTO child VALUES('c', '3')")
    #expect(throws: DatabaseError.self) { try b.run("DELETE FROM parent WHERE id = '3'") }
    try expectAlike(a, b, "parent")
    try expectAlike(a, b, "child")
    #expect(try Set(a.conflicts().map(\.kind)) == Set(b.conflicts().map(\.kind)))
    #expect(try a.conflicts().contains { $0.kind == .reference(column: "of", table: "parent") })
    #expect(
      try a.conflicts().contains {
        $0.kind == .unique(columns: ["code"], others: [RowReference(scope: TestField.scope, table: "parent", key: [.text("2")])])
      })
    try b.run("UPDATE parent SET code = 'z' WHERE id = '1'; UPDATE child SET of = '1'")
    try expectAlike(a, b, "parent")
    #expect(try a.conflicts().isEmpty)
  }

  @Test func whatAStaleFormLeavesAsItArrivedMayBreakARule() throws {
    let tables = [Self.parents, Self.children]
    let (a, b, c) = (
      try field.replica("a", tables: tables, schema: Self.family), try field.replica("b", tables: tables, schema: Self.family),
      try field.replica("c", tables: tables, schema: Self.family)
    )
    try a.run("INSERT INTO parent VALUES('p', NULL); INSERT INTO child VALUES('c', NULL)")
    for other in [b, c] { try a.exchange(with: other) }
    let token = try b.readToken(for: [RowReference(scope: TestField.scope, table: "child", key: [.text("c")])])
    try c.run("DELETE FROM parent")
    try a.run("UPDATE child SET of = 'p'")
    for other in [a, c] { try b.exchange(with: other) }
    // The form shows no parent, and its author has not touched that.
    try b.write(reading: token) { db in try db.execute(sql: "UPDATE child SET of = NULL") }
    #expect(try b.rows("SELECT of FROM child") == ["\"p\""])
    #expect(try b.conflicts().map(\.kind) == [.reference(column: "of", table: "parent")])
  }

  @Test func existingRowsAreTakenInWhenSyncIsAdded() throws {
    do {
      let plain = try DatabasePool(path: field.path("a.sqlite"))
      try plain.write { db in
        try db.execute(sql: TestField.schema[0])
        try db.execute(sql: "INSERT INTO note(rowid, id, c) VALUES(-5, 'old', 1), (1, 'x', 2), (1000000000, 'far', 3)")
      }
    }
    let (a, b) = (try field.replica("a", schema: []), try field.replica("b"))
    try expectAlike(a, b)
    #expect(try b.rows("SELECT c FROM note ORDER BY c") == ["1", "2", "3"])
    #expect(try field.replica("a", schema: []).digest(of: TestField.scope).holdings[a.site] == 1)
  }

  @Test(
    arguments: [
      ("CREATE TABLE t(id TEXT PRIMARY KEY NOT NULL, v UNIQUE)", "native-unique"),
      ("CREATE TABLE t(id TEXT PRIMARY KEY NOT NULL, v); CREATE UNIQUE INDEX i ON t(v) WHERE v > 1", "native-unique"),
      ("CREATE TABLE t(id TEXT PRIMARY KEY NOT NULL, v REFERENCES t(id))", "native-foreign-key"),
      ("CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, v)", "autoincrement"),
      ("CREATE TABLE t(id INTEGER PRIMARY KEY, v)", "rowid-key"), ("CREATE TABLE t(id, v)", "no-primary-key"),
      ("CREATE TABLE t(id TEXT PRIMARY KEY, v)", "nullable-key"), ("CREATE TABLE other(id)", "no-such-table"),
      ("CREATE VIEW t AS SELECT 1 AS id", "no-such-table"),
    ])
  func whatCannotBeMergedIsRefusedWithARemedy(sql: String, reason: String) throws {
    let error = #expect(throws: SyncKitError.self) { try field.replica("a", tables: [.fixed("t")], schema: [sql]) }
    #expect(error?.code == .unsuitableTable)
    #expect(error?.details["reason"] == reason)
    #expect(error?.details["remedy"]?.isEmpty == false)
  }
}
