import CSQLite
import SyncCore

/// The groups in which one table's edits are being collected: one for each set of columns, and one for deletions.
struct EditGroups {
  private struct Open {
    let columns: [Int]
    let isDeletion: Bool
    let isNamed: Bool
    var group: ChangeGroupBuilder
  }

  private let shape: TableShape
  private var open: [Open] = []
  /// Neighbouring rows are nearly always written alike.
  private var last = 0

  init(_ shape: TableShape) { self.shape = shape }

  /// The place of the group for a kind of write.
  /// - Parameters:
  ///   - columns: the places of the columns written.
  ///   - isNamed: whether the rows are named by the changeset that made them, not by their keys' values.
  ///   - full: takes a group that has no more room, before another takes its place.
  mutating func place(
    columns: [Int], isDeletion: Bool, isNamed: Bool, full: (ChangeGroupBuilder) throws -> Void
  ) rethrows -> Int {
    func fits(_ at: Int) -> Bool {
      open[at].isNamed == isNamed && open[at].isDeletion == isDeletion && open[at].columns == columns
    }
    if last >= open.count || !fits(last) { last = open.indices.first(where: fits) ?? open.count }
    if last < open.count, !open[last].group.isFull { return last }
    let made = Open(
      columns: columns, isDeletion: isDeletion, isNamed: isNamed,
      group: ChangeGroupBuilder(
        table: shape.name, isDeletion: isDeletion, isSettlement: false, columns: columns.map { shape.columnNames[$0] },
        keyNames: isNamed ? [] : shape.keyNames))
    if last < open.count {
      try full(open[last].group)
      open[last] = made
    } else {
      open.append(made)
    }
    return last
  }

  /// Adds a row whose values are those of the row that a statement stands on.
  mutating func append(to at: Int, _ now: Statement, name: RowState.Name, context: [LocalDot]) throws {
    for (value, column) in open[at].columns.enumerated() {
      try open[at].group.values[value].append(now, Int32(shape.key.count + column), of: shape)
    }
    open[at].group.endRow(name: name, context: context)
  }

  /// Adds a row.
  /// - Parameter name: the row's name, in a group whose rows are named so; otherwise its key is written.
  mutating func append(
    to at: Int, key: [UInt8], name: RowState.Name, values: [Value], context: [LocalDot], spared: [(column: Int?, dot: LocalDot)]
  ) throws {
    let isNamed = open[at].isNamed
    if !isNamed {
      for (column, value) in try KeyCode.values(of: key).enumerated() { open[at].group.keys[column].append(value) }
    }
    for (column, value) in values.enumerated() { open[at].group.values[column].append(value) }
    open[at].group.endRow(name: isNamed ? name : nil, context: context, spared: spared)
  }

  /// Hands over every group.
  mutating func finish(_ take: (ChangeGroupBuilder) throws -> Void) rethrows {
    for open in open where open.group.rowCount > 0 { try take(open.group) }
    open.removeAll()
    last = 0
  }
}

extension ColumnBuilder {
  /// Appends a value of the row that a statement stands on.
  mutating func append(_ statement: Statement, _ at: Int32, of shape: TableShape) throws {
    switch sqlite3_column_type(statement.handle, at) {
    case SQLITE_INTEGER: append(integer: statement.int(at))
    case SQLITE_FLOAT: append(real: sqlite3_column_double(statement.handle, at))
    case SQLITE_TEXT: append(text: try Engine.checked(statement.bytes(at), shape))
    case SQLITE_BLOB: append(blob: try Engine.checked(statement.bytes(at), shape))
    default: appendNull()
    }
  }
}

extension Engine {
  /// Lets a value through that may be synced.
  static func checked(_ bytes: UnsafeRawBufferPointer, _ shape: TableShape) throws -> UnsafeRawBufferPointer {
    guard bytes.count <= valueBytes else { throw SyncKitError(.valueTooLarge, ["table": shape.name, "bytes": String(bytes.count)]) }
    return bytes
  }
}
