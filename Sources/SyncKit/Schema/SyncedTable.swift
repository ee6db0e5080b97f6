public import SyncCore

/// A table that takes part in sync: which scope its rows belong to, and the rules that SQLite cannot be trusted with under merging.
///
/// ```swift
/// SyncedTable(
///   "visit", scope: .column("enterprise_id"),
///   references: [Reference("enterprise_id", to: "enterprise")])
/// ```
public struct SyncedTable: Sendable {
  /// Where a row's scope stands.
  public enum ScopeRule: Sendable {
    /// In this column, as text. It must not be NULL and never changes.
    case column(String)
    /// All the table's rows are of one scope.
    case fixed(ScopeID)
  }

  public let name: String
  public let scope: ScopeRule
  /// What each column does with concurrent values; `MergePolicy.keep` where none is given.
  public let policies: [String: MergePolicy]
  /// Sets of columns that no two rows may share. NULL differs from NULL, as in SQL.
  public let unique: [[String]]
  public let references: [Reference]
  /// Columns that may not be above others of the same row. Where either is NULL nothing is broken, as in SQL.
  public let bounds: [Bound]

  /// Declares a table.
  /// - Parameters:
  ///   - name: the table's name.
  ///   - scope: where a row's scope stands.
  ///   - policies: what columns do with concurrent values, by their names.
  ///   - unique: rules that a local write must keep, and whose breach by a merge becomes a conflict.
  ///   - references: likewise.
  ///   - bounds: likewise.
  public init(
    _ name: String, scope: ScopeRule, policies: [String: MergePolicy] = [:], unique: [[String]] = [], references: [Reference] = [],
    bounds: [Bound] = []
  ) {
    self.name = name
    self.scope = scope
    self.policies = policies
    self.unique = unique
    self.references = references
    self.bounds = bounds
  }
}

/// A column whose value may not be above another's of the same row: a part, and the whole.
public struct Bound: Hashable, Sendable {
  public let column: String
  public let limit: String

  public init(_ column: String, notAbove limit: String) {
    self.column = column
    self.limit = limit
  }

  /// The breach, as SQL over the row's columns.
  /// - Parameter row: what stands before each column: `NEW.`, or nothing.
  func breach(in row: String = "") -> String { "\(row)\(column.quotedIdentifier) > \(row)\(limit.quotedIdentifier)" }
}

/// A column that holds the key of a row of another synced table.
public struct Reference: Hashable, Sendable {
  public let column: String
  public let table: String

  public init(_ column: String, to table: String) {
    self.column = column
    self.table = table
  }
}
