import SyncCore

extension Snapshot {
  /// What the user's table shows of a scope's row; nil where it shows none, or another scope's row of the same key.
  func displayed(_ shape: TableShape, _ key: [UInt8], in scope: UInt32) throws -> [String: Value]? {
    let name = try catalog.scope(scope)
    if case .fixed(let fixed) = shape.declaration.scope, fixed != name { return nil }
    let values = try displayed(shape, key)
    guard !values.isEmpty else { return nil }
    if case .column(let column) = shape.declaration.scope, values[column] != .text(Array(name.name.utf8)) { return nil }
    return values
  }

  /// The values of a row that are kept aside, by their columns' names.
  func keptAside(_ table: UInt32, _ key: [UInt8], in scope: UInt32) throws -> [String: Value] {
    var out: [String: Value] = [:]
    for (column, value) in try aside.cells(scope: scope, table: table, key: key) { out[try catalog.column(column, in: table)] = value }
    return out
  }

  /// Whether a row is not in the user's table for a reason: the table is another scope's, or has another key than where the row was made, or
  /// the row's values are kept aside, since another scope's row has the key, or had it when this one came, or the row came before the table
  /// and says of itself that it is of another scope.
  func isSetAside(_ shape: TableShape, _ key: [UInt8], _ state: RowState, in scope: UInt32) throws -> Bool {
    if try names.keyNames(state.name, of: shape.name, scope: scope) != shape.keyNames { return true }
    switch shape.declaration.scope {
    case .fixed(let fixed): return try catalog.scope(scope) != fixed
    case .column(let column):
      if let at = shape.scopeColumn, at.inKey {
        return try KeyCode.values(of: key)[at.at] != .text(Array(try catalog.scope(scope).name.utf8))
      }
      return try keptAside(shape.number, key, in: scope)[column] != nil
    }
  }
}
