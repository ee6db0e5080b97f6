import ArgumentParser
import SurveyModel

struct SubsidyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "subsidy", abstract: Text("按政策计算补贴金额", "Amounts by the subsidy policy").here,
    subcommands: [Compute.self, Rules.self, Due.self])

  /// Computes what a rule gives for a claim; needs no home.
  struct Compute: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "compute", abstract: Text("计算一项规则的金额", "Compute what a rule gives").here,
      discussion: Text(
        """
        输入是 JSON,金额以分为单位的整数。例(R8):{"actualInvestmentFen":80000000,"downPaymentFen":30000000,"level":3}
        每项规则的输入见 fieldsurvey subsidy rules。算出的是上限,核定多少由主管部门决定。
        """,
        """
        The input is JSON, amounts are integers in fen. For R8: {"actualInvestmentFen":80000000,"downPaymentFen":30000000,"level":3}
        fieldsurvey subsidy rules lists the input of each rule. The result is a ceiling; what is approved of it is the authority's to decide.
        """
      ).here)

    @Option(help: ArgumentHelp(Text("规则,如 R8。", "The rule, as R8.").here, valueName: "rule"))
    var rule: String

    @Option(help: ArgumentHelp(Text("输入文件;- 表示标准输入。", "The input; - for standard input.").here, valueName: "file"))
    var input: String

    @OptionGroup var choice: PolicyChoice
    @OptionGroup var common: CommonOptions

    func run() throws {
      let policy = try choice.chosen()
      let result = try SubsidyEngine(policy).compute(rule, claim: AnswerInput.read(input), on: choice.day())
      try common.printer.show(result) { printer in printer.subsidy(result, try policy.rule(rule), policy) }
    }
  }
}

extension Printer {
  /// The steps, the amounts, and what to know before paying.
  func subsidy(_ result: SubsidyResult, _ rule: SubsidyPolicy.Rule, _ policy: SubsidyPolicy, year: Int? = nil) {
    line(heading(rule, policy, year))
    say(Text("推算(单位:元):", "Derivation, in yuan:"))
    for step in result.derivation { line("  " + name(step)) }
    let isDisputed = result.perLevel != nil
    let room =
      result.approvable.leastFen < result.approvable.mostFen
      ? Text("(最高金额,主管部门可以少付)", " (at most; the authority may approve less)") : Text("", "")
    say(
      Text(isDisputed ? "上限(等级未定,按最低):" : "上限:", isDisputed ? "Ceiling (level in dispute, the lowest): " : "Ceiling: ")
        + money(result.totalFen) + room + Text(" → \(result.recipient.zh)", " → \(result.recipient.en)"))
    if let first = result.firstFen, let rest = result.restFen, let excess = result.excessFen {
      say(
        Text(
          "首期 \(money(first).zh),余款 \(money(rest).zh)" + (excess > 0 ? ",超付 \(money(excess).zh)" : ""),
          "First \(money(first).en), rest \(money(rest).en)" + (excess > 0 ? ", excess \(money(excess).en)" : "")))
    }
    if let over = result.overpaidFen, let under = result.underpaidFen, over + under > 0 {
      say(
        over > 0
          ? Text("已拨付的首期多 \(money(over).zh)", "The first instalment paid is \(money(over).en) too much")
          : Text("已拨付的首期少 \(money(under).zh)", "The first instalment paid is \(money(under).en) too little"))
    }
    for level in result.perLevel ?? [] {
      say(
        Text(
          "  如为 \(level.level) 级:\(money(level.totalFen).zh),余款 \(money(level.restFen).zh),超付 \(money(level.excessFen).zh)",
          "  at level \(level.level): \(money(level.totalFen).en), rest \(money(level.restFen).en), excess \(money(level.excessFen).en)"))
    }
    say(
      Text(
        "⚠ \(result.confidence.grade.label):\(result.confidence.text.zh)",
        "⚠ \(result.confidence.grade.labelEn): \(result.confidence.text.en)"))
    for note in result.notes { say(Text("· \(note.zh)", "· \(note.en)")) }
  }

  /// A rule by its name, with the version and the year where it pays by the year.
  func heading(_ rule: SubsidyPolicy.Rule, _ policy: SubsidyPolicy, _ year: Int?) -> String {
    "\(rule.id) \(name(rule.name)) · \(policy.id)" + (year.map { " · \($0)" } ?? "")
  }

  func money(_ fen: Int) -> Text { Text(Money.text(fen: fen), Money.textEn(fen: fen)) }
}
