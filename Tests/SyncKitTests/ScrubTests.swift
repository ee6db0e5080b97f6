import Foundation
import GRDB
import SyncCore
import SyncKit
import Testing

/// A file that was made anew holds nothing of what was deleted, whether SQLite was built to wipe what it frees or not.
@Suite struct ScrubTests {
  @Test func whatWasDeletedStandsInNoFreePageAndNoLogOnceTheFileWasMadeAnew() throws {
    let field = try TestField()
    let replica = try field.replica("a", schema: TestField.schema + ["CREATE TABLE own(id INTEGER PRIMARY KEY, text TEXT)"])
    let name = "欧阳明月"
    try replica.pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA secure_delete = OFF") }
    try replica.pool.write { db in
      for _ in 0..<200 { try db.execute(sql: "INSERT INTO own(text) VALUES(?)", arguments: [String(repeating: name, count: 20)]) }
    }
    try replica.write { db in try db.execute(sql: "INSERT INTO note VALUES('n', 'stays', NULL, 1)") }
    try replica.pool.write { db in try db.execute(sql: "DELETE FROM own") }
    try replica.pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
    func isFound() throws -> Bool {
      try ["", "-wal"].contains { suffix in
        try Data(contentsOf: URL(fileURLWithPath: field.path("a.sqlite") + suffix)).range(of: Data(name.utf8)) != nil
      }
    }
    #expect(try isFound(), "free pages hold it before")
    try replica.scrub()
    #expect(try !isFound())
    #expect(try replica.read { db in try String.fetchOne(db, sql: "SELECT a FROM note") } == "stays")
    try replica.write { db in try db.execute(sql: "UPDATE note SET a = 'goes on'") }
    #expect(try replica.history(of: RowReference(scope: TestField.scope, table: "note", key: [.text(Array("n".utf8))])).count == 2)
  }
}
