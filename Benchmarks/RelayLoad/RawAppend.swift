import CPostgres
import CSQLite
import Foundation
import SyncCore
import TestPostgres

/// A store without a relay: a table to which changesets' bytes are appended, in the quickest way that the store has.
protocol RawAppend {
  /// Appends changesets in one transaction.
  func commit(_ fragments: [Fragment]) throws
}

/// SQLite: one prepared statement of its C interface.
final class RawFile: RawAppend {
  private let database: OpaquePointer
  private var statement: OpaquePointer?

  init(_ file: URL) throws {
    var database: OpaquePointer?
    guard sqlite3_open(file.path, &database) == SQLITE_OK, let database else { throw LoadError("SQLite cannot open \(file.path)") }
    self.database = database
    try run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    try run("CREATE TABLE append(id INTEGER PRIMARY KEY, header BLOB NOT NULL, signature BLOB NOT NULL, body BLOB NOT NULL) STRICT")
    let insert = "INSERT INTO append(header, signature, body) VALUES (?, ?, ?)"
    guard sqlite3_prepare_v2(database, insert, -1, &statement, nil) == SQLITE_OK else { throw failure }
  }

  deinit {
    sqlite3_finalize(statement)
    sqlite3_close(database)
  }

  func commit(_ fragments: [Fragment]) throws {
    try run("BEGIN IMMEDIATE")
    for fragment in fragments {
      for part in fragment.parts {
        let step = fragment.header.withUnsafeBytes { header in
          fragment.signature.withUnsafeBytes { signature in
            part.withUnsafeBytes { body in
              for (at, bytes) in [(Int32(1), header), (2, signature), (3, body)] {
                sqlite3_bind_blob(statement, at, bytes.baseAddress, Int32(bytes.count), nil)
              }
              return sqlite3_step(statement)
            }
          }
        }
        guard step == SQLITE_DONE else { throw failure }
        sqlite3_reset(statement)
      }
    }
    try run("COMMIT")
  }

  private func run(_ sql: String) throws {
    guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else { throw failure }
  }

  private var failure: LoadError { LoadError(String(cString: sqlite3_errmsg(database))) }
}

/// PostgreSQL: binary COPY.
final class RawTable: RawAppend {
  private static let signature: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)

  private let connection: OpaquePointer

  init(_ server: PostgresServer) throws {
    guard let connection = PQconnectdb(server.url()) else { throw LoadError("libpq") }
    self.connection = connection
    guard PQstatus(connection) == CONNECTION_OK else { throw failure }
    let table = "CREATE TABLE append(id BIGSERIAL PRIMARY KEY, header BYTEA NOT NULL, signature BYTEA NOT NULL, body BYTEA NOT NULL)"
    let made = PQexec(connection, table)
    defer { PQclear(made) }
    guard PQresultStatus(made) == PGRES_COMMAND_OK else { throw failure }
  }

  deinit { PQfinish(connection) }

  func commit(_ fragments: [Fragment]) throws {
    PQclear(PQexec(connection, "COPY append(header, signature, body) FROM STDIN (FORMAT binary)"))
    var bytes = Self.signature
    for fragment in fragments {
      for part in fragment.parts {
        bytes += [0, 3]
        for field in [fragment.header, fragment.signature, part] {
          withUnsafeBytes(of: Int32(field.count).bigEndian) { bytes.append(contentsOf: $0) }
          bytes += field
        }
      }
    }
    bytes += [0xFF, 0xFF]
    let sent = bytes.withUnsafeBytes { PQputCopyData(connection, $0.bindMemory(to: CChar.self).baseAddress, Int32($0.count)) }
    guard sent == 1, PQputCopyEnd(connection, nil) == 1 else { throw failure }
    while let result = PQgetResult(connection) {
      defer { PQclear(result) }
      guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw failure }
    }
  }

  private var failure: LoadError { LoadError(String(cString: PQerrorMessage(connection))) }
}
