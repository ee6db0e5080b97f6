import CXlsxWriter
import Foundation
import SurveyModel

/// Writes tables as a workbook (XLSX) by libxlsxwriter, a sheet each, row by row so that memory does not grow with the table.
///
/// The same tables make the same bytes: the workbook says that it was made at a fixed time.
final class WorkbookWriter {
  /// 1 January 2024, UTC. A workbook has to say when it was made, and two exports of one state have to be the same.
  private static let madeAt: time_t = 1_704_067_200
  /// The width of a column, in characters.
  private static let widths = 8.0...48.0

  private let workbook: UnsafeMutablePointer<lxw_workbook>
  private let path: String
  private let heading: UnsafeMutablePointer<lxw_format>?
  private let formats: [String: UnsafeMutablePointer<lxw_format>]
  private var isOpen = true

  init(path: String) throws(SurveyError) {
    var options = lxw_workbook_options()
    options.constant_memory = 1
    guard let workbook = workbook_new_opt(path, &options) else { throw Self.unwritable(path) }
    self.workbook = workbook
    self.path = path
    var properties = lxw_doc_properties()
    properties.created = Self.madeAt
    workbook_set_properties(workbook, &properties)
    heading = workbook_add_format(workbook)
    format_set_bold(heading)
    format_set_bg_color(heading, 0xDDEBF7)
    var formats: [String: UnsafeMutablePointer<lxw_format>] = [:]
    for number in ["yyyy-mm-dd", "#,##0.00", "0.000000"] {
      let format = workbook_add_format(workbook)
      format_set_num_format(format, number)
      formats[number] = format
    }
    self.formats = formats
  }

  deinit { if isOpen { lxw_workbook_free(workbook) } }

  /// Adds a table as a sheet of its own.
  func add(_ table: ExportTable) throws(SurveyError) {
    guard let sheet = workbook_add_worksheet(workbook, table.title) else { throw SurveyError(.sheetFull, ["table": table.name]) }
    worksheet_freeze_panes(sheet, 1, 0)
    for at in table.columns.indices { worksheet_set_column(sheet, lxw_col_t(at), lxw_col_t(at), Self.width(at, table), nil) }
    for (at, column) in table.columns.enumerated() {
      try check(worksheet_write_string(sheet, 0, lxw_col_t(at), column.heading, heading), table)
    }
    for (number, row) in table.rows.enumerated() {
      for (at, cell) in row.enumerated() {
        try check(write(cell, table.columns[at].content, to: sheet, lxw_row_t(number + 1), lxw_col_t(at)), table)
      }
    }
    if !table.rows.isEmpty {
      worksheet_autofilter(sheet, 0, 0, lxw_row_t(table.rows.count), lxw_col_t(table.columns.count - 1))
    }
  }

  /// Writes the file.
  func close() throws(SurveyError) {
    isOpen = false
    guard workbook_close(workbook) == LXW_NO_ERROR else { throw Self.unwritable(path) }
  }

  private func write(
    _ cell: ExportTable.Cell, _ content: ExportTable.Content, to sheet: UnsafeMutablePointer<lxw_worksheet>, _ row: lxw_row_t,
    _ column: lxw_col_t
  ) -> lxw_error {
    switch (cell, content) {
    case (.empty, _): return LXW_NO_ERROR
    case (.text(let text), .day):
      guard var day = Self.day(text) else { return worksheet_write_string(sheet, row, column, text, nil) }
      return worksheet_write_datetime(sheet, row, column, &day, formats["yyyy-mm-dd"])
    // Text is written as text, whatever it begins with: a sheet runs no formula that is none.
    case (.text(let text), _): return worksheet_write_string(sheet, row, column, text, nil)
    case (.number(let number), let content):
      // A sheet has no other numbers. Up to 2^53 of the smallest unit they are exact to the last decimal.
      let format: String? =
        switch content {
        case .money: "#,##0.00"
        case .degrees: "0.000000"
        case .points: "0.000"
        case .text, .day, .whole: nil
        }
      return worksheet_write_number(sheet, row, column, Double(content.text(number)) ?? 0, format.flatMap { formats[$0] })
    }
  }

  private func check(_ error: lxw_error, _ table: ExportTable) throws(SurveyError) {
    if error != LXW_NO_ERROR { throw SurveyError(.sheetFull, ["table": table.name]) }
  }

  private static func unwritable(_ path: String) -> SurveyError {
    SurveyError(.fileUnwritable, ["path": path, "errno": String(errno)])
  }

  /// A day as a sheet counts it; nil for one before 1900, which a sheet does not have.
  private static func day(_ text: String) -> lxw_datetime? {
    let parts = text.split(separator: "-").compactMap { Int32($0) }
    guard Moment.day(text) != nil, parts.count == 3, parts[0] >= 1900 else { return nil }
    return lxw_datetime(year: parts[0], month: parts[1], day: parts[2], hour: 0, min: 0, sec: 0)
  }

  /// As wide as the widest text; a Chinese character takes two.
  private static func width(_ at: Int, _ table: ExportTable) -> Double {
    func width(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + ($1.isASCII ? 1 : 2) } }
    let cells = table.rows.map { row in
      switch row[at] {
      case .empty: 0
      case .text(let text): width(text)
      case .number(let number): table.columns[at].content.text(number).count
      }
    }
    let widest = Double(max(width(table.columns[at].heading), cells.max() ?? 0)) + 2
    return min(max(widest, widths.lowerBound), widths.upperBound)
  }
}
