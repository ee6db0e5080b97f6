import SyncCore

extension Replica {
  /// Notes what an author is being shown, when a form opens. Hand the token to ``write(reading:note:_:)`` when it is saved.
  /// - Parameter rows: the rows the form is about; a row that is not there yet may be among them.
  public func readToken(for rows: [RowReference]) throws -> ReadToken {
    try look { snapshot in
      var token = ReadToken(rows: [])
      for row in rows { token.rows.append(try snapshot.tokenRow(row)) }
      return token
    }
  }
}

extension Snapshot {
  fileprivate func tokenRow(_ row: RowReference) throws -> ReadToken.Row {
    let key = row.keyBytes
    let empty = ReadToken.Row(scope: row.scope, table: row.table, key: key, context: [], shown: [:], shownExistence: nil, values: [:])
    guard let scope = try catalog.known(row.scope), let shape = tables.first(where: { $0.name == row.table }),
      let state = try rows.state(scope: scope, table: shape.number, key: key)
    else { return empty }
    let values = state.isVisible ? try displayed(shape, key, in: scope) ?? [:] : [:]
    let kept = state.isVisible ? [] : try aside.cells(scope: scope, table: shape.number, key: key)
    var shown: [String: [Dot]] = [:]
    for cell in state.cells where cell.dots.count > 1 {
      let name = try catalog.column(cell.column, in: shape.number)
      let all = try candidates.values(scope: scope, table: shape.number, key: key, column: cell.column)
      let value = values[name] ?? kept.first { $0.column == cell.column }?.value
      shown[name] = try dots(all.filter { $0.value == value }.map(\.dot))
    }
    return ReadToken.Row(
      scope: row.scope, table: row.table, key: key, context: try dots(state.context), shown: shown,
      shownExistence: state.isExistenceConflict ? try dots(state.alive) : nil, values: values, incidents: try latestIncident())
  }

  /// The dots by their sites' identities.
  func dots(_ local: [LocalDot]) throws -> [Dot] { try local.map { Dot(site: try catalog.site($0.site), seq: $0.seq) }.sorted() }

  /// What a row of the user's table shows; empty when it is not there.
  func displayed(_ shape: TableShape, _ key: [UInt8]) throws -> [String: Value] {
    let read = try connection.statement(shape.selectByKey)
    for (at, value) in try KeyCode.values(of: key).enumerated() { read.bind(Int32(at + 1), value) }
    guard try read.step() else { return [:] }
    defer { read.reset() }
    var values: [String: Value] = [:]
    for (at, column) in (shape.key + shape.columns).enumerated() { values[column.name] = read.value(Int32(at)) }
    return values
  }
}
