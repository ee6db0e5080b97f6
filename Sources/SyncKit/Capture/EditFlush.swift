import CSQLite
import SyncCore

/// Rows with a past that were changed, deleted or written again: one at a time, since each has its own context.
final class EditFlush {
  struct Display {
    let place: RowPlace
    /// The place of the column, and what it must show; nil brings the whole row back.
    let cells: [(column: Int, value: Value)]
    let isReturn: Bool
  }

  let flush: Flush
  let engine: Engine
  let shape: TableShape
  let dirty: DirtyRows
  private var scope: UInt32?
  private var cursor: RowCursor?
  var groups: EditGroups
  /// The places of the columns that the row at hand was changed in, and their numbers.
  var changed: [Int] = []
  var changedNumbers: [UInt32] = []
  var displays: [Display] = []

  init(_ flush: Flush, _ shape: TableShape, _ dirty: DirtyRows) {
    self.flush = flush
    engine = flush.engine
    self.shape = shape
    self.dirty = dirty
    groups = EditGroups(shape)
  }

  // MARK: The three kinds of rows

  /// Takes a row that existed before and exists now, whose values the statement stands on.
  /// - Returns: false when the row's state is unknown, so that it must be written as a new one.
  func edit(_ scope: UInt32, _ touched: DirtyRows.Touched, _ now: Statement) throws -> Bool {
    guard let before = touched.before else { return false }
    guard try flush.scope(of: now, shape) == scope else { throw SyncKitError(.scopeChange, ["table": shape.name]) }
    let place = RowPlace(scope: scope, table: shape.number, key: touched.key)
    let read = try readRow(place)
    changed.removeAll(keepingCapacity: true)
    changedNumbers.removeAll(keepingCapacity: true)
    var restored: [Int] = []
    var isPlain = read == nil
    var reader = dirty.before.reader(at: before)
    for _ in shape.key { reader.skip() }
    for column in shape.columns.indices {
      let at = Int32(shape.key.count + column)
      let comparison = reader.compare(now, at)
      let isCounter = shape.columns[column].policy == .counter
      let hasDefault = shape.columns[column].defaultSQL != nil
      // What the statement left alone was not written, whatever arrived since the form was opened. But who was not shown the row has
      // written all of it: others may take this write in without the one that made the row here.
      let isLeftAlone = comparison == .same || comparison == .bothNull && !hasDefault
      if isLeftAlone, isCounter || read?.values.isEmpty != true { continue }
      // A form that saves all its fields brings back what it showed, against what has arrived since. A counter has no such memory.
      if !isCounter, let shown = read?.values[shape.columns[column].name], shown == now.value(at) {
        restored.append(column)
        continue
      }
      changed.append(column)
      changedNumbers.append(shape.columnNumbers[column])
      // What seems to have been NULL may have had its default all the time; a counter is written as what it grew by.
      if isCounter || (hasDefault && (comparison == .changedFromNull || comparison == .bothNull)) { isPlain = false }
    }
    if changed.isEmpty, restored.isEmpty { return true }
    let cursor = try cursor(scope)
    guard var state = try cursor.seek(touched.key)?.state else { return false }
    if isPlain, try succeed(place, &state, now, cursor) { return true }
    var changed = changed
    func current(_ column: Int) -> Value { now.value(Int32(shape.key.count + column)) }
    let back = zip(restored, try oldValues(before, restored, state, place)).filter { $1 != current($0) }
    if !back.isEmpty { displays.append(Display(place: place, cells: back.map { ($0, $1) }, isReturn: false)) }
    var old = try oldValues(before, changed, state, place)
    if changed.contains(where: { shape.columns[$0].defaultSQL != nil }) {
      // What seemed to have been NULL may have had its default all the time.
      let kept = changed.indices.filter { at in
        let column = shape.columns[changed[at]]
        let isUnseen = read?.values.isEmpty == true && column.policy != .counter
        return column.defaultSQL == nil || isUnseen || old[at] != current(changed[at])
      }
      (changed, old) = (kept.map { changed[$0] }, kept.map { old[$0] })
    }
    if changed.isEmpty { return true }
    let values = changed.map(current)
    for value in values { try check(value) }
    try write(place, &state, read, changed, values, old: old, cursor)
    return true
  }

  /// Takes a row that did not exist before but has a past.
  ///
  /// Whoever was shown the row when their form opened has written what differs from that: the rest comes back as it was, and a column
  /// that the statement left at its default is not wiped.
  func rewrite(_ row: FreshFlush.KnownRow) throws {
    let place = RowPlace(scope: row.scope, table: shape.number, key: row.key)
    let cursor = try cursor(row.scope)
    guard var state = try cursor.seek(row.key)?.state else { throw SyncKitError(.damaged, ["table": shape.name]) }
    let kept = try engine.aside.cells(scope: row.scope, table: shape.number, key: row.key)
    let old = shape.columnNumbers.map { number in kept.first { $0.column == number }?.value ?? .null }
    try engine.aside.put(kept.filter { shape.place(ofColumn: $0.column) == nil }, scope: row.scope, table: shape.number, key: row.key)
    let read = try readRow(place)
    var changed: [Int] = []
    var restored: [(column: Int, value: Value)] = []
    let withheld = engine.withheldColumns(of: shape)
    for column in shape.columns.indices {
      // Of what is the word of others a row that is written anew says nothing.
      if withheld.contains(column) {
        if row.values[column] != old[column] { restored.append((column, old[column])) }
      } else if let shown = read?.values[shape.columns[column].name],
        try shown == row.values[column] || row.values[column] == engine.standard(of: shape.columns[column])
      {
        if row.values[column] != old[column] { restored.append((column, old[column])) }
      } else {
        changed.append(column)
      }
    }
    if !restored.isEmpty { displays.append(Display(place: place, cells: restored, isReturn: false)) }
    try write(place, &state, read, changed, changed.map { row.values[$0] }, old: changed.map { old[$0] }, cursor)
  }

  /// Takes a row that existed before and does not now.
  func delete(_ touched: DirtyRows.Touched) throws {
    guard let before = touched.before else { return }
    let scope = try flush.scope(before: before, dirty, shape)
    let place = RowPlace(scope: scope, table: shape.number, key: touched.key)
    let cursor = try cursor(scope)
    guard var state = try cursor.seek(touched.key)?.state else { return }
    let writer = try flush.writer(scope)
    let read = try readRow(place)
    let context = try read.map { try engine.context($0.context, in: place.scope) } ?? state.context
    var change = RowChange(dot: writer.dot, isDeletion: true, context: context)
    change.spared = try sparedExistence(place, state, context, read)
    try append(place, state, change, columns: [], values: [], spared: change.spared.map { (nil, $0.dot) })
    let wasConflict = state.isExistenceConflict
    state.mergeExistence(change)
    try engine.noteExistence(place, state, wasConflict: wasConflict)
    let values = try oldValues(before, Array(shape.columns.indices), state, place)
    if state.isVisible {
      // Somebody's edit that this author had not read stands against the deletion: the row stays until that is settled.
      displays.append(Display(place: place, cells: Array(zip(shape.columns.indices, values)).map { ($0, $1) }, isReturn: true))
    } else {
      try engine.aside.set(
        Array(zip(shape.columnNumbers, values)).map { ($0, $1) }, scope: scope, table: shape.number, key: touched.key)
    }
    try cursor.put(touched.key, RowEntry(state))
    writer.note(context: context)
  }

  /// Ends the rows so far: their states and groups are written.
  func finish() throws {
    try cursor?.finish()
    cursor = nil
    if let scope { try groups.finish { try flush.writer(scope).add($0) } }
    scope = nil
  }

  /// Makes the user's table show what the merge says, where a statement left something else in it.
  ///
  /// That is the merge's doing and not the author's: no trigger fires for it, and a declared rule that it breaks becomes a conflict.
  func restoreDisplayed() throws {
    guard !displays.isEmpty else { return }
    try engine.applying { try restore() }
    displays.removeAll()
  }

  private func restore() throws {
    for display in displays {
      if display.isReturn {
        let values = try KeyCode.values(of: display.place.key)
        let names = (shape.key.map(\.name) + display.cells.map { shape.columns[$0.column].name }).map(\.quotedIdentifier)
        let put = try engine.connection.statement(
          "INSERT INTO \(shape.quoted)(\(names.joined(separator: ","))) VALUES(\(names.indices.map { "?\($0 + 1)" }.joined(separator: ",")))"
        )
        for (at, value) in (values + display.cells.map(\.value)).enumerated() { put.bind(Int32(at + 1), value) }
        try put.run()
        continue
      }
      for cell in display.cells { try engine.display(cell.value, column: cell.column, display.place, shape) }
    }
  }

  private func cursor(_ scope: UInt32) throws -> RowCursor {
    if let cursor, self.scope == scope { return cursor }
    try finish()
    let made = engine.rows.cursor(scope: scope, table: shape.number)
    cursor = made
    self.scope = scope
    return made
  }
}
