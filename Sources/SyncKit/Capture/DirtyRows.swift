import CSQLite
import SyncCore

/// The rows of one table that the running transaction may have changed, with what they were before it.
///
/// A hint, not a record: the hook that fills it also sees what a rolled-back savepoint or a failed statement undoes. What was written
/// is decided when the transaction commits, by comparing each row as it then stands with what it was at first touch.
struct DirtyRows {
  /// A row that existed before: where its values stand in the arena.
  struct Touched {
    let rowid: Int64
    let key: [UInt8]
    /// Nil for a row of a table without rowids that was not there before.
    let before: Int?
  }

  /// Rowids that were inserted, as runs.
  private(set) var inserted: [ClosedRange<Int64>] = []
  private(set) var touched: [Touched] = []
  private var touchedRowids: Set<Int64> = []
  private var touchedKeys: Set<[UInt8]> = []
  private(set) var arena = BeforeImages()

  var isEmpty: Bool { inserted.isEmpty && touched.isEmpty }

  mutating func removeAll() {
    inserted.removeAll(keepingCapacity: true)
    touched.removeAll()
    touchedRowids.removeAll()
    touchedKeys.removeAll()
    arena.removeAll()
  }

  mutating func noteInsert(_ rowid: Int64) {
    if let last = inserted.last {
      if last.upperBound < rowid, last.upperBound == rowid &- 1 {
        inserted[inserted.count - 1] = last.lowerBound...rowid
        return
      }
      if last.contains(rowid) { return }
    }
    if !touchedRowids.isEmpty, touchedRowids.contains(rowid) { return }
    if inserted.count > 1, inserted.contains(where: { $0.contains(rowid) }) { return }
    inserted.append(rowid...rowid)
  }

  mutating func noteInserts(_ rowids: ClosedRange<Int64>) { inserted.append(rowids) }

  /// The inserted rowids, each once: a run may have grown over another that was used again, or over rows that were there before.
  func insertedRuns() -> [ClosedRange<Int64>] {
    guard inserted.count > 1 else { return inserted }
    var out: [ClosedRange<Int64>] = []
    for run in inserted.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = out.last, run.lowerBound <= last.upperBound {
        out[out.count - 1] = last.lowerBound...max(last.upperBound, run.upperBound)
      } else {
        out.append(run)
      }
    }
    return out
  }

  /// Whether a row among the inserted ones is looked at as one that was there before.
  func isTouched(_ rowid: Int64) -> Bool { !touchedRowids.isEmpty && touchedRowids.contains(rowid) }

  /// Whether this is the first touch of a row that existed before the transaction, so that its values must be kept.
  mutating func isFirstTouch(_ rowid: Int64) -> Bool {
    for run in inserted.reversed() where run.contains(rowid) { return false }
    return touchedRowids.insert(rowid).inserted
  }

  mutating func isFirstTouch(_ key: [UInt8]) -> Bool { touchedKeys.insert(key).inserted }

  mutating func noteTouch(rowid: Int64, key: [UInt8], before: Int?) {
    touched.append(Touched(rowid: rowid, key: key, before: before))
  }

  /// Keeps one row's old values; returns where.
  mutating func keep(_ shape: TableShape, old: (TableShape.Column) -> OpaquePointer?) -> Int { arena.append(shape, old) }
}

extension TableShape.Column {
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
struct BeforeImages {
  private var bytes: [UInt8] = []

  mutating func removeAll() { bytes.removeAll() }

  mutating func append(_ shape: TableShape, _ old: (TableShape.Column) -> OpaquePointer?) -> Int {
    let start = bytes.count
    for column in shape.key { append(old(column), column) }
    for column in shape.columns { append(old(column), column) }
    return start
  }

  private mutating func append(_ value: OpaquePointer?, _ column: TableShape.Column) {
    guard let value else { return bytes.append(UInt8(SQLITE_NULL)) }
    if let number = column.number(value) {
      switch number {
      case .integer(let n):
        bytes.append(UInt8(SQLITE_INTEGER))
        append(number: UInt64(bitPattern: n))
      case .real(let x):
        bytes.append(UInt8(SQLITE_FLOAT))
        append(number: x.bitPattern)
      }
      return
    }
    let kind = sqlite3_value_type(value)
    bytes.append(UInt8(kind))
    switch kind {
    case SQLITE_TEXT, SQLITE_BLOB:
      // For text this asks for UTF-8, whatever the database's encoding is.
      let start: UnsafeRawPointer? = kind == SQLITE_TEXT ? UnsafeRawPointer(sqlite3_value_text(value)) : sqlite3_value_blob(value)
      let count = Int(sqlite3_value_bytes(value))
      append(number: UInt64(count))
      if let start { bytes.append(contentsOf: UnsafeRawBufferPointer(start: start, count: count)) }
    default: break
    }
  }

  private mutating func append(number: UInt64) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Reads a row's old values one after the other.
  struct Reader {
    fileprivate let bytes: [UInt8]
    fileprivate var at: Int

    private mutating func number() -> UInt64 {
      defer { at += 8 }
      return bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: at, as: UInt64.self)) }
    }

    mutating func next() -> Value {
      let kind = Int32(bytes[at])
      at += 1
      switch kind {
      case SQLITE_INTEGER: return .integer(Int64(bitPattern: number()))
      case SQLITE_FLOAT: return .real(Double(bitPattern: number()))
      case SQLITE_TEXT, SQLITE_BLOB:
        let count = Int(number())
        defer { at += count }
        let value = Array(bytes[at..<at + count])
        return kind == SQLITE_TEXT ? .text(value) : .blob(value)
      default: return .null
      }
    }

    /// Reads the next value and says whether it equals the one in a statement's row, without copying either.
    mutating func nextEquals(_ statement: Statement, _ column: Int32) -> Bool {
      let kind = Int32(bytes[at])
      at += 1
      let isSameKind = sqlite3_column_type(statement.handle, column) == kind
      switch kind {
      case SQLITE_INTEGER:
        let old = Int64(bitPattern: number())
        return isSameKind && old == statement.int(column)
      case SQLITE_FLOAT:
        let old = number()
        return isSameKind && old == sqlite3_column_double(statement.handle, column).bitPattern
      case SQLITE_TEXT, SQLITE_BLOB:
        let count = Int(number())
        defer { at += count }
        guard isSameKind else { return false }
        let now = statement.bytes(column)
        guard now.count == count else { return false }
        guard count > 0, let start = now.baseAddress else { return true }
        return bytes.withUnsafeBytes { memoryEquals($0.baseAddress, at, start, count) }
      default: return isSameKind
      }
    }
  }

  func reader(at start: Int) -> Reader { Reader(bytes: bytes, at: start) }
}

@inline(__always)
private func memoryEquals(_ a: UnsafeRawPointer?, _ offset: Int, _ b: UnsafeRawPointer, _ count: Int) -> Bool {
  guard let a else { return false }
  for at in 0..<count where a.load(fromByteOffset: offset + at, as: UInt8.self) != b.load(fromByteOffset: at, as: UInt8.self) {
    return false
  }
  return true
}
