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
    try common.printer.show(all) { printer in
      if all.isEmpty { printer.note(Text("没有合同、诊断费用或付款。", "There is no contract, no fee and no payment.")) }
      for money in all { try tell(money, policy, printer) }
    }
  }

  private func tell(_ money: RuleMoney, _ policy: SubsidyPolicy, _ printer: Printer) throws {
    if let result = money.result {
      printer.subsidy(result, try policy.rule(money.rule.rawValue), policy)
    } else {
      printer.line("\(money.rule.rawValue) \(Text(money.rule.label, money.rule.labelEn)(printer.language))")
    }
    if money.rule == .r8, money.result != nil, !money.isRated {
      printer.say(Text("· 尚未评级:各等级分别列出", "· Not rated yet: the levels stand apart"))
    }
    if money.isPlanned {
      printer.say(Text("· 实际投入未登记,按合同总额计算", "· The actual investment is not recorded: by the contract's total"))
    }
    for payment in money.payments {
      let words = ["paidOn", "instalment", "amount", "reference"].compactMap { payment[$0] }.filter { !$0.isEmpty }
      printer.say(Text("已付:", "paid: ") + Text(verbatim: words.map { printer.name($0.shown) }.joined(separator: "  ")))
    }
  }
}
