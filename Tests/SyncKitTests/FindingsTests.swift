import GRDB
import SyncCore
import SyncKit
import Testing

/// What an inspection of a replica finds, and what it must not.
@Suite struct FindingsTests {
  private let field: TestField

  init() throws { field = try TestField() }

  private static func problems(_ replica: Replica) throws -> [String] {
    try replica.findings().filter(\.isProblem).map { "\($0.code) \($0.details)" }
  }

  @Test func anInspectionWhileAnotherProcessWritesFindsNothingAndWaitsForNobody() throws {
    let (a, other) = (try field.replica("a"), try field.replica("a"))
    for row in 0..<20 { try a.run("INSERT INTO note(id, a) VALUES(?, 'x')", ["\(row)"]) }
    try other.pool.writeWithoutTransaction { db in
      try db.inTransaction(.immediate) {
        try db.execute(sql: "UPDATE note SET a = 'y'")
        #expect(try Self.problems(a) == [])
        return .commit
      }
    }
    #expect(try Self.problems(a) == [])
    // The inspection has left nothing behind that would keep the next write from being captured.
    let before = try a.status(peer: "nobody").unsentChangesets
    try a.run("UPDATE note SET b = 'z'")
    #expect(try a.status(peer: "nobody").unsentChangesets == before + 1)
  }

  /// I-10: what has another key has no place in the table. To look for it by a key of another shape ended the process.
  @Test func rowsThatWereMadeWithAnotherKeyAreSetAsideAndNoProblem() throws {
    let a = try field.replica("a")
    try a.run("INSERT INTO note(id, a) VALUES('1', 'x')")
    for (name, key) in [("b", "id, scope"), ("c", "scope"), ("d", "a")] {
      let replica = try field.replica(
        name, tables: [SyncedTable("note", scope: .column("scope"))],
        schema: ["CREATE TABLE note(id TEXT NOT NULL, scope TEXT NOT NULL, a TEXT NOT NULL, PRIMARY KEY(\(key)))"])
      #expect(try replica.exchangeStore.store(a.fragments()).refused.isEmpty)
      #expect(try Self.problems(replica) == [], "\(key)")
      #expect(try replica.findings().contains { $0.code == "aside" })
    }
  }
}
