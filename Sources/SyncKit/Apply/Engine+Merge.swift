import SyncCore

/// A row within the replica: where its state and its candidates are found.
struct RowPlace {
  let scope: UInt32
  let table: UInt32
  let key: [UInt8]
}

extension Engine {
  /// Merges one written cell: the row's dots, and the candidates if there are now several.
  ///
  /// The same for what is written here and for what arrives. Both sides of a cell that becomes a conflict are kept, with the value
  /// that the row displayed until now.
  /// - Parameters:
  ///   - time: the hybrid time of the write.
  ///   - displayed: what the row displayed before the write; asked only when it is needed.
  /// - Returns: the value that the row must display now.
  func mergeCell(
    _ place: RowPlace, column: UInt32, policy: MergePolicy, state: inout RowState, change: RowChange, time: HybridTime, value: Value,
    displayed: () throws -> Value
  ) throws -> Value {
    let before = state.dots(of: column)
    let (base, name) = (state.base, state.name)
    let remaining = try state.mergeColumn(column, of: change) { try wrote(column, base: base, name: name, place) }
    let (scope, table, key) = (place.scope, place.table, place.key)
    if remaining.isEmpty {
      if before.count > 1 { try candidates.removeAll(scope: scope, table: table, key: key, column: column) }
      return value
    }
    var all: [(dot: LocalDot, value: Value)]
    if before.count == 1 {
      all = [(before[0], try displayed())]
      try candidates.add(before[0], all[0].value, scope: scope, table: table, key: key, column: column)
    } else {
      for dot in before where !remaining.contains(dot) { try candidates.remove(dot, scope: scope, table: table, key: key, column: column) }
      all = try candidates.values(scope: scope, table: table, key: key, column: column)
    }
    try candidates.add(change.dot, value, scope: scope, table: table, key: key, column: column)
    all.append((change.dot, value))
    let shown = try all.map { dot, value in
      Candidate(
        dot: Dot(site: try catalog.site(dot.site), seq: dot.seq), time: dot == change.dot ? time : try log.time(scope: scope, dot: dot),
        value: value)
    }
    return all[policy.shown(among: shown)].value
  }

  /// Whether the write behind a row's base wrote a column: told from the log, and asked only where two sites made the same row.
  func wrote(_ column: UInt32, base: LocalDot, name: RowState.Name, _ place: RowPlace) throws -> Bool {
    let tableName = try catalog.table(place.table)
    let columnName = try catalog.column(column, in: place.table)
    let header = try log.header(scope: place.scope, dot: base)
    var index = 0
    for number in header.parts.indices {
      for group in try log.part(header, scope: place.scope, dot: base, part: number, firstIndex: index, withValues: false).groups {
        defer { index += group.rowCount }
        guard group.table == tableName, !group.isDeletion else { continue }
        let isHere =
          switch group.keys {
          // The author may know the row by another name than this replica, where two sites made it at once.
          case .names(let others):
            try others.contains(name) || others.contains { try names.key($0, of: tableName, scope: place.scope) == place.key }
          case .values(_, let columns):
            (0..<group.rowCount).contains { row in
              var key: [UInt8] = []
              for column in columns { KeyCode.append(column, row: row, to: &key) }
              return key == place.key
            }
          }
        if isHere { return group.columns.contains { $0.name == columnName } }
      }
    }
    return false
  }

  /// The candidates within a context that an author was not shown: what a plain write leaves alone (rule 6).
  /// - Parameter displayed: the value that the row displays.
  func spared(_ place: RowPlace, column: UInt32, state: RowState, context: [LocalDot], displayed: Value) throws -> [LocalDot] {
    let dots = state.dots(of: column)
    guard dots.count > 1 else { return [] }
    return try candidates.values(scope: place.scope, table: place.table, key: place.key, column: column)
      .filter { $0.value != displayed && context.covers($0.dot) }.map(\.dot)
  }
}
