import GRDB
public import SyncCore

extension Replica {
  /// Everything that waits for a decision, by scope, table and row. Where it may be much, ask for it by the page.
  public func conflicts(in scope: ScopeID? = nil) throws -> [Conflict] {
    try look { snapshot in
      if let scope, try snapshot.catalog.known(scope) == nil { return [] }
      let cells = try snapshot.openCells(in: scope.flatMap { try snapshot.catalog.known($0) })
      return try snapshot.conflicts(of: cells) + snapshot.brokenRules(in: scope)
    }
  }

  /// A page of what waits for a decision, in the same order. It costs what the page costs, not what all of it would.
  /// - Parameters:
  ///   - scope: the scope; all when nil.
  ///   - table: the table; all when nil.
  ///   - position: where the page before, of the same scope and table, ended; nil for the first.
  ///   - limit: how many conflicts at the most.
  public func conflicts(
    in scope: ScopeID? = nil, table: String? = nil, after position: ConflictPosition? = nil, limit: Int
  ) throws -> ConflictPage {
    try look { snapshot in
      let known = try scope.flatMap { try snapshot.catalog.known($0) }
      guard limit > 0, scope == nil || known != nil else { return ConflictPage(conflicts: [], next: limit > 0 ? nil : position) }
      var rulesBefore = 0
      var cells: [Snapshot.OpenCell] = []
      if case .rules(let count)? = position?.place {
        rulesBefore = count
      } else {
        // One more than is shown, which tells whether the page is the last.
        cells = try snapshot.openCells(in: known, table: table, after: position, limit: min(limit, .max - 1) + 1)
      }
      let lookup = WriteLookup(snapshot)
      let open = try cells.prefix(limit).map { try snapshot.conflict($0, lookup.info) }
      if cells.count > limit { return ConflictPage(conflicts: open, next: cells[limit - 1].position) }
      let rules = try snapshot.brokenRules(in: scope, table: table).dropFirst(rulesBefore)
      let shown = open + rules.prefix(limit - open.count)
      let rest = open.count + rules.count > limit
      return ConflictPage(
        conflicts: shown, next: rest ? ConflictPosition(place: .rules(rulesBefore + shown.count - open.count)) : nil)
    }
  }

  /// How many decisions wait. Nothing is read of them but their candidates.
  public func conflictCount(in scope: ScopeID? = nil, table: String? = nil) throws -> Int {
    try look { try $0.conflictCount(in: scope, table: table) }
  }

  /// Settles conflicts: writes that close them for everybody, with the reason, and that another settlement may undo.
  ///
  /// All or none, in one transaction. A candidate that arrives later and was not among those settled is a conflict again.
  /// - Throws: ``SyncKitError/Code/stale`` when a conflict is not as it was when its identifier was given.
  public func settle(_ settlements: [Settlement], reason: String) throws {
    guard reason.utf8.count <= Limits.noteBytes else { throw SyncKitError(.valueTooLarge, ["field": "reason"]) }
    try work { engine in
      try engine.applying { try Settling(engine).settle(settlements, reason: reason) }
    }
    try pool.write { db in try db.notifyChanges(in: .fullDatabase) }
  }
}

/// Decisions on their way into changesets: one write for each row, however many of its cells are settled.
private final class Settling {
  private struct Row {
    let place: RowPlace
    var cells: [(column: UInt32, value: Value)] = []
    var keeps: Bool?
  }

  private struct RowKey: Hashable {
    let scope: UInt32
    let table: UInt32
    let key: [UInt8]
  }

  private let engine: Engine

  init(_ engine: Engine) { self.engine = engine }

  func settle(_ settlements: [Settlement], reason: String) throws {
    engine.readClock()
    let cells = try find(settlements)
    var rows: [Row] = []
    var known: [RowKey: Int] = [:]
    for (settlement, cell) in zip(settlements, cells) {
      let key = RowKey(scope: cell.scope, table: cell.table, key: cell.key)
      let row = known[key] ?? rows.count
      if row == rows.count { rows.append(Row(place: RowPlace(scope: cell.scope, table: cell.table, key: cell.key))) }
      known[key] = row
      if cell.column == Snapshot.existenceColumn {
        rows[row].keeps = settlement.value != .integer(0)
      } else {
        rows[row].cells.append((cell.column, settlement.value))
      }
    }
    rows.sort { a, b in
      if a.place.scope != b.place.scope { return a.place.scope < b.place.scope }
      return a.place.table != b.place.table ? a.place.table < b.place.table : a.place.key.precedes(b.place.key)
    }
    let flush = Flush(engine)
    for row in rows { try write(row, flush) }
    try flush.finish(note: reason)
  }

  /// The open cells that are meant, one for each settlement. Only where a cell is not named are all of them looked at.
  private func find(_ settlements: [Settlement]) throws -> [Snapshot.OpenCell] {
    let snapshot = Snapshot(engine)
    var unplaced: [String: Snapshot.OpenCell] = [:]
    let wanted = Set(settlements.filter { $0.cell == nil }.map(\.conflict))
    if !wanted.isEmpty {
      try snapshot.forEachOpenCell(in: nil) { cell in
        let id = try snapshot.identifier(cell)
        if wanted.contains(id) { unplaced[id] = cell }
        return unplaced.count < wanted.count
      }
    }
    return try settlements.map { settlement in
      let found = try settlement.cell.map { try snapshot.openCell(of: $0.row, column: $0.column) } ?? unplaced[settlement.conflict]
      guard let found, try snapshot.identifier(found) == settlement.conflict else {
        throw SyncKitError(.stale, ["conflict": settlement.conflict])
      }
      return found
    }
  }

  private func write(_ row: Row, _ flush: Flush) throws {
    let place = row.place
    let cursor = engine.rows.cursor(scope: place.scope, table: place.table)
    guard var state = try cursor.seek(place.key)?.state else { throw SyncKitError(.damaged, ["conflict": "row"]) }
    let writer = try flush.writer(place.scope)
    let tableName = try engine.catalog.table(place.table)
    let shape = try engine.table(named: tableName, of: place.scope)
    let isDeletion = row.keeps == false
    var change = RowChange(dot: writer.dot, isDeletion: isDeletion, context: state.context)
    // Settling a cell says nothing about whether the row shall be deleted.
    if row.keeps == nil { change.spared = state.dead.map { RowChange.Spared(column: RowChange.existence, dot: $0) } }
    let cells = isDeletion ? [] : row.cells
    var group = ChangeGroupBuilder(
      table: tableName, isDeletion: isDeletion, isSettlement: true,
      columns: try cells.map { ChangeGroup.ColumnName(name: try engine.catalog.column($0.column, in: place.table), isIncrement: false) },
      keyNames: [])
    for (at, cell) in cells.enumerated() { group.values[at].append(cell.value) }
    group.endRow(name: state.name, context: change.context, spared: change.spared.map { (nil, $0.dot) })
    try writer.add(group)
    writer.note(context: change.context)
    for cell in cells {
      let shown = try engine.mergeCell(
        place, column: cell.column, policy: .keep, state: &state, change: change, time: writer.time, value: cell.value
      ) { .null }
      if let shape, let at = shape.place(ofColumn: cell.column) {
        try engine.display(shown, column: at, place, shape)
      } else {
        try engine.aside.set([(cell.column, shown)], scope: place.scope, table: place.table, key: place.key)
      }
    }
    let wasConflict = state.isExistenceConflict
    state.mergeExistence(change)
    try engine.noteExistence(place, state, wasConflict: wasConflict)
    if !state.isVisible, let shape { try engine.hide(place, shape) }
    try cursor.put(place.key, RowEntry(state))
    try cursor.finish()
  }
}

extension Engine {
  /// Keeps the candidates of a row's existence while deletion and edit stand against each other.
  func noteExistence(_ place: RowPlace, _ state: RowState, wasConflict: Bool) throws {
    let column = Snapshot.existenceColumn
    if wasConflict { try candidates.removeAll(scope: place.scope, table: place.table, key: place.key, column: column) }
    guard state.isExistenceConflict else { return }
    for dot in state.alive { try candidates.add(dot, .integer(1), scope: place.scope, table: place.table, key: place.key, column: column) }
    for dot in state.dead { try candidates.add(dot, .integer(0), scope: place.scope, table: place.table, key: place.key, column: column) }
  }

  /// Takes a row out of the user's table and keeps its values aside.
  func hide(_ place: RowPlace, _ shape: TableShape) throws {
    let read = try connection.statement(
      "SELECT \(shape.columnList.isEmpty ? "NULL" : shape.columnList) FROM \(shape.quoted) WHERE \(shape.rowCondition(from: 1))")
    try shape.bind(place, to: read, from: 1, catalog)
    if try read.step() {
      let cells = shape.columns.indices.map { (shape.columnNumbers[$0], read.value(Int32($0))) }
      read.reset()
      try aside.set(cells, scope: place.scope, table: place.table, key: place.key)
    }
    let remove = try connection.statement("DELETE FROM \(shape.quoted) WHERE \(shape.rowCondition(from: 1))")
    try shape.bind(place, to: remove, from: 1, catalog)
    try remove.run()
  }
}
