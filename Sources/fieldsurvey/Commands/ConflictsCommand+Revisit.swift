import ArgumentParser
import SurveyModel

extension ConflictsCommand {
  /// Instead of a choice: whoever wrote differently looks again.
  struct Revisit: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "revisit", abstract: Text("不作选择,安排相关人员联合复访;冲突留待复访后裁定", "Choose nothing: order a joint revisit, and settle after it").here
    )

    @Argument(help: ArgumentHelp(Text("冲突编号(可只写开头)。", "Identifiers, or their beginnings.").here, valueName: "id"))
    var ids: [String]

    @Option(help: ArgumentHelp(Text("截止日期,如 2026-12-01。", "The day by which it is due, as 2026-12-01.").here, valueName: "day"))
    var due: String?

    @Option(help: Text("理由,相关人员会看到。", "The reason, which those concerned read.").help)
    var reason: String

    @OptionGroup var filter: ConflictFilter
    @OptionGroup var common: CommonOptions

    func run() throws {
      let survey = try common.openSurvey()
      let orders = try survey.orderRevisit(for: filter.conflicts(survey, named: ids), dueOn: due, because: reason)
      try common.printer.show(orders) { printer in
        for order in orders { printer.order(order) }
      }
    }
  }
}

extension Printer {
  /// An order of the office on one line.
  func order(_ order: Record) {
    let words = ["kind", "people", "reason"].compactMap { order[$0] }.filter { !$0.isEmpty }.map { name($0.shown) }.joined(separator: "  ")
    let due = order["dueOn"]?.text.map { Text(",\($0) 前", ", due \($0)") } ?? Text("", "")
    let done = order["doneOn"]?.text.map { Text(",\($0) 完成", ", done \($0)") } ?? Text("", "")
    let what = RecordType.fieldOrder.label
    say(Text("\(what.zh):\(words)\(due.zh)\(done.zh)", "\(what.en.lowercased()): \(words)\(due.en)\(done.en)"))
  }
}
