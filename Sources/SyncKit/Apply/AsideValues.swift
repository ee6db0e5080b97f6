import SyncCore

/// Values that have no place in the user's tables now: of deleted rows, which a concurrent edit may bring back, and of columns and
/// tables that this version of the application does not have yet. One packed record a row (docs/storage-format.md §5).
final class AsideValues {
  typealias Cells = [(column: UInt32, value: Value)]
  private let connection: Connection

  init(_ connection: Connection) { self.connection = connection }

  func cells(scope: UInt32, table: UInt32, key: [UInt8]) throws -> Cells {
    let find = try connection.statement(fixed: "SELECT cells FROM synckit_aside WHERE scope = ?1 AND tab = ?2 AND key = ?3")
    bind(find, scope, table, key)
    guard try find.step() else { return [] }
    defer { find.reset() }
    return try Self.unpack(find.blob(0))
  }

  /// Replaces what is kept of a row; nothing is kept of a row without cells.
  func put(_ cells: Cells, scope: UInt32, table: UInt32, key: [UInt8]) throws {
    guard !cells.isEmpty else {
      let remove = try connection.statement(fixed: "DELETE FROM synckit_aside WHERE scope = ?1 AND tab = ?2 AND key = ?3")
      bind(remove, scope, table, key)
      return try remove.run()
    }
    let put = try connection.statement(fixed: "INSERT OR REPLACE INTO synckit_aside VALUES(?1, ?2, ?3, ?4)")
    bind(put, scope, table, key)
    put.bind(4, blob: Self.pack(cells))
    try put.run()
  }

  /// Adds or replaces single cells of a row.
  func set(_ changes: Cells, scope: UInt32, table: UInt32, key: [UInt8]) throws {
    var cells = try cells(scope: scope, table: table, key: key)
    for change in changes {
      if let at = cells.firstIndex(where: { $0.column == change.column }) {
        cells[at] = change
      } else {
        cells.append(change)
      }
    }
    try put(cells, scope: scope, table: table, key: key)
  }

  private func bind(_ statement: Statement, _ scope: UInt32, _ table: UInt32, _ key: [UInt8]) {
    statement.bind(1, scope)
    statement.bind(2, table)
    statement.bind(3, blob: key)
  }

  private static func pack(_ cells: Cells) -> [UInt8] {
    var out = ByteWriter(reserving: 64)
    for (column, value) in cells {
      out.write(varint: UInt64(column))
      switch value {
      case .null: out.write(byte: 0)
      case .integer(let n):
        out.write(byte: 1)
        out.write(signed: n)
      case .real(let x):
        out.write(byte: 2)
        for shift in stride(from: 0, to: 64, by: 8) { out.write(byte: UInt8(truncatingIfNeeded: x.bitPattern >> UInt64(shift))) }
      case .text(let bytes):
        out.write(byte: 3)
        out.write(string: bytes)
      case .blob(let bytes):
        out.write(byte: 4)
        out.write(string: bytes)
      }
    }
    return out.bytes
  }

  private static func unpack(_ bytes: [UInt8]) throws -> Cells {
    var reader = ByteReader(bytes)
    var cells: Cells = []
    while !reader.isAtEnd {
      let column = UInt32(try reader.count(upTo: Int(UInt32.max)))
      switch try reader.byte() {
      case 0: cells.append((column, .null))
      case 1: cells.append((column, .integer(try reader.signed())))
      case 2:
        var bits: UInt64 = 0
        for (at, byte) in try reader.take(8).enumerated() { bits |= UInt64(byte) << UInt64(8 * at) }
        cells.append((column, .real(Double(bitPattern: bits))))
      case 3: cells.append((column, .text(Array(try reader.string(upTo: bytes.count)))))
      case 4: cells.append((column, .blob(Array(try reader.string(upTo: bytes.count)))))
      default: throw SyncKitError(.damaged, ["aside": "kind"])
      }
    }
    return cells
  }
}
