import ArgumentParser
import SurveyModel

struct DiagnosisCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagnosis", abstract: Text("诊断:开始、环节、查看、定稿", "Diagnoses: start, describe links, show, finalize").here,
    subcommands: [
      Start.self, List.self, Describe.self, Link.self, RecordCommand<PersonNoun>.self, Show.self, Finalize.self, Delete.self,
    ])

  struct Start: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "start", abstract: Text("开始一次诊断", "Start a diagnosis").here)

    @Argument(help: Argued.enterprise)
    var enterprise: String

    @Option(help: Argued.visit)
    var visit: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let diagnosis = try common.openSurvey().startDiagnosis(of: enterprise, visit: visit)
      try common.printer.show(diagnosis) { printer in
        printer.say(Text("诊断开始。", "The diagnosis has started."))
        printer.line(diagnosis.id)
      }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: Text("列出诊断", "List diagnoses").here)

    @Argument(help: Argued.enterprise)
    var enterprise: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let all = try common.openSurvey().diagnoses(of: enterprise)
      try common.printer.show(all) { printer in
        if all.isEmpty { printer.note(Text("没有诊断。", "No diagnoses.")) }
        for diagnosis in all {
          printer.line(
            [diagnosis.id, printer.name(diagnosis.state), printer.time(diagnosis.startedAt), diagnosis.startedBy ?? ""].joined(
              separator: "  "))
        }
      }
    }
  }

  /// Writes what a diagnosis tells beside its sections.
  struct Describe: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "describe",
      abstract: Text("填写诊断方、费用、产品、流程、设备、软件、目标与路径", "Describe a diagnosis: who made it, its fee, the business, the target, the road map")
        .here,
      usage: "fieldsurvey diagnosis describe \(Text("编号 字段=值 …", "ID FIELD=VALUE …").here)", discussion: RecordType.diagnosis.fieldHelp.here
    )

    @Argument(help: Words.help)
    var words: [String]

    @Option(help: Argued.readToken)
    var readToken: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let words = try Words(words, 1...1)
      let record = try common.openSurvey().describeDiagnosis(words.names[0], words.fields, reading: readToken)
      try common.printer.show(record) { printer in
        printer.say(Text("已记录。", "Recorded."))
        printer.record(record)
      }
    }
  }

  /// Writes what a diagnosis says of one link.
  struct Link: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "link", abstract: Text("填写一个环节的现状、问题、水平与建议", "Describe a link: its state, problems, level and what is recommended").here)

    @Argument(help: Argued.diagnosis)
    var diagnosis: String

    @Argument(help: Choices.help(BusinessLink.self, Text("环节", "The link")))
    var link: String

    @Option(help: Text("现状。", "How things stand.").help)
    var current: String?

    @Option(help: Text("问题。", "What is wrong.").help)
    var problems: String?

    @Option(help: Text("当前水平 0–4。", "The present level, 0–4.").help)
    var level: String?

    @Option(help: Text("建议。", "What is recommended.").help)
    var recommendation: String?

    @Option(help: Argued.readToken)
    var readToken: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let link = try BusinessLink.parse(link, field: "link")
      let section = try common.openSurvey().describeLink(
        link, in: diagnosis, currentState: current, problems: problems, level: level.map { try Number.whole($0, field: "level") },
        recommendation: recommendation, reading: readToken)
      try common.printer.show(section) { printer in
        printer.say(Text("已记录:\(link.label)", "Recorded: \(link.labelEn)"))
        printer.contested(section.contested, of: "diagnosis_link")
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: Text("查看诊断", "Show a diagnosis").here)

    @Argument(help: Argued.diagnosis)
    var diagnosis: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let view = try common.openSurvey().diagnosis(diagnosis)
      try common.printer.show(view) { printer in
        printer.line(printer.style(view.enterprise.name, .bold))
        printer.line(
          [view.id, printer.name(view.diagnosis.state), printer.time(view.diagnosis.startedAt), view.diagnosis.startedBy ?? ""].joined(
            separator: "  "))
        if let handover = view.handover {
          let (author, at) = (handover.user, printer.time(handover.withdrawnAt))
          printer.say(
            Text(
              "⚠ \(author) 的草稿,\(at) 随企业移交;可参考,不能改。", "⚠ A draft of \(author)'s, handed over with the case \(at): to be read, not changed.")
          )
        }
        if let fee = view.diagnosis.feeFen { printer.say(Text("诊断费用:", "fee: ") + printer.money(fee)) }
        printer.contested(view.contested, of: "diagnosis")
        for section in view.links { tell(section, printer) }
        for finding in view.findings { FindingCommand.tell(finding, printer) }
        for need in view.needs { NeedCommand.tell(need, printer) }
        for recommendation in view.recommendations { tell(recommendation, printer) }
      }
    }

    private func tell(_ recommendation: RecommendationView, _ printer: Printer) {
      let what = [recommendation.text, recommendation.solution ?? "", recommendation.provider ?? ""].filter { !$0.isEmpty }
      printer.say(Text("建议:", "recommended: ") + Text(verbatim: what.joined(separator: "  ")))
      guard recommendation.providerInactive else { return }
      let state = printer.name(recommendation.providerState)
      printer.say(
        Text("  ⚠ 服务商当前状态:\(state);建议保留,请另选。", "  ⚠ The provider is \(state.lowercased()); the recommendation stays, choose another."))
      for other in recommendation.alternatives {
        printer.say(Text("  可选:\(other.solution)(\(other.provider))", "  instead: \(other.solution) (\(other.provider))"))
      }
    }

    private func tell(_ section: LinkSection, _ printer: Printer) {
      let parts: [(Text, String?)] = [
        (Text("现状", "state"), section.currentState), (Text("问题", "problems"), section.problems),
        (Text("水平", "level"), section.level.map(String.init)), (Text("建议", "recommendation"), section.recommendation),
      ]
      printer.line("【\(printer.name(section.link))】")
      for (name, value) in parts {
        if let value, !value.isEmpty { printer.say(Text("  \(name.zh):\(value)", "  \(name.en): \(value)")) }
      }
      printer.contested(section.contested, of: "diagnosis_link")
    }
  }

  struct Finalize: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "finalize", abstract: Text("诊断定稿,之后不能再改", "Finalize a diagnosis: it is not edited any more").here)

    @Argument(help: Argued.diagnosis)
    var diagnosis: String

    @Flag(help: Text("撤销定稿,回到草稿。", "Take it back: make it a draft again.").help)
    var undo = false

    @OptionGroup var common: CommonOptions

    func run() throws {
      let survey = try common.openSurvey()
      let done = try undo ? survey.reopenDiagnosis(diagnosis) : survey.finalizeDiagnosis(diagnosis)
      try common.printer.show(done) { printer in
        printer.say(undo ? Text("已回到草稿。", "It is a draft again.") : Text("已定稿。", "Finalized."))
      }
    }
  }
}

extension DiagnosisCommand {
  struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "delete", abstract: Text("删除一份草稿;佐证和需求留在企业名下", "Delete a draft; its evidence and needs stay with the enterprise").here)

    @Argument(help: Argued.diagnosis)
    var diagnosis: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let gone = try common.openSurvey().deleteDiagnosis(diagnosis)
      try common.printer.show(gone) { printer in
        printer.say(Text("已删除草稿 \(gone.id);佐证和需求留在企业名下。", "Deleted the draft \(gone.id); evidence and needs stay with the enterprise."))
      }
    }
  }
}

enum PersonNoun: RecordNoun {
  static let type = RecordType.surveyPerson
  static let path = "diagnosis person"
}
