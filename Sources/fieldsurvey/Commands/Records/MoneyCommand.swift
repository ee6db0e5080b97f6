import ArgumentParser
import SurveyModel

/// What an enterprise was paid, beside what the rules give now. It moves nothing: what differs is the office's to decide.
struct MoneyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "money", abstract: Text("已拨付的金额与现在的规则结果", "What was paid, beside what the rules give now").here)

  @Argument(help: Argued.enterprise)
  var enterprise: String

  @OptionGroup var choice: PolicyChoice
  @OptionGroup var common: CommonOptions

  func run() throws {
    let policy = try choice.chosen()
    let all = try common.openSurvey().money(of: enterprise, by: policy, on: choice.day())
    try common.printer.show(all) { printer in try printer.money(all, policy) }
  }
}
