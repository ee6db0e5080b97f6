/// What an import did, or would do.
public struct ImportReport: Encodable, Sendable {
  /// What became of a row.
  public enum Outcome: String, Codable, Sendable {
    case added, changed, unchanged
  }

  /// A field that got another value.
  public struct Change: Encodable, Sendable {
    /// The field's name.
    public let field: String
    public let before: FieldValue
    public let after: FieldValue
  }

  /// A row that was added or changed.
  public struct Row: Encodable, Sendable {
    /// Its number in the file.
    public let row: Int
    public let outcome: Outcome
    /// The record's identifier; nil for one that a dry run did not make.
    public let id: String?
    /// The record's name, as the row has it.
    public let name: String
    /// The fields that change, in the order of the columns; of a new record all that are given.
    public let changes: [Change]
  }

  /// What a person should look at again; it kept nothing from being imported.
  public struct Warning: Codable, Hashable, Sendable {
    /// What there is to see.
    public enum Kind: String, Codable, Sendable {
      /// A column that has no meaning here: it is left out.
      case columnUnknown
      /// A credit code whose check fails.
      case creditCodeDoubtful
      /// Another record has the same name, with another credit code.
      case sameName
    }

    public let kind: Kind
    /// The row's number.
    public let row: Int
    /// The heading.
    public let column: String
    /// The cell's text.
    public let cell: String
  }

  /// What was imported.
  public let kind: ImportKind
  /// Whether nothing was written.
  public let isDryRun: Bool
  /// How many rows became new records.
  public let added: Int
  /// How many rows changed a record.
  public let changed: Int
  /// How many rows say what is recorded already.
  public let unchanged: Int
  /// The rows that were added or changed, in the file's order.
  public let rows: [Row]
  /// What to look at again, in the file's order.
  public let warnings: [Warning]
}
