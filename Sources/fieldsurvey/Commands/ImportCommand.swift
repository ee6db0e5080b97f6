import ArgumentParser
import Foundation
import SurveyFiles
import SurveyModel

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: Text("从表格(CSV、XLSX)导入企业、服务商、解决方案", "Import enterprises, providers or solutions from a table (CSV, XLSX)").here,
    discussion: Text(
      """
      第一行为列名,中英文均可;金额列须注明单位,如 营业收入(万元)。先按信用代码、再按名称找到已有的记录;空格子不改变任何内容。
      有一处不对就整个文件都不导入,并列出每处的行和列;重复导入没有害处。不写文件名时列出可用的列。
      """,
      """
      The first row names the columns, in Chinese or English; a column of money says its unit, as revenue (10k CNY). Records that are here
      are found by credit code, else by name; an empty cell changes nothing. One fault keeps the whole file out, and every fault is told
      with row and column; to import twice does no harm. Without a file the columns are listed.
      """
    ).here)

  @Argument(
    help: ArgumentHelp(
      Text("导入什么:enterprises 企业、providers 服务商、solutions 解决方案。", "What: enterprises, providers, solutions.").here,
      valueName: "kind"),
    transform: { text in
      guard let kind = ImportKind(rawValue: text) else {
        throw ValidationError(Text("不能导入“\(text)”。", "\"\(text)\" cannot be imported.").here)
      }
      return kind
    })
  var kind: ImportKind

  @Argument(help: ArgumentHelp(Text("要读的文件。", "The file to read.").here, valueName: "file"), completion: .file())
  var file: String?

  @Option(help: ArgumentHelp(Text("工作簿中的工作表(默认第一个)。", "The workbook's sheet (by default the first).").here, valueName: "name"))
  var sheet: String?

  @Flag(help: Text("只说明会发生什么,不写入。", "Only tell what would come of it; write nothing.").help)
  var dryRun = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    guard let file else { return try listColumns() }
    let table = try TableFile.read(Self.bytes(file), sheet: sheet)
    let report = try common.openSurvey().importTable(table, as: kind, isDryRun: dryRun)
    try common.printer.show(report) { printer in tell(report, printer) }
    for warning in report.warnings.prefix(Self.mostWarnings) { common.printer.note(warning.text) }
    let more = report.warnings.count - Self.mostWarnings
    if more > 0 { common.printer.note(Text("提醒:还有 \(more) 处,见 --json。", "Warning: \(more) more; see --json.")) }
  }

  /// As many warnings as a person reads.
  private static let mostWarnings = 50

  private static func bytes(_ path: String) throws -> [UInt8] {
    try BundlePath.requireReadable(path)
    // One more than may be, so that too much is seen as too much, and a film is not read to its end.
    let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? handle.close() }
    return [UInt8](try handle.read(upToCount: FileLimits().bytes + 1) ?? Data())
  }

  private func tell(_ report: ImportReport, _ printer: Printer) {
    let counts = Text(
      "新增 \(report.added),修改 \(report.changed),无变化 \(report.unchanged)",
      "\(report.added) added, \(report.changed) changed, \(report.unchanged) as they were")
    printer.say(
      report.isDryRun
        ? Text("试运行,未写入:\(counts.zh)。", "Dry run, nothing written: \(counts.en).") : Text("已导入:\(counts.zh)。", "Imported: \(counts.en)."))
    for row in report.rows where report.isDryRun || row.outcome == .changed {
      let outcome = row.outcome == .added ? Text("新增", "add") : Text("修改", "change")
      printer.say(Text("  第 \(row.row) 行 \(outcome.zh) \(row.name)", "  row \(row.row): \(outcome.en) \(row.name)"))
      guard row.outcome == .changed else { continue }
      for change in row.changes {
        let (label, before, after) = (change.before.field.label, change.before.shown, change.after.shown)
        printer.say(
          Text(
            "      \(label.zh):\(before.zh.isEmpty ? "(空)" : before.zh) → \(after.zh)",
            "      \(label.en): \(before.en.isEmpty ? "(empty)" : before.en) → \(after.en)"))
      }
    }
  }

  private func listColumns() throws {
    struct Column: Encodable {
      let heading, headingEn, field: String
      let required: Bool
      let also: [String]
    }
    let columns = kind.columns
    let listed = columns.map {
      Column(heading: $0.heading.zh, headingEn: $0.heading.en, field: $0.field.name, required: $0.isRequired, also: $0.otherHeadings)
    }
    try common.printer.show(listed) { printer in
      printer.table(
        [Text("列名", "heading"), Text("必填", "required"), Text("英文列名", "in English"), Text("也可写作", "also")],
        listed.map { [$0.heading, $0.required ? "✓" : "", $0.headingEn, $0.also.joined(separator: "、")] })
    }
  }
}

extension ImportReport.Warning {
  /// The warning as people are told it.
  fileprivate var text: Text {
    switch kind {
    case .columnUnknown: Text("提醒:不认识“\(column)”列,未导入。", "Warning: the column \"\(column)\" is not known and was left out.")
    case .creditCodeDoubtful:
      Text(
        "提醒:第 \(row) 行信用代码 \(cell) 校验不通过,请核对:\(problems.zh)",
        "Warning: row \(row): the check of \(cell) fails, please confirm: \(problems.en)")
    case .sameName:
      Text(
        "提醒:第 \(row) 行“\(cell)”与已有的记录同名而不是同一个(信用代码或服务商不同)。",
        "Warning: row \(row): another record is called \"\(cell)\" too, with another credit code or provider.")
    }
  }

  private var problems: Text { CreditCode.check(cell).problems.map(\.text).joined() }
}
