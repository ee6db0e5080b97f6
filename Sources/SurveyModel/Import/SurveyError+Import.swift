extension SurveyError.Code {
  /// A table that is not imported; ``SurveyError/problems`` has the first of its faults, as many as ``SurveyLimits/importFaults``.
  /// Details: `kind`, `count` of all faults.
  ///
  /// A fault has its own code and details, and with them `row` and, where it concerns a cell, `column` (the heading, or the letters of a
  /// column without one) and `cell` (the text); of a value that is not in a list also `names` (one a line).
  public static let importRefused = Self("import-refused")
  /// A table without any row.
  public static let tableEmpty = Self("table-empty")
  /// A column that the table must have. Details: `column`.
  public static let columnMissing = Self("column-missing")
  /// Two columns that mean the same. Details: `other` (the heading of the first).
  public static let columnRepeated = Self("column-repeated")
  /// A cell in a column that has no heading: perhaps a comma too many in its row.
  public static let columnUnnamed = Self("column-unnamed")
  /// A column of money whose heading does not say 元 or 万元.
  public static let unitMissing = Self("unit-missing")
  /// A heading with a unit that the column cannot have. Details: `unit`.
  public static let unitUnknown = Self("unit-unknown")
  /// A cell that carries another unit than its heading. Details: `unit` of the heading.
  public static let unitMixed = Self("unit-mixed")
  /// An amount below zero.
  public static let amountNegative = Self("amount-negative")
  /// What can be no credit code, such as one with the letter O. Details: `value`.
  public static let creditCodeImpossible = Self("credit-code-impossible")
  /// Two rows that stand for one record. Details: `other` (the number of the first).
  public static let rowRepeated = Self("row-repeated")
  /// A row that fits several records. Details: `matches` (the first of them, one a line).
  public static let rowAmbiguous = Self("row-ambiguous")
  /// A row that would give a record the name that another carries. Details: `id` of the record, `other` who carries the name.
  public static let nameOfAnother = Self("name-of-another")
  /// A formula where a value should stand.
  public static let cellFormula = Self("cell-formula")
  /// Merged cells. The cell's text is their range.
  public static let cellsMerged = Self("cells-merged")
  /// An error such as `#N/A` where a value should stand.
  public static let cellError = Self("cell-error")
  /// A number with more digits than a spreadsheet keeps: a code that was typed as a number.
  public static let cellDigitsLost = Self("cell-digits-lost")
  /// A date that the calendar does not have.
  public static let cellDateInvalid = Self("cell-date-invalid")
}

extension SurveyLimits {
  /// How many faults of one table are told; the rest are counted.
  public static let importFaults = 50
}
