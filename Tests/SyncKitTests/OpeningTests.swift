import Foundation
import GRDB
import SyncCore
import SyncKit
import Testing

/// Files that cannot become replicas are refused with a code, and not a byte of them changes.
@Suite struct OpeningTests {
  private let field: TestField

  init() throws { field = try TestField() }

  private func make(_ sql: String) throws -> Data {
    let plain = try DatabaseQueue(path: field.path("a.sqlite"))
    try plain.writeWithoutTransaction { db in try db.execute(sql: sql) }
    try plain.close()
    return try Data(contentsOf: URL(fileURLWithPath: field.path("a.sqlite")))
  }

  private func expectRefused(_ code: SyncKitError.Code, _ before: Data, schema: [String] = []) throws -> SyncKitError? {
    let error = #expect(throws: SyncKitError.self) { try field.replica("a", schema: schema) }
    #expect(error?.code == code)
    #expect(try Data(contentsOf: URL(fileURLWithPath: field.path("a.sqlite"))) == before)
    return error
  }

  @Test(arguments: ["UTF-16le", "UTF-16be"])
  func anotherEncodingIsRefusedAndTheFileIsAsItWas(encoding: String) throws {
    let before = try make(
      """
      PRAGMA encoding = '\(encoding)'; CREATE TABLE note(id TEXT PRIMARY KEY NOT NULL, a TEXT, b TEXT, c INTEGER); \
      INSERT INTO note(id) VALUES('值')
      """
    )
    let error = try expectRefused(.unsuitableEncoding, before)
    #expect(error?.details["encoding"] == encoding)
    #expect(error?.details["path"] == field.path("a.sqlite"))
    #expect(!FileManager.default.fileExists(atPath: field.path("a.sqlite-wal")))
  }

  @Test func anotherEncodingInAWALIsRefused() throws {
    let plain = try DatabaseQueue(path: field.path("a.sqlite"))
    // What stands in the WAL alone counts: the file's own header says nothing yet.
    try plain.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA encoding = 'UTF-16'; CREATE TABLE x(y)")
    }
    let error = #expect(throws: SyncKitError.self) { try field.replica("a") }
    #expect(error?.code == .unsuitableEncoding)
    #expect(try plain.read { db in try db.tableExists("synckit_meta") } == false)
  }

  @Test func anotherProgramsFileIsAsItWas() throws {
    let before = try make("PRAGMA application_id = 42; CREATE TABLE x(y)")
    _ = try expectRefused(.notAReplica, before)
  }

  @Test func whatIsNoDatabaseIsAsItWas() throws {
    let before = Data("Dear diary, this is no database at all. ".utf8 + [UInt8](repeating: 46, count: 4096))
    try before.write(to: URL(fileURLWithPath: field.path("a.sqlite")))
    _ = try expectRefused(.notAReplica, before)
  }

  @Test(arguments: ["DELETE", "WAL"])
  func aNewerFormatIsRefusedAndTheFileIsAsItWas(journal: String) throws {
    do { try field.replica("a").run("INSERT INTO note(id) VALUES('1')") }
    let before = try make("PRAGMA journal_mode = \(journal); UPDATE synckit_meta SET value = 99 WHERE name = 'format'")
    let error = try expectRefused(.newerFormat, before)
    #expect(error?.details["format"] == "99")
  }

  @Test func aNewerFormatInAWALIsRefusedAndNothingIsWritten() throws {
    do { _ = try field.replica("a") }
    let plain = try DatabaseQueue(path: field.path("a.sqlite"))
    try plain.writeWithoutTransaction { db in try db.execute(sql: "UPDATE synckit_meta SET value = 99 WHERE name = 'format'") }
    let log = URL(fileURLWithPath: field.path("a.sqlite-wal"))
    let (before, logBefore) = (try Data(contentsOf: URL(fileURLWithPath: field.path("a.sqlite"))), try Data(contentsOf: log))
    _ = try expectRefused(.newerFormat, before)
    #expect(try Data(contentsOf: log) == logBefore)
  }

  @Test func anEmptyFileAndAPlainDatabaseBecomeReplicas() throws {
    try Data().write(to: URL(fileURLWithPath: field.path("a.sqlite")))
    _ = try field.replica("a")
    let plain = try DatabaseQueue(path: field.path("b.sqlite"))
    try plain.write { db in try db.execute(sql: "CREATE TABLE x(y)") }
    _ = try field.replica("b")
  }
}
