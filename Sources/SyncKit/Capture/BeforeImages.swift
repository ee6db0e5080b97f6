import CSQLite
import Foundation
import SyncCore

extension TableShape.Field {
  enum Number { case integer(Int64), real(Double) }

  /// A number that the preupdate hook has given; nil for anything else.
  ///
  /// The hook applies the affinity of another column where a table has no rowids or has virtual columns (SQLite 3.40: `aCol[iIdx]` in
  /// `sqlite3_preupdate_old`), so the column's own is applied again here.
  func number(_ value: OpaquePointer) -> Number? {
    switch sqlite3_value_type(value) {
    case SQLITE_INTEGER:
      let n = sqlite3_value_int64(value)
      return numbers == .reals ? .real(Double(n)) : .integer(n)
    case SQLITE_FLOAT:
      let x = sqlite3_value_double(value)
      if numbers == .integersIfExact, let n = Int64(exactly: x) { return .integer(n) }
      return .real(x)
    default: return nil
    }
  }
}

/// Old values of rows, packed one after the other: key columns, then the others.
///
/// The hook writes here at every first touch of a row, within the user's statement.
struct BeforeImages {
  private let arena = Arena(reserving: 1 << 12)

  func removeAll() { arena.removeAll() }

  /// Keeps one row's values.
  /// - Returns: where they begin.
  func append(_ fields: [TableShape.Field], _ value: (TableShape.Field) -> OpaquePointer?) -> Int {
    let start = arena.count
    for field in fields {
      if let found = value(field) { append(found, field) } else { append(kind: SQLITE_NULL) }
    }
    return start
  }

  private func append(_ value: OpaquePointer, _ field: TableShape.Field) {
    let kind = sqlite3_value_type(value)
    switch kind {
    case SQLITE_INTEGER, SQLITE_FLOAT:
      switch field.number(value) {
      case .integer(let n)?:
        append(kind: SQLITE_INTEGER)
        arena.append(UInt64(bitPattern: n))
      case .real(let x)?:
        append(kind: SQLITE_FLOAT)
        arena.append(x.bitPattern)
      case nil: append(kind: SQLITE_NULL)
      }
    case SQLITE_TEXT, SQLITE_BLOB:
      // Text as it lies there: only files in UTF-8 are opened.
      let start = sqlite3_value_blob(value)
      let count = start == nil ? 0 : Int(sqlite3_value_bytes(value))
      append(kind: kind)
      arena.append(UInt64(count))
      arena.append(UnsafeRawBufferPointer(start: start, count: count))
    default: append(kind: SQLITE_NULL)
    }
  }

  private func append(kind: Int32) { arena.append(UInt8(kind)) }

  /// Reads a row's old values one after the other. Good until the transaction ends or another row is kept.
  struct Reader {
    fileprivate var next: UnsafeRawPointer

    private mutating func kind() -> Int32 {
      defer { next += 1 }
      return Int32(next.load(as: UInt8.self))
    }

    private mutating func number() -> UInt64 {
      defer { next += 8 }
      return next.loadUnaligned(as: UInt64.self)
    }

    mutating func skip() {
      switch kind() {
      case SQLITE_INTEGER, SQLITE_FLOAT: next += 8
      case SQLITE_TEXT, SQLITE_BLOB:
        let count = Int(number())
        next += count
      default: break
      }
    }

    mutating func value() -> Value {
      let kind = kind()
      switch kind {
      case SQLITE_INTEGER: return .integer(Int64(bitPattern: number()))
      case SQLITE_FLOAT: return .real(Double(bitPattern: number()))
      case SQLITE_TEXT, SQLITE_BLOB:
        let count = Int(number())
        defer { next += count }
        let bytes = Array(UnsafeRawBufferPointer(start: next, count: count))
        return kind == SQLITE_TEXT ? .text(bytes) : .blob(bytes)
      default: return .null
      }
    }

    /// How a row's old value stands to the one that a statement's row has now. The hook tells NULL, too, of a column that was added with
    /// a default after the row was written.
    enum Comparison { case same, bothNull, changed, changedFromNull }

    /// Compares the next value with the one in a statement's row, without copying either.
    mutating func compare(_ statement: Statement, _ column: Int32) -> Comparison {
      let kind = kind()
      let isSameKind = sqlite3_column_type(statement.handle, column) == kind
      switch kind {
      case SQLITE_INTEGER:
        let old = Int64(bitPattern: number())
        return isSameKind && old == statement.int(column) ? .same : .changed
      case SQLITE_FLOAT:
        let old = number()
        return isSameKind && old == sqlite3_column_double(statement.handle, column).bitPattern ? .same : .changed
      case SQLITE_TEXT, SQLITE_BLOB:
        let count = Int(number())
        defer { next += count }
        guard isSameKind else { return .changed }
        let now = statement.bytes(column)
        guard now.count == count else { return .changed }
        guard count > 0, let start = now.baseAddress else { return .same }
        return memcmp(next, start, count) == 0 ? .same : .changed
      default: return isSameKind ? .bothNull : .changedFromNull
      }
    }
  }

  func reader(at start: Int) -> Reader { Reader(next: arena.pointer(at: start)) }
}
