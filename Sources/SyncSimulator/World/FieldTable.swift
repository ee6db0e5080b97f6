import SyncCore
import SyncKit

/// A table of the simulated application, with all that the world has to know to write and read it.
struct FieldTable: Sendable {
  struct Column: Sendable {
    let name: String
    let policy: MergePolicy
    /// The version of the application that brought it.
    let version: Int
    /// What a statement that does not name it puts there.
    let standard: Value

    init(_ name: String, _ policy: MergePolicy = .keep, version: Int = 1, standard: Value = .null) {
      (self.name, self.policy, self.version, self.standard) = (name, policy, version, standard)
    }
  }

  /// How a row's key is made.
  enum Key { case id, scopeAndID, kindAndID }

  let name: String
  let key: Key
  let columns: [Column]
  let version: Int
  /// Whether all rows are of the office's scope.
  let isFixed: Bool
  /// The statements that make it, by version.
  let migrations: [(version: Int, sql: String)]
  let unique: [[String]]
  let references: [Reference]

  static let officeScope = ScopeID(literal: "office")
  /// The newest version of the application.
  static let newest = 2

  /// Each kind of table there is: with rowids and without, keys of one column and of two, every policy, declared rules, a fixed scope,
  /// a column and a table that only a newer version has.
  static let all: [FieldTable] = [
    FieldTable(
      name: "note", key: .id, columns: [Column("a"), Column("b"), Column("c"), Column("d", version: 2)],
      migrations: [
        (1, "CREATE TABLE note(id TEXT PRIMARY KEY NOT NULL, scope TEXT NOT NULL, a, b, c)"), (2, "ALTER TABLE note ADD COLUMN d"),
      ]),
    FieldTable(
      name: "memo", key: .scopeAndID, columns: [Column("a"), Column("b"), Column("c")],
      migrations: [(1, "CREATE TABLE memo(a, id TEXT, b, scope TEXT, c, PRIMARY KEY(scope, id)) WITHOUT ROWID")]),
    FieldTable(
      name: "tally", key: .id,
      columns: [Column("l", .latest), Column("x", .max), Column("m", .min), Column("n", .counter, standard: .integer(0)), Column("a")],
      migrations: [(1, "CREATE TABLE tally(id TEXT PRIMARY KEY NOT NULL, scope TEXT NOT NULL, l, x, m, n INTEGER NOT NULL DEFAULT 0, a)")]),
    FieldTable(
      name: "pair", key: .kindAndID, columns: [Column("u"), Column("r"), Column("a")],
      migrations: [(1, "CREATE TABLE pair(kind INTEGER NOT NULL, id TEXT NOT NULL, scope TEXT NOT NULL, u, r, a, PRIMARY KEY(kind, id))")],
      unique: [["u"]], references: [Reference("r", to: "note")]),
    FieldTable(
      name: "extra", key: .id, columns: [Column("a", version: 2), Column("b", version: 2)], version: 2,
      migrations: [(2, "CREATE TABLE extra(id TEXT PRIMARY KEY NOT NULL, scope TEXT NOT NULL, a, b)")]),
    FieldTable(
      name: "shelf", key: .id, columns: [Column("a"), Column("b"), Column("n", .counter, standard: .integer(0))], isFixed: true,
      migrations: [(1, "CREATE TABLE shelf(id TEXT PRIMARY KEY NOT NULL, a, b, n INTEGER NOT NULL DEFAULT 0)")]),
    FieldTable(
      name: "plain", key: .scopeAndID, columns: [Column("a"), Column("d", version: 2, standard: .integer(1))],
      migrations: [
        (1, "CREATE TABLE plain(scope TEXT NOT NULL, id TEXT NOT NULL, a, PRIMARY KEY(scope, id))"),
        (2, "ALTER TABLE plain ADD COLUMN d DEFAULT 1"),
      ]),
  ]

  init(
    name: String, key: Key, columns: [Column], version: Int = 1, isFixed: Bool = false, migrations: [(version: Int, sql: String)],
    unique: [[String]] = [], references: [Reference] = []
  ) {
    (self.name, self.key, self.columns, self.version) = (name, key, columns, version)
    (self.isFixed, self.migrations, self.unique, self.references) = (isFixed, migrations, unique, references)
  }

  func columns(in version: Int) -> [Column] { columns.filter { $0.version <= version } }

  func declaration(in version: Int) -> SyncedTable {
    var policies: [String: MergePolicy] = [:]
    for column in columns(in: version) { policies[column.name] = column.policy }
    return SyncedTable(
      name, scope: isFixed ? .fixed(Self.officeScope) : .column("scope"), policies: policies, unique: unique, references: references)
  }

  /// The key's columns and values, in the key's order.
  func keyCells(_ id: RowID, _ scope: ScopeID) -> [(name: String, value: Value)] {
    let name = Value.text("\(scope.name)/\(id.row)")
    return switch key {
    case .id: [("id", name)]
    case .scopeAndID: [("scope", .text(scope.name)), ("id", name)]
    case .kindAndID: [("kind", .integer(Int64(id.row % 2))), ("id", name)]
    }
  }

  /// The columns that every insert names: the key's, and the scope's.
  func fixedCells(_ id: RowID, _ scope: ScopeID) -> [(name: String, value: Value)] {
    keyCells(id, scope) + (isFixed || key == .scopeAndID ? [] : [("scope", .text(scope.name))])
  }

  /// What is like something else, or like nothing, and yet is neither: numbers below 0 stand for these.
  static let odd: [Value] = [.text(""), .blob([]), .blob([0]), .text("1"), .real(1), .integer(-1), .integer(.min), .real(-2.5)]

  /// Reads a value as histories write it: nothing for NULL, a small number as itself, larger ones as text and blobs.
  func value(_ code: Int64?, for column: Column, scope: ScopeID) -> Value {
    guard let code else { return column.policy == .counter ? .integer(0) : .null }
    if column.policy == .counter { return .integer(code % 1000) }
    if column.name == "r" { return .text("\(scope.name)/\(code % 3)") }
    switch code {
    case ..<0: return Self.odd[Int(-1 - code) % Self.odd.count]
    case ..<1000: return .integer(code)
    case ..<2000: return .text("t\(code)")
    case ..<3000: return .real(Double(code) / 7)
    default: return .blob([UInt8](repeating: UInt8(truncatingIfNeeded: code), count: Int(code)))
    }
  }
}
