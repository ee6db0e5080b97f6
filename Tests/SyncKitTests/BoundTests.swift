import GRDB
import SyncCore
import SyncKit
import Testing

/// A count that may not be above another of its row: refused where it is written, found where a merge makes it so.
@Suite struct BoundTests {
  private static let table = SyncedTable(
    "plant", scope: .fixed(TestField.scope), bounds: [Bound("digital", notAbove: "total"), Bound("networked", notAbove: "total")])
  private static let schema = [
    "CREATE TABLE plant(id TEXT PRIMARY KEY NOT NULL, total INTEGER, digital INTEGER, networked INTEGER)"
  ]

  private let field: TestField

  init() throws { field = try TestField() }

  private func replica(_ name: String) throws -> Replica {
    try field.replica(name, tables: [Self.table], schema: Self.schema)
  }

  @Test func aLocalWriteAboveItsBoundIsRefusedAndChangesNothing() throws {
    let replica = try replica("a")
    try replica.write { db in try db.execute(sql: "INSERT INTO plant VALUES('p', 10, 10, NULL)") }
    for sql in [
      "INSERT INTO plant VALUES('q', 10, 11, 0)", "UPDATE plant SET digital = 11", "UPDATE plant SET total = 9",
      "UPDATE plant SET networked = 11",
    ] {
      let refused = #expect(throws: DatabaseError.self) { try replica.write { db in try db.execute(sql: sql) } }
      #expect(refused?.resultCode == .SQLITE_CONSTRAINT && refused?.message?.contains("<= plant.total") == true, "\(sql)")
    }
    // At its bound, and where either is not known, nothing is broken.
    try replica.write { db in try db.execute(sql: "UPDATE plant SET networked = 10") }
    try replica.write { db in try db.execute(sql: "UPDATE plant SET total = NULL, digital = 99") }
    #expect(try replica.conflicts().isEmpty)
  }

  @Test func whatTwoWritesBreakTogetherIsAConflictUntilOneIsChanged() throws {
    let (a, b) = (try replica("a"), try replica("b"))
    try a.write { db in try db.execute(sql: "INSERT INTO plant VALUES('p', 10, 8, 3)") }
    try meet(a, b)
    try a.write { db in try db.execute(sql: "UPDATE plant SET total = 8") }
    try b.write { db in try db.execute(sql: "UPDATE plant SET digital = 10") }
    try meet(a, b)

    for replica in [a, b] {
      let conflicts = try replica.conflicts()
      try #require(conflicts.count == 1)
      #expect(conflicts[0].kind == .bound(column: "digital", limit: "total") && conflicts[0].candidates.isEmpty)
      #expect(conflicts[0].values["digital"] == .integer(10) && conflicts[0].values["total"] == .integer(8), "nothing is mended silently")
      #expect(try replica.conflictCount() == 1)
    }
    #expect(try a.conflicts()[0].id == b.conflicts()[0].id)
    try a.write { db in try db.execute(sql: "UPDATE plant SET total = 10") }
    try meet(a, b)
    for replica in [a, b] { #expect(try replica.conflicts().isEmpty) }
  }

  @Test func aBoundOverAColumnThatIsNotThereIsRefusedWhenOpening() throws {
    let wrong = SyncedTable("plant", scope: .fixed(TestField.scope), bounds: [Bound("digital", notAbove: "all")])
    let refused = #expect(throws: SyncKitError.self) { try field.replica("c", tables: [wrong], schema: Self.schema) }
    #expect(refused?.code == .unsuitableTable)
  }

  private func meet(_ a: Replica, _ b: Replica) throws {
    for (from, to) in [(a, b), (b, a)] {
      let file = field.path("bundle")
      _ = try from.exportBundle(to: file)
      _ = try to.importBundle(from: file)
    }
  }
}
