/// What stands in a column.
enum StoreValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case text(String)
  case blob([UInt8])
}

/// What can be bound to a statement.
protocol StoreBindable {
  var storeValue: StoreValue { get }
}

extension StoreValue: StoreBindable {
  var storeValue: StoreValue { self }
}

/// What can be read from a column.
protocol StoreReadable {
  /// Nil where something else stands there.
  init?(_ value: StoreValue)
}

extension Int64: StoreBindable, StoreReadable {
  var storeValue: StoreValue { .integer(self) }

  init?(_ value: StoreValue) {
    guard case .integer(let number) = value else { return nil }
    self = number
  }
}

extension Int: StoreBindable, StoreReadable {
  var storeValue: StoreValue { .integer(Int64(self)) }

  init?(_ value: StoreValue) {
    guard case .integer(let number) = value else { return nil }
    self.init(exactly: number)
  }
}

extension String: StoreBindable, StoreReadable {
  var storeValue: StoreValue { .text(self) }

  init?(_ value: StoreValue) {
    guard case .text(let text) = value else { return nil }
    self = text
  }
}

extension [UInt8]: StoreBindable, StoreReadable {
  var storeValue: StoreValue { .blob(self) }

  init?(_ value: StoreValue) {
    guard case .blob(let bytes) = value else { return nil }
    self = bytes
  }
}

extension Optional: StoreBindable where Wrapped: StoreBindable {
  var storeValue: StoreValue { map { $0.storeValue } ?? .null }
}

/// One row that a statement gave.
struct StoreRow: Sendable {
  /// The columns' names, which all rows of a statement share.
  final class Columns: Sendable {
    let names: [String]

    init(_ names: [String]) { self.names = names }
  }

  private let columns: Columns
  private let values: [StoreValue]

  init(_ columns: Columns, _ values: [StoreValue]) {
    self.columns = columns
    self.values = values
  }

  /// - Throws: ``RelayError`` with `damaged` where something else stands in the column, or nothing.
  subscript<T: StoreReadable>(_ column: String) -> T {
    get throws {
      guard let value = T(try value(column)) else { throw RelayError(.damaged, column) }
      return value
    }
  }

  /// Nil where nothing stands in the column.
  subscript<T: StoreReadable>(_ column: String) -> T? {
    get throws {
      let value = try value(column)
      if value == .null { return nil }
      guard let value = T(value) else { throw RelayError(.damaged, column) }
      return value
    }
  }

  /// A column's bytes; empty where nothing stands there.
  func bytes(_ column: String) throws -> [UInt8] { try self[column] ?? [] }

  /// Every column as it stands.
  var all: [any StoreBindable] { values }

  func first<T: StoreReadable>() throws -> T? {
    guard let value = values.first, value != .null else { return nil }
    guard let value = T(value) else { throw RelayError(.damaged, columns.names.first ?? "") }
    return value
  }

  func value(_ column: String) throws -> StoreValue {
    guard let index = columns.names.firstIndex(of: column) else { throw RelayError(.damaged, "no column \(column)") }
    return values[index]
  }
}
