import GRDB

/// What a table means to the records that are here: read whole, before anything is written.
struct ImportPlan {
  typealias Value = (field: Field, value: DatabaseValue)

  /// A row that writes something.
  struct Row {
    let number: Int
    let name: String
    /// The record that it changes; nil for a new one.
    let record: String?
    /// What differs from the record that is here.
    let values: [Value]
    /// What differs from the year's figures that are here, with the year; empty where the row has none.
    let year: [Value]
    let changes: [ImportReport.Change]
  }

  private let kind: ImportKind
  private(set) var rows: [Row] = []
  private(set) var unchanged = 0
  private(set) var warnings: [ImportReport.Warning] = []
  private var faults = ImportFaults()
  private var seen = SeenRows()

  /// Reads a table against the records.
  ///
  /// Throws ``SurveyError/Code/tableEmpty``, and ``SurveyError/Code/importRefused`` with the faults of the whole table.
  init(_ table: ImportTable, _ kind: ImportKind, _ reading: FieldReading) throws {
    self.kind = kind
    guard let first = table.rows.first, table.rows.count > 1 else { throw SurveyError(.tableEmpty) }
    let heading = ImportHeading(first, kind, &faults, &warnings)
    for fault in table.faults {
      faults.add(SurveyError(fault.code), row: fault.row, column: heading.name(fault.column), cell: fault.text)
    }
    for row in table.rows.dropFirst() { try read(row, heading, table, reading) }
    guard faults.count == 0 else {
      throw SurveyError(.importRefused, ["kind": kind.rawValue, "count": String(faults.count)], problems: faults.kept)
    }
  }

  private mutating func read(_ row: ImportTable.Row, _ heading: ImportHeading, _ table: ImportTable, _ reading: FieldReading) throws {
    for (at, cell) in row.cells.enumerated() where !heading.isHeaded(at) && cell.nonEmpty != nil {
      faults.add(SurveyError(.columnUnnamed), row: row.number, column: heading.name(at), cell: cell)
    }
    let before = faults.count
    var record: [Value] = []
    var year: [Value] = []
    var isEmpty = true
    for place in heading.places {
      let cell = place.at < row.cells.count ? row.cells[place.at] : ""
      if cell.nonEmpty != nil { isEmpty = false }
      guard let value = try value(cell, at: place, row.number, heading, reading) else { continue }
      if place.column.part == .year { year.append(value) } else { record.append(value) }
    }
    // A row with nothing in the columns that mean something is one that was left empty.
    if isEmpty { return }
    for place in heading.places where place.column.isRequired && (place.at >= row.cells.count || row.cells[place.at].nonEmpty == nil) {
      faults.add(SurveyError(.valueMissing, ["field": place.column.field.name]), row: row.number, column: heading.name(place.at))
    }
    let hasYear = heading.places.contains { place in
      place.column.part == .year && place.column.field.presence == .key && place.at < row.cells.count && row.cells[place.at].nonEmpty != nil
    }
    if let figure = year.first, !hasYear {
      let key = kind.columns.first { $0.part == .year && $0.field.presence == .key }
      faults.add(
        SurveyError(.valueMissing, ["field": key?.field.name ?? figure.field.name]), row: row.number, column: key?.field.label.zh)
    }
    let name = record.first { $0.field.name == "name" }.flatMap { String.fromDatabaseValue($0.value) } ?? ""
    let mark = record.first { $0.field.column == kind.mark }?.value
    let id = heading.id.flatMap { $0 < row.cells.count ? row.cells[$0].nonEmpty : nil }
    let known = try id.flatMap { try Lookup.optionalRow(reading.db, in: kind.type.table, $0) }
    if known == nil, let other = seen.earlier(than: row.number, kind, name, mark) {
      faults.add(SurveyError(.rowRepeated, ["other": String(other)]), row: row.number)
    }
    guard faults.count == before else { return }
    try place(row.number, known, name, mark, record, year, reading.db)
  }

  /// A cell's value; nil for an empty cell, which says nothing.
  private mutating func value(
    _ cell: String, at place: ImportHeading.Place, _ row: Int, _ heading: ImportHeading, _ reading: FieldReading
  ) throws -> Value? {
    guard cell.nonEmpty != nil else { return nil }
    do {
      let typed = try place.column.typed(cell, in: place.unit)
      let value = try place.column.field.read(typed, reading)
      if case .creditCode = place.column.field.kind, !CreditCode.check(typed).valid {
        warnings.append(ImportReport.Warning(kind: .creditCodeDoubtful, row: row, column: heading.name(place.at), cell: cell))
      }
      return value.isNull ? nil : (place.column.field, value)
    } catch let error as SurveyError {
      faults.add(place.column.explained(error), row: row, column: heading.name(place.at), cell: cell)
      return nil
    }
  }

  // MARK: Which record a row stands for

  private mutating func place(
    _ number: Int, _ known: GRDB.Row?, _ name: String, _ mark: DatabaseValue?, _ record: [Value], _ year: [Value], _ db: Database
  ) throws {
    let found = try known.map { try ImportMatch(kind, $0, db) } ?? ImportMatch(kind, name, mark, db)
    guard found.records.count < 2 else {
      let matches = found.records.map { $0.string("id") }.joined(separator: "\n")
      return faults.add(SurveyError(.rowAmbiguous, ["matches": matches]), row: number)
    }
    let row = found.records.first
    if let row, let other = seen.earlier(than: number, of: row.string("id")) {
      return faults.add(SurveyError(.rowRepeated, ["other": String(other)]), row: number)
    }
    if row == nil, found.hasNamesake {
      warnings.append(ImportReport.Warning(kind: .sameName, row: number, column: "", cell: name))
    }
    var values = Self.differences(record, row)
    if let row, let at = values.firstIndex(where: { $0.field.column == "name" }) {
      // A list of some time ago has the old name: nobody renames by it.
      if kind == .enterprises, try ImportMatch.isFormer(values[at].after, of: row, db) {
        values.remove(at: at)
      } else if let other = try ImportMatch.holder(of: values[at].after, beside: row, kind, db) {
        return faults.add(
          SurveyError(.nameOfAnother, ["id": row.string("id"), "other": other.string("id")]), row: number, cell: name)
      }
    }
    let figures = Self.differences(year.filter { $0.field.presence != .key }, try standing(year, of: row, db))
    guard row == nil || !values.isEmpty || !figures.isEmpty else {
      unchanged += 1
      return
    }
    rows.append(
      Row(
        number: number, name: name, record: row?.string("id"), values: values.map { ($0.field, $0.after) },
        year: figures.isEmpty ? [] : year.filter { $0.field.presence == .key } + figures.map { ($0.field, $0.after) },
        changes: (values + figures).map { difference in
          ImportReport.Change(
            field: difference.field.jsonName, before: FieldValue(difference.field, difference.before),
            after: FieldValue(difference.field, difference.after))
        }))
  }

  /// The figures of the row's year that are here.
  private func standing(_ year: [Value], of enterprise: GRDB.Row?, _ db: Database) throws -> GRDB.Row? {
    guard let enterprise, let key = year.first(where: { $0.field.presence == .key }) else { return nil }
    return try GRDB.Row.fetchOne(
      db, sql: "SELECT * FROM enterprise_year WHERE enterprise_id = ? AND year = ?",
      arguments: StatementArguments([enterprise.string("id").databaseValue, key.value]))
  }

  private static func differences(_ values: [Value], _ row: GRDB.Row?)
    -> [(field: Field, before: DatabaseValue, after: DatabaseValue)]
  {
    values.compactMap { field, value in
      let before: DatabaseValue = row.flatMap { $0[field.column] } ?? .null
      return before == value ? nil : (field, before, value)
    }
  }
}
