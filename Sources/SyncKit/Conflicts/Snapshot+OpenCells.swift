import SyncCore

extension Snapshot {
  /// Every cell of a visible row with different candidates, of columns whose policy leaves the choice to people.
  func openCells(in scope: UInt32?) throws -> [OpenCell] { try openCells(in: scope, table: nil, after: nil, limit: .max) }

  /// The next of them after a place, in the order of scope, table, key and column.
  func openCells(in scope: UInt32?, table: String?, after position: ConflictPosition?, limit: Int) throws -> [OpenCell] {
    var out: [OpenCell] = []
    try forEachOpenCell(in: scope, table: table, after: position) { cell in
      out.append(cell)
      return out.count < limit
    }
    return out
  }

  /// How many decisions wait in a scope and a table.
  func conflictCount(in scope: ScopeID?, table: String?) throws -> Int {
    let known = try scope.flatMap { try catalog.known($0) }
    guard scope == nil || known != nil else { return 0 }
    var count = 0
    try forEachOpenCell(in: known, table: table) { _ in
      count += 1
      return true
    }
    return try count + brokenRuleCount(in: scope, table: table)
  }

  /// Walks over the open cells in order, until `body` has had enough.
  func forEachOpenCell(
    in scope: UInt32?, table only: String? = nil, after position: ConflictPosition? = nil, _ body: (OpenCell) throws -> Bool
  ) throws {
    let all = try candidateRows(in: scope, after: position)
    defer { all.reset() }
    var current: OpenCell?
    var walk: (scope: UInt32, table: UInt32, cursor: RowCursor)?
    func isOpen(_ cell: OpenCell) throws -> Bool {
      if let only, try catalog.table(cell.table) != only { return false }
      guard mayBeOpen(cell) else { return false }
      if walk?.scope != cell.scope || walk?.table != cell.table {
        walk = (cell.scope, cell.table, rows.cursor(scope: cell.scope, table: cell.table))
      }
      return try walk?.cursor.seek(cell.key)?.state.isVisible ?? false
    }
    while try all.step() {
      let (scope, table, key, column) = (UInt32(all.int(0)), UInt32(all.int(1)), all.blob(2), UInt32(all.int(3)))
      let candidate = (dot: LocalDot(site: UInt32(all.int(4)), seq: UInt64(all.int(5))), value: all.value(6))
      if let cell = current, cell.scope == scope, cell.table == table, cell.key == key, cell.column == column {
        current?.candidates.append(candidate)
        continue
      }
      if let cell = current, try isOpen(cell), try !body(cell) { return }
      current = OpenCell(scope: scope, table: table, key: key, column: column, candidates: [candidate])
    }
    if let cell = current, try isOpen(cell) { _ = try body(cell) }
  }

  /// One cell, if it is open.
  func openCell(of row: RowReference, column: String?) throws -> OpenCell? {
    let key = row.keyBytes
    guard let scope = try catalog.known(row.scope) else { return nil }
    let table = try catalog.number(ofTable: row.table)
    let number = try column.map { try catalog.number(ofColumn: $0, in: table) } ?? Self.existenceColumn
    let cell = OpenCell(
      scope: scope, table: table, key: key, column: number,
      candidates: try candidates.values(scope: scope, table: table, key: key, column: number))
    guard mayBeOpen(cell), try rows.state(scope: scope, table: table, key: key)?.isVisible ?? false else { return nil }
    return cell
  }

  /// Whether a cell waits for people, if its row is visible: of a deleted row nobody is shown anything, and what was open in it is open
  /// again should it come back.
  private func mayBeOpen(_ cell: OpenCell) -> Bool {
    guard Set(cell.candidates.map(\.value)).count > 1 else { return false }
    guard cell.column != Self.existenceColumn, let shape = table(cell.table), let place = shape.place(ofColumn: cell.column) else {
      return true
    }
    return shape.columns[place].policy.raisesConflict
  }

  private func candidateRows(in scope: UInt32?, after position: ConflictPosition?) throws -> Statement {
    let columns = "SELECT scope, tab, key, col, site, seq, value FROM synckit_candidate"
    let order = "ORDER BY scope, tab, key, col, site, seq"
    guard case .after(let last, let table, let key, let column)? = position?.place else {
      guard let scope else { return try connection.statement("\(columns) \(order)") }
      let all = try connection.statement("\(columns) WHERE scope = ?1 \(order)")
      all.bind(1, scope)
      return all
    }
    let later = scope == nil ? "(scope, tab, key, col) > (?1, ?2, ?3, ?4)" : "scope = ?1 AND (tab, key, col) > (?2, ?3, ?4)"
    let all = try connection.statement("\(columns) WHERE \(later) \(order)")
    all.bind(1, scope ?? last)
    all.bind(2, table)
    all.bind(3, blob: key)
    all.bind(4, column)
    return all
  }
}
