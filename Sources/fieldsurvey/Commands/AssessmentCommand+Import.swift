import ArgumentParser
import SurveyModel

extension AssessmentCommand {
  /// Records a result by an edition that is not scored here.
  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "import", abstract: Text("登记旧版指标的评测结果(只有得分和等级)", "Record a result by an older edition: its score and level").here,
      discussion: Text(
        "这里没有该版指标,不能重新计分;结果也不与其他版本比较。", "There is no instrument of it here to score by, and it is not compared with other editions."
      ).here)

    @Argument(help: Argued.enterprise)
    var enterprise: String

    @Option(help: Text("评测指标的版本,如 2022。", "The instrument's edition, as 2022.").help)
    var edition: String

    @Option(help: Text("得分,0–100,最多三位小数。", "The score, 0–100, up to three decimals.").help)
    var score: String

    @Option(help: Text("等级,0–4。", "The level, 0–4.").help)
    var level: String

    @Option(help: Choices.help(AssessmentPhase.self, Text("阶段", "The phase")))
    var phase = AssessmentPhase.baseline.rawValue

    @Option(help: Choices.help(Assessor.self, Text("评测方", "Who assessed")))
    var assessor = Assessor.selfDeclared.rawValue

    @Option(help: Text("出处。", "Where it is from.").help)
    var source: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let imported = try common.openSurvey().importAssessment(
        of: enterprise, edition: edition, scoreMilli: Number.milliPoints(score, field: "score"),
        level: Number.whole(level, field: "level"), phase: AssessmentPhase.parse(phase, field: "phase"),
        assessor: Assessor.parse(assessor, field: "assessor"), source: source)
      try common.printer.show(imported) { printer in
        printer.say(Text("已登记。", "Recorded."))
        printer.line(imported.id)
      }
    }
  }
}
