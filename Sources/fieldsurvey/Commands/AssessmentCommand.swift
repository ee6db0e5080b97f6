import ArgumentParser
import SurveyModel

struct AssessmentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assessment", abstract: Text("评测:开始、填答、场景等级、查看、定稿", "Assessments: start, answer, set scene levels, show, finalize").here,
    subcommands: [Start.self, List.self, Answer.self, Scene.self, Show.self, Finalize.self, Import.self])

  struct Start: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "start", abstract: Text("开始一次评测", "Start an assessment").here)

    @Argument(help: Argued.enterprise)
    var enterprise: String

    @Option(help: Argued.visit)
    var visit: String?

    @Option(help: Text("评测指标的版本。", "The instrument's edition.").help)
    var edition = Instrument.current

    @Option(help: Choices.help(AssessmentPhase.self, Text("阶段", "The phase")))
    var phase = AssessmentPhase.baseline.rawValue

    @Option(help: Choices.help(Assessor.self, Text("评测方", "Who assesses")))
    var assessor = Assessor.specialist.rawValue

    @OptionGroup var common: CommonOptions

    func run() throws {
      let started = try common.openSurvey().startAssessment(
        of: enterprise, visit: visit, edition: edition, phase: AssessmentPhase.parse(phase, field: "phase"),
        assessor: Assessor.parse(assessor, field: "assessor"))
      try common.printer.show(started) { printer in
        printer.say(Text("评测开始。", "The assessment has started."))
        printer.line(started.id)
      }
      for other in started.otherDrafts {
        common.printer.note(
          Text(
            "提醒:同一版本、同一阶段已有草稿 \(other.id)(\(other.startedBy ?? "?"))。",
            "Note: a draft of the same edition and phase is here: \(other.id) (\(other.startedBy ?? "?"))."))
      }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: Text("列出评测", "List assessments").here)

    @Argument(help: Argued.enterprise)
    var enterprise: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let all = try common.openSurvey().assessments(of: enterprise)
      try common.printer.show(all) { printer in
        if all.isEmpty { printer.note(Text("没有评测。", "No assessments.")) }
        for assessment in all { printer.line(AssessmentCommand.line(assessment, printer)) }
      }
    }
  }

  struct Finalize: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "finalize", abstract: Text("评测定稿,之后不能再改", "Finalize an assessment: it is not edited any more").here)

    @Argument(help: Argued.assessment)
    var assessment: String

    @Flag(help: Text("还有未答的也定稿。", "Finalize even though something is unanswered.").help)
    var force = false

    @Flag(help: Text("撤销定稿,回到草稿。", "Take it back: make it a draft again.").help)
    var undo = false

    @OptionGroup var common: CommonOptions

    func run() throws {
      let survey = try common.openSurvey()
      let done = try undo ? survey.reopenAssessment(assessment) : survey.finalizeAssessment(assessment, incomplete: force)
      try common.printer.show(done) { printer in
        printer.say(undo ? Text("已回到草稿。", "It is a draft again.") : Text("已定稿。", "Finalized."))
      }
    }
  }

  /// An assessment on one line.
  static func line(_ assessment: Assessment, _ printer: Printer) -> String {
    [
      assessment.id, assessment.edition, printer.name(assessment.phase), printer.name(assessment.assessor), printer.name(assessment.state),
      printer.time(assessment.startedAt), assessment.startedBy ?? "",
    ].filter { !$0.isEmpty }.joined(separator: "  ")
  }
}
