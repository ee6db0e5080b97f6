import CSQLite
import Foundation

/// What is told of a file before it is opened as a replica, so that one which cannot become one stays as it is.
///
/// Opening alone turns a file to WAL, which another program may not expect.
struct FileExamination {
  private let path: String
  private let key: StorageKey?

  init(_ path: String, _ key: StorageKey? = nil) { (self.path, self.key) = (path, key) }

  func check() throws {
    guard let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int, size > 0 else { return }
    try checkProtection()
    var handle: OpaquePointer?
    defer { sqlite3_close_v2(handle) }
    // What cannot be told without writing, as after a crash or while another process writes, is told once the file is open.
    guard sqlite3_open_v2(try SealedFiles.name(of: path, key), &handle, SQLITE_OPEN_READONLY, nil) == SQLITE_OK, let handle else { return }
    let connection = Connection(handle)
    defer { connection.finalizeStatements() }
    if let encoding = try? text(connection, "PRAGMA encoding") { try Self.check(encoding: encoding, path: path) }
    guard let id = (try? text(connection, "PRAGMA application_id")).flatMap({ Int32($0) }) else { return }
    let known = try? text(connection, "SELECT count(*) FROM main.sqlite_schema WHERE name = 'synckit_meta'")
    if known == "0" { return try Self.check(applicationID: id, path: path) }
    let format = (try? text(connection, "SELECT value FROM main.synckit_meta WHERE name = 'format' AND value NOTNULL"))
      .flatMap { Int64($0) }
    if let format { try Self.check(format: format) }
  }

  /// A file that is not encrypted as it should be is neither read nor changed.
  private func checkProtection() throws {
    let beginning = FileHandle(forReadingAtPath: path)?.readData(ofLength: SealedHeader.byteCount) ?? Data()
    switch (SealedHeader.read(Array(beginning)), key) {
    case (.sealed(let header), let key?): if !header.fits(key) { throw SyncKitError(.wrongKey, ["path": path]) }
    case (.sealed, nil): throw SyncKitError(.isProtected, ["path": path])
    case (.newer(let version), _):
      throw SyncKitError(.newerFormat, ["format": String(version), "supported": String(SealedHeader.version)])
    case (.otherwise, nil): break
    case (.otherwise, _): throw SyncKitError(.notProtected, ["path": path])
    }
  }

  static func check(format: Int64) throws {
    guard format <= StorageFormat.version else {
      throw SyncKitError(.newerFormat, ["format": String(format), "supported": String(StorageFormat.version)])
    }
  }

  /// Texts are hashed, compared and sent as the bytes that SQLite stores.
  static func check(encoding: String, path: String) throws {
    guard encoding == "UTF-8" else { throw SyncKitError(.unsuitableEncoding, ["path": path, "encoding": encoding]) }
  }

  static func check(applicationID id: Int32, path: String) throws {
    guard id == 0 || id == Opening.applicationID else { throw SyncKitError(.notAReplica, ["path": path, "applicationID": String(id)]) }
  }

  private func text(_ connection: Connection, _ sql: String) throws -> String? {
    let ask = try connection.statement(sql)
    defer { ask.reset() }
    return try ask.step() ? String(cString: sqlite3_column_text(ask.handle, 0)) : nil
  }
}
