import GRDB
import SyncCore
import SyncKit

extension World {
  /// Writes rows in one transaction, each by an author who had seen it as given.
  func write(_ device: SimulatedReplica, _ writes: [(write: RowWrite, sight: Sight)]) throws {
    let known = Set(device.known.map(\.place))
    let writes = writes.filter { known.contains($0.sight.id.table) }
    guard !writes.isEmpty else { return }
    var now: [RowID: [String: Value]] = [:]
    for (_, sight) in writes { now[sight.id] = try device.replica.read { db in try fetch(db, sight.id) } }
    var whole: [RowID: [String: Value]] = [:]
    var isRefused = false
    do {
      try device.replica.write(reading: writes.count == 1 ? writes[0].sight.token : nil) { db in
        for (write, sight) in writes { try run(db, write, sight, device) }
        for (_, sight) in writes { whole[sight.id] = try fetch(db, sight.id) }
      }
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
      // A declared rule keeps a local write out, as SQL's own would.
      try require("I-3", options.tables.contains(3), "a write was refused: \(error)")
      coverage.note("refused by a rule")
      isRefused = true
    } catch let error as SyncKitError where error.code == .withdrawn {
      try expectFrozen(device, writes.map { scope($0.sight.id) }, error)
      isRefused = true
    }
    try note(device) { scope, dot, time in
      if isRefused { return [] }
      return writes.filter { self.scope($0.sight.id) == scope }.compactMap { write, sight in
        made(device, write, sight, now: now[sight.id], whole: whole[sight.id] ?? [:], dot, time)
      }
    }
    try check(device)
  }

  /// What a write amounts to; nil when it wrote nothing.
  private func made(
    _ device: SimulatedReplica, _ write: RowWrite, _ sight: Sight, now: [String: Value]?, whole: [String: Value], _ dot: Dot,
    _ time: HybridTime
  ) -> MergeOracle.Write? {
    let table = FieldTable.all[sight.id.table]
    guard let columns = written(sight, write.statement, table.columns(in: device.version), now: now, whole: whole) else { return nil }
    let oracle = oracle(scope(sight.id))
    var values: [String: Value] = [MergeOracle.existence: .integer(write.statement == .delete ? 0 : 1)]
    var closes = [MergeOracle.existence: sight.shown[MergeOracle.existence] ?? []]
    for column in columns {
      let value = whole[column.name] ?? .null
      if column.policy == .counter, case .integer(let sum) = value {
        values[column.name] = .integer(sum - (oracle.count(name(sight.id), column.name, applied: applied(device, sight.id)) ?? 0))
      } else {
        values[column.name] = value
        closes[column.name] = sight.shown[column.name] ?? []
      }
    }
    return MergeOracle.Write(dot: dot, time: time, row: name(sight.id), values: values, closes: closes, read: sight.read)
  }

  /// The columns that count as written; nil when nothing is.
  private func written(
    _ sight: Sight, _ statement: Statement, _ columns: [FieldTable.Column], now: [String: Value]?, whole: [String: Value]
  ) -> [FieldTable.Column]? {
    if statement == .delete { return now == nil ? nil : [] }
    if let now {
      // What the statement changed, and of that what differs from what the author was shown; who was not shown the row has written it all.
      let isUnseen = sight.token != nil && !sight.isVisible
      let changed = columns.filter { column in
        let isChanged = now[column.name] != whole[column.name]
        if column.policy == .counter { return isChanged }
        return isUnseen || isChanged && (sight.token == nil || sight.values[column.name] != whole[column.name])
      }
      return changed.isEmpty ? nil : changed
    }
    if statement == .update { return nil }
    // The row comes back. Whoever was shown it wrote what is different; what a statement did not name is not wiped.
    guard sight.token != nil, sight.isVisible else { return columns }
    return columns.filter { sight.values[$0.name] != whole[$0.name] && whole[$0.name] != $0.standard }
  }

  /// Runs the statement of a write.
  func run(_ db: Database, _ write: RowWrite, _ sight: Sight, _ device: SimulatedReplica) throws {
    let table = FieldTable.all[sight.id.table]
    let key = table.keyCells(sight.id, scope(sight.id))
    let condition = key.map { "\($0.name) = ?" }.joined(separator: " AND ")
    let keyValues = key.map(\.value.stored)
    if write.isUndoneFirst { try undo(db, table, condition, keyValues) }
    if write.statement == .delete {
      return try db.execute(sql: "DELETE FROM \(table.name) WHERE \(condition)", arguments: StatementArguments(keyValues))
    }
    let columns = table.columns(in: device.version)
    guard !columns.isEmpty else { return }
    var given: [String: Value] = [:]
    if write.isWhole {
      for column in columns { given[column.name] = sight.values[column.name] }
    }
    for cell in write.cells {
      let column = columns[cell.column % columns.count]
      given[column.name] = table.value(cell.value, for: column, scope: scope(sight.id))
    }
    guard !given.isEmpty else { return }
    let names = given.keys.sorted()
    let values = names.map { given[$0]?.stored ?? .null }
    if write.statement == .update {
      let list = names.map { "\($0) = ?" }.joined(separator: ", ")
      return try db.execute(
        sql: "UPDATE \(table.name) SET \(list) WHERE \(condition)", arguments: StatementArguments(values + keyValues))
    }
    let fixed = table.fixedCells(sight.id, scope(sight.id))
    let list = (fixed.map(\.name) + names).joined(separator: ", ")
    let marks = (fixed.map(\.name) + names).map { _ in "?" }.joined(separator: ", ")
    let verb = write.statement == .replace ? "INSERT OR REPLACE" : "INSERT"
    let update = names.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
    let conflict = write.statement == .replace ? "" : " ON CONFLICT DO UPDATE SET \(update)"
    try db.execute(
      sql: "\(verb) INTO \(table.name)(\(list)) VALUES(\(marks))\(conflict)",
      arguments: StatementArguments(fixed.map(\.value.stored) + values))
  }

  /// Does something to the row and takes it back.
  private func undo(_ db: Database, _ table: FieldTable, _ condition: String, _ key: [DatabaseValue]) throws {
    try db.inSavepoint {
      try db.execute(sql: "UPDATE \(table.name) SET a = 'undone' WHERE \(condition)", arguments: StatementArguments(key))
      if table.name != "note" {
        try db.execute(sql: "DELETE FROM \(table.name) WHERE \(condition)", arguments: StatementArguments(key))
      }
      return .rollback
    }
  }

  /// Takes what a device has just written into the history: one changeset for each scope with writes, and none for the others.
  func note(_ device: SimulatedReplica, _ make: (ScopeID, Dot, HybridTime) -> [MergeOracle.Write]) throws {
    for scope in scopes {
      let known = device.held[scope] ?? VersionVector()
      let wants = [ScopeHoldings(scope: scope, holdings: Holdings(vector: known))]
      let new = try device.replica.exchangeStore.load(beyond: wants, budget: 1 << 30).fragments
      try require("I-5", new.count <= 1, "\(new.count) changesets in \(scope) for one transaction at \(device.user)")
      guard let fragment = new.first else {
        let wanted = make(scope, Dot(site: try device.replica.site, seq: 1), HybridTime(rawValue: 0))
        try require("I-3", wanted.isEmpty, "nothing was captured of \(wanted.map(\.row)) at \(device.user)")
        continue
      }
      let header = try ChangesetHeader(decoding: fragment.header)
      device.note(writer: header.dot.site)
      let dot = options.hasAccidents ? Dot(site: device.life, seq: device.written[scope, default: 0] + 1) : header.dot
      device.written[scope, default: 0] += 1
      transactions[scope, default: [:]][header.transaction.id] = dot
      let writes = make(scope, dot, header.time)
      try require("I-4", !writes.isEmpty, "a changeset in \(scope) for nothing at \(device.user)")
      let own = Dot(site: try device.replica.site, seq: known[try device.replica.site] + 1)
      try require("I-12", header.dot == own, "\(device.user) wrote \(header.dot) where \(own) is due")
      try require("I-16", header.time > device.lastTime[scope] ?? HybridTime(rawValue: 0), "\(device.user)'s time does not rise")
      let read = oracle(scope, at: device).latest(applied: device.applied[scope] ?? VersionVector())
      try require("I-16", read.map { $0 < header.time } ?? true, "\(device.user) writes at a time before that of what it has")
      device.lastTime[scope] = header.time
      oracles[scope, default: MergeOracle()].add(writes, as: dot)
      trace.note(fragment.header)
    }
  }

  /// Only where a scope was withdrawn, and the device was told, is nothing written.
  private func expectFrozen(_ device: SimulatedReplica, _ scopes: [ScopeID], _ error: SyncKitError) throws {
    let frozen = Set(try device.replica.withdrawnScopes().map(\.scope))
    try require("I-13", !frozen.isDisjoint(with: scopes), "\(device.user) may hold \(scopes), and a write was refused: \(error)")
    coverage.note("refused:withdrawn")
  }

  // MARK: Settling

  /// Settles some of what is open at a device, having checked that what is listed is what is open.
  func settle(_ device: SimulatedReplica, choice: Int) throws {
    var random = SeededGenerator(seed: choice)
    var chosen: [(conflict: Conflict, id: RowID, column: String, value: Value)] = []
    for (conflict, id, column) in try checkedConflicts(device) where random.chance(0.6) {
      let value: Value =
        if column == MergeOracle.existence {
          .integer(Int64(random.number(0...1)))
        } else if random.chance(0.3) {
          .integer(Int64(random.number(0...3)))
        } else {
          random.pick(conflict.candidates).value
        }
      chosen.append((conflict, id, column, value))
    }
    guard !chosen.isEmpty else { return }
    coverage.note("settled", chosen.count)
    let before = device.applied
    do {
      try device.replica.settle(chosen.map { Settlement($0.conflict, value: $0.value) }, reason: "as seen")
    } catch let error as SyncKitError where error.code == .withdrawn {
      return try expectFrozen(device, chosen.map { scope($0.id) }, error)
    }
    try note(device) { scope, dot, time in
      var out: [MergeOracle.Write] = []
      for id in ids where self.scope(id) == scope {
        let here = chosen.filter { $0.id == id }
        if here.isEmpty { continue }
        out.append(settled(device, id, here.map { ($0.column, $0.value) }, dot, time, applied: before[scope] ?? VersionVector()))
      }
      return out
    }
    try check(device)
  }

  private func settled(
    _ device: SimulatedReplica, _ id: RowID, _ decisions: [(column: String, value: Value)], _ dot: Dot, _ time: HybridTime,
    applied: VersionVector
  ) -> MergeOracle.Write {
    let (oracle, row) = (oracle(scope(id), at: device), name(id))
    let existence = decisions.first { $0.column == MergeOracle.existence }?.value
    var values = [MergeOracle.existence: existence ?? .integer(1)]
    // Settling a cell says nothing about whether the row shall be deleted.
    let known = oracle.candidates(row, MergeOracle.existence, applied: applied)
    var closes = [MergeOracle.existence: Set(known.filter { existence != nil || $0.value == .integer(1) }.map(\.dot))]
    for (column, value) in decisions where column != MergeOracle.existence && existence != .integer(0) {
      values[column] = value
      closes[column] = Set(oracle.candidates(row, column, applied: applied).map(\.dot))
    }
    return MergeOracle.Write(
      dot: dot, time: time, row: row, values: values, closes: closes, read: oracle.read(row, applied: applied))
  }
}
