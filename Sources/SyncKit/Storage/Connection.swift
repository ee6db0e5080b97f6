import CSQLite
import SyncCore

/// SQLite's own interface over a connection that GRDB opened: prepared statements kept for reuse, nothing else.
///
/// The engine works beneath GRDB, inside its transactions, where each row must cost next to nothing.
/// Not thread-safe: used only where the connection is.
final class Connection {
  let handle: OpaquePointer
  private var cache: [String: Statement] = [:]
  /// Those whose text is a literal, by the literal's address: found without reading the text.
  private var fixed: [UnsafeRawPointer: Statement] = [:]

  init(_ handle: OpaquePointer) { self.handle = handle }

  /// The statement for this text, prepared once and reset.
  func statement(_ sql: String) throws -> Statement {
    if let known = cache[sql] {
      known.reset()
      return known
    }
    let made = try Statement(sql, on: self)
    cache[sql] = made
    return made
  }

  /// The statement for a text that is written in the code, for those that run for each transaction or row.
  func statement(fixed sql: StaticString) throws -> Statement {
    let address = UnsafeRawPointer(sql.utf8Start)
    if let known = fixed[address] {
      known.reset()
      return known
    }
    let made = try Statement(sql.description, on: self)
    fixed[address] = made
    return made
  }

  func execute(_ sql: String) throws {
    let result = sqlite3_exec(handle, sql, nil, nil, nil)
    if result != SQLITE_OK { throw error(result) }
  }

  /// Lets go of all statements, so that the connection can close.
  func finalizeStatements() {
    for statement in cache.values { statement.finalize() }
    for statement in fixed.values { statement.finalize() }
    cache.removeAll()
    fixed.removeAll()
  }

  var changes: Int { Int(sqlite3_changes(handle)) }
  var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  func error(_ result: Int32) -> SyncKitError {
    let message = String(cString: sqlite3_errmsg(handle))
    return SyncKitError(.ofFile(result) ?? .sqlite, ["code": String(result), "message": message])
  }
}

extension SyncKitError.Code {
  /// What a result of SQLite, extended, says of the file and its disk; nil when it is about something else.
  static func ofFile(_ result: Int32) -> Self? {
    // The shared memory of the write-ahead log cannot grow: no room either, though SQLite calls it an I/O error.
    if result == SQLITE_IOERR | 19 << 8 { return .diskFull }
    // A page of an encrypted file that is not what was written there.
    if result == SQLITE_IOERR | 32 << 8 { return .damaged }
    return switch result & 0xff {
    case SQLITE_FULL: .diskFull
    case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM: .readOnly
    case SQLITE_NOTADB: .notAReplica
    case SQLITE_CORRUPT: .damaged
    case SQLITE_IOERR: .sqlite
    default: nil
    }
  }
}

/// One prepared statement.
final class Statement {
  private(set) var handle: OpaquePointer?
  private unowned let connection: Connection

  fileprivate init(_ sql: String, on connection: Connection) throws {
    self.connection = connection
    let result = sqlite3_prepare_v3(connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
    if result != SQLITE_OK { throw connection.error(result) }
  }

  deinit { finalize() }

  func finalize() {
    sqlite3_finalize(handle)
    handle = nil
  }

  func reset() { sqlite3_reset(handle) }

  /// Advances to the next row; false at the end, after which the statement is reset.
  func step() throws -> Bool {
    let result = sqlite3_step(handle)
    if result == SQLITE_ROW { return true }
    sqlite3_reset(handle)
    if result == SQLITE_DONE { return false }
    throw connection.error(result)
  }

  /// Runs a statement that returns nothing.
  func run() throws { while try step() {} }

  // MARK: Parameters, counted from 1

  func bind(_ at: Int32, _ value: Int64) { sqlite3_bind_int64(handle, at, value) }
  func bind(_ at: Int32, _ value: Int) { sqlite3_bind_int64(handle, at, Int64(value)) }
  func bind(_ at: Int32, _ value: UInt32) { sqlite3_bind_int64(handle, at, Int64(value)) }
  func bind(_ at: Int32, _ value: UInt64) { sqlite3_bind_int64(handle, at, Int64(bitPattern: value)) }
  func bind(_ at: Int32, _ text: String) { sqlite3_bind_text(handle, at, text, -1, csqlite_transient()) }

  func bind(_ at: Int32, blob: [UInt8]) {
    blob.withUnsafeBytes {
      _ = sqlite3_bind_blob64(handle, at, $0.baseAddress ?? UnsafeRawPointer(bitPattern: 1), UInt64($0.count), csqlite_transient())
    }
  }

  func bind(_ at: Int32, _ value: Value) {
    switch value {
    case .null: sqlite3_bind_null(handle, at)
    case .integer(let n): sqlite3_bind_int64(handle, at, n)
    case .real(let x): sqlite3_bind_double(handle, at, x)
    case .text(let bytes): bytes.withUnsafeBytes { bind(at, text: $0) }
    case .blob(let bytes): bind(at, blob: bytes)
    }
  }

  func bind(_ at: Int32, text bytes: UnsafeRawBufferPointer) {
    let text = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
    sqlite3_bind_text64(handle, at, text ?? Self.emptyText, UInt64(bytes.count), csqlite_transient(), UInt8(SQLITE_UTF8))
  }

  /// Something to point at for a text of no bytes: a null pointer would bind NULL.
  private static var emptyText: UnsafePointer<CChar>? { UnsafePointer(bitPattern: 1) }

  /// Binds a value of a column as read from a change.
  func bind(_ at: Int32, _ column: Column, row: Int) {
    switch column[row] {
    case .null: sqlite3_bind_null(handle, at)
    case .integer(let n): sqlite3_bind_int64(handle, at, n)
    case .real(let x): sqlite3_bind_double(handle, at, x)
    case .text(let range): column.heap.withUnsafeBytes { bind(at, text: UnsafeRawBufferPointer(rebasing: $0[range])) }
    case .blob(let range):
      column.heap.withUnsafeBytes { heap in
        let start = heap.baseAddress.map { $0 + range.lowerBound } ?? UnsafeRawPointer(bitPattern: 1)
        _ = sqlite3_bind_blob64(handle, at, start, UInt64(range.count), csqlite_transient())
      }
    }
  }

  // MARK: Columns, counted from 0

  func int(_ at: Int32) -> Int64 { sqlite3_column_int64(handle, at) }
  func isNull(_ at: Int32) -> Bool { sqlite3_column_type(handle, at) == SQLITE_NULL }
  func string(_ at: Int32) -> String { String(decoding: bytes(at), as: UTF8.self) }

  func bytes(_ at: Int32) -> UnsafeRawBufferPointer {
    let start = sqlite3_column_blob(handle, at)
    return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, at)))
  }

  func blob(_ at: Int32) -> [UInt8] { [UInt8](bytes(at)) }

  func value(_ at: Int32) -> Value {
    switch sqlite3_column_type(handle, at) {
    case SQLITE_INTEGER: .integer(sqlite3_column_int64(handle, at))
    case SQLITE_FLOAT: .real(sqlite3_column_double(handle, at))
    case SQLITE_TEXT: .text(blob(at))
    case SQLITE_BLOB: .blob(blob(at))
    default: .null
    }
  }
}

extension String {
  /// The name as SQL writes it, whatever characters it has.
  var quotedIdentifier: String {
    // Nearly always: statements' texts are made for each group of rows that is applied.
    if !utf8.contains(UInt8(ascii: "\"")) { return "\"" + self + "\"" }
    var out = "\""
    for character in self.unicodeScalars {
      if character == "\"" { out += "\"" }
      out.unicodeScalars.append(character)
    }
    return out + "\""
  }
}
