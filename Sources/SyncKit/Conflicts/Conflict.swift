public import SyncCore

/// Something that people must decide: a cell with several values, a row both edited and deleted, or a declared rule that a merge broke.
public struct Conflict: Sendable {
  /// What is in conflict.
  public enum Kind: Sendable, Hashable {
    case cell(column: String)
    /// The row was deleted by one and edited by another. It stays visible until settled.
    case existence
    /// Other rows have the same values in columns declared unique. Ends when one of them is changed.
    case unique(columns: [String], others: [RowReference])
    /// The row refers to one that was deleted. Ends when either is changed.
    case reference(column: String, table: String)
  }

  /// One of the concurrent values, and everybody who wrote it.
  public struct Candidate: Sendable {
    /// Of an existence: 1 for kept, 0 for deleted.
    public let value: Value
    public let writes: [WriteInfo]
  }

  /// Names the conflict as it is now: when its candidates change, so does the identifier.
  public let id: String
  public let row: RowReference
  public let kind: Kind
  /// The different values, the shown one first. Empty for a broken rule.
  public let candidates: [Candidate]
  /// The row's displayed values.
  public let values: [String: Value]
}

/// A decision about a conflict.
public struct Settlement: Sendable {
  public let conflict: String
  public let value: Value

  /// - Parameters:
  ///   - conflict: the conflict's ``Conflict/id``.
  ///   - value: the value that shall stand: a candidate's, or another. For an existence 1 keeps the row and 0 deletes it.
  public init(conflict: String, value: Value) {
    self.conflict = conflict
    self.value = value
  }
}
