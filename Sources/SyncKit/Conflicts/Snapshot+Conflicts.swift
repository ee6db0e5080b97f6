import SyncCore

extension Snapshot {
  /// A cell that may be in conflict, as it is stored.
  struct OpenCell {
    let scope: UInt32
    let table: UInt32
    let key: [UInt8]
    let column: UInt32
    var candidates: [(dot: LocalDot, value: Value)]

    var position: ConflictPosition { ConflictPosition(place: .after(scope: scope, table: table, key: key, column: column)) }
  }

  /// The number under which a row's existence stands among the candidates.
  static let existenceColumn: UInt32 = 0

  /// The name of a conflict as it is now: made of its place and of its candidates.
  func identifier(_ cell: OpenCell) throws -> String {
    var out = ByteWriter()
    out.write(string: try catalog.scope(cell.scope).name.utf8)
    out.write(string: try catalog.table(cell.table).utf8)
    out.write(string: cell.key)
    out.write(string: cell.column == Self.existenceColumn ? "".utf8 : try catalog.column(cell.column, in: cell.table).utf8)
    for dot in try dots(cell.candidates.map(\.dot)) {
      out.write(bytes: dot.site.bytes)
      out.write(varint: dot.seq)
    }
    return shortHex(out.bytes)
  }

  func shortHex(_ bytes: [UInt8]) -> String {
    Hex.text(codec.digest(bytes).prefix(5))
  }

  func conflicts(of cells: [OpenCell]) throws -> [Conflict] {
    var out: [Conflict] = []
    var at = 0
    while at < cells.count {
      // One pass through the log for all of a scope's conflicts.
      let scope = cells[at].scope
      let here = cells[at...].prefix { $0.scope == scope }
      at += here.count
      let rows = Set(try here.map { RowHistory.Row(table: try catalog.table($0.table), key: $0.key) })
      let writes = try RowHistory(log: log, names: names).writes(to: rows, inScope: scope)
      for cell in here {
        let all = writes[RowHistory.Row(table: try catalog.table(cell.table), key: cell.key)] ?? []
        out.append(
          try conflict(cell) { dot, _, column in
            try all.first { $0.dot == dot }.map { try info($0, column: column, among: all) }
          })
      }
    }
    return out
  }

  /// A cell as it is told to people.
  /// - Parameter write: tells of one write to the cell; nil when the log does not have it.
  func conflict(_ cell: OpenCell, _ write: (LocalDot, OpenCell, String?) throws -> WriteInfo?) throws -> Conflict {
    let column = cell.column == Self.existenceColumn ? nil : try catalog.column(cell.column, in: cell.table)
    let values =
      try table(cell.table).flatMap { try displayed($0, cell.key, in: cell.scope) } ?? keptAside(cell.table, cell.key, in: cell.scope)
    let shown = column.map { values[$0] } ?? .integer(1)
    var candidates: [Conflict.Candidate] = []
    for (dot, value) in cell.candidates {
      guard let info = try write(dot, cell, column) else { continue }
      if let known = candidates.firstIndex(where: { $0.value == value }) {
        candidates[known] = Conflict.Candidate(value: value, writes: candidates[known].writes + [info])
      } else {
        candidates.append(Conflict.Candidate(value: value, writes: [info]))
      }
    }
    candidates.sort { a, b in
      if (a.value == shown) != (b.value == shown) { return a.value == shown }
      return a.writes[0].time > b.writes[0].time
    }
    return Conflict(
      id: try identifier(cell),
      row: RowReference(scope: try catalog.scope(cell.scope), table: try catalog.table(cell.table), key: try KeyCode.values(of: cell.key)),
      kind: column.map { .cell(column: $0) } ?? .existence, candidates: candidates, values: values)
  }

  // MARK: Declared rules

  /// The rows that break a declared rule now. Never stored, so that there is no violation without its conflict and no conflict without
  /// its violation.
  func brokenRules(in only: ScopeID?, table: String? = nil) throws -> [Conflict] {
    var out: [Conflict] = []
    for shape in tables where table == nil || table == shape.name {
      for rule in shape.declaration.unique { out += try duplicates(shape, rule).map { try conflict($0, shape, rule) } }
      for reference in shape.declaration.references { out += try orphans(shape, reference).map { try conflict($0, shape, reference) } }
      for bound in shape.declaration.bounds { out += try beyond(shape, bound).map { try conflict($0, shape, bound) } }
    }
    return out.filter { only == nil || $0.row.scope == only }
  }

  func brokenRuleCount(in only: ScopeID?, table: String?) throws -> Int {
    // Which scope a row belongs to stands in the row.
    guard only == nil else { return try brokenRules(in: only, table: table).count }
    var count = 0
    for shape in tables where table == nil || table == shape.name {
      for rule in shape.declaration.unique { count += try duplicates(shape, rule).count }
      for reference in shape.declaration.references { count += try orphans(shape, reference).count }
      for bound in shape.declaration.bounds { count += try beyond(shape, bound).count }
    }
    return count
  }

  /// The keys of rows that have the same values in columns declared unique.
  private func duplicates(_ shape: TableShape, _ rule: [String]) throws -> [[[UInt8]]] {
    let list = rule.map(\.quotedIdentifier)
    let given = list.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
    let same = list.map { "a.\($0) = b.\($0)" }.joined(separator: " AND ")
    let keys = shape.key.map { "a.\($0.name.quotedIdentifier)" }.joined(separator: ",")
    let find = try connection.statement(
      """
      SELECT \(keys), \(list.map { "a.\($0)" }.joined(separator: ",")) FROM \(shape.quoted) AS a JOIN (SELECT \(list.joined(separator: ",")) \
      FROM \(shape.quoted) WHERE \(given) GROUP BY \(list.joined(separator: ",")) HAVING count(*) > 1) AS b ON \(same) \
      ORDER BY \(list.map { "a.\($0)" }.joined(separator: ",")), \(keys)
      """)
    var groups: [(values: [Value], rows: [[UInt8]])] = []
    while try find.step() {
      var key: [UInt8] = []
      for at in shape.key.indices { KeyCode.append(find, column: Int32(at), to: &key) }
      let values = rule.indices.map { find.value(Int32(shape.key.count + $0)) }
      if let last = groups.last, last.values == values { groups[groups.count - 1].rows.append(key) } else { groups.append((values, [key])) }
    }
    return groups.map(\.rows)
  }

  private func conflict(_ keys: [[UInt8]], _ shape: TableShape, _ rule: [String]) throws -> Conflict {
    let rows = try keys.map { try reference($0, shape) }
    return Conflict(
      id: shortHex(Array("unique/\(shape.name)/\(rule.joined(separator: ","))/".utf8) + keys.flatMap { $0 }), row: rows[0],
      kind: .unique(columns: rule, others: Array(rows.dropFirst())), candidates: [], values: try displayed(shape, keys[0]))
  }

  /// The keys of rows that refer to one which was deleted.
  private func orphans(_ shape: TableShape, _ reference: Reference) throws -> [[UInt8]] {
    guard let parent = tables.first(where: { $0.name == reference.table }) else { return [] }
    let column = reference.column.quotedIdentifier
    let find = try connection.statement(
      """
      SELECT \(shape.keyList), \(column) FROM \(shape.quoted) AS child WHERE \(column) IS NOT NULL AND NOT EXISTS \
      (SELECT 1 FROM \(parent.quoted) AS parent WHERE parent.\(parent.key[0].name.quotedIdentifier) = child.\(column)) ORDER BY \(shape.keyList)
      """)
    var found: [(key: [UInt8], parent: [UInt8])] = []
    while try find.step() {
      var key: [UInt8] = []
      for at in shape.key.indices { KeyCode.append(find, column: Int32(at), to: &key) }
      var parentKey: [UInt8] = []
      KeyCode.append(find, column: Int32(shape.key.count), to: &parentKey)
      found.append((key, parentKey))
    }
    // A parent that this replica has never held is not here, which is no conflict: only one that it knows to be deleted is.
    return try found.filter { try isKnown($0.parent, parent) }.map(\.key)
  }

  private func conflict(_ key: [UInt8], _ shape: TableShape, _ reference: Reference) throws -> Conflict {
    Conflict(
      id: shortHex(Array("reference/\(shape.name)/\(reference.column)/".utf8) + key), row: try self.reference(key, shape),
      kind: .reference(column: reference.column, table: reference.table), candidates: [], values: try displayed(shape, key))
  }

  /// The keys of rows with a column above the one that bounds it.
  private func beyond(_ shape: TableShape, _ bound: Bound) throws -> [[UInt8]] {
    let find = try connection.statement(
      "SELECT \(shape.keyList) FROM \(shape.quoted) WHERE \(bound.breach()) ORDER BY \(shape.keyList)")
    var keys: [[UInt8]] = []
    while try find.step() {
      var key: [UInt8] = []
      for at in shape.key.indices { KeyCode.append(find, column: Int32(at), to: &key) }
      keys.append(key)
    }
    return keys
  }

  private func conflict(_ key: [UInt8], _ shape: TableShape, _ bound: Bound) throws -> Conflict {
    Conflict(
      id: shortHex(Array("bound/\(shape.name)/\(bound.column)/\(bound.limit)/".utf8) + key), row: try reference(key, shape),
      kind: .bound(column: bound.column, limit: bound.limit), candidates: [], values: try displayed(shape, key))
  }

  private func isKnown(_ key: [UInt8], _ shape: TableShape) throws -> Bool {
    for (number, _) in try catalog.allScopes() where try rows.state(scope: number, table: shape.number, key: key) != nil { return true }
    return false
  }

  private func reference(_ key: [UInt8], _ shape: TableShape) throws -> RowReference {
    let values = try displayed(shape, key)
    let scope: ScopeID
    switch shape.declaration.scope {
    case .fixed(let fixed): scope = fixed
    case .column(let name):
      guard case .text(let bytes)? = values[name], let found = ScopeID(String(decoding: bytes, as: UTF8.self)) else {
        throw SyncKitError(.noScope, ["table": shape.name])
      }
      scope = found
    }
    return RowReference(scope: scope, table: shape.name, key: try KeyCode.values(of: key))
  }
}
