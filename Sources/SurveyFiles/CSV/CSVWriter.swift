import SurveyModel

/// Writes a table as CSV for spreadsheets: UTF-8 with the mark (BOM) without which Excel takes it for another encoding, CR LF.
enum CSVWriter {
  static func bytes(_ table: ExportTable) -> [UInt8] {
    var text = "\u{FEFF}" + line(table.columns.map { quoted(CSVGuard.put($0.heading)) })
    for row in table.rows {
      text += line(zip(row, table.columns).map { cell, column in field(cell, column.content) })
    }
    return Array(text.utf8)
  }

  private static func line(_ fields: [String]) -> String { fields.joined(separator: ",") + "\r\n" }

  private static func field(_ cell: ExportTable.Cell, _ content: ExportTable.Content) -> String {
    switch cell {
    case .empty: ""
    case .text(let text): quoted(CSVGuard.put(text))
    case .number(let number): content.text(number)
    }
  }

  private static func quoted(_ text: String) -> String {
    guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
