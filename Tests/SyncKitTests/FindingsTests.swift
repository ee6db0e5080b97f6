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
}
