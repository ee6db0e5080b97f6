import CSQLite
import SyncCore

/// A row's key as bytes: the values of its key's columns, one after the other, each told apart by a tag (docs/storage-format.md §3).
///
/// The order of the bytes is the order in which row states are stored and digests computed; it need not be SQL's.
enum KeyCode {
  private static let null: UInt8 = 0
  private static let uuid: UInt8 = 1
  private static let text: UInt8 = 2
  private static let blob: UInt8 = 3
  private static let real: UInt8 = 4
  /// 8 to 16: an integer of 0 to 8 bytes, big-endian, its sign bit turned so that bytes compare as numbers do.
  private static let integer: UInt8 = 8

  static func append(_ value: Value, to key: inout [UInt8]) {
    switch value {
    case .null: key.append(null)
    case .integer(let n): append(integer: n, to: &key)
    case .real(let x): append(real: x, to: &key)
    case .text(let bytes): bytes.withUnsafeBytes { append(text: $0, to: &key) }
    case .blob(let bytes): bytes.withUnsafeBytes { append(blob: $0, to: &key) }
    }
  }

  static func append(integer n: Int64, to key: inout [UInt8]) {
    var size = 8
    // As few bytes as hold the number with its sign.
    while size > 0, size == 1 ? n == 0 : n >> (8 * (size - 1) - 1) == n >> 63 { size -= 1 }
    key.append(integer + UInt8(size))
    guard size > 0 else { return }
    for at in stride(from: size - 1, through: 0, by: -1) {
      let byte = UInt8(truncatingIfNeeded: n >> Int64(8 * at))
      key.append(at == size - 1 ? byte ^ 0x80 : byte)
    }
  }

  static func append(real x: Double, to key: inout [UInt8]) {
    key.append(real)
    for at in stride(from: 56, through: 0, by: -8) { key.append(UInt8(truncatingIfNeeded: x.bitPattern >> UInt64(at))) }
  }

  static func append(text bytes: UnsafeRawBufferPointer, to key: inout [UInt8]) {
    if bytes.count == UUIDText.length, let source = bytes.baseAddress {
      let isUUID = withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { packed in
        guard let target = packed.baseAddress, UUIDText.pack(source, into: target) else { return false }
        key.append(uuid)
        key.append(contentsOf: UnsafeRawBufferPointer(packed))
        return true
      }
      if isUUID { return }
    }
    key.append(text)
    append(counted: bytes, to: &key)
  }

  static func append(blob bytes: UnsafeRawBufferPointer, to key: inout [UInt8]) {
    key.append(blob)
    append(counted: bytes, to: &key)
  }

  private static func append(counted bytes: UnsafeRawBufferPointer, to key: inout [UInt8]) {
    var rest = bytes.count
    while rest >= 0x80 {
      key.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    key.append(UInt8(rest))
    key.append(contentsOf: bytes)
  }

  /// Appends a value of the row a statement stands on.
  static func append(_ statement: Statement, column at: Int32, to key: inout [UInt8]) {
    switch sqlite3_column_type(statement.handle, at) {
    case SQLITE_INTEGER: append(integer: statement.int(at), to: &key)
    case SQLITE_FLOAT: append(real: sqlite3_column_double(statement.handle, at), to: &key)
    case SQLITE_TEXT: append(text: statement.bytes(at), to: &key)
    case SQLITE_BLOB: append(blob: statement.bytes(at), to: &key)
    default: key.append(null)
    }
  }

  /// Appends a value of a column as read from a change.
  static func append(_ column: Column, row: Int, to key: inout [UInt8]) {
    switch column[row] {
    case .null: key.append(null)
    case .integer(let n): append(integer: n, to: &key)
    case .real(let x): append(real: x, to: &key)
    case .text(let range): column.heap.withUnsafeBytes { append(text: UnsafeRawBufferPointer(rebasing: $0[range]), to: &key) }
    case .blob(let range): column.heap.withUnsafeBytes { append(blob: UnsafeRawBufferPointer(rebasing: $0[range]), to: &key) }
    }
  }

  /// Binds a key's values to a statement's parameters, from the given number on.
  static func bind(_ key: [UInt8], to statement: Statement, from first: Int32) throws {
    if key.count == 17, key[0] == uuid {
      withUnsafeTemporaryAllocation(byteCount: UUIDText.length, alignment: 1) { text in
        key.withUnsafeBytes { if let from = $0.baseAddress, let to = text.baseAddress { UUIDText.unpack(from + 1, into: to) } }
        statement.bind(first, text: UnsafeRawBufferPointer(text))
      }
      return
    }
    for (at, value) in try values(of: key).enumerated() { statement.bind(first + Int32(at), value) }
  }

  /// The values behind a key.
  static func values(of key: [UInt8]) throws -> [Value] {
    var reader = ByteReader(key)
    var values: [Value] = []
    while !reader.isAtEnd {
      switch try reader.byte() {
      case null: values.append(.null)
      case uuid:
        let packed = Array(try reader.take(16))
        values.append(
          .text(
            [UInt8](unsafeUninitializedCapacity: UUIDText.length) { target, used in
              packed.withUnsafeBytes { if let from = $0.baseAddress, let to = target.baseAddress { UUIDText.unpack(from, into: to) } }
              used = UUIDText.length
            }))
      case text: values.append(.text(Array(try reader.string(upTo: key.count))))
      case blob: values.append(.blob(Array(try reader.string(upTo: key.count))))
      case real:
        var bits: UInt64 = 0
        for byte in try reader.take(8) { bits = bits << 8 | UInt64(byte) }
        values.append(.real(Double(bitPattern: bits)))
      case let tag where tag >= integer && tag <= integer + 8:
        let bytes = try reader.take(Int(tag - integer))
        guard let first = bytes.first else {
          values.append(.integer(0))
          continue
        }
        var n = Int64(Int8(bitPattern: first ^ 0x80))
        for byte in bytes.dropFirst() { n = n << 8 | Int64(byte) }
        values.append(.integer(n))
      default: throw SyncKitError(.damaged, ["key": "tag"])
      }
    }
    return values
  }
}

extension [UInt8] {
  /// Whether these bytes come before others.
  @inline(__always)
  func precedes(_ other: [UInt8]) -> Bool {
    let order = withUnsafeBytes { a in other.withUnsafeBytes { b in compare(a, b) } }
    return order < 0
  }
}

@inline(__always)
private func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
  let count = min(a.count, b.count)
  for at in 0..<count where a[at] != b[at] { return Int(a[at]) - Int(b[at]) }
  return a.count - b.count
}
