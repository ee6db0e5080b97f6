import ArgumentParser
import SurveyModel

/// How far the pilot's enterprises have come.
struct FunnelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "funnel", abstract: Text("试点漏斗:各环节企业数", "The funnel: how many enterprises reached each step").here)

  @Option(help: Argued.asOf)
  var asOf: String?

  @OptionGroup var common: CommonOptions

  func run() throws {
    let funnel = try common.openSurvey().funnel(asOf: asOf)
    try common.printer.show(funnel) { printer in
      printer.say(Text("截至 \(funnel.asOf)", "As of \(funnel.asOf)"))
      printer.table(
        [
          Text("环节", "step"), Text("企业数(含已移出)", "enterprises (also off the list)"), Text("占申报", "of those who applied"),
          Text("其中已移出或退出", "of them off the list"),
        ],
        funnel.steps.map { step in
          let share = step.ofFirst.map { "\($0 / 100).\(String(100 + $0 % 100).dropFirst())%" } ?? "–"
          return [Text(step.step.label, step.step.labelEn)(printer.language), String(step.count), share, String(step.struck)]
        }, right: [1, 2, 3])
      for step in funnel.steps where step.withoutFirst > 0 && step.step != .diagnosed {
        printer.note(
          Text(
            "提醒:\(step.withoutFirst) 家企业有“\(step.step.label)”而没有登记“申报”。",
            "Note: \(step.withoutFirst) enterprises reached \"\(step.step.labelEn)\" and have no \"Applied\"."))
      }
    }
  }
}
