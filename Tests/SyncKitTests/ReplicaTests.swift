import Foundation
import GRDB
import SyncCore
import SyncKit
import Testing

@Suite struct ReplicaTests {
  @Test func whatOneWritesTheOtherReads() throws {
    let field = try TestField()
    let (a, b) = (try field.replica("a"), try field.replica("b"))
    try a.run("INSERT INTO note VALUES('1', 'x', NULL, 3), ('2', 'y', 'z', NULL)")
    try a.run("UPDATE note SET b = 'w' WHERE id = '1'")
    try a.exchange(with: b)
    #expect(try b.rows("SELECT * FROM note ORDER BY id") == ["\"1\"|\"x\"|\"w\"|3", "\"2\"|\"y\"|\"z\"|NULL"])
    #expect(try a.hex == b.hex)
    let idle = try a.exchange(with: b)
    #expect(idle.trips == 1)
  }

  @Test func concurrentValuesAreBothKeptAndSettledForAll() throws {
    let field = try TestField()
    let (a, b) = (try field.replica("a"), try field.replica("b"))
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 3)")
    try a.exchange(with: b)
    try a.run("UPDATE note SET a = 'from a' WHERE id = '1'")
    try b.run("UPDATE note SET a = 'from b', b = 'only b' WHERE id = '1'")
    try a.exchange(with: b)
    #expect(try a.hex == b.hex)
    let conflicts = try a.conflicts()
    try #require(conflicts.count == 1)
    #expect(conflicts[0].kind == .cell(column: "a"))
    #expect(conflicts[0].candidates.map(\.value) == [.text("from b"), .text("from a")])
    #expect(conflicts[0].candidates[0].writes[0].readValue == .text("x"))
    #expect(try a.rows("SELECT a, b FROM note") == ["\"from b\"|\"only b\""])
    try a.settle([Settlement(conflict: conflicts[0].id, value: .text("from a"))], reason: "a was there")
    try b.exchange(with: a)
    #expect(try b.rows("SELECT a, b FROM note") == ["\"from a\"|\"only b\""])
    #expect(try b.conflicts().isEmpty)
    #expect(try a.hex == b.hex)
  }

  @Test func deletionAgainstEditKeepsTheRowUntilSettled() throws {
    let field = try TestField()
    let (a, b) = (try field.replica("a"), try field.replica("b"))
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 3)")
    try a.exchange(with: b)
    try a.run("DELETE FROM note WHERE id = '1'")
    try b.run("UPDATE note SET a = 'edited' WHERE id = '1'")
    try a.exchange(with: b)
    #expect(try a.rows("SELECT * FROM note") == ["\"1\"|\"edited\"|\"y\"|3"])
    #expect(try a.rows("SELECT * FROM note") == b.rows("SELECT * FROM note"))
    #expect(try a.hex == b.hex)
    let conflict = try #require(try b.conflicts().first)
    #expect(conflict.kind == .existence)
    try b.settle([Settlement(conflict: conflict.id, value: .integer(0))], reason: "gone")
    try a.exchange(with: b)
    #expect(try a.rows("SELECT * FROM note").isEmpty)
    #expect(try b.rows("SELECT * FROM note").isEmpty)
    #expect(try a.hex == b.hex)
  }

  @Test func aConnectionWithoutTheLibraryIsRefused() throws {
    let field = try TestField()
    let a = try field.replica("a")
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 3)")
    let foreign = try DatabaseQueue(path: field.path("a.sqlite"))
    for sql in [
      "INSERT INTO note(id) VALUES('2')", "UPDATE note SET c = 1", "DELETE FROM note", "DELETE FROM note WHERE id = '1'",
      "REPLACE INTO note(id) VALUES('1')",
    ] {
      #expect(throws: DatabaseError.self) { try foreign.write { db in try db.execute(sql: sql) } }
    }
    #expect(try foreign.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM note") } == 1)
  }

  @Test func whatIsRolledBackIsNotCaptured() throws {
    let field = try TestField()
    let (a, b) = (try field.replica("a"), try field.replica("b"))
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 3)")
    try a.write { db in
      try db.inSavepoint {
        try db.execute(sql: "UPDATE note SET a = 'undone'; INSERT INTO note VALUES('2', 'undone', NULL, NULL)")
        return .rollback
      }
      try? db.execute(sql: "INSERT INTO note VALUES('3', 'p', NULL, NULL), ('1', 'twice', NULL, NULL)")
      try db.execute(sql: "INSERT OR REPLACE INTO note VALUES('1', 'replaced', 'y', 3)")
    }
    try a.exchange(with: b)
    #expect(try b.rows("SELECT * FROM note") == ["\"1\"|\"replaced\"|\"y\"|3"])
    #expect(try a.hex == b.hex)
    let history = try a.history(of: RowReference(scope: TestField.scope, table: "note", key: [.text("1")]))
    #expect(history.map(\.values) == [["a": .text("x"), "b": .text("y"), "c": .integer(3)], ["a": .text("replaced")]])
  }
}
