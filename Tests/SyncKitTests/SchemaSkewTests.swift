import Foundation
import GRDB
import SyncCore
import SyncKit
import Testing

/// Replicas of several versions of one application.
@Suite struct SchemaSkewTests {
  private static let added =
    TestField.schema + ["ALTER TABLE note ADD COLUMN d TEXT DEFAULT 'd'", "CREATE TABLE extra(id TEXT PRIMARY KEY NOT NULL, v TEXT)"]
  private static let tables: [SyncedTable] = [.fixed("note"), .fixed("extra")]
  private let field: TestField

  init() throws { field = try TestField() }

  private func old(_ name: String) throws -> Replica { try field.replica(name) }
  private func new(_ name: String, _ tables: [SyncedTable] = SchemaSkewTests.tables) throws -> Replica {
    try field.replica(name, tables: tables, schema: Self.added, version: 2)
  }

  @Test func whatAnOlderVersionDoesNotKnowIsKeptForwardedAndAppliedAfterTheUpgrade() throws {
    let (a, b, c) = (try new("a"), try old("b"), try new("c"))
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 1, 'new'), ('2', 'x', 'y', 2, 'gone')")
    try a.run("INSERT INTO extra VALUES('e', 'v'), ('f', 'w')")
    try a.exchange(with: b)
    try a.run("UPDATE note SET d = 'newer' WHERE id = '1'; UPDATE extra SET v = 'vv' WHERE id = 'e'; DELETE FROM extra WHERE id = 'f'")
    try a.run("DELETE FROM note WHERE id = '2'")
    try b.run("UPDATE note SET a = 'by b' WHERE id = '1'")
    try a.exchange(with: b)
    #expect(try b.rows("SELECT * FROM note") == ["\"1\"|\"by b\"|\"y\"|1"])
    #expect(try a.hex == b.hex)
    try b.exchange(with: c)
    #expect(try c.hex == a.hex)
    #expect(try c.bits("note") == a.bits("note"))
    #expect(try c.bits("extra") == a.bits("extra"))
    let upgraded = try new("b")
    #expect(try upgraded.hex == a.hex)
    #expect(try upgraded.bits("note") == a.bits("note"))
    #expect(try upgraded.bits("extra") == a.bits("extra"))
    try upgraded.run("UPDATE note SET d = 'after'; UPDATE extra SET v = 'after'")
    try upgraded.exchange(with: a)
    #expect(try a.bits("note") == upgraded.bits("note"))
    #expect(try a.conflicts().isEmpty)
  }

  @Test func addingAColumnWritesNothing() throws {
    let before = try old("a")
    for row in 0..<500 { try before.run("INSERT INTO note VALUES(?, 'x', 'y', 1)", ["\(row)"]) }
    let measure = """
      SELECT count(*), sum(length(block)), (SELECT count(*) FROM synckit_log), (SELECT count(*) FROM synckit_aside) FROM synckit_rows
      """
    let (size, hex) = (try before.rows(measure), try before.hex)
    let after = try new("a")
    #expect(try after.rows(measure) == size)
    #expect(try after.hex == hex)
    #expect(try after.rows("SELECT DISTINCT d FROM note") == ["\"d\""])
    #expect(try after.status(peer: "p").unsentChangesets == 500)
  }

  @Test func rowsOfAnOlderAuthorHaveTheDefault() throws {
    let (a, b) = (try old("a"), try new("b"))
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 1)")
    try a.exchange(with: b)
    #expect(try b.rows("SELECT d FROM note") == ["\"d\""])
    #expect(try a.hex == b.hex)
    try b.run("UPDATE note SET a = 'p' WHERE id = '1'")
    try a.exchange(with: b)
    #expect(try a.hex == b.hex)
  }

  @Test func anOlderAuthorWhoWritesEveryColumnItHasLeavesTheOthersAlone() throws {
    let (a, b, c) = (try new("a"), try old("b"), try new("c"))
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 1, 'from a')")
    try c.run("INSERT INTO note VALUES('1', 'p', 'q', 2, 'from c')")
    try a.exchange(with: b)
    try b.run("UPDATE note SET a = 'b', b = 'b', c = 9")
    try b.exchange(with: a)
    #expect(try a.hex == b.hex)
    // What c wrote without having seen any of it is a candidate beside a's, at the older replica too.
    try b.exchange(with: c)
    try a.exchange(with: b)
    #expect(try a.hex == c.hex)
    #expect(try b.hex == a.hex)
    #expect(try a.conflicts().contains { $0.kind == .cell(column: "d") })
    #expect(try Set(new("b").conflicts().map(\.id)) == Set(a.conflicts().map(\.id)))
  }

  @Test func someColumnsWithAnUnknownOneAreNotTheWholeRow() throws {
    let (a, b) = (try new("a"), try old("b"))
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 1, 'z')")
    try a.exchange(with: b)
    try a.run("UPDATE note SET a = 'p', b = 'q', d = 'r'")
    try a.exchange(with: b)
    #expect(try a.hex == b.hex)
  }

  @Test(arguments: [MergePolicy.keep, .latest, .max, .min])
  func concurrentValuesOfAnUnknownColumnAreThereAfterTheUpgrade(policy: MergePolicy) throws {
    let tables: [SyncedTable] = [.fixed("note", ["d": policy])]
    let (a, b, c) = (try new("a", tables), try old("b"), try new("c", tables))
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 1, 'm')")
    try a.exchange(with: b)
    try b.exchange(with: c)
    for (replica, value) in [(a, "k"), (c, "z"), (a, "b")] { try replica.run("UPDATE note SET d = ?", [value]) }
    try a.exchange(with: b)
    try b.exchange(with: c)
    try a.exchange(with: b)
    #expect(try a.bits("note") == c.bits("note"))
    #expect(try a.hex == c.hex)
    let upgraded = try new("b", tables)
    #expect(try upgraded.bits("note") == a.bits("note"))
    #expect(try upgraded.hex == a.hex)
    #expect(try upgraded.conflicts().map(\.id) == a.conflicts().map(\.id))
  }

  @Test func incrementsOfAnUnknownCounterAreThereAfterTheUpgrade() throws {
    let counted: [SyncedTable] = [.fixed("note", ["n": .counter])]
    let schema = TestField.schema + ["ALTER TABLE note ADD COLUMN n INTEGER NOT NULL DEFAULT 5"]
    let b = try old("b")
    try b.run("INSERT INTO note VALUES('old', 'x', 'y', 1)")
    let a = try field.replica("a", tables: counted, schema: schema, version: 2)
    try a.exchange(with: b)
    try a.run("INSERT INTO note VALUES('new', 'x', 'y', 1, 100); UPDATE note SET n = n + 1")
    try a.exchange(with: b)
    let upgraded = try field.replica("b", tables: counted, schema: schema, version: 2)
    #expect(try upgraded.bits("note") == a.bits("note"))
    #expect(try upgraded.hex == a.hex)
  }

  @Test func aTableThatWasThereBeforeItWasSyncedOverwritesNobody() throws {
    let (a, b) = (try new("a"), try old("b"))
    try a.run("INSERT INTO extra VALUES('e', 'from a'), ('same', 's')")
    try a.exchange(with: b)
    let unsynced = try field.replica("b", schema: Self.added, version: 2)
    try unsynced.run("INSERT INTO extra VALUES('e', 'from b'), ('same', 's'), ('own', 'o')")
    let synced = try new("b")
    try synced.exchange(with: a)
    #expect(try a.bits("extra") == synced.bits("extra"))
    #expect(try a.hex == synced.hex)
    #expect(try a.conflicts().map(\.kind) == [.cell(column: "v")])
    #expect(try a.rows("SELECT id FROM extra ORDER BY id") == ["\"e\"", "\"own\"", "\"same\""])
  }

  @Test func aRuleOfANewerVersionThatAnOlderAuthorBreaksKeepsNothingElseOut() throws {
    let strict = ["CREATE TABLE note(id TEXT PRIMARY KEY NOT NULL, a TEXT NOT NULL, b TEXT, c INTEGER)"]
    let (a, b) = (try old("a"), try field.replica("b", schema: strict, version: 2))
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 1)")
    try a.exchange(with: b)
    try a.run("UPDATE note SET a = NULL WHERE id = '1'")
    try b.run("INSERT INTO note VALUES('2', 'x', 'y', 1)")
    // The older author's NULL waits at its author until the newer version can take it; everything else flows.
    let summary = try? a.exchange(with: b)
    #expect(summary?.refused.map(\.code) == [Refusal.Code.malformed])
    #expect(try a.rows("SELECT id FROM note ORDER BY id") == ["\"1\"", "\"2\""])
    #expect(try b.rows("SELECT a FROM note ORDER BY id") == ["\"x\"", "\"x\""])
  }

  /// A newer version has relaxed NOT NULL; an older one has it still.
  private static let relaxed = [
    "CREATE TABLE note(id TEXT PRIMARY KEY NOT NULL, a TEXT, b TEXT, c INTEGER)",
    "CREATE TABLE extra(id TEXT PRIMARY KEY NOT NULL, v TEXT)",
  ]

  @Test(arguments: ["a TEXT NOT NULL", "a TEXT NOT NULL DEFAULT 'none'"])
  func aNullForANotNullColumnWaitsForTheUpgradeWithAllThatFollowsIt(column: String) throws {
    let strict = ["CREATE TABLE note(id TEXT PRIMARY KEY NOT NULL, \(column), b TEXT, c INTEGER)", Self.relaxed[1]]
    let a = try field.replica("a", tables: Self.tables, schema: Self.relaxed, version: 2)
    let b = try field.replica("b", tables: Self.tables, schema: strict)
    let c = try field.replica("c", tables: Self.tables, schema: strict)
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 1)")
    try a.exchange(with: b)
    try a.run("UPDATE note SET a = NULL WHERE id = '1'")
    try a.run("INSERT INTO extra VALUES('later', 'of the same author')")
    try c.run("INSERT INTO extra VALUES('other', 'of another author')")
    // Pushed, it is refused; pulled, the exchange says so. Neither way harms what is here.
    #expect(try a.exchange(with: b).refused.map(\.code).first == Refusal.Code.malformed)
    let error = #expect(throws: SyncKitError.self) { try b.exchange(with: a) }
    #expect(error?.code == .notTaken)
    try b.exchange(with: c)
    #expect(try b.rows("SELECT id FROM extra") == ["\"other\""])
    #expect(try b.rows("SELECT a FROM note") == ["\"x\""])
    #expect(try b.findings().filter(\.isProblem).map(\.code) == [])
    let rebuild = """
      ALTER TABLE note RENAME TO note_old; CREATE TABLE note(id TEXT PRIMARY KEY NOT NULL, a TEXT, b TEXT, c INTEGER); \
      INSERT INTO note SELECT * FROM note_old; DROP TABLE note_old
      """
    let upgraded = try field.replica("b", tables: Self.tables, schema: strict + [rebuild], version: 2)
    try upgraded.exchange(with: a)
    #expect(try upgraded.hex == a.hex)
    #expect(try upgraded.rows("SELECT a FROM note") == ["NULL"])
    #expect(try upgraded.rows("SELECT id FROM extra ORDER BY id") == ["\"later\"", "\"other\""])
  }
}
