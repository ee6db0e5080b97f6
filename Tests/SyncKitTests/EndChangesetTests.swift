import GRDB
import SyncCore
import SyncKit
import Testing

/// A changeset that ends within a transaction, so that what follows can be left out one day.
@Suite struct EndChangesetTests {
  private let field: TestField

  init() throws { field = try TestField() }

  private static func row(_ id: String) -> RowReference {
    RowReference(scope: TestField.scope, table: "note", key: [.text(Array(id.utf8))])
  }

  @Test func oneTransactionMakesTwoChangesetsAndOthersShowWhatBothSay() throws {
    let (a, b) = (try field.replica("a"), try field.replica("b"))
    try a.write { db in
      try db.execute(sql: "INSERT INTO note VALUES('n', 'made', NULL, 1)")
      try a.endChangeset()
      try db.execute(sql: "UPDATE note SET b = 'a name' WHERE id = 'n'")
    }
    let writes = try a.history(of: Self.row("n"))
    #expect(writes.map(\.write.dot.seq) == [1, 2])
    #expect(writes[0].values["b"] == .null && writes[1].values == ["b": .text(Array("a name".utf8))])
    let file = field.path("bundle")
    _ = try a.exportBundle(to: file)
    _ = try b.importBundle(from: file)
    #expect(try b.read { db in try String.fetchOne(db, sql: "SELECT b FROM note") } == "a name")
    #expect(try a.digest(of: TestField.scope).hex == b.digest(of: TestField.scope).hex)
  }

  @Test func aWriteThatFailsAfterItLeavesNothingOfEither() throws {
    let replica = try field.replica("a")
    #expect(throws: DatabaseError.self) {
      try replica.write { db in
        try db.execute(sql: "INSERT INTO note VALUES('n', 'made', NULL, 1)")
        try replica.endChangeset()
        try db.execute(sql: "UPDATE note SET b = 'a name'")
        try db.execute(sql: "INSERT INTO note VALUES('n', 'again', NULL, 1)")
      }
    }
    #expect(try replica.history(of: Self.row("n")).isEmpty)
    try replica.write { db in try db.execute(sql: "INSERT INTO note VALUES('n', 'later', NULL, 1)") }
    #expect(try replica.history(of: Self.row("n")).map(\.write.dot.seq) == [1])
  }

  @Test func nothingWrittenBeforeOrAfterMakesNoEmptyChangeset() throws {
    let replica = try field.replica("a")
    try replica.write { db in
      try replica.endChangeset()
      try db.execute(sql: "INSERT INTO note VALUES('n', 'made', NULL, 1)")
      try replica.endChangeset()
      try replica.endChangeset()
    }
    #expect(try replica.history(of: Self.row("n")).count == 1)
    #expect(try replica.status(peer: "relay").unsentChangesets == 1)
  }
}
