/// A kind of record as a table for people: what an office opens as a sheet or a CSV file.
public struct ExportTable: Sendable {
  /// What a column holds, so that a sheet can show it as what it is.
  public enum Content: Sendable {
    case text, day, whole
    /// An amount in yuan.
    case money
    /// Degrees with six decimals.
    case degrees
    /// Points of an assessment, with three decimals.
    case points
  }

  /// A column.
  public struct Column: Sendable {
    public let heading: String
    public let content: Content
  }

  /// A cell. Amounts are of the column's smallest unit: fen, millionths of a degree, thousandths of a point.
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

extension ExportTable.Content {
  /// How many decimals the unit has: fen are hundredths of a yuan.
  private var decimals: Int {
    switch self {
    case .text, .day, .whole: 0
    case .money: 2
    case .degrees: 6
    case .points: 3
    }
  }

  /// A number of the smallest unit as an exact decimal.
  public func text(_ number: Int) -> String {
    guard decimals > 0 else { return String(number) }
    let digits = String(number.magnitude)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return (number < 0 ? "-" : "") + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }
}
