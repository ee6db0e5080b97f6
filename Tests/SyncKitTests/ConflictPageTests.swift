import CSQLite
import Foundation
import GRDB
import SyncCore
import Testing

@testable import SyncKit

/// Conflicts by the page: the same as all at once, at the price of the page.
@Suite struct ConflictPageTests {
  private static let tables: [SyncedTable] = [
    SyncedTable("note", scope: .fixed(TestField.scope), policies: ["c": .latest]),
    SyncedTable("answer", scope: .column("visit"), unique: [["code"]]),
  ]
  private static let schema =
    TestField.schema + ["CREATE TABLE answer(id TEXT PRIMARY KEY NOT NULL, visit TEXT NOT NULL, letter TEXT, code TEXT)"]
  private let field: TestField

  init() throws { field = try TestField() }

  private func replica(_ name: String) throws -> Replica { try field.replica(name, tables: Self.tables, schema: Self.schema) }

  /// Conflicts of every kind in several scopes and tables, with histories of several writes, deletions, and settlements.
  private func office() throws -> (Replica, Replica) {
    let (a, b) = (try replica("a"), try replica("b"))
    for row in 0..<12 {
      try a.run("INSERT INTO note VALUES(?, 'x', 'y', 1)", ["\(row)"])
      try a.run("INSERT INTO answer VALUES(?, ?, 'A', NULL)", ["q\(row)", "visit-\(row % 3)"])
    }
    try a.exchange(with: b)
    let token = try b.readToken(for: [RowReference(scope: TestField.scope, table: "note", key: [.text("1")])])
    try a.run("UPDATE note SET a = 'a', c = 2; UPDATE note SET b = 'only a' WHERE id < '5'; UPDATE answer SET letter = 'B'")
    try a.run("UPDATE note SET a = 'a again' WHERE id > '3'; DELETE FROM note WHERE id = '7'")
    try b.run("UPDATE note SET a = 'b', c = 3 WHERE id <> '2'; UPDATE answer SET letter = 'C' WHERE visit <> 'visit-1'")
    try b.run("UPDATE answer SET code = 'same' WHERE id IN ('q1')")
    try a.run("UPDATE answer SET code = 'same' WHERE id IN ('q2')")
    try b.run("UPDATE note SET b = 'later' WHERE id IN ('1', '8')")
    try a.run("INSERT INTO note(id, a) VALUES('both', 'by a')")
    try b.run("INSERT INTO note(id, a) VALUES('both', 'by b')")
    try a.exchange(with: b)
    try b.write(reading: token) { db in try db.execute(sql: "UPDATE note SET a = 'stale' WHERE id = '1'") }
    try b.run("UPDATE note SET a = 'third' WHERE id = 'both'")
    try a.exchange(with: b)
    try a.run("UPDATE note SET a = 'plain' WHERE id = '4'")
    try a.exchange(with: b)
    return (a, b)
  }

  private static func told(_ conflict: Conflict) -> String {
    "\(conflict.id) \(conflict.row) \(conflict.kind) \(conflict.candidates) \(conflict.values.sorted { $0.key < $1.key })"
  }

  private static func pages(_ replica: Replica, in scope: ScopeID? = nil, by limit: Int) throws -> [Conflict] {
    var (out, position): ([Conflict], ConflictPosition?) = ([], nil)
    while true {
      let page = try replica.conflicts(in: scope, after: position, limit: limit)
      #expect(page.conflicts.count <= limit)
      #expect(!page.conflicts.isEmpty || out.isEmpty)
      out += page.conflicts
      position = page.next
      if position == nil { return out }
      guard out.count < 1000 else { return out }
    }
  }

  @Test func pagesHoldWhatTheWholeListDoes() throws {
    let (a, b) = try office()
    for replica in [a, b] {
      let all = try replica.conflicts().map(Self.told)
      #expect(all.count > 15)
      for limit in [1, 2, 3, 7, all.count - 1, all.count, all.count + 1, 1000] {
        #expect(try Self.pages(replica, by: limit).map(Self.told) == all, "by \(limit)")
      }
      for scope in try replica.scopes() {
        #expect(try Self.pages(replica, in: scope, by: 2).map(Self.told) == replica.conflicts(in: scope).map(Self.told))
      }
      #expect(try Self.pages(replica, in: ScopeID(literal: "nowhere"), by: 2).isEmpty)
      #expect(try replica.conflicts(limit: 0).conflicts.isEmpty)
      #expect(try replica.conflicts(limit: -1).conflicts.isEmpty)
    }
  }

  @Test func aTablesPagesAndCountAreThoseOfTheTable() throws {
    let (a, _) = try office()
    let all = try a.conflicts()
    for table in ["note", "answer", "no such"] {
      let wanted = all.filter { $0.row.table == table }
      var (found, position): ([Conflict], ConflictPosition?) = ([], nil)
      repeat {
        let page = try a.conflicts(table: table, after: position, limit: 2)
        (found, position) = (found + page.conflicts, page.next)
      } while position != nil
      #expect(found.map(Self.told) == wanted.map(Self.told))
      #expect(try a.conflictCount(table: table) == wanted.count)
      for scope in try a.scopes() {
        #expect(try a.conflictCount(in: scope, table: table) == wanted.filter { $0.row.scope == scope }.count)
      }
    }
    #expect(try a.conflictCount() == all.count)
    #expect(try a.conflictCount(in: ScopeID(literal: "nowhere")) == 0)
    #expect(try a.status(peer: "nobody").conflicts == all.count)
  }

  @Test func aConflictIsFoundByTheBeginningOfItsName() throws {
    let (a, _) = try office()
    let all = try a.conflicts()
    for (at, conflict) in all.enumerated() {
      let found = try a.conflicts(named: [conflict.id, "", "no such", String(conflict.id.prefix(9))])
      #expect(found.map { $0.map(Self.told) } == [[Self.told(conflict)], [], [], [Self.told(conflict)]])
      let rest = try a.conflicts(after: a.position(after: conflict.id), limit: 1000)
      #expect(rest.conflicts.map(\.id) == all.dropFirst(at + 1).map(\.id))
      let table = conflict.row.table
      let position = try #require(try a.position(after: conflict.id, in: conflict.row.scope, table: table))
      #expect(
        try a.conflicts(in: conflict.row.scope, table: table, after: position, limit: 1000).conflicts.map(\.id)
          == all.dropFirst(at + 1).filter { $0.row.scope == conflict.row.scope && $0.row.table == table }.map(\.id))
      #expect(try a.conflicts(named: [conflict.id], table: table == "note" ? "answer" : "note")[0].isEmpty)
    }
    // Sixteen first letters, and more conflicts than that: some beginning fits several.
    let several = try #require(
      Dictionary(grouping: all, by: { $0.id.prefix(1) }).first { $0.value.count > 1 }, "the test needs more conflicts")
    #expect(try a.conflicts(named: [String(several.key)]).map { $0.map(\.id) } == [several.value.prefix(2).map(\.id)])
    #expect(try a.position(after: String(several.key)) == nil)
    #expect(try a.position(after: "no such") == nil && a.position(after: "") == nil)
  }

  @Test func settlingOnTheWayLosesNothingOfTheRest() throws {
    let (a, b) = try office()
    let all = try a.conflicts().filter { !$0.candidates.isEmpty }.map(\.id)
    var (seen, position): ([String], ConflictPosition?) = ([], nil)
    repeat {
      let page = try a.conflicts(after: position, limit: 2)
      let open = page.conflicts.filter { !$0.candidates.isEmpty }
      seen += open.map(\.id)
      // A row that is deleted takes what else is open in it along: it is kept.
      try a.settle(open.map { Settlement($0, value: $0.candidates[$0.kind == .existence ? 0 : 1].value) }, reason: "page by page")
      position = page.next
    } while position != nil
    #expect(seen == all)
    #expect(try a.conflicts().allSatisfy { $0.candidates.isEmpty })
    try a.exchange(with: b)
    #expect(try b.conflicts().allSatisfy { $0.candidates.isEmpty })
    for scope in try a.scopes() { #expect(try a.digest(of: scope) == b.digest(of: scope)) }
  }

  @Test func aSettlementByPlaceAndOneByNameDoTheSame() throws {
    let (a, b) = try office()
    let open = try a.conflicts().filter { !$0.candidates.isEmpty }
    // Both at once, in one transaction, of the same and of different rows.
    try a.settle(
      open.enumerated().map { at, conflict in
        let value = conflict.candidates[0].value
        return at % 2 == 0 ? Settlement(conflict, value: value) : Settlement(conflict: conflict.id, value: value)
      }, reason: "mixed")
    #expect(try a.conflicts().allSatisfy { $0.candidates.isEmpty })
    try a.exchange(with: b)
    for scope in try a.scopes() { #expect(try a.digest(of: scope) == b.digest(of: scope)) }
  }

  @Test func whatHasChangedSinceIsStaleAndNothingIsWritten() throws {
    let (a, b) = try office()
    let open = try a.conflicts()
    let note = try #require(open.first { $0.row.table == "note" && !$0.candidates.isEmpty && $0.row.key == [.text("0")] })
    let other = try #require(open.first { $0.row.table == "note" && !$0.candidates.isEmpty && $0.row.key == [.text("8")] })
    let rule = try #require(open.first { $0.candidates.isEmpty })
    try b.run("UPDATE note SET a = 'a new one' WHERE id = '0'")
    try a.exchange(with: b)
    let before = try a.hex
    for wrong in [
      Settlement(note, value: .text("x")), Settlement(conflict: note.id, value: .text("x")), Settlement(rule, value: .text("x")),
      Settlement(conflict: "", value: .null), Settlement(conflict: "no such", value: .null),
    ] {
      let error = #expect(throws: SyncKitError.self) { try a.settle([Settlement(other, value: .text("y")), wrong], reason: "late") }
      #expect(error?.code == .stale)
      #expect(try a.hex == before)
    }
    // A settled one is stale too, and so is one whose row is gone.
    try a.settle([Settlement(other, value: .text("y"))], reason: "in time")
    #expect(throws: SyncKitError.self) { try a.settle([Settlement(other, value: .text("y"))], reason: "twice") }
    let gone = try #require(try a.conflicts().first { $0.row.table == "note" && $0.row.key == [.text("3")] })
    try a.run("DELETE FROM note WHERE id = '3'")
    #expect(throws: SyncKitError.self) { try a.settle([Settlement(gone, value: .text("y"))], reason: "gone") }
  }

  /// The steps that SQLite takes for a page and for one settlement, among ever more open cells.
  @Test func aPageAndASettlementCostTheSameAmongMany() throws {
    func steps(_ cells: Int) throws -> (page: Int, later: Int, settle: Int) {
      let (a, b) = (try replica("a\(cells)"), try replica("b\(cells)"))
      try a.run(
        """
        WITH n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < \(cells)) \
        INSERT INTO answer SELECT printf('q%06d', x), 'visit-' || (x % 10), 'A', NULL FROM n
        """)
      try a.exchange(with: b)
      try a.run("UPDATE answer SET letter = 'B'")
      try b.run("UPDATE answer SET letter = 'C'")
      try a.exchange(with: b)
      #expect(try a.conflictCount() == cells)
      _ = try a.conflicts(limit: 1)
      func cost(_ body: () throws -> Void) throws -> Int {
        let before = try a.steps()
        try body()
        return try a.steps() - before
      }
      var page = try a.conflicts(limit: 10)
      let first = try cost { page = try a.conflicts(limit: 10) }
      let later = try cost { _ = try a.conflicts(after: page.next, limit: 10) }
      let named = try cost { _ = try a.conflicts(named: [page.conflicts[5].id]) }
      let listed = try cost { _ = try a.conflicts() }
      let counted = try cost { _ = try a.conflictCount() }
      // All identifiers are looked at, but only one conflict's history is read; for a count none.
      #expect(counted < listed && named - counted < 400, "\(named) and \(counted) of \(listed)")
      let settle = try cost { try a.settle([Settlement(page.conflicts[5], value: .text("B"))], reason: "one") }
      #expect(try a.conflictCount() == cells - 1)
      return (first, later, settle)
    }
    let (few, many) = (try steps(100), try steps(1600))
    #expect(many.page < few.page * 2, "\(few) \(many)")
    #expect(many.later < few.later * 2, "\(few) \(many)")
    #expect(many.settle < few.settle * 2, "\(few) \(many)")
  }

  @Test func statementsOfALookArePreparedOnceAndHoldNoSnapshot() throws {
    let (a, b) = try office()
    _ = try (a.conflicts(limit: 5), a.status(peer: "x"), a.hex)
    let prepared = try a.look { $0.preparedStatements }
    for _ in 0..<3 { _ = try (a.conflicts(limit: 5), a.status(peer: "x"), a.hex) }
    #expect(try a.look { $0.preparedStatements } == prepared)
    // A look that ends in an error leaves nothing that would show the next one old rows.
    struct Stop: Error {}
    for round in 0..<3 {
      #expect(throws: Stop.self) {
        try a.look { snapshot in
          let all = try snapshot.connection.statement("SELECT id FROM note")
          _ = try all.step()
          throw Stop()
        }
      }
      try a.run("INSERT INTO note(id) VALUES(?)", ["new \(round)"])
      let count = try a.look { snapshot in
        let all = try snapshot.connection.statement("SELECT count(*) FROM note WHERE id LIKE 'new%'")
        return try all.step() ? all.int(0) : 0
      }
      #expect(count == Int64(round + 1))
    }
    // The log can be checkpointed whole: no reader is left in its midst.
    try a.exchange(with: b)
    let checkpoint = try a.pool.writeWithoutTransaction { db in try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
    #expect(checkpoint?[0] == 0)
  }
}

@Suite struct SnapshotCacheTests {
  @Test func manyLooksAtOnceAmongWritesSeeWholeTransactions() async throws {
    let field = try TestField()
    let (a, b) = try field.pair()
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 0), ('2', 'x', 'y', 0)")
    try a.exchange(with: b)
    try b.run("UPDATE note SET a = 'b'")
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { for round in 1...40 { try a.run("UPDATE note SET a = ?, c = ?", ["\(round)", round]) } }
      group.addTask { for _ in 0..<10 { try a.exchange(with: b) } }
      for _ in 0..<6 {
        group.addTask {
          for _ in 0..<30 {
            _ = try (a.conflicts(limit: 1), a.status(peer: "p"), a.hex)
            let both = try a.look { snapshot in
              let all = try snapshot.connection.statement("SELECT count(DISTINCT c) FROM note")
              return try all.step() ? all.int(0) : 0
            }
            #expect(both == 1)
          }
        }
      }
      try await group.waitForAll()
    }
    try expectAlike(a, b)
  }

  /// SQLite removes the WAL when the last connection closes, which it cannot while a statement is still prepared.
  @Test func aReplicaThatIsLetGoOfClosesItsFile() throws {
    let field = try TestField()
    do {
      let a = try field.replica("a")
      try a.run("INSERT INTO note VALUES('1', 'x', 'y', 0)")
      _ = try (a.conflicts(limit: 1), a.status(peer: "p"), a.hex, a.findings())
      // The pool may close its readers at any time; what was prepared on them does no harm.
      a.pool.invalidateReadOnlyConnections()
      _ = try (a.conflicts(limit: 1), a.hex)
      #expect(FileManager.default.fileExists(atPath: field.path("a.sqlite-wal")))
    }
    #expect(!FileManager.default.fileExists(atPath: field.path("a.sqlite-wal")))
    #expect(try field.replica("a").rows("SELECT count(*) FROM note") == ["1"])
  }
}

extension Replica {
  /// How many steps SQLite has taken for the library's statements on this replica's connections.
  fileprivate func steps() throws -> Int {
    let reading = try look { Self.steps($0.connection.handle) }
    return reading + pool.writeWithoutTransaction { _ in Self.steps(engine.connection.handle) }
  }

  private static func steps(_ handle: OpaquePointer) -> Int {
    var (sum, next) = (0, sqlite3_next_stmt(handle, nil))
    while let statement = next {
      sum += Int(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0))
      next = sqlite3_next_stmt(handle, statement)
    }
    return sum
  }
}

extension Snapshot {
  fileprivate var preparedStatements: Int {
    var (count, next) = (0, sqlite3_next_stmt(connection.handle, nil))
    while let statement = next {
      count += 1
      next = sqlite3_next_stmt(connection.handle, statement)
    }
    return count
  }
}
