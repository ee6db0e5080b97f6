import ArgumentParser
import Foundation
import SurveyModel

struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy",
    abstract: Text("政策:补贴政策的版本;清单上的其他政策,登记、修改", "Policies: the subsidy policy's versions; those of the list, recorded and changed").here,
    subcommands: [
      List.self, Show.self, RecordAdd<PolicyNoun>.self, RecordEdit<PolicyNoun>.self, RecordDelete<PolicyNoun>.self,
    ])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: Text("列出政策版本", "List the policy's versions").here)

    @OptionGroup var common: CommonOptions

    func run() throws {
      let all = try SubsidyPolicies.bundled().all
      try common.printer.show(all.map(Record.init)) { printer in
        let rows = all.map { policy in
          [
            policy.id, policy.effectiveFrom, policy.effectiveTo ?? "—",
            Text(policy.confidence.label, policy.confidence.labelEn)(printer.language),
            printer.name(policy.title),
          ]
        }
        printer.table([Text("编号", "id"), Text("自", "from"), Text("至", "to"), Text("依据", "source"), Text("名称", "title")], rows)
        for policy in all { printer.note(Text("⚠ \(policy.id):\(policy.caution.zh)", "⚠ \(policy.id): \(policy.caution.en)")) }
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: Text(
        "查看一版补贴政策:每个数字的出处和可信程度;或清单上的一项政策", "Show a version: where each figure comes from and how sure it is; or a policy of the list"
      ).here)

    @Argument(
      help: ArgumentHelp(
        Text(
          "政策版本的编号、政策文件的路径,或 list policies 里的编号。", "A version's identifier, a policy file's path, or an identifier that list policies has."
        ).here,
        valueName: "id|file"))
    var policy: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let version: SubsidyPolicy
      do {
        version = try PolicyChoice.named(policy)
      } catch let error as SurveyError where error.code == .policyUnknown {
        guard let line = try listed() else { throw error }
        return try common.printer.show(line) { printer in printer.policy(line) }
      }
      try common.printer.show(version) { printer in printer.policy(version) }
    }

    /// A policy of the list: one that comes with the program needs no home.
    private func listed() throws -> PolicyLine? {
      if let bundled = try PolicyLine.bundled(policy) { return bundled }
      guard FileManager.default.fileExists(atPath: Home.profileFile(common.homeFolder).path) else { return nil }
      do {
        return PolicyLine(try common.openSurvey().record(.policyFile, policy))
      } catch let error as SurveyError where error.code == .recordUnknown {
        return nil
      }
    }
  }

  /// A version without its rules, for scripts.
  struct Record: Encodable {
    let id: String
    let version: BilingualText
    let title: BilingualText
    let issuer: BilingualText
    let document: String?
    let effectiveFrom: String
    let effectiveTo: String?
    let confidence: PolicyConfidence
    let caution: BilingualText

    init(_ policy: SubsidyPolicy) {
      (id, version, title, issuer, document) = (policy.id, policy.version, policy.title, policy.issuer, policy.document)
      (effectiveFrom, effectiveTo) = (policy.effectiveFrom, policy.effectiveTo)
      (confidence, caution) = (policy.confidence, policy.caution)
    }
  }
}

extension Printer {
  /// A version with every figure, its source and its doubt.
  fileprivate func policy(_ policy: SubsidyPolicy) {
    line(style("\(policy.id)  \(name(policy.title)) · \(name(policy.version))", .bold))
    line("  " + [name(policy.issuer), policy.document ?? ""].filter { !$0.isEmpty }.joined(separator: " · "))
    let basis = policy.effectiveBasis
    say(
      Text(
        "  有效期:\(policy.effectiveFrom) 至 \(policy.effectiveTo ?? "—")(\(basis.confidence.label);\(basis.text.zh))",
        "  In force: \(policy.effectiveFrom) to \(policy.effectiveTo ?? "—") (\(basis.confidence.labelEn); \(basis.text.en))"))
    say(Text("  ⚠ \(policy.caution.zh)", "  ⚠ \(policy.caution.en)"))
    say(Text("  出处:", "  Sources:"))
    for source in policy.sources { line("    \(source.tag)  \(name(source.name))  \(source.reference)  \(name(source.use))") }
    for rule in policy.rules {
      line()
      line(style("\(rule.id)  \(name(rule.name))", .bold) + "  \(rule.place)")
      line("  “\(rule.quote)”")
      say(
        Text(
          "  付给\(rule.recipient.zh) · 资金:\(rule.payer.zh) · \(rule.per.zh)\(rule.mayPayLess ? " · 可以少付" : "")",
          "  to the \(rule.recipient.en) · paid by: \(rule.payer.en) · \(rule.per.en)\(rule.mayPayLess ? " · less may be paid" : "")"))
      figures(rule.figures)
      for question in rule.questions { line("  ? " + name(question.text)) }
    }
    line()
    say(Text("全国框架", "National frame"))
    figures(policy.frame)
  }

  private func figures(_ figures: [NamedFigure]) {
    for named in figures {
      let (source, confidence) = (named.figure.source, named.figure.confidence)
      let basis = Text("[\(source):\(confidence.label)]", "[\(source): \(confidence.labelEn)]")
      line("  \(name(named.name))  \(figure(named)(language))  \(basis(language))")
    }
  }
}
