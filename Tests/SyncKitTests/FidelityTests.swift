import CSQLite
import Foundation
import GRDB
import SyncCore
import SyncKit
import Testing

/// Every value comes back bit for bit (I-17), wherever it has been.
@Suite struct FidelityTests {
  private static let texts: [[UInt8]] = [
    [], [0], Array("a\u{0}b".utf8), [0xff, 0xfe, 0x80], [0xc3], [0xed, 0xa0, 0x80], Array("𠮷𝄞👩‍👩‍👧".utf8), Array("值".utf8),
    Array(String(repeating: "长", count: 100_000).utf8),
    Array("2b1b1d1c-0000-7000-8000-000000000000".utf8),
  ]
  private static let values: [Value] =
    [
      .null, .integer(.max), .integer(.min), .integer(0), .integer(-1), .integer(1 << 53 + 1), .real(-0.0), .real(0), .real(.infinity),
      .real(-.infinity), .real(.leastNonzeroMagnitude), .real(.leastNormalMagnitude), .real(.greatestFiniteMagnitude), .real(1), .real(0.1),
      .real(1e15 + 0.5), .real(123_456.789), .blob([]), .blob([0]), .blob(Array(repeating: 0xab, count: 70_000)),
    ] + texts.map { .text($0) }

  private static func put(_ replica: Replica, _ sql: String, _ rows: [(String, Value)]) throws {
    try replica.write { db in
      var statement: OpaquePointer?
      sqlite3_prepare_v2(db.sqliteConnection, sql, -1, &statement, nil)
      defer { sqlite3_finalize(statement) }
      for (key, value) in rows {
        sqlite3_reset(statement)
        sqlite3_bind_text(statement, 1, key, -1, csqlite_transient())
        switch value {
        case .null: sqlite3_bind_null(statement, 2)
        case .integer(let n): sqlite3_bind_int64(statement, 2, n)
        case .real(let x): sqlite3_bind_double(statement, 2, x)
        case .text(let bytes):
          _ = bytes.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) {
              sqlite3_bind_text(statement, 2, $0.baseAddress ?? UnsafePointer(bitPattern: 1), Int32($0.count), csqlite_transient())
            }
          }
        case .blob(let bytes):
          _ = bytes.withUnsafeBytes {
            sqlite3_bind_blob(statement, 2, $0.baseAddress ?? UnsafeRawPointer(bitPattern: 1), Int32($0.count), csqlite_transient())
          }
        }
        #expect(sqlite3_step(statement) == SQLITE_DONE)
      }
    }
  }

  private static func get(_ replica: Replica) throws -> [String: Value] {
    try replica.read { db in
      var out: [String: Value] = [:]
      var statement: OpaquePointer?
      sqlite3_prepare_v2(db.sqliteConnection, "SELECT id, v FROM t", -1, &statement, nil)
      defer { sqlite3_finalize(statement) }
      while sqlite3_step(statement) == SQLITE_ROW {
        let bytes = UnsafeRawBufferPointer(start: sqlite3_column_blob(statement, 1), count: Int(sqlite3_column_bytes(statement, 1)))
        let key = String(cString: sqlite3_column_text(statement, 0))
        switch sqlite3_column_type(statement, 1) {
        case SQLITE_INTEGER: out[key] = .integer(sqlite3_column_int64(statement, 1))
        case SQLITE_FLOAT: out[key] = .real(sqlite3_column_double(statement, 1))
        case SQLITE_TEXT: out[key] = .text(Array(bytes))
        case SQLITE_BLOB: out[key] = .blob(Array(bytes))
        default: out[key] = .null
        }
      }
      return out
    }
  }

  @Test(arguments: ["v", "v ANY", "v REAL", "v INTEGER", "v TEXT", "v NUMERIC"])
  func everyValueComesBackBitForBit(column: String) throws {
    let field = try TestField()
    let (a, b) = try field.pair(.fixed("t"), "CREATE TABLE t(id TEXT PRIMARY KEY NOT NULL, \(column))")
    let rows = Self.values.enumerated().map { ("\($0)", $1) }
    try Self.put(a, "INSERT INTO t VALUES(?1, ?2)", rows)
    try a.exchange(with: b)
    #expect(try Self.get(a) == Self.get(b))
    if column == "v" { #expect(try Self.get(b) == Dictionary(uniqueKeysWithValues: rows)) }
    // Through edits, candidates, deletion and return.
    try Self.put(a, "UPDATE t SET v = ?2 WHERE id = ?1", rows.map { ($0.0, Self.values[((Int($0.0) ?? 0) + 3) % rows.count]) })
    try Self.put(b, "UPDATE t SET v = ?2 WHERE id = ?1", rows.map { ($0.0, Self.values[((Int($0.0) ?? 0) * 7 + 1) % rows.count]) })
    try a.exchange(with: b)
    #expect(try Self.get(a) == Self.get(b))
    #expect(try a.hex == b.hex)
    let open = try a.conflicts()
    #expect(try open.map(\.id) == b.conflicts().map(\.id))
    try a.settle(open.map { Settlement(conflict: $0.id, value: $0.candidates[1].value) }, reason: "the other")
    try a.run("DELETE FROM t WHERE id < '2'")
    try b.run("UPDATE t SET v = 'edited' WHERE id < '15'")
    try a.exchange(with: b)
    #expect(try Self.get(a) == Self.get(b))
    #expect(try a.hex == b.hex)
  }
}
