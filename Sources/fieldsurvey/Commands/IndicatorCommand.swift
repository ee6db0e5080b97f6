import ArgumentParser
import SurveyModel

/// The programme's indicators, computed from the replica.
struct IndicatorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "indicator", abstract: Text("绩效考核指标:目标、实际、差距", "Performance indicators: target, actual, gap").here,
    subcommands: [Show.self, Rule.self], defaultSubcommand: Show.self)

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "table", abstract: Text("指标表", "The table").here)

    @Option(help: Argued.asOf)
    var asOf: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let table = try common.openSurvey().indicators(asOf: asOf)
      try common.printer.show(table) { printer in tell(table, printer) }
    }

    private func tell(_ table: IndicatorTable, _ printer: Printer) {
      printer.say(Text("截至 \(table.asOf)", "As of \(table.asOf)"))
      let heads =
        [Text("编号", "id"), Text("指标", "indicator"), Text("单位", "unit")]
        + [Text("第一年", "year 1"), Text("第二年", "year 2"), Text("合计", "total")].flatMap { period in
          [period + Text("目标", " target"), period + Text("实际", " actual")]
        } + [Text("差距", "gap")]
      let rows = table.rows.map { row -> [String] in
        let mark = row.confidence == "low" ? " *" : ""
        let figures = [(row.target.y1, row.actual.y1), (row.target.y2, row.actual.y2), (row.target.total, row.actual.total)]
        return [row.id, printer.name(BilingualText(row.label, row.labelEn)) + mark, Text(row.unit, row.unitEn)(printer.language)]
          + figures.flatMap { [$0.0?.text ?? "–", $0.1?.text ?? "–"] } + [row.gap.total?.text ?? "–"]
      }
      printer.table(heads, rows, right: Set(3...9))
      printer.line()
      printer.say(Text("第三章目标(与上表分开)", "Targets of section 3, apart from the table"))
      let targets = table.targets.map { target in
        [
          target.id, printer.name(BilingualText(target.label, target.labelEn)), target.text, target.actual?.text ?? "–",
          target.isReached.map { ($0 ? Text("已达到", "reached") : Text("未达到", "not yet"))(printer.language) } ?? "–",
        ]
      }
      printer.table(
        [Text("编号", "id"), Text("目标", "target"), Text("要求", "asked for"), Text("实际", "actual"), Text("是否达到", "reached")], targets,
        right: [3])
      for denominator in table.denominators {
        let years = denominator.registered.sorted { $0.key < $1.key }
        let here = Text(
          years.map { "\($0.key) 年登记 \($0.value)" }.joined(separator: ","),
          years.map { "\($0.value) registered for \($0.key)" }.joined(separator: ", "))
        printer.note(
          Text(
            "\(denominator.label):\(denominator.value)(由百分比反推);\(here.zh)",
            "\(denominator.labelEn): \(denominator.value) (derived from the percentages); \(here.en)"))
      }
      for omission in table.omissions {
        printer.note(Text("\(omission.label):\(omission.count) 份", "\(omission.labelEn): \(omission.count)"))
      }
      for row in table.rows { doubt(row.id, row.doubt, row.doubtEn, printer) }
      for target in table.targets { doubt(target.id, target.doubt, target.doubtEn, printer) }
    }

    private func doubt(_ id: String, _ zh: String?, _ en: String?, _ printer: Printer) {
      if let zh { printer.note(Text("* \(id) 存疑:\(zh)", "* \(id), in doubt: \(en ?? zh)")) }
    }
  }

  /// How one is counted.
  struct Rule: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rule", abstract: Text("一项指标的口径与 SQL", "How an indicator is counted, in words and SQL").here)

    @Argument(help: ArgumentHelp(Text("指标编号,如 K05。", "The indicator, as K05.").here, valueName: "id"))
    var id: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let plan = try IndicatorPlan.bundled()
      let indicator = try plan.indicator(id)
      struct Told: Encodable {
        let id: String
        let label: String
        let definition: String
        let definitionEn: String
        let confidence: String
        let doubt: String?
        let sql: String?
      }
      let told = Told(
        id: indicator.id, label: indicator.label, definition: indicator.definition, definitionEn: indicator.definitionEn,
        confidence: indicator.confidence, doubt: indicator.doubt, sql: plan.sql(of: indicator))
      try common.printer.show(told) { printer in
        printer.line(printer.style("\(indicator.id) \(printer.name(BilingualText(indicator.label, indicator.labelEn)))", .bold))
        printer.say(Text(indicator.definition, indicator.definitionEn))
        if let doubt = indicator.doubt { printer.say(Text("存疑:\(doubt)", "In doubt: \(indicator.doubtEn ?? doubt)")) }
        if let sql = told.sql { printer.line(sql) }
      }
    }
  }
}
