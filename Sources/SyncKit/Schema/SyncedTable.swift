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

  /// Declares a table.
  /// - Parameters:
  ///   - name: the table's name.
  ///   - scope: where a row's scope stands.
  ///   - policies: what columns do with concurrent values, by their names.
  ///   - unique: rules that a local write must keep, and whose breach by a merge becomes a conflict.
  ///   - references: likewise.
  public init(
    _ name: String, scope: ScopeRule, policies: [String: MergePolicy] = [:], unique: [[String]] = [], references: [Reference] = []
  ) {
    self.name = name
    self.scope = scope
    self.policies = policies
    self.unique = unique
    self.references = references
  }
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
