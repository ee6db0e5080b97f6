import Foundation
import SurveyModel

/// Reads a sheet's cells as plain text, each with its place.
final class SheetReader {
  private let texts: [String]
  private let dateStyles: Set<Int>
  private let countsFrom1904: Bool
  private let limits: FileLimits

  private var rows: [ImportTable.Row] = []
  private var faults: [ImportTable.Fault] = []
  private var row = 0
  private var cells: [String] = []
  private var cell = Cell()
  private var isValue = false
  private var isReading = false

  /// A cell while it is read.
  private struct Cell {
    var column = -1
    var type = "n"
    var style = 0
    var text = ""
    var hasFormula = false
  }

  init(texts: [String], dateStyles: Set<Int>, countsFrom1904: Bool, limits: FileLimits) {
    self.texts = texts
    self.dateStyles = dateStyles
    self.countsFrom1904 = countsFrom1904
    self.limits = limits
  }

  func read(_ archive: Archive, _ part: String) throws -> ImportTable {
    let scan = XMLScan(part)
    scan.onStart = { [self] in try start($0, $1) }
    scan.onText = { [self] in if isValue { cell.text += $0 } }
    scan.onEnd = { [self] in try end($0) }
    guard try scan.walk(archive) else { throw SurveyError(.workbookMalformed, ["part": part]) }
    return ImportTable(rows: rows, faults: faults)
  }

  private func start(_ element: String, _ attributes: [String: String]) throws {
    switch element {
    case "row":
      row = attributes["r"].flatMap { Int($0) } ?? row + 1
      cells = []
      cell.column = -1
    case "c":
      let place = attributes["r"].flatMap(Self.place)
      cell = Cell(
        column: place?.column ?? cell.column + 1, type: attributes["t"] ?? "n", style: attributes["s"].flatMap { Int($0) } ?? 0)
    case "f": cell.hasFormula = true
    case "rPh": isReading = true
    case "v", "t": isValue = !isReading
    case "mergeCell":
      let range = attributes["ref"] ?? ""
      let place = range.split(separator: ":").first.flatMap { Self.place(String($0)) }
      fault(.cellsMerged, row: place?.row ?? 0, column: place?.column ?? 0, range)
    default: break
    }
  }

  private func end(_ element: String) throws {
    switch element {
    case "v", "t": isValue = false
    case "rPh": isReading = false
    case "c": try endCell()
    case "row":
      guard !cells.isEmpty else { return }
      guard rows.count < limits.rows else { throw SurveyError(.fileTooLarge, ["what": "rows", "limit": String(limits.rows)]) }
      rows.append(ImportTable.Row(row, cells))
    default: break
    }
  }

  private func endCell() throws {
    if cell.hasFormula { fault(.cellFormula, row: row, column: cell.column, cell.text) }
    let text = value()
    guard !text.isEmpty else { return }
    guard cell.column < limits.columns else { throw SurveyError(.fileTooLarge, ["what": "columns", "limit": String(limits.columns)]) }
    while cells.count < cell.column { cells.append("") }
    // Two cells of one place would be a file that somebody made up.
    guard cells.count == cell.column else { throw SurveyError(.workbookMalformed) }
    cells.append(text)
  }

  /// The cell as text.
  private func value() -> String {
    switch cell.type {
    case "s": return Int(cell.text).flatMap { texts.indices.contains($0) ? texts[$0] : nil } ?? ""
    case "b": return cell.text == "1" ? "是" : "否"
    case "e":
      fault(.cellError, row: row, column: cell.column, cell.text)
      return cell.text
    case "n":
      guard let number = Double(cell.text) else { return cell.text }
      if dateStyles.contains(cell.style) { return date(number) }
      // A spreadsheet keeps 15 digits: of a longer one the rest is gone.
      if number.magnitude >= 1e15, !cell.hasFormula { fault(.cellDigitsLost, row: row, column: cell.column, cell.text) }
      return Self.plain(number)
    default: return cell.text
    }
  }

  private func fault(_ code: SurveyError.Code, row: Int, column: Int, _ text: String) {
    faults.append(ImportTable.Fault(row: row, column: column, code, text: text))
  }

  // MARK: Numbers

  /// A number as a spreadsheet shows it, to 15 digits: 0.1 and not 0.10000000000000001.
  static func plain(_ number: Double) -> String {
    let text = String(format: "%.15g", number)
    guard text.contains("e") else { return text }
    return Decimal(string: text).map { "\($0)" } ?? text
  }

  /// A day, and the time where there is one: days are counted from 1899-12-31, with a 29 February 1900 that never was, or from 1904-01-01.
  private func date(_ serial: Double) -> String {
    let days = serial.rounded(.down)
    let isNoDay = countsFrom1904 ? days < 0 : days < 1 || days == 60
    guard !isNoDay, days < 2_958_466 else {
      fault(.cellDateInvalid, row: row, column: cell.column, cell.text)
      return cell.text
    }
    let from1970 = Int64(days) - (countsFrom1904 ? 24_107 : days < 60 ? 25_568 : 25_569)
    let seconds = Int64(((serial - days) * 86_400).rounded())
    let text = Moment(milliseconds: (from1970 * 86_400 + seconds) * 1000).text
    return seconds == 0 ? String(text.prefix(10)) : text.prefix(10) + " " + text.dropFirst(11).prefix(8)
  }

  /// A cell's place, from its name: `B7` is row 7, column 1. Nil for what is no name.
  static func place(_ name: String) -> (row: Int, column: Int)? {
    let letters = name.utf8.prefix { (0x41...0x5A).contains($0) }
    guard (1...3).contains(letters.count), let row = Int(name.dropFirst(letters.count)), row > 0 else { return nil }
    return (row, letters.reduce(0) { $0 * 26 + Int($1) - 0x40 } - 1)
  }
}
