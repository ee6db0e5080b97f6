public import SurveyModel

extension SurveyError.Code {
  /// A file that holds more than is taken. Details: `what` (`bytes`, `unpackedBytes`, `rows`, `columns`), `limit`.
  public static let fileTooLarge = Self("file-too-large")
  /// Text that looks like GBK, as Chinese Windows writes it.
  public static let fileGBK = Self("file-gbk")
  /// Text in UTF-16, which spreadsheets call "Unicode text".
  public static let fileUTF16 = Self("file-utf16")
  /// A CSV file that breaks RFC 4180. Details: `row`.
  public static let csvMalformed = Self("csv-malformed")
  /// A workbook of the form before 2007 (.xls).
  public static let workbookOld = Self("workbook-old")
  /// A workbook with a password.
  public static let workbookEncrypted = Self("workbook-encrypted")
  /// An archive or an XML that is no workbook, or a damaged one. Details: `part`, where it is known.
  public static let workbookMalformed = Self("workbook-malformed")
  /// A workbook without that sheet. Details: `sheet`, `allowed` (one a line).
  public static let sheetUnknown = Self("sheet-unknown")
  /// A file or a folder that is there already. Details: `path`.
  public static let fileExists = Self("file-exists")
  /// A folder, a link or a device where a file is to be. Details: `path`.
  public static let notAFile = Self("not-a-file")
  /// A file that cannot be written. Details: `path`, `errno`.
  public static let fileUnwritable = Self("file-unwritable")
  /// A table that no sheet can hold. Details: `table`.
  public static let sheetFull = Self("sheet-full")
}
