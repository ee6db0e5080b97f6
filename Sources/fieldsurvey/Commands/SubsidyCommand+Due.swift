import ArgumentParser
import SurveyModel

extension SubsidyCommand {
  /// What the rules give somebody by what is recorded, beside what was paid. It moves nothing.
  struct Due: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "due", abstract: Text("按已登记的内容计算应得金额,对照已付", "What somebody is due by what is recorded, beside what was paid").here,
      discussion: Text(
        "对象为企业(R0、R3、R5–R8、R11),或用一个选项指明链主(R4)、平台(R9)、专业机构(R10、R13)。没有登记的内容会列出,不作推测。",
        """
        Of an enterprise (R0, R3, R5–R8, R11), or with one of the options of a chain leader (R4), a platform (R9) or an agency (R10, R13). What \
        is not recorded is listed and never guessed.
        """
      ).here)

    @Argument(help: Argued.enterprise)
    var enterprise: String?

    @Option(help: Text("链主企业:编号或名称。", "A chain leader: its identifier or name.").help)
    var leader: String?

    @Option(help: Text("备案平台:编号或名称。", "A platform: its identifier or name.").help)
    var platform: String?

    @Option(help: Text("专业机构:编号或名称。", "An agency: its identifier or name.").help)
    var agency: String?

    @OptionGroup var choice: PolicyChoice
    @OptionGroup var common: CommonOptions

    func validate() throws {
      guard [enterprise, leader, platform, agency].count(where: { $0 != nil }) == 1 else {
        throw ValidationError(
          Text("请给出企业,或 --leader、--platform、--agency 之一。", "Name an enterprise, or one of --leader, --platform, --agency.").here)
      }
    }

    func run() throws {
      let policy = try choice.chosen()
      let all = try due(common.openSurvey(), policy)
      try common.printer.show(all) { printer in try printer.money(all, policy) }
    }

    private func due(_ survey: Survey, _ policy: SubsidyPolicy) throws -> [RuleMoney] {
      let day = try choice.day()
      if let enterprise { return try survey.money(of: enterprise, by: policy, on: day) }
      if let leader { return try survey.leaderRewards(of: leader, by: policy, on: day) }
      if let platform { return try survey.platformMoney(of: platform, by: policy, on: day) }
      return try survey.agencyMoney(of: agency ?? "", by: policy, on: day)
    }
  }
}

extension Printer {
  /// What each rule gives, what was paid, and what is not recorded.
  func money(_ all: [RuleMoney], _ policy: SubsidyPolicy) throws {
    for money in all where !money.isEmpty {
      let rule = try policy.rule(money.rule.rawValue)
      if let whose = money.enterprise { line(style(whose, .bold)) }
      if let result = money.result { subsidy(result, rule, policy, year: money.year) } else { line(heading(rule, policy, money.year)) }
      tell(money)
    }
    for money in all where money.isEmpty {
      let rule = try policy.rule(money.rule.rawValue)
      let missing = facts(money.notRecorded)
      let whose = [money.enterprise ?? "", heading(rule, policy, money.year)].filter { !$0.isEmpty }.joined(separator: " ")
      say(Text("\(whose):不能计算,未登记\(missing.zh)", "\(whose): nothing to compute from, not recorded: \(missing.en)"))
    }
    if all.isEmpty { note(Text("没有可以计算的内容。", "There is nothing to compute from.")) }
  }

  private func tell(_ money: RuleMoney) {
    if !money.notRecorded.isEmpty {
      let missing = facts(money.notRecorded)
      say(Text("· 未登记:\(missing.zh)", "· not recorded: \(missing.en)"))
    }
    for claim in money.claims?.claims ?? [] where claim.state.term == .contested {
      say(Text("⚠ 有争议,暂不发放:\(claim.enterprise)", "⚠ contested, not paid: \(claim.enterprise)"))
    }
    for payment in money.payments {
      let words = ["paidOn", "instalment", "amount", "reference"].compactMap { payment[$0] }.filter { !$0.isEmpty }
      say(Text("已付:", "paid: ") + Text(verbatim: words.map { name($0.shown) }.joined(separator: "  ")))
    }
    if let over = money.overFen, over > 0 {
      say(Text("⚠ 比应得多付 ", "⚠ paid too much by ") + self.money(over))
    } else if let under = money.underFen, under > 0 {
      say(Text("尚可拨付 ", "still payable: ") + self.money(under))
    }
  }

  func facts(_ all: [MissingFact]) -> Text {
    Text(all.map(\.label).joined(separator: "、"), all.map(\.labelEn).joined(separator: ", "))
  }
}
