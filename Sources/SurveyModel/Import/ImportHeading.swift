/// The first row of a table, understood: which column of the file fills which field.
struct ImportHeading {
  /// A column of the file that has a meaning.
  struct Place {
    /// Where it stands, from 0.
    let at: Int
    let column: ImportColumn
    /// The unit that a heading of money says.
    let unit: MoneyUnit?
  }

  let places: [Place]
  /// Where the identifiers stand that an export wrote; nil for a file that has none.
  let id: Int?
  private let row: ImportTable.Row

  /// Reads the headings, noting what is wrong with them.
  init(_ row: ImportTable.Row, _ kind: ImportKind, _ faults: inout ImportFaults, _ warnings: inout [ImportReport.Warning]) {
    self.row = row
    var places: [Place] = []
    // What only an export writes has no meaning here, and is no surprise.
    let exported = Set(ExportKind.columns(of: kind.type, withContacts: true).map(\.column.heading))
    for (at, cell) in row.cells.enumerated() {
      guard let heading = cell.nonEmpty else { continue }
      func fault(_ code: SurveyError.Code, _ details: [String: String] = [:]) {
        faults.add(SurveyError(code, details), row: row.number, column: heading, cell: cell)
      }
      guard let (column, unit) = Self.column(heading, kind.columns) else {
        if !exported.contains(heading) {
          warnings.append(ImportReport.Warning(kind: .columnUnknown, row: row.number, column: heading, cell: cell))
        }
        continue
      }
      if let other = places.first(where: { $0.column.field.name == column.field.name && $0.column.part == column.part }) {
        fault(.columnRepeated, ["other": row.cells[other.at].trimmingSpaces])
      } else if !column.isMoney, let unit {
        fault(.unitUnknown, ["unit": unit])
      } else if column.isMoney, unit == nil {
        fault(.unitMissing)
      } else if let unit, MoneyUnit(heading: unit) == nil {
        fault(.unitUnknown, ["unit": unit])
      }
      places.append(Place(at: at, column: column, unit: unit.flatMap { MoneyUnit(heading: $0) }))
    }
    for column in kind.columns where column.isRequired && !places.contains(where: { $0.column.field.name == column.field.name }) {
      faults.add(SurveyError(.columnMissing, ["column": column.heading.zh]), row: row.number)
    }
    self.places = places
    id = row.cells.firstIndex { $0.trimmingSpaces == ExportKind.idHeading }
  }

  /// What a column is called in a fault: its heading, or its letters where it has none.
  func name(_ at: Int) -> String { (at < row.cells.count ? row.cells[at].nonEmpty : nil) ?? Self.letters(at) }

  /// Whether a column has a heading.
  func isHeaded(_ at: Int) -> Bool { at < row.cells.count && row.cells[at].nonEmpty != nil }

  /// The column of a heading: of its whole text, or of what stands before a unit in parentheses.
  private static func column(_ heading: String, _ columns: [ImportColumn]) -> (ImportColumn, unit: String?)? {
    if let column = columns.first(where: { $0.isNamed(heading) }) { return (column, nil) }
    let plain = heading.halfWidth.trimmingSpaces
    guard plain.last == ")", let open = plain.lastIndex(of: "(") else { return nil }
    let unit = plain[plain.index(after: open)...].dropLast()
    return columns.first { $0.isNamed(String(plain[..<open])) }.map { ($0, String(unit)) }
  }

  /// A column's letters, as a spreadsheet shows them: A, B … Z, AA.
  static func letters(_ at: Int) -> String {
    var (rest, text) = (at, "")
    repeat {
      text = String(UnicodeScalar(UInt8(65 + rest % 26))) + text
      rest = rest / 26 - 1
    } while rest >= 0
    return text
  }
}

/// The faults of a table: all are counted, the first of them kept.
struct ImportFaults {
  private(set) var count = 0
  private(set) var kept: [SurveyError] = []

  mutating func add(_ error: SurveyError, row: Int, column: String? = nil, cell: String? = nil) {
    count += 1
    guard kept.count < SurveyLimits.importFaults else { return }
    var details = error.details
    details["row"] = String(row)
    details["column"] = column ?? details["column"]
    details["cell"] = cell
    kept.append(SurveyError(error.code, details, problems: error.problems, underlying: error.underlying))
  }
}
