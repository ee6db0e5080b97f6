import ArgumentParser
import SurveyModel

extension SubsidyCommand {
  /// What the rules are, and what each takes.
  struct Rules: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rules", abstract: Text("列出规则、数字和输入格式", "List the rules, their figures and what each takes").here)

    @OptionGroup var choice: PolicyChoice
    @OptionGroup var common: CommonOptions

    func run() throws {
      let policy = try choice.chosen()
      try common.printer.show(policy.rules.map(RuleRecord.init)) { printer in
        for rule in policy.rules { printer.rule(rule) }
        printer.say(Text("⚠ \(policy.caution.zh)", "⚠ \(policy.caution.en)"))
      }
    }
  }

  /// A rule, for scripts: its figures and the keys of its input.
  struct RuleRecord: Encodable {
    let id: String
    let name: BilingualText
    let place: String
    let recipient: BilingualText
    let payer: BilingualText
    let per: BilingualText
    let mayPayLess: Bool
    let confidence: PolicyConfidence?
    let figures: [NamedFigure]
    let fields: [ClaimField]
    /// Input that the rule takes, as text; nil where the rule has no figures.
    let example: String?

    init(_ rule: SubsidyPolicy.Rule) {
      (id, name, place, recipient, payer, per) = (rule.id, rule.name, rule.place, rule.recipient, rule.payer, rule.per)
      (mayPayLess, confidence, figures, fields, example) = (rule.mayPayLess, rule.confidence, rule.figures, rule.fields, rule.example)
    }
  }
}

extension Printer {
  /// A rule with its figures and its input.
  fileprivate func rule(_ rule: SubsidyPolicy.Rule) {
    line(style("\(rule.id)  \(name(rule.name))", .bold))
    guard let example = rule.example else {
      return say(Text("    没有给出金额或比例,不能计算。", "    No figures are stated; there is nothing to compute."))
    }
    let figures = rule.figures.map { Text("\($0.name.zh) \(figure($0).zh)", "\($0.name.en) \(figure($0).en)") }
    let facts = figures + [Text(rule.per.zh, rule.per.en), Text("付给\(rule.recipient.zh)", "to the \(rule.recipient.en)")]
    line("    " + facts.map { $0(language) }.joined(separator: " · "))
    for field in rule.fields { self.field(field, indent: "    ") }
    say(Text("    例:\(example)", "    Example: \(example)"))
  }

  private func field(_ field: ClaimField, indent: String) {
    let optional = field.required ? Text("", "") : Text("(可省略)", " (optional)")
    say(
      Text(
        "\(indent)\(field.key):\(field.name.zh)\(optional.zh);\(field.form.label)",
        "\(indent)\(field.key): \(field.name.en)\(optional.en); \(field.form.labelEn)"))
    for (key, name) in field.allowed.sorted(by: { $0.key < $1.key }) { line("\(indent)  \(key)  \(self.name(name))") }
    for part in field.parts { self.field(part, indent: indent + "  ") }
  }

  /// A figure with its unit, and what it takes to reach it where it is a threshold.
  func figure(_ named: NamedFigure) -> Text {
    let value = named.figure.value
    let sign = named.inclusive.map { $0 ? "≥ " : "> " } ?? ""
    switch named.figure.unit {
    case .fen: return Text(sign + Money.text(fen: value), sign + Money.textEn(fen: value))
    case .percent: return Text(verbatim: "\(sign)\(value) %")
    case .count, .months, .hours:
      return Text("\(sign)\(value) \(named.figure.unit.label)", "\(sign)\(value) \(named.figure.unit.labelEn)")
    }
  }
}
