/// A kind of record as a table for people: what an office opens as a sheet or a CSV file.
public struct ExportTable: Sendable {
  /// What a column holds, so that a sheet can show it as what it is.
  public enum Content: Sendable {
    case text, day, whole
    /// An amount in yuan.
    case money
    /// Degrees with six decimals.
    case degrees
  }

  /// A column.
  public struct Column: Sendable {
    public let heading: String
    public let content: Content
  }

  /// A cell. Amounts are of the column's smallest unit: fen, millionths of a degree.
  public enum Cell: Hashable, Sendable {
    case empty
    case text(String)
    case number(Int)
  }

  /// The kind's table, which also names a file of it: `enterprise_year`.
  public let name: String
  /// What the kind is called, in Chinese.
  public let title: String
  public let columns: [Column]
  public let rows: [[Cell]]
}
