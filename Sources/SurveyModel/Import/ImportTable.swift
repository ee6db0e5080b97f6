/// A table as an office file holds it, before anything is known of what it means.
public struct ImportTable: Sendable {
  /// A row with something in it, by its number in the file, as a spreadsheet counts: from 1, empty rows too.
  public struct Row: Sendable {
    public let number: Int
    /// The cells as plain text, from the first column on; what is empty is empty text.
    public let cells: [String]

    /// A row of a file.
    public init(_ number: Int, _ cells: [String]) {
      self.number = number
      self.cells = cells
    }
  }

  /// A cell that holds no plain value: a formula, several cells that were merged, a number that lost its digits.
  public struct Fault: Sendable {
    public let row: Int
    /// The column, from 0.
    public let column: Int
    public let code: SurveyError.Code
    /// The cell's text, as far as there is one.
    public let text: String

    /// A fault of a cell.
    public init(row: Int, column: Int, _ code: SurveyError.Code, text: String) {
      self.row = row
      self.column = column
      self.code = code
      self.text = text
    }
  }

  /// The rows that are not empty, in the file's order; the first names the columns.
  public let rows: [Row]
  /// What the file holds that no table should.
  public let faults: [Fault]

  /// A table of these rows.
  public init(rows: [Row], faults: [Fault] = []) {
    self.rows = rows
    self.faults = faults
  }
}
