import CSQLite
import SyncCore

/// Decoded rows on their way into a user's table, as a virtual table: one INSERT … SELECT puts thousands in place without binding
/// a parameter for each value.
final class IncomingRows {
  static let tableName = "synckit_incoming"
  /// How many columns the virtual table has; a wider user's table is filled row by row.
  static let columnCount = 256

  fileprivate(set) var columns: [Column] = []
  /// The rows to give, as places in the columns, in the order in which to give them.
  fileprivate(set) var order: [Int32] = []

  /// Runs `body` while the virtual table shows these rows.
  func showing<T>(_ columns: [Column], order: [Int32], _ body: () throws -> T) rethrows -> T {
    self.columns = columns
    self.order = order
    defer {
      self.columns = []
      self.order = []
    }
    return try body()
  }
}

enum IncomingModule {
  private struct Table {
    var base = sqlite3_vtab()
    var engine: UnsafeMutableRawPointer?
  }

  private struct Cursor {
    var base = sqlite3_vtab_cursor()
    var at = 0
  }

  /// SQLite keeps the pointer for as long as any connection lives: it is never freed.
  nonisolated(unsafe) static let module: UnsafePointer<sqlite3_module> = {
    let module = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
    module.initialize(to: sqlite3_module())
    module.pointee.iVersion = 1
    module.pointee.xConnect = { handle, context, _, _, table, _ in
      let columns = (0..<IncomingRows.columnCount).map { "c\($0)" }.joined(separator: ",")
      let result = sqlite3_declare_vtab(handle, "CREATE TABLE x(\(columns))")
      guard result == SQLITE_OK else { return result }
      let made = UnsafeMutablePointer<Table>.allocate(capacity: 1)
      made.initialize(to: Table(engine: context))
      table?.pointee = UnsafeMutableRawPointer(made).assumingMemoryBound(to: sqlite3_vtab.self)
      return SQLITE_OK
    }
    module.pointee.xDisconnect = { table in
      if let table { UnsafeMutableRawPointer(table).assumingMemoryBound(to: Table.self).deallocate() }
      return SQLITE_OK
    }
    module.pointee.xBestIndex = { _, info in
      info?.pointee.estimatedRows = 10_000
      return SQLITE_OK
    }
    module.pointee.xOpen = { _, cursor in
      let made = UnsafeMutablePointer<Cursor>.allocate(capacity: 1)
      made.initialize(to: Cursor())
      cursor?.pointee = UnsafeMutableRawPointer(made).assumingMemoryBound(to: sqlite3_vtab_cursor.self)
      return SQLITE_OK
    }
    module.pointee.xClose = { cursor in
      if let cursor { UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: Cursor.self).deallocate() }
      return SQLITE_OK
    }
    module.pointee.xFilter = { cursor, _, _, _, _ in
      if let cursor { state(cursor).pointee.at = 0 }
      return SQLITE_OK
    }
    module.pointee.xNext = { cursor in
      if let cursor { state(cursor).pointee.at += 1 }
      return SQLITE_OK
    }
    module.pointee.xEof = { cursor in
      guard let cursor else { return 1 }
      return state(cursor).pointee.at >= rows(cursor).order.count ? 1 : 0
    }
    module.pointee.xColumn = { cursor, context, column in
      guard let cursor else { return SQLITE_MISUSE }
      let rows = rows(cursor)
      guard column < rows.columns.count else {
        sqlite3_result_null(context)
        return SQLITE_OK
      }
      give(rows.columns[Int(column)], row: Int(rows.order[state(cursor).pointee.at]), to: context)
      return SQLITE_OK
    }
    module.pointee.xRowid = { cursor, rowid in
      if let cursor { rowid?.pointee = Int64(state(cursor).pointee.at) }
      return SQLITE_OK
    }
    return UnsafePointer(module)
  }()

  private static func state(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>) -> UnsafeMutablePointer<Cursor> {
    UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: Cursor.self)
  }

  private static func rows(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>) -> IncomingRows {
    // The engine outlives its connection's statements, and a cursor always has its table.
    let table = UnsafeMutableRawPointer(cursor.pointee.pVtab).assumingMemoryBound(to: Table.self)
    return Unmanaged<Engine>.fromOpaque(table.pointee.engine.unsafelyUnwrapped)._withUnsafeGuaranteedRef { $0.incoming }
  }

  private static func give(_ column: Column, row: Int, to context: OpaquePointer?) {
    switch column[row] {
    case .null: sqlite3_result_null(context)
    case .integer(let n): sqlite3_result_int64(context, n)
    case .real(let x): sqlite3_result_double(context, x)
    case .text(let range):
      column.heap.withUnsafeBytes { heap in
        // Copied by SQLite: the array may move once this returns.
        let start = heap.baseAddress.map { ($0 + range.lowerBound).assumingMemoryBound(to: CChar.self) }
        sqlite3_result_text64(
          context, start ?? UnsafePointer<CChar>(bitPattern: 1), UInt64(range.count), csqlite_transient(), UInt8(SQLITE_UTF8))
      }
    case .blob(let range):
      column.heap.withUnsafeBytes { heap in
        sqlite3_result_blob64(
          context, heap.baseAddress.map { $0 + range.lowerBound } ?? UnsafeRawPointer(bitPattern: 1), UInt64(range.count),
          csqlite_transient())
      }
    }
  }
}
