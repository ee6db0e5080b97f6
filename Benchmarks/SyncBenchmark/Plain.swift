import CSQLite

/// SQLite's C interface as the baseline is measured with: one prepared statement, reused.
final class Plain {
  let handle: OpaquePointer

  init(path: String, isDurable: Bool, schema: String) {
    var opened: OpaquePointer?
    guard sqlite3_open(path, &opened) == SQLITE_OK, let opened else { fatalError("cannot open \(path)") }
    handle = opened
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = \(isDurable ? "FULL" : "NORMAL"); PRAGMA cache_size = -65536")
    run(schema)
  }

  init(borrowing handle: OpaquePointer) { self.handle = handle }

  func close() { sqlite3_close(handle) }

  func run(_ sql: String) {
    var message: UnsafeMutablePointer<CChar>?
    if sqlite3_exec(handle, sql, nil, nil, &message) != SQLITE_OK { fatalError("\(sql): \(message.map { String(cString: $0) } ?? "")") }
  }

  func prepare(_ sql: String) -> OpaquePointer? {
    var statement: OpaquePointer?
    if sqlite3_prepare_v2(handle, sql, -1, &statement, nil) != SQLITE_OK {
      fatalError("\(sql): \(String(cString: sqlite3_errmsg(handle)))")
    }
    return statement
  }

  /// Steps and resets; parameters are bound by `bind`.
  func repeatedly<T>(_ sql: String, _ items: [T], _ bind: (OpaquePointer?, T) -> Void) {
    let statement = prepare(sql)
    defer { sqlite3_finalize(statement) }
    for item in items {
      bind(statement, item)
      let result = sqlite3_step(statement)
      if result != SQLITE_DONE { fatalError("\(sql): \(String(cString: sqlite3_errmsg(handle)))") }
      sqlite3_reset(statement)
    }
  }

  func number(_ sql: String) -> Int {
    let statement = prepare(sql)
    defer { sqlite3_finalize(statement) }
    return sqlite3_step(statement) == SQLITE_ROW ? Int(sqlite3_column_int64(statement, 0)) : 0
  }

  static func text(_ statement: OpaquePointer?, _ at: Int32, _ text: String) {
    var text = text
    text.withUTF8 { bytes in
      _ = sqlite3_bind_text(
        statement, at, UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), csqlite_transient())
    }
  }
}
