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

    init(_ scope: UInt32, _ shape: TableShape) {
      self.scope = scope
      group = ChangeGroupBuilder(
        table: shape.name, isDeletion: false, isSettlement: false, columns: shape.columnNames, keyNames: shape.keyNames)
    }
  }

  private let flush: Flush
  private let shape: TableShape
  private var batches: [Batch] = []
  private var known: [KnownRow] = []

  init(_ flush: Flush, _ shape: TableShape) {
    self.flush = flush
    self.shape = shape
  }

  func append(_ statement: Statement) throws {
    let scope = try flush.scope(of: statement, shape)
    var at = batches.count - 1
    if at < 0 || batches[at].scope != scope {
      if let found = batches.firstIndex(where: { $0.scope == scope }) {
        at = found
      } else {
        batches.append(Batch(scope, shape))
        at = batches.count - 1
      }
    }
    let batch = batches[at]
    let isFull = try batch.group.append(statement, shape)
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
    batches[at] = Batch(scope, shape)
  }

  /// Moves rows out of a batch into `known`, by writing the batch and reading it back as columns.
  private func takeOut(_ places: Set<Int>, _ at: Int) throws {
    let batch = batches[at]
    var bytes = ByteWriter()
    for column in batch.group.keys + batch.group.values { column.write(to: &bytes) }
    var reader = ByteReader(bytes.bytes)
    var columns: [Column] = []
    for _ in 0..<(shape.key.count + shape.columns.count) { columns.append(try Column(reading: &reader, count: batch.keys.count)) }
    let rest = Batch(batch.scope, shape)
    for row in batch.keys.indices {
      if places.contains(row) {
        known.append(KnownRow(scope: batch.scope, key: batch.keys[row], values: columns[shape.key.count...].map { $0.value(row) }))
        continue
      }
      for column in shape.key.indices { rest.group.keys[column].append(columns[column].value(row)) }
      for column in shape.columns.indices { rest.group.values[column].append(columns[shape.key.count + column].value(row)) }
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
  fileprivate mutating func append(_ statement: Statement, _ shape: TableShape) throws -> Bool {
    for column in keys.indices { try keys[column].append(statement, Int32(column), of: shape) }
    for column in values.indices {
      let place = Int32(keys.count + column)
      if columns[column].isIncrement, sqlite3_column_type(statement.handle, place) != SQLITE_INTEGER {
        throw SyncKitError(.notACounter, ["table": shape.name, "column": shape.columns[column].name])
      }
      try values[column].append(statement, place, of: shape)
    }
    endRow(context: [])
    return isFull
  }
}
