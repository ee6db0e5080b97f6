import ArgumentParser
import SurveyModel
import SyncCore
import SyncKit

struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: Text("谁、何时、读到什么之后写了什么", "Who wrote what, when, having read what").here,
    discussion: Text(
      """
      一条记录:history answer 评测编号 3        一列:history need 编号 --column text
      某一时刻:history answer --as-of 变更 --enterprise 企业 (变更编号见 history 的输出)
      """,
      """
      A record: history answer ASSESSMENT 3       A column: history need ID --column text
      The rows as they stood: history answer --as-of CHANGESET --enterprise ENTERPRISE (history prints the changesets)
      """
    ).here)

  @Argument(
    help: ArgumentHelp(
      Text(
        "表名,如 answer、scene、need、enterprise。",
        "The table, as answer, scene, need, enterprise."
      ).here, valueName: "table"))
  var table: String

  @Argument(help: ArgumentHelp(Text("记录的键;编号可只写开头。", "The record's key; of an identifier the beginning will do.").here, valueName: "key"))
  var key: [String] = []

  @Option(help: Text("只看这一列。", "Only this column.").help)
  var column: String?

  @Option(help: ArgumentHelp(Text("显示收到这条变更之后的样子。", "The rows as they stood after this changeset.").here, valueName: "changeset"))
  var asOf: String?

  @Option(help: Text("哪家企业(只在 --as-of 时需要)。", "Which enterprise (for --as-of only).").help)
  var enterprise: String?

  @OptionGroup var common: CommonOptions

  func run() throws {
    let survey = try common.openSurvey()
    let finder = try RowFinder(survey.replica, table: table)
    if let column, !finder.columns.contains(column) {
      throw Failure.badInput(
        Text(
          "\(table) 没有 \(column) 这一列;有:\(finder.columns.joined(separator: "、"))。",
          "\(table) has no column \(column); it has: \(finder.columns.joined(separator: ", "))."))
    }
    if let asOf { return try tellPast(survey, finder, asOf) }
    guard !key.isEmpty else { throw ValidationError(Text("请写明记录的键。", "Name the record by its key.").here) }
    let row = try finder.find(key)
    let entries = try survey.replica.history(of: row, column: column).map { HistoryRecord($0) }
    try common.printer.show(entries) { printer in
      let described = try survey.describe(row)
      printer.line(
        printer.style(
          Text(
            "\(described.table.zh) · \(described.row.zh)",
            "\(described.table.en) · \(described.row.en)")(printer.language), .bold))
      for entry in entries { entry.tell(printer) }
    }
  }

  private func tellPast(_ survey: Survey, _ finder: RowFinder, _ asOf: String) throws {
    guard let dot = Dot(asOf) else {
      throw Failure.badInput(
        Text(
          "“\(asOf)”不是变更编号。",
          "\"\(asOf)\" is no changeset's name."), next: Text("编号见 fieldsurvey history 的输出。", "See what fieldsurvey history prints."))
    }
    let scope: ScopeID
    if let enterprise, let named = ScopeID(try survey.enterprise(enterprise).enterprise.id) {
      scope = named
    } else if !key.isEmpty {
      scope = try finder.find(key).scope
    } else {
      throw ValidationError(Text("请用 --enterprise 指明企业。", "Name the enterprise with --enterprise.").here)
    }
    let wanted = key.isEmpty ? nil : try finder.find(key).key
    let rows = try survey.replica.rows(of: table, in: scope, asOf: dot).filter { row in
      guard let wanted else { return true }
      return finder.keyColumns.map { row[$0] ?? .null } == wanted
    }
    try common.printer.show(rows.map { $0.mapValues(Printed.Cell.init) }) { printer in
      let names = column.map { finder.keyColumns + [$0] } ?? finder.columns
      printer.table(names.map { Text(verbatim: $0) }, rows.map { row in names.map { (row[$0] ?? .null).plainText } })
    }
  }
}

/// One write of a record's history.
struct HistoryRecord: Encodable {
  let changeset: String
  let author: String
  /// `wrote`, `deleted`, `settled` or `rejected`.
  let kind: String
  let clock: String
  let arrived: String
  let note: String
  let read: [String]
  let readValue: Printed.Cell?
  let values: [String: Printed.Cell]
  private let entry: HistoryEntry

  private enum CodingKeys: CodingKey { case changeset, author, kind, clock, arrived, note, read, readValue, values }

  init(_ entry: HistoryEntry) {
    self.entry = entry
    let write = entry.write
    changeset = write.dot.description
    author = write.author
    kind = entry.kind.rawValue
    clock = Format.iso(write.wallClock)
    arrived = Format.iso(write.arrived)
    note = write.note
    read = write.read.map(\.description)
    readValue = write.readValue.map(Printed.Cell.init)
    values = entry.values.mapValues(Printed.Cell.init)
  }

  func tell(_ printer: Printer) {
    let verb =
      switch entry.kind {
      case .wrote: Text("写入", "wrote")
      case .deleted: Text("删除", "deleted")
      case .settled: Text("裁定", "settled")
      case .rejected: Text("写入(已被办公室退回,不起作用)", "wrote (rejected by the office, without effect)")
      }
    let time = Format.time(entry.write.wallClock)
    let arrived = Format.time(entry.write.arrived)
    printer.say(
      Text("\(time)  \(author) \(verb.zh)(到达 \(arrived))", "\(time)  \(author) \(verb.en) (arrived \(arrived))"))
    for (column, value) in entry.values.sorted(by: { $0.key < $1.key }) { printer.line("    \(column) = \(value.plainText)") }
    if let value = entry.write.readValue { printer.say(Text("    改前读到 \(value.plainText)", "    had read \(value.plainText)")) }
    if !note.isEmpty { printer.say(Text("    说明:\(note)", "    note: \(note)")) }
    printer.line("    \(printer.style(changeset, .dim))")
  }
}
