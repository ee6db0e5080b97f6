import CSQLite
import SyncCore

/// One group of an arriving changeset on its way into rows' states and the user's table.
final class ApplyGroup {
  private let engine: Engine
  private let group: ChangeGroup
  private let scope: UInt32
  private let dot: LocalDot
  private let time: HybridTime
  private let tableNumber: UInt32
  /// Nil when this version of the application does not have the table, or has it with another key or for another scope.
  private let shape: TableShape?
  /// For each of the group's columns its number, and its place in the user's table if it has one.
  private let columns: [(number: UInt32, place: Int?)]
  private let columnNumbers: [UInt32]
  /// Whether the group's rows say of which scope they are, in a column beside the key.
  private let writesScope: Bool
  private var keys: [[UInt8]] = []
  /// Writes all of the group's columns to one row; nil where that is not all there is to do.
  private var plainUpdate: Statement?

  init(_ group: ChangeGroup, scope: UInt32, dot: LocalDot, time: HybridTime, engine: Engine) throws {
    self.group = group
    self.scope = scope
    self.dot = dot
    self.time = time
    self.engine = engine
    let number = try engine.catalog.number(ofTable: group.table)
    tableNumber = number
    let declared = try engine.table(named: group.table, of: scope)
    if case .values(let names, _) = group.keys, names != declared?.keyNames { shape = nil } else { shape = declared }
    let shape = shape
    columns = try group.columns.map { column in
      let number = try engine.catalog.number(ofColumn: column.name, in: number)
      return (number, shape?.place(ofColumn: number))
    }
    columnNumbers = columns.map(\.number)
    writesScope = columns.contains { column in shape?.scopeColumn.map { !$0.inKey && $0.at == column.place } ?? false }
    if let shape, !group.isDeletion, !columns.isEmpty, columns.allSatisfy({ $0.place != nil }),
      !group.columns.contains(where: \.isIncrement)
    {
      let list = group.columns.enumerated().map { "\($1.name.quotedIdentifier)=?\($0 + 1)" }.joined(separator: ",")
      plainUpdate = try engine.connection.statement(
        "UPDATE \(shape.quoted) SET \(list) WHERE \(shape.rowCondition(from: columns.count + 1))")
    }
  }

  func apply() throws {
    try readKeys()
    // No row's key is empty: such a row is not there.
    var order = keys.indices.filter { !keys[$0].isEmpty }
    if order.count < keys.count || !zip(keys, keys.dropFirst()).allSatisfy({ $0.precedes($1) }) {
      order.sort { keys[$0].precedes(keys[$1]) }
    }
    let cursor = engine.rows.cursor(scope: scope, table: tableNumber)
    var fresh: [Int] = []
    var last: Int?
    for row in order {
      if let last, keys[last] == keys[row] { throw SyncCoreError(.malformed, "a row that stands twice in a group") }
      last = row
      let key = keys[row]
      guard let entry = try cursor.seek(key) else {
        try cursor.put(key, made(row))
        if !group.isDeletion { fresh.append(row) }
        continue
      }
      var state = entry.state
      if state.hasSeen(dot) { continue }
      try merge(row, &state)
      try cursor.put(key, RowEntry(state))
    }
    try cursor.finish()
    if !fresh.isEmpty { try insert(fresh) }
  }

  private func readKeys() throws {
    keys.reserveCapacity(group.rowCount)
    switch group.keys {
    case .values(_, let columns):
      for row in 0..<group.rowCount {
        var key: [UInt8] = []
        key.reserveCapacity(20)
        for column in columns { KeyCode.append(column, row: row, to: &key) }
        keys.append(key)
      }
    case .names(let names):
      let mayBeRejected = try !engine.log.rejections(inScope: scope).isEmpty || !engine.log.ends(inScope: scope).isEmpty
      for name in names {
        // What a rejected changeset made was never made: what is said of it is said of nothing, wherever that changeset may still be read.
        let isRejected = try mayBeRejected && engine.log.isRejected(scope: scope, dot: name.dot)
        keys.append(try isRejected ? [] : engine.names.key(name, of: group.table, scope: scope) ?? [])
      }
    }
  }

  // MARK: Rows that are new here

  private func made(_ row: Int) -> RowEntry {
    let context = group.context(ofRow: row)
    let name: RowState.Name
    switch group.keys {
    case .names(let names): name = names[row]
    case .values: name = RowState.Name(dot: dot, index: UInt32(group.firstIndex + row))
    }
    if context.isEmpty, !group.isDeletion, name.dot == dot { return .untouched(name) }
    var joined = context
    joined.join(dot)
    return .state(
      RowState(
        name: name, base: dot, context: joined, alive: group.isDeletion ? [] : [dot], dead: group.isDeletion ? [dot] : [], cells: []))
  }

  private func insert(_ rows: [Int]) throws {
    guard let shape else { return try putAside(rows, all: true) }
    // A row says of which scope it is, and can be of no other.
    if let place = shape.scopeColumn {
      let name = Value.text(try engine.catalog.scope(scope).name)
      for row in rows where try scope(of: row, place) != name { throw Self.movedRow }
    }
    guard case .values(_, let keyColumns) = group.keys, shape.isInsertableAtOnce else {
      for row in rows where try !insertRow(row, shape) { try putAsideHidden([row], shape) }
      return try putAside(rows, all: false)
    }
    let known = columns.indices.filter { columns[$0].place != nil }
    let names = shape.key.map(\.name) + known.map { group.columns[$0].name }
    let sql = """
      INSERT OR IGNORE INTO \(shape.quoted)(\(names.map(\.quotedIdentifier).joined(separator: ","))) \
      SELECT \(names.indices.map { "c\($0)" }.joined(separator: ",")) FROM \(IncomingRows.tableName)
      """
    try engine.incoming.showing(keyColumns + known.map { group.values[$0] }, order: rows.map { Int32($0) }) {
      try engine.connection.statement(sql).run()
    }
    if engine.connection.changes != rows.count { try putAsideHidden(rows, shape) }
    if known.count < columns.count { try putAside(rows, all: false) }
  }

  private static let movedRow = SyncCoreError(.malformed, "a row of another scope")

  /// What a row says of its scope; nil when it says nothing.
  private func scope(of row: Int, _ place: (inKey: Bool, at: Int)) throws -> Value? {
    if place.inKey { return try KeyCode.values(of: keys[row])[place.at] }
    return columns.firstIndex { $0.place == place.at }.map { group.values[$0].value(row) }
  }

  private func insertRow(_ row: Int, _ shape: TableShape) throws -> Bool {
    let known = columns.indices.filter { columns[$0].place != nil }
    return try engine.insertDisplayed(
      KeyCode.values(of: keys[row]), known.map { (group.columns[$0].name, group.values[$0].value(row)) }, shape)
  }

  /// Keeps the values that this version has no column for; with `all`, every value.
  private func putAside(_ rows: [Int], all: Bool) throws {
    for row in rows {
      let cells = columns.indices.filter { all || columns[$0].place == nil }.map { (columns[$0].number, group.values[$0].value(row)) }
      if !cells.isEmpty { try engine.aside.set(cells, scope: scope, table: tableNumber, key: keys[row]) }
    }
  }

  /// Keeps the rows whose key another scope's row has taken in the user's table; refuses those that the table does not take at all.
  private func putAsideHidden(_ rows: [Int], _ shape: TableShape) throws {
    guard let place = shape.scopeColumn, !place.inKey else { throw SyncCoreError(.malformed, "a row that the table does not take") }
    let find = try engine.connection.statement(
      "SELECT 1 FROM \(shape.quoted) WHERE \(shape.keyCondition(from: 2)) AND \(shape.columns[place.at].name.quotedIdentifier) IS ?1")
    let name = try engine.catalog.scope(scope).name
    let hidden = try rows.filter { row in
      find.reset()
      find.bind(1, name)
      for (at, value) in try KeyCode.values(of: keys[row]).enumerated() { find.bind(Int32(at + 2), value) }
      return try !find.step()
    }
    find.reset()
    for row in hidden { try checkIsTaken(keys[row], shape) }
    try putAside(hidden, all: true)
  }

  // MARK: Rows that are known

  private func merge(_ row: Int, _ state: inout RowState) throws {
    var change = RowChange(dot: dot, isDeletion: group.isDeletion, context: group.context(ofRow: row))
    if !group.spared.isEmpty {
      for spared in group.spared where spared.row == row {
        change.spared.append(
          RowChange.Spared(column: spared.column.map { columns[$0].number } ?? RowChange.existence, dot: spared.dot))
      }
    }
    let place = RowPlace(scope: scope, table: tableNumber, key: keys[row])
    if writesScope, let column = shape?.scopeColumn, try self.scope(of: row, column) != .text(engine.catalog.scope(scope).name) {
      throw Self.movedRow
    }
    if let shape, let plainUpdate, state.isPlainlySucceeded(by: change, columns: columnNumbers) {
      for column in columnNumbers { state.setColumn(column, to: dot) }
      state.mergeExistence(change)
      state.rebase(on: dot, columns: try engine.catalog.columnCount(of: tableNumber))
      plainUpdate.reset()
      for at in columns.indices { plainUpdate.bind(Int32(at + 1), group.values[at], row: row) }
      try shape.bind(place, to: plainUpdate, from: Int32(columns.count + 1), engine.catalog)
      try plainUpdate.run()
      if engine.connection.changes == 0 { try setAside(place, columns.indices.map { ($0, group.values[$0].value(row)) }) }
      return
    }
    let wasVisible = state.isVisible
    let displayed = DisplayedRow(place, shape: wasVisible ? shape : nil, engine: engine)
    var updates: [(at: Int, value: Value)] = []
    updates.reserveCapacity(columns.count)
    for (at, column) in columns.enumerated() {
      let value = group.values[at].value(row)
      if group.columns[at].isIncrement {
        updates.append((at, try add(value, to: try displayed.value(column.number, column.place))))
      } else {
        let policy = column.place.flatMap { shape?.columns[$0].policy } ?? .keep
        updates.append(
          (
            at,
            try engine.mergeCell(
              place, column: column.number, policy: policy, state: &state, change: change, time: time, value: value,
              displayed: { try displayed.value(column.number, column.place) })
          ))
      }
    }
    let wasConflict = state.isExistenceConflict
    state.mergeExistence(change)
    try engine.noteExistence(place, state, wasConflict: wasConflict)
    if shape != nil { state.rebase(on: dot, columns: try engine.catalog.columnCount(of: tableNumber)) }
    try show(place, updates, wasVisible: wasVisible, isVisible: state.isVisible)
  }

  private func add(_ increment: Value, to value: Value) throws -> Value {
    guard case .integer(let n) = increment else { throw SyncCoreError(.malformed, "an increment that is no integer") }
    if case .integer(let sum) = value { return .integer(sum &+ n) }
    return .integer(n)
  }

  /// Brings the user's table and the values kept aside in line with a merged row.
  private func show(_ place: RowPlace, _ updates: [(at: Int, value: Value)], wasVisible: Bool, isVisible: Bool) throws {
    guard let shape else { return try setAside(place, updates) }
    let known = updates.filter { columns[$0.at].place != nil }
    let unknown = updates.filter { columns[$0.at].place == nil }
    switch (wasVisible, isVisible) {
    case (true, true):
      if !known.isEmpty { try update(place, known, shape) }
      if !unknown.isEmpty { try setAside(place, unknown) }
    case (true, false):
      try engine.hide(place, shape)
      try setAside(place, updates)
    case (false, true):
      try setAside(place, updates)
      let kept = try engine.aside.cells(scope: place.scope, table: place.table, key: place.key)
      let back = kept.compactMap { cell in shape.place(ofColumn: cell.column).map { (shape.columns[$0].name, cell.value) } }
      guard try engine.insertDisplayed(KeyCode.values(of: place.key), back, shape) else { return try checkIsTaken(place.key, shape) }
      try engine.aside.put(kept.filter { shape.place(ofColumn: $0.column) == nil }, scope: place.scope, table: place.table, key: place.key)
    case (false, false):
      try setAside(place, updates)
    }
  }

  /// A row that the user's table did not take has lost its key to another scope's row, or breaks a rule of the table's.
  private func checkIsTaken(_ key: [UInt8], _ shape: TableShape) throws {
    guard let place = shape.scopeColumn, !place.inKey, try engine.isDisplayed(KeyCode.values(of: key), shape) else {
      throw SyncCoreError(.malformed, "a row that the table does not take")
    }
  }

  private func setAside(_ place: RowPlace, _ updates: [(at: Int, value: Value)]) throws {
    guard !updates.isEmpty else { return }
    try engine.aside.set(
      updates.map { (columns[$0.at].number, $0.value) }, scope: place.scope, table: place.table, key: place.key)
  }

  private func update(_ place: RowPlace, _ updates: [(at: Int, value: Value)], _ shape: TableShape) throws {
    for update in updates {
      if let column = columns[update.at].place { try engine.display(update.value, column: column, place, shape) }
    }
  }
}

/// What a row displays before a merge, read when it is first asked for.
private final class DisplayedRow {
  private let place: RowPlace
  private let shape: TableShape?
  private let engine: Engine
  private var aside: AsideValues.Cells?

  /// - Parameter shape: nil when the row is not in a user's table.
  init(_ place: RowPlace, shape: TableShape?, engine: Engine) {
    self.place = place
    self.shape = shape
    self.engine = engine
  }

  func value(_ number: UInt32, _ column: Int?) throws -> Value {
    if let shape, let column {
      let read = try engine.connection.statement(shape.selectColumn[column])
      try shape.bind(place, to: read, from: 1, engine.catalog)
      defer { read.reset() }
      if try read.step() { return read.value(0) }
      // Another scope's row has the key.
    }
    if aside == nil { aside = try engine.aside.cells(scope: place.scope, table: place.table, key: place.key) }
    return aside?.first { $0.column == number }?.value ?? .null
  }
}

extension Engine {
  /// Puts a whole row into the user's table. A key that another scope's row has is left alone: the first stays displayed.
  /// - Returns: whether the table took the row.
  func insertDisplayed(_ key: [Value], _ cells: [(name: String, value: Value)], _ shape: TableShape) throws -> Bool {
    let names = shape.key.map(\.name) + cells.map(\.name)
    let put = try connection.statement(
      """
      INSERT OR IGNORE INTO \(shape.quoted)(\(names.map(\.quotedIdentifier).joined(separator: ","))) \
      VALUES(\(names.indices.map { "?\($0 + 1)" }.joined(separator: ",")))
      """)
    for (at, value) in (key + cells.map(\.value)).enumerated() { put.bind(Int32(at + 1), value) }
    try put.run()
    return connection.changes == 1
  }
}
