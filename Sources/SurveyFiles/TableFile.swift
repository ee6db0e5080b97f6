public import SurveyModel

/// A file with a table: CSV or a workbook (XLSX), told apart by its content and not by its name.
public enum TableFile {
  /// Reads the table.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - sheet: the name of a workbook's sheet; nil for its first that is shown.
  ///
  /// Throws the codes of files, ``SurveyError/Code/notUTF8`` and ``SurveyError/Code/fileTooLarge`` among them. What is wrong with a single
  /// cell is in the table's faults.
  public static func read(_ bytes: [UInt8], sheet: String? = nil, limits: FileLimits = FileLimits()) throws -> ImportTable {
    guard bytes.count <= limits.bytes else {
      throw SurveyError(.fileTooLarge, ["what": "bytes", "limit": String(limits.bytes)])
    }
    if bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
      // Both lie in the container of old: a workbook with a password has its contents in a stream of this name.
      throw SurveyError(contains(bytes, "EncryptedPackage") ? .workbookEncrypted : .workbookOld)
    }
    if bytes.starts(with: Array("PK".utf8)) { return try WorkbookReader(bytes, limits).table(sheet) }
    if let sheet { throw SurveyError(.sheetUnknown, ["sheet": sheet]) }
    return try CSVReader.table(bytes, limits)
  }

  /// Whether a name stands in the bytes as UTF-16.
  private static func contains(_ bytes: [UInt8], _ name: String) -> Bool {
    let wanted = name.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    guard let first = wanted.first else { return false }
    return bytes.indices.contains { bytes[$0] == first && bytes[$0...].starts(with: wanted) }
  }
}
