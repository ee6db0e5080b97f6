public import SyncCore

extension Replica {
  /// The conflicts that the beginnings of identifiers name. Only what is found is read in full.
  /// - Returns: for each beginning what it fits, in the order of the list: nothing, one conflict, or the first two of several.
  public func conflicts(named beginnings: [String], in scope: ScopeID? = nil, table: String? = nil) throws -> [[Conflict]] {
    try look { snapshot in
      let lookup = WriteLookup(snapshot)
      return try snapshot.find(beginnings, in: scope, table: table).map { found in
        try found.map { one in
          switch one {
          case .cell(let cell): try snapshot.conflict(cell, lookup.info)
          case .rule(let conflict, _): conflict
          }
        }
      }
    }
  }

  /// Where the page begins that follows a conflict; nil unless the beginning of an identifier names exactly one of this scope and table.
  public func position(after beginning: String, in scope: ScopeID? = nil, table: String? = nil) throws -> ConflictPosition? {
    try look { snapshot in
      let found = try snapshot.find([beginning], in: scope, table: table)[0]
      guard found.count == 1 else { return nil }
      switch found[0] {
      case .cell(let cell): return cell.position
      case .rule(_, let place): return ConflictPosition(place: .rules(place + 1))
      }
    }
  }
}

extension Snapshot {
  fileprivate enum Named {
    case cell(OpenCell)
    /// A broken rule, and its place among those of the scope and table.
    case rule(Conflict, Int)
  }

  /// Goes once over the identifiers of all that is open; two are enough to see that a beginning names no single one.
  fileprivate func find(_ beginnings: [String], in scope: ScopeID?, table: String?) throws -> [[Named]] {
    var found = beginnings.map { _ in [Named]() }
    func take(_ id: String, _ named: Named) {
      for (at, beginning) in beginnings.enumerated() where found[at].count < 2 && !beginning.isEmpty && id.hasPrefix(beginning) {
        found[at].append(named)
      }
    }
    let known = try scope.flatMap { try catalog.known($0) }
    guard scope == nil || known != nil else { return found }
    try forEachOpenCell(in: known, table: table) { cell in
      take(try identifier(cell), .cell(cell))
      return found.contains { $0.count < 2 }
    }
    for (place, rule) in try brokenRules(in: scope, table: table).enumerated() { take(rule.id, .rule(rule, place)) }
    return found
  }
}
