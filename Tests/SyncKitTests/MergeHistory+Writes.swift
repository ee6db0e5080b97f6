import GRDB
import SyncCore
import SyncKit
import SyncSimulator

/// The ways in which authors of a random history write.
extension MergeHistory {
  /// The statement a form or a program saves by.
  enum Statement: CaseIterable { case update, upsert, replace, delete }

  /// Writes one row, having read it as `sight` says.
  func write(_ site: HistorySite, _ sight: Sight, _ statement: Statement, _ given: [String: Value]) throws {
    advance(site)
    let now = sight.token == nil ? sight.isVisible ? sight.values : nil : try displayed(site, sight.row)
    let whole = try run(site, sight, statement, given)
    let columns = writtenColumns(sight, statement, now: now, whole: whole)
    try note(site) { dot, time in
      guard let columns else { return [] }
      var values: [String: Value] = [MergeOracle.existence: .integer(statement == .delete ? 0 : 1)]
      var closes = [MergeOracle.existence: sight.shown[MergeOracle.existence] ?? []]
      for column in columns {
        values[column] = whole[column] ?? .null
        closes[column] = sight.shown[column] ?? []
      }
      return [MergeOracle.Write(dot: dot, time: time, row: sight.row, values: values, closes: closes, read: sight.read)]
    }
    _ = try look(site, sight.row, keeping: false)
  }

  /// The columns that count as written; nil when nothing is.
  private func writtenColumns(_ sight: Sight, _ statement: Statement, now: [String: Value]?, whole: [String: Value]) -> [String]? {
    if statement == .delete { return now == nil ? nil : [] }
    let all = Self.columns
    if let now {
      // What the statement changed, and of that what differs from what the author was shown; who was not shown the row has written it all.
      let isUnseen = sight.token != nil && !sight.isVisible
      let changed = all.filter { isUnseen || now[$0] != whole[$0] && (sight.token == nil || sight.values[$0] != whole[$0]) }
      return changed.isEmpty ? nil : changed
    }
    if statement == .update { return nil }
    // The row comes back. Whoever was shown it wrote what is different; what a statement did not name is not wiped.
    guard sight.token != nil, sight.isVisible else { return all }
    return all.filter { sight.values[$0] != whole[$0] && whole[$0] != .null }
  }

  /// Runs the statement.
  /// - Returns: the row as the statement leaves it.
  private func run(_ site: HistorySite, _ sight: Sight, _ statement: Statement, _ given: [String: Value]) throws -> [String: Value] {
    let names = given.keys.sorted()
    let list = names.joined(separator: ",")
    let marks = names.map { _ in "?" }.joined(separator: ",")
    let values = names.map { given[$0]?.stored ?? .null }
    let key = [sight.row.databaseValue, scope.name.databaseValue]
    let sql: String
    var arguments: [DatabaseValue]
    switch statement {
    case .update:
      sql = "UPDATE \(table) SET \(names.map { "\($0)=?" }.joined(separator: ",")) WHERE id = ? AND scope = ?"
      arguments = values + key
    case .upsert:
      sql = """
        INSERT INTO \(table)(id, scope, \(list)) VALUES(?, ?, \(marks)) \
        ON CONFLICT DO UPDATE SET \(names.map { "\($0)=excluded.\($0)" }.joined(separator: ","))
        """
      arguments = key + values
    case .replace:
      sql = "INSERT OR REPLACE INTO \(table)(id, scope, \(list)) VALUES(?, ?, \(marks))"
      arguments = key + values
    case .delete:
      sql = "DELETE FROM \(table) WHERE id = ? AND scope = ?"
      arguments = key
    }
    let undone = chance(0.1)
    return try site.replica.write(reading: sight.token) { db in
      if undone { try self.undo(db, sight.row) }
      try db.execute(sql: sql, arguments: StatementArguments(arguments))
      let row = try Row.fetchOne(
        db.cachedStatement(sql: "SELECT a, b, c FROM \(table) WHERE id = ? AND scope = ?"), arguments: [sight.row, scope.name])
      guard let row else { return given }
      return Dictionary(uniqueKeysWithValues: Self.columns.map { ($0, Value(row[$0] as DatabaseValue)) })
    }
  }

  /// Does something to the row and takes it back.
  private func undo(_ db: Database, _ row: String) throws {
    try db.inSavepoint {
      try db.execute(sql: "UPDATE \(table) SET a = 'undone' WHERE id = ?", arguments: [row])
      try db.execute(sql: "DELETE FROM \(table) WHERE id = ?", arguments: [row])
      return .rollback
    }
  }

  /// Settles some of what is open at a site, and checks that what is listed is what the oracle knows to be open.
  func settle(_ site: HistorySite, share: Double) throws {
    advance(site)
    let before = site.applied
    let open = try checkedConflicts(site)
    var chosen: [(conflict: Conflict, value: Value)] = []
    for conflict in open where chance(share) {
      let isExistence = conflict.kind == .existence
      let value = isExistence ? .integer(Int64(number(0...1))) : chance(0.3) ? value() : pick(conflict.candidates).value
      chosen.append((conflict, value))
    }
    guard !chosen.isEmpty else { return }
    try site.replica.settle(chosen.map { Settlement(conflict: $0.conflict.id, value: $0.value) }, reason: "as seen")
    try note(site) { dot, time in
      Dictionary(grouping: chosen, by: { self.rowName($0.conflict.row) }).map { row, decisions in
        settled(row, decisions.map { (self.column($0.conflict), $0.value) }, dot, time, applied: before)
      }
    }
    for row in rows { _ = try look(site, row, keeping: false) }
  }

  private func settled(
    _ row: String, _ decisions: [(column: String, value: Value)], _ dot: Dot, _ time: HybridTime, applied: VersionVector
  ) -> MergeOracle.Write {
    let existence = decisions.first { $0.column == MergeOracle.existence }?.value
    func all(_ column: String) -> [MergeOracle.Candidate] { oracle.candidates(row, column, applied: applied) }
    var values = [MergeOracle.existence: existence ?? .integer(1)]
    // Settling a cell says nothing about whether the row shall be deleted.
    var closes = [
      MergeOracle.existence: Set(all(MergeOracle.existence).filter { existence != nil || $0.value == .integer(1) }.map(\.dot))
    ]
    for (column, value) in decisions where column != MergeOracle.existence && existence != .integer(0) {
      values[column] = value
      closes[column] = Set(all(column).map(\.dot))
    }
    return MergeOracle.Write(
      dot: dot, time: time, row: row, values: values, closes: closes, read: oracle.read(row, applied: applied))
  }

  /// What is open at a site, compared with the oracle.
  func checkedConflicts(_ site: HistorySite) throws -> [Conflict] {
    let applied = site.applied
    let found = try site.replica.conflicts(in: scope)
    var left = Set(found.map { "\(rowName($0.row)).\(column($0))" })
    for row in rows {
      for column in Self.columns + [MergeOracle.existence] {
        let wanted = oracle.conflict(row, column, applied: applied)
        let conflict = found.first { rowName($0.row) == row && self.column($0) == column }
        let candidates = conflict.map { Dictionary(uniqueKeysWithValues: $0.candidates.map { ($0.value, Set($0.writes.map(\.dot))) }) }
        expect(wanted == candidates, "\(row).\(column) has candidates \(String(describing: candidates)), not \(String(describing: wanted))")
        left.remove("\(row).\(column)")
      }
    }
    expect(left.isEmpty, "conflicts of nothing: \(left)")
    return found
  }

  private func rowName(_ reference: RowReference) -> String {
    if case .text(let bytes)? = reference.key.last { String(decoding: bytes, as: UTF8.self) } else { "" }
  }

  private func column(_ conflict: Conflict) -> String {
    if case .cell(let column) = conflict.kind { column } else { MergeOracle.existence }
  }
}
