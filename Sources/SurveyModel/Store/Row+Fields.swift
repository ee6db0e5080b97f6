import GRDB
import SyncCore

/// A row's values by the names of its columns.
protocol FieldSource {
  /// A column's value; nil where the row has none of that name.
  func value(_ column: String) -> DatabaseValue?
}

extension FieldSource {
  /// A column's text; nil for NULL and for anything else. What another device wrote must never end this process.
  func text(_ column: String) -> String? {
    guard let value = value(column), case .string(let text) = value.storage else { return nil }
    return text
  }

  /// A column's text, empty where there is none.
  func string(_ column: String) -> String { text(column) ?? "" }

  /// A column's whole number; nil for anything else.
  func integer(_ column: String) -> Int? {
    guard let value = value(column), case .int64(let number) = value.storage else { return nil }
    return Int(exactly: number)
  }

  /// A column's term; nil for NULL.
  func term<T: Term>(_ column: String) -> Stored<T>? { text(column).map(Stored.init(rawValue:)) }

  /// A column's term, of the empty key where there is none.
  func requiredTerm<T: Term>(_ column: String) -> Stored<T> { Stored(rawValue: string(column)) }
}

extension Row: FieldSource {
  func value(_ column: String) -> DatabaseValue? { self[column] }
}

/// A row of a long answer. GRDB folds the case of each name that it looks up in each row, which in a list of thousands costs more than the
/// reading; here the names are read once.
struct PlacedRow: FieldSource {
  private let row: Row
  private let places: [String: Int]

  func value(_ column: String) -> DatabaseValue? { places[column].map { row[$0] } }

  /// What is made of each row of an answer.
  static func fetchAll<T>(_ db: Database, sql: String, _ make: (PlacedRow) throws -> T) throws -> [T] {
    let statement = try db.makeStatement(sql: sql)
    let places = Dictionary(zip(statement.columnNames, 0...), uniquingKeysWith: { first, _ in first })
    let rows = try Row.fetchCursor(statement)
    var out: [T] = []
    while let row = try rows.next() { out.append(try make(PlacedRow(row: row, places: places))) }
    return out
  }
}

extension String {
  /// The text without white space at its ends; nil when nothing is left.
  var nonEmpty: String? {
    let trimmed = trimmingSpaces
    return trimmed.isEmpty ? nil : trimmed
  }
}

extension Value {
  /// A value as GRDB has it.
  init(_ stored: DatabaseValue) {
    switch stored.storage {
    case .null: self = .null
    case .int64(let number): self = .integer(number)
    case .double(let number): self = .real(number)
    case .string(let text): self = .text(Array(text.utf8))
    case .blob(let data): self = .blob(Array(data))
    }
  }
}
