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
    /// A column of the row is above another that bounds it. Ends when either is changed.
    case bound(column: String, limit: String)
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

/// Some of what waits for a decision, and where to go on.
public struct ConflictPage: Sendable {
  public let conflicts: [Conflict]
  /// Where the next page begins; nil when this was the last.
  public let next: ConflictPosition?
}

/// A place among all that waits for a decision. It means the same however many conflicts are settled meanwhile; good on one replica only.
public struct ConflictPosition: Hashable, Sendable {
  enum Place: Hashable {
    /// After this cell.
    case after(scope: UInt32, table: UInt32, key: [UInt8], column: UInt32)
    /// After so many broken rules, which come after all cells.
    case rules(Int)
  }

  let place: Place
}

/// A decision about a conflict.
public struct Settlement: Sendable {
  public let conflict: String
  public let value: Value
  /// The cell, where it is known: then nothing else need be looked at. A column of nil is the row's existence.
  let cell: (row: RowReference, column: String?)?

  /// Decides a conflict that was listed.
  /// - Parameters:
  ///   - conflict: what is decided.
  ///   - value: the value that shall stand: a candidate's, or another. For an existence 1 keeps the row and 0 deletes it.
  public init(_ conflict: Conflict, value: Value) {
    self.conflict = conflict.id
    self.value = value
    switch conflict.kind {
    case .cell(let column): cell = (conflict.row, column)
    case .existence: cell = (conflict.row, nil)
    case .unique, .reference, .bound: cell = nil
    }
  }

  /// Decides a conflict of which only the identifier is known: it is searched for among all.
  /// - Parameters:
  ///   - conflict: the conflict's ``Conflict/id``.
  ///   - value: the value that shall stand: a candidate's, or another. For an existence 1 keeps the row and 0 deletes it.
  public init(conflict: String, value: Value) {
    self.conflict = conflict
    self.value = value
    cell = nil
  }
}
