import GRDB
import SyncKit

extension Survey {
  /// Imports a table of enterprises, providers or solutions in one transaction: the whole of it or nothing.
  ///
  /// A row stands for the record of its identifier, where an export wrote one, or of its credit code, or else of exactly its name, and
  /// becomes a new one where there is none. An empty cell says nothing. What is recorded already is not written again, so that to import
  /// twice is to import once.
  ///
  /// - Parameter isDryRun: whether only to tell what would come of it.
  ///
  /// Throws ``SurveyError/Code/importRefused`` with the faults of the whole table by row and column, ``SurveyError/Code/tableEmpty``, and
  /// ``SurveyError/Code/notAuthorised`` where the records are another role's word.
  public func importTable(_ table: ImportTable, as kind: ImportKind, isDryRun: Bool = false) throws -> ImportReport {
    try requireAuthority(kind.type)
    if isDryRun {
      let plan: ImportPlan = try replica.read { db in try self.plan(table, kind, db) }
      return report(plan, kind, ids: [:], isDryRun: true)
    }
    return try write { db in
      let plan: ImportPlan = try self.plan(table, kind, db)
      var ids: [Int: String] = [:]
      var personal: [(table: String, id: String, values: [(String, DatabaseValue?)])] = []
      for row in plan.rows {
        let id = try apply(row, kind, db)
        ids[row.number] = id
        let values = row.values.filter { Personal.isNamed($0.field.column, in: kind.type.table) }
        personal.append((kind.type.table, id, values.map { ($0.field.column, $0.value) }))
      }
      try writePersonal(personal, db)
      return report(plan, kind, ids: ids, isDryRun: false)
    }
  }

  /// What a table means, unless a row of it says what is another role's word.
  private func plan(_ table: ImportTable, _ kind: ImportKind, _ db: Database) throws -> ImportPlan {
    let plan = try ImportPlan(table, kind, reading(db))
    var faults = ImportFaults()
    for row in plan.rows {
      let fields = (row.values + row.year).map(\.field)
      guard try !isAuthorised(kind.type, fields, row.record, db) else { continue }
      do { try requireAuthority(kind.type, over: fields) } catch { faults.add(error, row: row.number) }
    }
    guard faults.count == 0 else {
      throw SurveyError(.importRefused, ["kind": kind.rawValue, "count": String(faults.count)], problems: faults.kept)
    }
    return plan
  }

  /// Writes a row, but for what names people.
  /// - Returns: the record's identifier.
  private func apply(_ row: ImportPlan.Row, _ kind: ImportKind, _ db: Database) throws -> String {
    let values = row.values.filter { !Personal.isNamed($0.field.column, in: kind.type.table) }
    let id: String
    if let record = row.record {
      id = record
      if !values.isEmpty { try Changes(values.map { ($0.field.column, $0.value) }).update(kind.type.table, id, db) }
    } else if kind == .enterprises {
      id = try openCase(values, db)
    } else {
      id = try insert(kind.type, values, nil, db).first.flatMap { String.fromDatabaseValue($0) } ?? ""
    }
    if !row.year.isEmpty { _ = try insert(.enterpriseYear, row.year, id, db) }
    return id
  }

  private func openCase(_ values: [ImportPlan.Value], _ db: Database) throws -> String {
    let id = identifiers.next()
    var columns = ["id", "created_at", "created_by"] + values.map(\.field.column)
    var stored = [id, now, user].map(\.databaseValue) + values.map(\.value)
    // As where one is recorded by hand: it reports under its district unless something else is said.
    if !columns.contains("reporting_unit"), let district = values.first(where: { $0.field.column == "district" }) {
      columns.append("reporting_unit")
      stored.append(district.value)
    }
    try db.execute(
      sql: """
        INSERT INTO enterprise(\(columns.joined(separator: ", "))) VALUES(\(columns.map { _ in "?" }.joined(separator: ", ")))
        """, arguments: StatementArguments(stored))
    return id
  }

  private func report(_ plan: ImportPlan, _ kind: ImportKind, ids: [Int: String], isDryRun: Bool) -> ImportReport {
    let rows = plan.rows.map { row in
      ImportReport.Row(
        row: row.number, outcome: row.record == nil ? .added : .changed, id: row.record ?? ids[row.number], name: row.name,
        changes: row.changes)
    }
    let added = rows.count { $0.outcome == .added }
    return ImportReport(
      kind: kind, isDryRun: isDryRun, added: added, changed: rows.count - added, unchanged: plan.unchanged, rows: rows,
      warnings: plan.warnings)
  }
}
