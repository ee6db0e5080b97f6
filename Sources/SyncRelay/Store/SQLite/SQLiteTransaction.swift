import CSQLite
import GRDB
import SyncCore

/// A transaction on one of the file's connections.
///
/// GRDB opens connections, begins and ends transactions and keeps the prepared statements; values go to SQLite and come from it without
/// becoming GRDB's in between, which costs as much again as an insertion.
struct SQLiteTransaction: StoreTransaction {
  private let db: Database

  init(_ db: Database) { self.db = db }

  /// One writes at a time.
  var forUpdate: String { "" }

  func rows(_ sql: String, _ values: [any StoreBindable]) throws -> [StoreRow] {
    var rows: [StoreRow] = []
    try forEach(sql, values) { rows.append($0) }
    return rows
  }

  /// Walks through rows that need not fit into memory.
  func forEach(_ sql: String, _ values: [any StoreBindable] = [], _ body: (StoreRow) throws -> Void) throws {
    let statement = try db.cachedStatement(sql: sql)
    let columns = StoreRow.Columns(statement.columnNames)
    let indices = 0..<Int32(columns.names.count)
    try run(statement.sqliteStatement, values) { handle in try body(StoreRow(columns, indices.map { StoreValue(handle, $0) })) }
  }

  func execute(_ sql: String, _ values: [any StoreBindable]) throws -> Int {
    try run(db.cachedStatement(sql: sql).sqliteStatement, values) { _ in }
    return db.changesCount
  }

  func insert(into table: String, _ columns: [String], _ rows: [[any StoreBindable]]) throws {
    if rows.isEmpty { return }
    let marks = columns.map { _ in "?" }.joined(separator: ", ")
    let statement = try db.cachedStatement(sql: "INSERT INTO \(table)(\(columns.joined(separator: ", "))) VALUES (\(marks))")
    for row in rows { try run(statement.sqliteStatement, row) { _ in } }
  }

  private func run(_ handle: OpaquePointer, _ values: [any StoreBindable], _ row: (OpaquePointer) throws -> Void) throws {
    guard Int(sqlite3_bind_parameter_count(handle)) == values.count else { throw RelayError(.damaged, "a statement's values") }
    defer { sqlite3_reset(handle) }
    for (index, value) in values.enumerated() { try check(value.storeValue.bind(handle, Int32(index) + 1)) }
    while true {
      let result = sqlite3_step(handle)
      if result == SQLITE_DONE { return }
      guard result == SQLITE_ROW else { return try check(result) }
      try row(handle)
    }
  }

  private func check(_ result: Int32) throws {
    guard result != SQLITE_OK else { return }
    throw DatabaseError(resultCode: ResultCode(rawValue: result), message: db.lastErrorMessage)
  }
}

extension StoreValue {
  fileprivate init(_ handle: OpaquePointer, _ column: Int32) {
    switch sqlite3_column_type(handle, column) {
    case SQLITE_NULL: self = .null
    case SQLITE_INTEGER: self = .integer(sqlite3_column_int64(handle, column))
    case SQLITE_BLOB:
      let bytes = sqlite3_column_blob(handle, column)
      self = .blob(Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column)))))
    default:
      // A text, or a number with a fraction as one: no column holds those, and whoever reads it finds something else than there should be.
      let bytes = sqlite3_column_text(handle, column)
      self = .text(String(decoding: UnsafeBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))), as: UTF8.self))
    }
  }

  /// - Returns: SQLite's result code.
  fileprivate func bind(_ handle: OpaquePointer, _ at: Int32) -> Int32 {
    switch self {
    case .null: return sqlite3_bind_null(handle, at)
    case .integer(let number): return sqlite3_bind_int64(handle, at, number)
    case .text(var text):
      return text.withUTF8 { bytes in
        // An empty text's pointer may be null, which would bind NULL.
        let start = bytes.baseAddress.map { UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self) } ?? UnsafePointer(bitPattern: 1)
        return sqlite3_bind_text64(handle, at, start, UInt64(bytes.count), csqlite_transient(), UInt8(SQLITE_UTF8))
      }
    case .blob(let bytes):
      return bytes.withUnsafeBytes {
        sqlite3_bind_blob64(handle, at, $0.baseAddress ?? UnsafeRawPointer(bitPattern: 1), UInt64($0.count), csqlite_transient())
      }
    }
  }
}
