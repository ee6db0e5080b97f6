import GRDB
import SyncCore

extension Row {
  /// A column's text; nil for NULL and for anything else. What another device wrote must never end this process.
  func text(_ column: String) -> String? {
    let value: DatabaseValue? = self[column]
    guard let value, case .string(let text) = value.storage else { return nil }
    return text
  }

  /// A column's text, empty where there is none.
  func string(_ column: String) -> String { text(column) ?? "" }

  /// A column's whole number; nil for anything else.
  func integer(_ column: String) -> Int? {
    let value: DatabaseValue? = self[column]
    guard let value, case .int64(let number) = value.storage else { return nil }
    return Int(exactly: number)
  }

  /// A column's term; nil for NULL.
  func term<T: Term>(_ column: String) -> Stored<T>? { text(column).map(Stored.init(rawValue:)) }

  /// A column's term, of the empty key where there is none.
  func requiredTerm<T: Term>(_ column: String) -> Stored<T> { Stored(rawValue: string(column)) }
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
