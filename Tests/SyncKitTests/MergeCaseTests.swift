import Foundation
import GRDB
import SyncCore
import SyncKit
import Testing

/// Single cases of the merge that random histories once found wrong.
@Suite struct MergeCaseTests {
  private let field: TestField
  private let row = RowReference(scope: TestField.scope, table: "note", key: [.text("1")])

  init() throws { field = try TestField() }

  private func give(_ from: Replica, _ to: Replica) throws {
    #expect(try to.exchangeStore.store(from.fragments(beyond: to.holdings)).refused.isEmpty)
  }

  @Test func aRowMadeAtOnceByThreeKeepsTheThirdAfterTwoAreSettled() throws {
    let (a, b, c) = (try field.replica("a"), try field.replica("b"), try field.replica("c"))
    try a.run("INSERT INTO note VALUES('1', 'a', 'a', 1)")
    try b.run("INSERT INTO note VALUES('1', 'b', 'b', 2)")
    try c.run("INSERT INTO note VALUES('1', 'c', 'c', 3)")
    try give(a, b)
    // The settlement names the row as b knows it, which is not how a does.
    try b.settle(b.conflicts().map { Settlement(conflict: $0.id, value: $0.candidates[0].value) }, reason: "both seen")
    try give(b, a)
    for replica in [a, b] { try give(c, replica) }
    #expect(try a.conflicts().count == 3)
    #expect(try a.conflicts().map(\.id) == b.conflicts().map(\.id))
    #expect(try a.hex == b.hex)
  }

  @Test func aFormOpenedBeforeTheRowCameIsSavedWhole() throws {
    let tables = [SyncedTable("t", scope: .column("s"))]
    let schema = ["CREATE TABLE t(id TEXT PRIMARY KEY NOT NULL, s TEXT NOT NULL, v TEXT, w TEXT)"]
    let (a, b, c) = try (
      field.replica("a", tables: tables, schema: schema), field.replica("b", tables: tables, schema: schema),
      field.replica("c", tables: tables, schema: schema)
    )
    let token = try a.readToken(for: [RowReference(scope: TestField.scope, table: "t", key: [.text("1")])])
    try b.run("INSERT INTO t VALUES('1', ?, 'b', 'b')", [TestField.scope.name])
    try give(b, a)
    try a.write(reading: token) { db in
      try db.execute(
        sql: "INSERT INTO t VALUES('1', ?, 'a', NULL) ON CONFLICT DO UPDATE SET v = excluded.v", arguments: [TestField.scope.name])
    }
    // Another takes the save in without the row it met: it can show it all the same.
    _ = try c.exchangeStore.store(a.fragments().filter { try ChangesetHeader(decoding: $0.header).dot.site == a.site })
    #expect(try c.rows("SELECT v, w FROM t") == ["\"a\"|\"b\""])
    try give(a, c)
    #expect(try a.hex == c.hex)
  }

  @Test func aStaleFormOfADeletedRowBringsBackWhatItDidNotTouch() throws {
    let (a, b) = try field.pair()
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 1)")
    try a.exchange(with: b)
    let token = try a.readToken(for: [row])
    try b.run("UPDATE note SET b = 'newer'")
    try b.run("DELETE FROM note")
    try a.exchange(with: b)
    try a.write(reading: token) { db in
      try db.execute(
        sql: """
          INSERT INTO note VALUES('1', 'saved', 'y', 1) \
          ON CONFLICT DO UPDATE SET a = excluded.a, b = excluded.b, c = excluded.c
          """)
    }
    try expectAlike(a, b)
    #expect(try b.rows("SELECT a, b, c FROM note") == ["\"saved\"|\"newer\"|1"])
    #expect(try b.conflicts().map(\.kind) == [.existence])
  }

  /// Decision 9.
  @Test func whatAStatementLeftAloneIsNotItsAuthors() throws {
    let (a, b) = try field.pair()
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 1)")
    try a.exchange(with: b)
    let token = try a.readToken(for: [row])
    try b.run("UPDATE note SET b = 'newer'")
    try a.exchange(with: b)
    try a.write(reading: token) { db in try db.execute(sql: "UPDATE note SET a = 'saved'") }
    let authors = try a.history(of: row, column: "b").filter { $0.values["b"] == .text("newer") }.map(\.write.dot.site)
    #expect(authors == [b.site])
    try b.run("UPDATE note SET b = 'newest'")
    try expectAlike(a, b)
    #expect(try a.rows("SELECT a, b, c FROM note") == ["\"saved\"|\"newest\"|1"])
    #expect(try a.conflicts().isEmpty)
  }

  @Test func whatIsOpenInADeletedRowAsksNobody() throws {
    let (a, b) = try field.pair()
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 1)")
    try a.exchange(with: b)
    for replica in [a, b] { try replica.run("UPDATE note SET a = ?", [replica.site.description]) }
    try a.exchange(with: b)
    let open = try a.conflicts()
    try a.run("DELETE FROM note")
    #expect(try a.conflicts().isEmpty)
    #expect(throws: SyncKitError.self) { try a.settle([Settlement(conflict: open[0].id, value: .text("late"))], reason: "late") }
    try expectAlike(a, b)
    try b.run("INSERT INTO note VALUES('1', 'again', NULL, NULL)")
    try expectAlike(a, b)
    #expect(try a.conflicts().map(\.kind) == [.cell(column: "a")])
  }
}
