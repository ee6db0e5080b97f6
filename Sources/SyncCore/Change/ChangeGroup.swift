/// Rows of one table that were written alike: the same columns, of the same kind. The unit in which changes are encoded.
public struct ChangeGroup: Sendable {
  /// A written column, and whether its values are increments of a counter.
  public struct ColumnName: Hashable, Sendable {
    public let name: String
    public let isIncrement: Bool

    public init(name: String, isIncrement: Bool) {
      self.name = name
      self.isIncrement = isIncrement
    }
  }

  /// How the rows are named.
  public enum Keys: Sendable {
    /// By the values of their key columns.
    case values(names: [String], columns: [Column])
    /// By the changeset that first named each by value, and its place there.
    case names([RowState.Name])
  }

  /// A candidate that a write leaves alone: the row's place in the group, the column's place in it (nil: the row's existence).
  public struct Spared: Hashable, Sendable {
    public let row: Int
    public let column: Int?
    public let dot: LocalDot
  }

  public let table: String
  public let isDeletion: Bool
  /// Whether the rows' conflicts were settled by this write: for history to tell.
  public let isSettlement: Bool
  public let columns: [ColumnName]
  public let rowCount: Int
  /// The place of the group's first row in the whole changeset.
  public let firstIndex: Int
  public let keys: Keys
  /// The different contexts of the rows, and for each row which of them is its own (empty: all have the first).
  public let contexts: [[LocalDot]]
  public let contextOfRow: [Int32]
  public let spared: [Spared]
  /// The values, a column for each of ``columns``. Empty when only the structure was read.
  public let values: [Column]

  /// What the author had read of a row.
  public func context(ofRow row: Int) -> [LocalDot] { contexts[contextOfRow.isEmpty ? 0 : Int(contextOfRow[row])] }
}

/// A group being collected.
public struct ChangeGroupBuilder: Sendable {
  public let table: String
  public let isDeletion: Bool
  public let isSettlement: Bool
  public let columns: [ChangeGroup.ColumnName]
  public let keyNames: [String]
  /// The key's columns, when the rows are named by value.
  public var keys: [ColumnBuilder]
  public var values: [ColumnBuilder]

  public private(set) var rowCount = 0
  private var names: [RowState.Name] = []
  private var contexts: [[LocalDot]] = []
  private var contextOfRow: [Int32] = []
  private var spared: [(row: Int, column: Int?, dot: LocalDot)] = []

  /// - Parameters:
  ///   - table: the rows' table.
  ///   - isDeletion: whether the rows are deleted.
  ///   - isSettlement: whether the write settles the rows' conflicts.
  ///   - columns: the columns written.
  ///   - keyNames: the names of the key's columns when rows are named by value; empty when by name.
  public init(table: String, isDeletion: Bool, isSettlement: Bool, columns: [ChangeGroup.ColumnName], keyNames: [String]) {
    self.table = table
    self.isDeletion = isDeletion
    self.isSettlement = isSettlement
    self.columns = columns
    self.keyNames = keyNames
    keys = keyNames.map { _ in ColumnBuilder() }
    values = columns.map { _ in ColumnBuilder() }
  }

  /// About how many bytes the rows take before compression.
  public var byteCount: Int { keys.reduce(0) { $0 + $1.byteCount } + values.reduce(0) { $0 + $1.byteCount } + names.count * 4 }

  /// Whether the group has as many rows or bytes as one may.
  public var isFull: Bool { rowCount >= Limits.partRows || byteCount >= Limits.partTargetBytes }

  /// Ends a row whose key's and columns' values have been appended to ``keys`` and ``values``.
  /// - Parameters:
  ///   - name: the row's name, when the group names its rows so.
  ///   - context: what the author had read of the row.
  ///   - spared: candidates left alone; `column` is a place in ``columns``, nil for the row's existence.
  public mutating func endRow(name: RowState.Name? = nil, context: [LocalDot], spared: [(column: Int?, dot: LocalDot)] = []) {
    if let name { names.append(name) }
    if let last = contextOfRow.last, contexts[Int(last)] == context {
      contextOfRow.append(last)
    } else if let known = contexts.suffix(16).firstIndex(of: context) {
      contextOfRow.append(Int32(known))
    } else {
      contextOfRow.append(Int32(contexts.count))
      contexts.append(context)
    }
    for entry in spared { self.spared.append((rowCount, entry.column, entry.dot)) }
    rowCount += 1
  }

  /// Whether the rows are new and a column of them, by its place, says nothing.
  func saysNothing(of column: Int) -> Bool { contexts.allSatisfy(\.isEmpty) && values[column].isNull }

  func write(structure out: inout ByteWriter, values valuesOut: inout ByteWriter, siteIndex: (UInt32) -> UInt64) {
    out.write(string: table.utf8)
    out.write(byte: (isDeletion ? 1 : 0) | (isSettlement ? 2 : 0))
    out.write(varint: UInt64(columns.count))
    for column in columns {
      out.write(string: column.name.utf8)
      out.write(byte: column.isIncrement ? 1 : 0)
    }
    out.write(varint: UInt64(rowCount))
    if keyNames.isEmpty {
      out.write(byte: 1)
      writeNames(to: &out, siteIndex)
    } else {
      out.write(byte: 0)
      out.write(varint: UInt64(keyNames.count))
      for (name, key) in zip(keyNames, keys) {
        out.write(string: name.utf8)
        key.write(to: &out)
      }
    }
    out.write(varint: UInt64(contexts.count))
    for context in contexts {
      out.write(varint: UInt64(context.count))
      for dot in context { Self.write(dot, to: &out, siteIndex) }
    }
    if contexts.count > 1 { Self.writeRuns(contextOfRow.map { UInt64($0) }, to: &out) }
    out.write(varint: UInt64(spared.count))
    for entry in spared {
      out.write(varint: UInt64(entry.row))
      out.write(varint: UInt64(entry.column.map { $0 + 1 } ?? 0))
      Self.write(entry.dot, to: &out, siteIndex)
    }
    for column in values { column.write(to: &valuesOut) }
  }

  private func writeNames(to out: inout ByteWriter, _ siteIndex: (UInt32) -> UInt64) {
    var runs: [(dot: LocalDot, count: UInt64)] = []
    for name in names {
      if let last = runs.last, last.dot == name.dot { runs[runs.count - 1].count += 1 } else { runs.append((name.dot, 1)) }
    }
    out.write(varint: UInt64(runs.count))
    for run in runs {
      out.write(varint: run.count)
      Self.write(run.dot, to: &out, siteIndex)
    }
    var last: Int64 = 0
    for name in names {
      out.write(signed: Int64(name.index) - last)
      last = Int64(name.index)
    }
  }

  private static func write(_ dot: LocalDot, to out: inout ByteWriter, _ siteIndex: (UInt32) -> UInt64) {
    out.write(varint: siteIndex(dot.site))
    out.write(varint: dot.seq)
  }

  private static func writeRuns(_ values: [UInt64], to out: inout ByteWriter) {
    var runs: [(value: UInt64, count: UInt64)] = []
    for value in values {
      if let last = runs.last, last.value == value { runs[runs.count - 1].count += 1 } else { runs.append((value, 1)) }
    }
    out.write(varint: UInt64(runs.count))
    for run in runs {
      out.write(varint: run.count)
      out.write(varint: run.value)
    }
  }
}
