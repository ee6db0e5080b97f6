import SyncCore

/// How one row's write is merged and put into a group.
extension EditFlush {
  /// Takes the common case: the author had read all of the row, and no column that they changed is in conflict.
  /// - Returns: false when there is more to it.
  func succeed(_ place: RowPlace, _ state: inout RowState, _ now: Statement, _ cursor: RowCursor) throws -> Bool {
    let writer = try flush.writer(place.scope)
    let change = RowChange(dot: writer.dot, isDeletion: false, context: state.context)
    guard state.isPlainlySucceeded(by: change, columns: changedNumbers), change.context.covers(state.name.dot) else { return false }
    let group = try groups.place(columns: changed, isDeletion: false, isNamed: true) { try writer.add($0) }
    try groups.append(to: group, now, name: state.name, context: change.context)
    for column in changedNumbers { state.setColumn(column, to: writer.dot) }
    state.mergeExistence(change)
    state.rebase(on: writer.dot, columns: try engine.catalog.columnCount(of: shape.number))
    try cursor.put(place.key, RowEntry(state))
    writer.note(context: change.context)
    return true
  }

  func write(
    _ place: RowPlace, _ state: inout RowState, _ read: ReadToken.Row?, _ columns: [Int], _ values: [Value], old: [Value],
    _ cursor: RowCursor
  ) throws {
    let writer = try flush.writer(place.scope)
    let context = try read.map { try engine.context($0.context, in: place.scope) } ?? state.context
    var change = RowChange(dot: writer.dot, isDeletion: false, context: context)
    change.spared = try sparedExistence(place, state, context, read)
    var spared: [(column: Int?, dot: LocalDot)] = change.spared.map { (nil, $0.dot) }
    for (at, column) in columns.enumerated() {
      let number = shape.columnNumbers[column]
      let left: [LocalDot]
      if let read {
        let shown = try read.shown[shape.columns[column].name].map { try engine.local($0, in: place.scope) }
        left = shown.map { shown in state.dots(of: number).filter { context.covers($0) && !shown.contains($0) } } ?? []
      } else {
        left = try engine.spared(place, column: number, state: state, context: context, displayed: old[at])
      }
      for dot in left {
        change.spared.append(RowChange.Spared(column: number, dot: dot))
        spared.append((at, dot))
      }
    }
    var written = values
    for (at, column) in columns.enumerated() where shape.columns[column].policy == .counter {
      written[at] = .integer(try increment(from: old[at], to: values[at], column))
    }
    try append(place, state, change, columns: columns, values: written, spared: spared)
    var corrected: [(column: Int, value: Value)] = []
    for (at, column) in columns.enumerated() where shape.columns[column].policy != .counter {
      let display = try engine.mergeCell(
        place, column: shape.columnNumbers[column], policy: shape.columns[column].policy, state: &state, change: change, time: writer.time,
        value: values[at]
      ) { old[at] }
      if display != values[at] { corrected.append((column, display)) }
    }
    if !corrected.isEmpty { displays.append(Display(place: place, cells: corrected, isReturn: false)) }
    let wasConflict = state.isExistenceConflict
    state.mergeExistence(change)
    try engine.noteExistence(place, state, wasConflict: wasConflict)
    state.rebase(on: writer.dot, columns: try engine.catalog.columnCount(of: shape.number))
    try cursor.put(place.key, RowEntry(state))
    writer.note(context: context)
  }

  /// Puts the row into the group of its kind.
  func append(
    _ place: RowPlace, _ state: RowState, _ change: RowChange, columns: [Int], values: [Value], spared: [(column: Int?, dot: LocalDot)]
  ) throws {
    // A row that the author has read is named by the changeset that brought it: whoever may apply this write has that one.
    let isNamed = change.context.covers(state.name.dot)
    let group = try groups.place(columns: columns, isDeletion: change.isDeletion, isNamed: isNamed) {
      try flush.writer(place.scope).add($0)
    }
    try groups.append(to: group, key: place.key, name: state.name, values: values, context: change.context, spared: spared)
  }

  /// Deletions within the context that stand against edits were not shown to whoever saw the row, nor are they touched.
  func sparedExistence(_ place: RowPlace, _ state: RowState, _ context: [LocalDot], _ read: ReadToken.Row?) throws -> [RowChange.Spared] {
    if let read {
      guard let shown = try read.shownExistence.map({ try engine.local($0, in: place.scope) }) else { return [] }
      return (state.alive + state.dead).filter { context.covers($0) && !shown.contains($0) }
        .map { RowChange.Spared(column: RowChange.existence, dot: $0) }
    }
    guard state.isExistenceConflict else { return [] }
    return state.dead.filter(context.covers).map { RowChange.Spared(column: RowChange.existence, dot: $0) }
  }

  func readRow(_ place: RowPlace) throws -> ReadToken.Row? {
    if engine.isAdopting {
      return ReadToken.Row(
        scope: try engine.catalog.scope(place.scope), table: shape.name, key: place.key, context: [], shown: [:], shownExistence: nil,
        values: [:])
    }
    guard let row = engine.readToken?.row(shape.name, try engine.catalog.scope(place.scope), place.key) else { return nil }
    return try Snapshot(engine).restamps(of: place.scope, since: row.incidents).reduce(row) { $0.renamed($1) }
  }

  /// What a row displayed in some of its columns before the transaction.
  ///
  /// The hook reports NULL for a column that was added with a default after the row was written: what the row showed is the default.
  func oldValues(_ before: Int, _ columns: [Int], _ state: RowState, _ place: RowPlace) throws -> [Value] {
    var reader = dirty.before.reader(at: before)
    for _ in shape.key { reader.skip() }
    var out: [Value] = []
    var next = 0
    for column in shape.columns.indices {
      guard next < columns.count else { break }
      guard columns[next] == column else {
        reader.skip()
        continue
      }
      let value = reader.value()
      out.append(value == .null && shape.columns[column].defaultSQL != nil ? try unwritten(column, state, place) ?? .null : value)
      next += 1
    }
    return out
  }

  /// The default that a row shows in a column which its writer did not have; nil when NULL was written there.
  private func unwritten(_ column: Int, _ state: RowState, _ place: RowPlace) throws -> Value? {
    guard let sql = shape.columns[column].defaultSQL else { return nil }
    let number = shape.columnNumbers[column]
    if !shape.columns[column].isNotNull, shape.columns[column].policy != .counter {
      guard state.cell(number) == nil, try !engine.wrote(number, base: state.base, name: state.name, place) else { return nil }
    }
    return try engine.evaluate(sql)
  }

  private func increment(from old: Value, to new: Value, _ column: Int) throws -> Int64 {
    let before: Int64
    switch old {
    case .integer(let n): before = n
    case .null: before = 0
    default: throw SyncKitError(.notACounter, ["table": shape.name, "column": shape.columns[column].name])
    }
    guard case .integer(let after) = new else {
      throw SyncKitError(.notACounter, ["table": shape.name, "column": shape.columns[column].name])
    }
    return after &- before
  }

  func check(_ value: Value) throws {
    switch value {
    case .text(let bytes) where bytes.count > Engine.valueBytes, .blob(let bytes) where bytes.count > Engine.valueBytes:
      throw SyncKitError(.valueTooLarge, ["table": shape.name, "bytes": String(bytes.count)])
    default: break
    }
  }
}

extension Engine {
  /// The local numbers for dots that came from outside.
  func local(_ dots: [Dot], in scope: UInt32) throws -> [LocalDot] {
    let aliases = try log.aliases(inScope: scope)
    return try dots.map { aliases[LocalDot(site: try catalog.number(of: $0.site), seq: $0.seq)] }
  }

  /// What an author had read, by the names that count.
  func context(_ dots: [Dot], in scope: UInt32) throws -> [LocalDot] {
    let aliases = try log.aliases(inScope: scope)
    var context: [LocalDot] = []
    for dot in dots { aliases.join(LocalDot(site: try catalog.number(of: dot.site), seq: dot.seq), to: &context) }
    return context
  }

  /// Puts one value into the user's table.
  ///
  /// A row whose key another scope's row has taken is not there: its values are those kept aside.
  func display(_ value: Value, column: Int, _ place: RowPlace, _ shape: TableShape) throws {
    let put = try connection.statement(shape.updateColumn[column])
    put.bind(1, value)
    try shape.bind(place, to: put, from: 2, catalog)
    try put.run()
    if connection.changes == 0 {
      try aside.set([(shape.columnNumbers[column], value)], scope: place.scope, table: place.table, key: place.key)
    }
  }

  /// The value of a column that no statement names.
  func standard(of column: TableShape.Column) throws -> Value { try column.defaultSQL.map(evaluate) ?? .null }

  /// The value of a column's default.
  func evaluate(_ sql: String) throws -> Value {
    let ask = try connection.statement("SELECT (\(sql))")
    defer { ask.reset() }
    return try ask.step() ? ask.value(0) : .null
  }
}
