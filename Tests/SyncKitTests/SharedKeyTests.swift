import Foundation
import GRDB
import SyncCore
import SyncKit
import Testing

/// One key used in two scopes: each scope's row is itself, whichever of them the user's table shows.
@Suite struct SharedKeyTests {
  private static let (one, two) = (ScopeID(literal: "case-1"), ScopeID(literal: "case-2"))
  private static let schema = ["CREATE TABLE t(id TEXT PRIMARY KEY NOT NULL, scope TEXT NOT NULL, v TEXT)"]
  private let field: TestField
  private let (a, b): (Replica, Replica)

  init() throws {
    field = try TestField()
    let tables = [SyncedTable("t", scope: .column("scope"))]
    (a, b) = (
      try field.replica("a", tables: tables, schema: Self.schema), try field.replica("b", tables: tables, schema: Self.schema)
    )
    try a.run("INSERT INTO t VALUES('1', 'case-1', 'one'), ('a', 'case-1', 'x')")
    try b.run("INSERT INTO t VALUES('1', 'case-2', 'two'), ('b', 'case-2', 'y')")
    try a.exchange(with: b)
  }

  private func expectAgreed() throws {
    for scope in [Self.one, Self.two] {
      let (here, there) = (try a.digest(of: scope), try b.digest(of: scope))
      #expect(here == there)
    }
    for replica in [a, b] { #expect(try replica.findings().filter(\.isProblem).map(\.details) == []) }
  }

  @Test func theDigestIsOfTheScopesOwnValues() throws {
    #expect(try a.rows("SELECT v FROM t WHERE id = '1'") == ["\"one\""])
    #expect(try b.rows("SELECT v FROM t WHERE id = '1'") == ["\"two\""])
    try expectAgreed()
  }

  @Test(arguments: ["UPDATE t SET v = 'two edited' WHERE id = '1'", "DELETE FROM t WHERE id = '1'"])
  func aWriteToARowThatIsSetAsideLeavesTheOtherScopesRowAlone(sql: String) throws {
    try b.run(sql)
    try a.exchange(with: b)
    #expect(try a.rows("SELECT v FROM t WHERE id = '1'") == ["\"one\""])
    try expectAgreed()
  }

  @Test func whatIsSetAsideIsToldAndIsNoProblem() throws {
    for replica in [a, b] {
      let aside = try replica.findings().filter { $0.code == "aside" }
      #expect(aside.map(\.isProblem) == [false])
      #expect(aside.first?.details == ["table": "t", "rows": "1"])
    }
  }

  @Test func aRowThatIsMissingFromItsTableIsAProblem() throws {
    try a.pool.writeWithoutTransaction { db in try db.execute(sql: "DROP TRIGGER synckit_t_delete; DROP INDEX synckit_t_guard") }
    let foreign = try DatabaseQueue(path: field.path("a.sqlite"))
    try foreign.write { db in try db.execute(sql: "DELETE FROM t WHERE id = 'a'") }
    #expect(try a.findings().filter { $0.isProblem && $0.code == "rows" }.count == 1)
    // One that came beside it does not hide the loss.
    try foreign.write { db in try db.execute(sql: "INSERT INTO t VALUES('foreign', 'case-1', 'x')") }
    #expect(try a.findings().filter { $0.isProblem && $0.code == "rows" }.count == 1)
  }

  @Test func aFixedScopesTableShowsNothingOfAnother() throws {
    let (here, there) = (ScopeID(literal: "here"), ScopeID(literal: "there"))
    let c = try field.replica("c", tables: [SyncedTable("note", scope: .fixed(here))])
    let d = try field.replica("d", tables: [SyncedTable("note", scope: .fixed(there))])
    try c.run("INSERT INTO note VALUES('1', 'c', NULL, 1)")
    try d.run("INSERT INTO note VALUES('1', 'd', NULL, 2), ('2', 'd', NULL, 2)")
    try c.exchange(with: d)
    for scope in [here, there] {
      #expect(try c.digest(of: scope).hex == d.digest(of: scope).hex)
    }
    for replica in [c, d] { #expect(try replica.findings().filter(\.isProblem).map(\.details) == []) }
  }
}
