import ArgumentParser
import SurveyModel

/// The instrument that rates: what it asks and what a level needs.
struct InstrumentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "instrument",
    abstract: Text("评测指标:题目、场景、等级门槛与存疑之处", "The instrument: questions, scenes, what a level needs, what is in doubt").here,
    subcommands: [Show.self], defaultSubcommand: Show.self)

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: Text("查看一个版本", "Show an edition").here)

    @Option(help: Text("评测指标的版本。", "The instrument's edition.").help)
    var edition = Instrument.current

    @OptionGroup var common: CommonOptions

    func run() throws {
      let instrument = try Instrument.bundled(edition: edition)
      try common.printer.show(instrument) { printer in
        printer.line(printer.style(Text(instrument.title, instrument.titleEn)(printer.language), .bold))
        for question in instrument.questions {
          let most = Printer.points(question.maxMilliPoints)
          printer.say(
            Text(
              "第 \(question.number) 题 \(question.label)(最高 \(most) 分)",
              "Question \(question.number): \(question.labelEn) (\(most) points at most)"))
          doubt(question.confidence, printer)
          for option in question.options {
            let points = Printer.points(option.milliPoints)
            printer.say(Text("    \(option.letter) \(option.label)(\(points))", "    \(option.letter) \(option.labelEn) (\(points))"))
            doubt(option.confidence, printer)
          }
        }
        for scene in instrument.scenes {
          let star = scene.constraint ? " ★" : ""
          printer.say(Text("场景 \(scene.number) \(scene.label)\(star)", "Scene \(scene.number): \(scene.labelEn)\(star)"))
          doubt(scene.confidence, printer)
        }
        for level in instrument.levels {
          guard let threshold = level.threshold else { continue }
          let score = Printer.points(threshold.scoreMilli)
          printer.say(
            Text(
              "\(level.label):得分 ≥ \(score),至少 \(threshold.scenes) 个场景达到该级,其中约束性 ★ \(threshold.constraintScenes) 个",
              "\(level.labelEn): \(score) points, \(threshold.scenes) scenes at the level, of them \(threshold.constraintScenes) of ★"))
          doubt(level.confidence, printer)
        }
      }
    }

    /// What is doubtful, beneath what it is about.
    private func doubt(_ doubt: Instrument.Confidence?, _ printer: Printer) {
      if let doubt { printer.say(Text("      存疑:\(doubt.note)", "      In doubt: \(doubt.noteEn)")) }
    }
  }
}
