import CSQLite
import SyncCore

/// Rows that were inserted, in columns from the first: thousands pass through here in one transaction.
final class FreshFlush {
  /// A row that turned out to have a past: it was deleted once, and is written again.
  struct KnownRow {
    let scope: UInt32
    let key: [UInt8]
    let values: [Value]
  }

  /// A class, so that a row is added in place.
  private final class Batch {
    let scope: UInt32
    var group: ChangeGroupBuilder
    var keys: [[UInt8]] = []
    var isAscending = true

    init(_ scope: UInt32, _ shape: TableShape, _ written: [Int]) {
      self.scope = scope
      group = ChangeGroupBuilder(
        table: shape.name, isDeletion: false, isSettlement: false, columns: written.map { shape.columnNames[$0] }, keyNames: shape.keyNames)
    }
  }

  private let flush: Flush
  private let shape: TableShape
  /// The columns that are written, by their places, and those that are the word of others with what a new row has there.
  private let written: [Int]
  private let withheld: [(column: Int, standard: Value)]
  private var batches: [Batch] = []
  private var known: [KnownRow] = []

  init(_ flush: Flush, _ shape: TableShape) throws {
    self.flush = flush
    self.shape = shape
    let others = flush.engine.withheldColumns(of: shape)
    written = shape.columns.indices.filter { !others.contains($0) }
    withheld = try others.map { ($0, try flush.engine.standard(of: shape.columns[$0])) }
  }

  func append(_ statement: Statement) throws {
    let scope = try flush.scope(of: statement, shape)
    var at = batches.count - 1
    if at < 0 || batches[at].scope != scope {
      if let found = batches.firstIndex(where: { $0.scope == scope }) {
        at = found
      } else {
        batches.append(Batch(scope, shape, written))
        at = batches.count - 1
      }
    }
    for (column, standard) in withheld where statement.value(Int32(shape.key.count + column)) != standard {
      throw flush.engine.notAuthorised(shape.name, shape.columns[column].name)
    }
    let batch = batches[at]
    let isFull = try batch.group.append(statement, shape, written)
    let key = flush.key(of: statement, shape)
    if batch.isAscending, let last = batch.keys.last, !last.precedes(key) { batch.isAscending = false }
    batch.keys.append(key)
    if isFull { try end(at) }
  }

  /// Ends the table's inserts.
  /// - Returns: the rows that must be written as edits, since they have a past.
  func finish() throws -> [KnownRow] {
    for at in batches.indices where !batches[at].keys.isEmpty { try end(at) }
    return known.sorted { $0.scope != $1.scope ? $0.scope < $1.scope : $0.key.precedes($1.key) }
  }

  private func end(_ at: Int) throws {
    let scope = batches[at].scope
    let cursor = flush.engine.rows.cursor(scope: scope, table: shape.number)
    let writer = try flush.writer(scope)
    let order =
      batches[at].isAscending
      ? Array(batches[at].keys.indices) : batches[at].keys.indices.sorted { batches[at].keys[$0].precedes(batches[at].keys[$1]) }
    // A row with a past may not go as a new one: its author had read that past. It is rare enough to look first.
    var withPast: Set<Int> = []
    for place in order where try cursor.seek(batches[at].keys[place]) != nil { withPast.insert(place) }
    if !withPast.isEmpty { try takeOut(withPast, at) }
    if batches[at].group.rowCount > 0 {
      let first = try writer.add(batches[at].group)
      let keys = batches[at].keys
      let kept = withPast.isEmpty && batches[at].isAscending ? Array(keys.indices) : keys.indices.sorted { keys[$0].precedes(keys[$1]) }
      for place in kept {
        _ = try cursor.seek(keys[place])
        try cursor.put(keys[place], .untouched(RowState.Name(dot: writer.dot, index: UInt32(first + place))))
      }
      try cursor.finish()
    }
    batches[at] = Batch(scope, shape, written)
  }

  /// Moves rows out of a batch into `known`, by writing the batch and reading it back as columns.
  private func takeOut(_ places: Set<Int>, _ at: Int) throws {
    let batch = batches[at]
    var bytes = ByteWriter()
    for column in batch.group.keys + batch.group.values { column.write(to: &bytes) }
    var reader = ByteReader(bytes.bytes)
    var columns: [Column] = []
    for _ in 0..<(shape.key.count + written.count) { columns.append(try Column(reading: &reader, count: batch.keys.count)) }
    let rest = Batch(batch.scope, shape, written)
    for row in batch.keys.indices {
      if places.contains(row) {
        var values = Array(repeating: Value.null, count: shape.columns.count)
        for (at, column) in written.enumerated() { values[column] = columns[shape.key.count + at].value(row) }
        for (column, standard) in withheld { values[column] = standard }
        known.append(KnownRow(scope: batch.scope, key: batch.keys[row], values: values))
        continue
      }
      for column in shape.key.indices { rest.group.keys[column].append(columns[column].value(row)) }
      for at in written.indices { rest.group.values[at].append(columns[shape.key.count + at].value(row)) }
      rest.group.endRow(context: [])
      rest.keys.append(batch.keys[row])
    }
    rest.isAscending = batch.isAscending
    batches[at] = rest
  }
}

extension ChangeGroupBuilder {
  /// Adds the row that a statement stands on, key first.
  /// - Returns: whether there is no room for another: to ask a class's structure later would copy it.
  fileprivate mutating func append(_ statement: Statement, _ shape: TableShape, _ written: [Int]) throws -> Bool {
    for column in keys.indices { try keys[column].append(statement, Int32(column), of: shape) }
    for (at, column) in written.enumerated() {
      let place = Int32(keys.count + column)
      if columns[at].isIncrement, sqlite3_column_type(statement.handle, place) != SQLITE_INTEGER {
        throw SyncKitError(.notACounter, ["table": shape.name, "column": shape.columns[column].name])
      }
      try values[at].append(statement, place, of: shape)
    }
    endRow(context: [])
    return isFull
  }
}
