import CSQLite
import Foundation
import GRDB
import SyncCore
import SyncKit
import Testing

/// Every kind of statement and transaction is captured as it ends.
@Suite struct CaptureTests {
  private let field: TestField
  private let (a, b): (Replica, Replica)

  init() throws {
    field = try TestField()
    (a, b) = try field.pair()
    try a.run("INSERT INTO note VALUES('1', 'x', 'y', 1), ('2', 'x', 'y', 2), ('3', 'x', 'y', 3)")
  }

  @Test func replaceAndUpsertAreEditsOfTheRow() throws {
    try a.run("INSERT OR REPLACE INTO note VALUES('1', 'x', 'replaced', 1)")
    try a.run("INSERT INTO note VALUES('2', 'upserted', NULL, NULL) ON CONFLICT(id) DO UPDATE SET a = excluded.a")
    try a.run("REPLACE INTO note(id, a) VALUES('new', 'n')")
    try expectAlike(a, b)
    #expect(try a.written(.text("1")).last == ["b": .text("replaced")])
    #expect(try a.written(.text("2")).last == ["a": .text("upserted")])
    #expect(try b.rows("SELECT b, c FROM note WHERE id = '2'") == ["\"y\"|2"])
  }

  @Test func aStatementThatFailsHalfwayLeavesNothing() throws {
    try a.write { db in
      try? db.execute(sql: "INSERT INTO note VALUES('4', 'p', NULL, NULL), ('5', 'p', NULL, NULL), ('1', 'twice', NULL, NULL)")
      try db.execute(sql: "UPDATE OR IGNORE note SET id = '1' WHERE id = '2'")
      try db.execute(sql: "INSERT OR FAIL INTO note VALUES('6', 'kept', NULL, NULL)")
    }
    try expectAlike(a, b)
    #expect(try b.rows("SELECT id FROM note ORDER BY id") == ["\"1\"", "\"2\"", "\"3\"", "\"6\""])
  }

  @Test func savepointsUnwindWhatTheyHeld() throws {
    try a.write { db in
      try db.execute(sql: "SAVEPOINT s1; UPDATE note SET a = 's1' WHERE id = '1'")
      try db.execute(sql: "SAVEPOINT s2; UPDATE note SET a = 's2' WHERE id = '2'; DELETE FROM note WHERE id = '1'")
      try db.execute(sql: "INSERT INTO note VALUES('9', 'gone', NULL, NULL); ROLLBACK TO s2; RELEASE s2")
      try db.execute(sql: "SAVEPOINT s3; UPDATE note SET b = 's3' WHERE id = '3'; RELEASE s3; RELEASE s1")
    }
    try expectAlike(a, b)
    #expect(try b.rows("SELECT a, b FROM note ORDER BY id") == ["\"s1\"|\"y\"", "\"x\"|\"y\"", "\"x\"|\"s3\""])
    #expect(try a.written(.text("2")).count == 1)
  }

  @Test func aRollbackLeavesNoTraceForTheNextTransaction() throws {
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try a.write { db in
        try db.execute(sql: "UPDATE note SET a = 'undone'; INSERT INTO note VALUES('9', NULL, NULL, NULL)")
        throw Stop()
      }
    }
    try a.run("UPDATE note SET c = 7 WHERE id = '1'")
    try expectAlike(a, b)
    #expect(try a.written(.text("1")).last == ["c": .integer(7)])
    #expect(try a.written(.text("2")).count == 1)
    #expect(try a.digest(of: TestField.scope).holdings[a.site] == 2)
  }

  @Test func deletingEveryRowTakesNoShortCut() throws {
    try a.exchange(with: b)
    try a.run("DELETE FROM note")
    try expectAlike(a, b)
    #expect(try b.rows("SELECT * FROM note").isEmpty)
    try a.run("INSERT INTO note VALUES('1', 'again', NULL, NULL)")
    try expectAlike(a, b)
    #expect(try b.conflicts().isEmpty)
  }

  @Test func aKeyThatChangesIsADeletionAndAnInsert() throws {
    try a.run("UPDATE note SET id = 'renamed' WHERE id = '1'")
    try a.write { db in
      // Two rows that exchange their keys.
      for (from, to) in [("2", "x"), ("3", "2"), ("x", "3")] {
        try db.execute(sql: "UPDATE note SET id = ? WHERE id = ?", arguments: [to, from])
      }
    }
    try expectAlike(a, b)
    #expect(try b.rows("SELECT id, c FROM note ORDER BY id") == ["\"2\"|3", "\"3\"|2", "\"renamed\"|1"])
  }

  @Test func aRowThatMovesBetweenRowidsIsTheSameRow() throws {
    try a.run("UPDATE note SET rowid = rowid + 100")
    #expect(try a.written(.text("1")).count == 1)
    try a.write { db in
      try db.execute(sql: "DELETE FROM note WHERE id = '1'; INSERT INTO note(rowid, id, a, b, c) VALUES(9000, '1', 'back', 'y', 1)")
    }
    try expectAlike(a, b)
    #expect(try a.written(.text("1")).last == ["a": .text("back")])
  }

  @Test func rowidsUsedAgainInOneTransactionAreTakenOnce() throws {
    try a.write { db in
      // The rows 4 to 9 fill the gap below row 10, and go on over it.
      try db.execute(sql: "INSERT INTO note(rowid, id) VALUES(10, 'ten')")
    }
    try a.write { db in
      try db.execute(sql: "DELETE FROM note WHERE id = 'ten'")
      for at in 4...12 { try db.execute(sql: "INSERT INTO note(id, c) VALUES(?, ?)", arguments: ["n\(at)", at]) }
      try db.execute(sql: "INSERT INTO note(rowid, id) VALUES(40, 'f'), (30, 'd'); DELETE FROM note WHERE id = 'f'")
      for rowid in 31...41 { try db.execute(sql: "INSERT INTO note(rowid, id) VALUES(?, ?)", arguments: [rowid, "r\(rowid)"]) }
      try db.execute(sql: "INSERT INTO note(rowid, id) VALUES(?, 'low'), (?, 'high')", arguments: [Int64.min, Int64.max])
    }
    try expectAlike(a, b)
    #expect(try b.rows("SELECT count(*) FROM note") == ["26"])
  }

  @Test func vacuumChangesNothing() throws {
    try a.run("DELETE FROM note WHERE id = '2'")
    let before = try a.hex
    try a.pool.vacuum()
    #expect(try a.hex == before)
    try a.run("UPDATE note SET a = 'after' WHERE id = '3'")
    try expectAlike(a, b)
    #expect(try b.rows("SELECT id, a FROM note ORDER BY id") == ["\"1\"|\"x\"", "\"3\"|\"after\""])
  }

  @Test func statementsBeneathTheLibraryAreCapturedToo() throws {
    try a.pool.writeWithoutTransaction { db in
      let handle = try #require(db.sqliteConnection)
      #expect(sqlite3_exec(handle, "BEGIN; UPDATE note SET a = 'raw' WHERE id = '1'; COMMIT", nil, nil, nil) == SQLITE_OK)
      #expect(sqlite3_exec(handle, "UPDATE note SET a = 'auto' WHERE id = '2'", nil, nil, nil) == SQLITE_OK)
      #expect(sqlite3_exec(handle, "BEGIN; DELETE FROM note; ROLLBACK", nil, nil, nil) == SQLITE_OK)
      #expect(sqlite3_exec(handle, "SAVEPOINT s; DELETE FROM note WHERE id = '3'; RELEASE s", nil, nil, nil) == SQLITE_OK)
    }
    try expectAlike(a, b)
    #expect(try b.rows("SELECT a FROM note ORDER BY id") == ["\"raw\"", "\"auto\""])
  }

  @Test func incrementalBlobWritesAreCaptured() throws {
    try a.run("UPDATE note SET b = zeroblob(4) WHERE id = '1'")
    try a.exchange(with: b)
    try a.pool.writeWithoutTransaction { db in
      let handle = try #require(db.sqliteConnection)
      for (transaction, byte) in [(false, UInt8(7)), (true, 9)] {
        if transaction { sqlite3_exec(handle, "BEGIN", nil, nil, nil) }
        var blob: OpaquePointer?
        #expect(sqlite3_blob_open(handle, "main", "note", "b", 1, 1, &blob) == SQLITE_OK)
        #expect(sqlite3_blob_write(blob, [byte, byte], 2, transaction ? 2 : 0) == SQLITE_OK)
        #expect(sqlite3_blob_close(blob) == SQLITE_OK)
        if transaction { #expect(sqlite3_exec(handle, "COMMIT", nil, nil, nil) == SQLITE_OK) }
      }
    }
    try expectAlike(a, b)
    #expect(try b.rows("SELECT hex(b) FROM note WHERE id = '1'") == ["\"07070909\""])
  }

  @Test func aConnectionClosedWithinATransactionLosesTheTransactionWhole() throws {
    var dying: Replica? = try field.replica("a")
    try dying?.pool.writeWithoutTransaction { db in
      try db.execute(sql: "BEGIN IMMEDIATE; UPDATE note SET a = 'lost'; INSERT INTO note VALUES('4', NULL, NULL, NULL)")
      // Closed by force, as a process that is killed does.
      try db.execute(sql: "ROLLBACK")
    }
    dying = nil
    try expectAlike(a, b)
    #expect(try b.rows("SELECT count(*), max(a) FROM note") == ["3|\"x\""])
  }

  @Test func twoReplicasOnOneFileTakeTheirTurns() throws {
    let other = try field.replica("a")
    for round in 0..<5 {
      try a.run("UPDATE note SET c = ? WHERE id = '1'", [round * 2])
      try other.run("UPDATE note SET c = ? WHERE id = '1'", [round * 2 + 1])
      try other.run("INSERT INTO note VALUES(?, 'other', NULL, NULL)", ["o\(round)"])
    }
    #expect(a.site == other.site)
    try expectAlike(a, b)
    #expect(try b.rows("SELECT c FROM note WHERE id = '1'") == ["9"])
    #expect(try b.conflicts().isEmpty)
    #expect(try other.digest(of: TestField.scope).holdings[a.site] == 16)
  }
}
