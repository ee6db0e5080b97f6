import Foundation
import GRDB
import SyncCore
import SyncKit
import Testing

/// Replicas of one small table in a temporary folder.
final class TestField {
  static let scope = ScopeID(literal: "case-1")
  let folder: URL
  let time = TestClock()

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("synckit-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func replica(_ name: String, tables: [SyncedTable]? = nil, schema: [String]? = nil, version: Int = 1) throws -> Replica {
    let time = time
    let configuration = ReplicaConfiguration(
      tables: tables ?? [SyncedTable("note", scope: .fixed(Self.scope))], author: name, schemaVersion: version, clock: { time.next() })
    return try Replica(path: folder.appendingPathComponent(name + ".sqlite").path, configuration: configuration) { migrator in
      for (at, sql) in (schema ?? ["CREATE TABLE note(id TEXT PRIMARY KEY NOT NULL, a TEXT, b TEXT, c INTEGER)"]).enumerated() {
        migrator.registerMigration("\(at)") { db in try db.execute(sql: sql) }
      }
    }
  }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
}

/// A clock that a test winds.
final class TestClock: @unchecked Sendable {
  private let lock = NSLock()
  private var now: Int64 = 1_760_000_000_000

  func next() -> Int64 {
    lock.withLock {
      now += 1
      return now
    }
  }
}

extension Replica {
  func run(_ sql: String, _ arguments: StatementArguments = []) throws {
    try write { db in try db.execute(sql: sql, arguments: arguments) }
  }

  func rows(_ sql: String) throws -> [String] {
    try read { db in try Row.fetchAll(db, sql: sql).map { row in row.databaseValues.map { "\($0)" }.joined(separator: "|") } }
  }

  @discardableResult
  func exchange(with other: Replica) throws -> ExchangeSummary {
    try sync(with: LocalTransport(other.exchangeStore), peer: other.site.description)
  }

  var hex: String { get throws { try digest(of: TestField.scope).hex } }
}

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
    for sql in ["INSERT INTO note(id) VALUES('2')", "UPDATE note SET c = 1", "DELETE FROM note", "DELETE FROM note WHERE id = '1'", "REPLACE INTO note(id) VALUES('1')"] {
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
