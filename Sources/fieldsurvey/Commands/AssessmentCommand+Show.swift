import ArgumentParser
import SurveyModel

extension AssessmentCommand {
  /// Shows an assessment with its answers, rating and conflicts.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: Text("查看评测:答案、得分、等级、争议", "Show an assessment: answers, score, level, what is contested").here,
      discussion: Text(
        "--json 中的 readToken 可写入答案文件:提交时按填写者当时看到的内容判断。",
        "The readToken of --json may go into an answer file, which is then judged by what its author had seen."
      ).here)

    @Argument(help: Argued.assessment)
    var assessment: String

    @Flag(
      help: Text(
        "只打印一份答案文件(含 readToken),改好后交给 assessment answer --file。",
        "Print only an answer file, with its readToken, to be edited and handed to assessment answer --file."
      ).help)
    var answerFile = false

    @OptionGroup var common: CommonOptions

    func run() throws {
      let survey = try common.openSurvey()
      let view = try survey.assessment(assessment)
      if answerFile {
        // It is JSON already, and the result, whether or not --json asks for it.
        return Printer(language: common.printer.language, isJSON: false).line(view.answerFile.json)
      }
      let instrument = try Instrument.bundled(edition: view.assessment.edition, resources: survey.resources)
      try common.printer.show(view) { printer in tell(view, instrument, printer) }
    }

    private func tell(_ view: AssessmentView, _ instrument: Instrument, _ printer: Printer) {
      printer.line(printer.style(view.enterprise.name, .bold))
      printer.line(AssessmentCommand.line(view.assessment, printer))
      printer.contested(view.contested, of: "assessment")
      printer.line()
      printer.table(
        [Text("题", "no."), Text("指标", "indicator"), Text("选项", "options"), Text("得分", "score"), Text("备注", "note")],
        view.items.filter { $0.maxMilliPoints != nil }.map { item in
          let points = item.milliPoints.map { "\(Printer.points($0))/\(Printer.points(item.maxMilliPoints ?? 0))" } ?? ""
          return ["\(item.item.number)", label(item, printer), value(item), points, item.note ?? ""]
        }, right: [0, 3])
      printer.line()
      printer.table(
        [Text("序", "no."), Text("场景", "scene"), Text("等级", "level"), Text("备注", "note")],
        view.items.filter { $0.maxMilliPoints == nil }.map { item in
          ["\(item.item.number)", label(item, printer) + (item.constraint == true ? " ★" : ""), value(item), item.note ?? ""]
        }, right: [0, 2])
      printer.line()
      printer.rating(view.rating, instrument)
      if !view.range.contested.isEmpty {
        let levels = view.range.levels
        let scores = view.range.scoresMilli
        let points = "\(Printer.points(scores.lowerBound))–\(Printer.points(scores.upperBound))"
        printer.say(
          Text(
            "有争议 \(view.range.contested.count) 项,裁定前:得分 \(points),等级 \(levels.lowerBound)–\(levels.upperBound)",
            "Contested: \(view.range.contested.count); until settled: score \(points), level \(levels.lowerBound)–\(levels.upperBound)"))
        for item in view.items {
          let table = item.maxMilliPoints == nil ? "scene" : "answer"
          printer.contested(item.contested, of: table, item: item.item.description)
        }
      }
    }

    private func label(_ item: ItemView, _ printer: Printer) -> String {
      Text(item.label, item.labelEn)(printer.language) + printer.mark(item.contested)
    }

    private func value(_ item: ItemView) -> String { item.value ?? "—" }
  }
}
