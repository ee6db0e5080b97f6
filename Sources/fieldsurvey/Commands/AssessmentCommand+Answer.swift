import ArgumentParser
import SurveyModel

extension AssessmentCommand {
  /// Answers one question, or everything that a file holds.
  struct Answer: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "answer", abstract: Text("填答一题,或一份答案文件", "Answer a question, or all that an answer file holds").here,
      discussion: Text(
        """
        一题:assessment answer ID 1 B C(全角、小写、连写 BC 均可)
        文件:assessment answer ID --file answers.json,只改文件中有的题和场景。
        """,
        """
        One question: assessment answer ID 1 B C (full width, lower case and BC will do)
        A file: assessment answer ID --file answers.json, which changes only what the file holds.
        """
      ).here)

    @Argument(help: Argued.assessment)
    var assessment: String

    @Argument(help: ArgumentHelp(Text("题号 1–15。", "The question, 1–15.").here, valueName: "question"))
    var question: String?

    @Argument(help: ArgumentHelp(Text("选项字母。", "The letters.").here, valueName: "option"))
    var options: [String] = []

    @Option(help: ArgumentHelp(Text("答案文件;- 表示标准输入。", "An answer file; - for standard input.").here, valueName: "file"))
    var file: String?

    @Flag(help: Text("撤回这一题的答案。", "Withdraw the question's answer.").help)
    var clear = false

    @Option(help: Text("这一题的备注;空文字则删除备注。", "A remark on the question; an empty one takes it away.").help)
    var note: String?

    @Option(help: Argued.readToken)
    var readToken: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      guard (file == nil) != (question == nil) else {
        throw Failure.usage(Text("请给出题号和选项,或用 --file 给出答案文件。", "Give a question with its letters, or an answer file with --file."))
      }
      if let file {
        guard !clear, note == nil else {
          throw Failure.usage(Text("--file 不能与 --clear、--note 同用。", "--file takes neither --clear nor --note."))
        }
        return try answer(file: file)
      }
      guard let item = InstrumentItem.typedQuestion(question ?? "") else {
        throw SurveyError(.questionUnknown, ["question": question ?? ""])
      }
      guard clear ? options.isEmpty : !options.isEmpty || note != nil else {
        throw clear
          ? Failure.usage(Text("--clear 不能与选项同用。", "--clear takes no letters."))
          : Failure.usage(
            Text("请给出选项字母,如:assessment answer ID \(item.number) B", "Give letters, as in: assessment answer ID \(item.number) B"))
      }
      var answers = Answers(readToken: readToken)
      if !options.isEmpty { answers.questions[item.number] = try code(of: item) }
      try common.answer(assessment, answers, item: item, note: note, isCleared: clear)
    }

    /// The letters, with the question named where they are none.
    private func code(of item: InstrumentItem) throws -> AnswerCode {
      do {
        return try AnswerCode(typed: options)
      } catch {
        throw SurveyError(error.code, error.details.merging(["item": item.description]) { $1 })
      }
    }

    private func answer(file: String) throws {
      let survey = try common.openSurvey()
      // The edition decides what may be answered, so the assessment comes first.
      let edition = try survey.assessmentRecord(assessment).edition
      let instrument = try Instrument.bundled(edition: edition, resources: survey.resources)
      var answers = try Answers(json: AnswerInput.read(file), instrument: instrument)
      if let readToken { answers.readToken = readToken }
      try common.tell(survey.answer(assessment, with: answers), instrument)
    }
  }

  /// Sets the level of one scene.
  struct Scene: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "scene", abstract: Text("填写一个场景的等级(0–4)", "Set a scene's level (0–4)").here)

    @Argument(help: Argued.assessment)
    var assessment: String

    @Argument(help: ArgumentHelp(Text("场景号 1–16。", "The scene, 1–16.").here, valueName: "scene"))
    var scene: String

    @Argument(
      help: ArgumentHelp(Text("等级 0–4;0 表示未达一级或不适用。", "The level, 0–4; 0 is below level 1, or not applicable.").here, valueName: "level"))
    var level: String?

    @Flag(help: Text("撤回这个场景的等级。", "Withdraw the scene's level.").help)
    var clear = false

    @Option(help: Text("这个场景的备注;空文字则删除备注。", "A remark on the scene; an empty one takes it away.").help)
    var note: String?

    @Option(help: Argued.readToken)
    var readToken: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      guard let item = InstrumentItem.typedScene(scene) else { throw SurveyError(.sceneUnknown, ["scene": scene]) }
      guard clear ? level == nil : level != nil || note != nil else {
        throw Failure.usage(Text("请给出等级 0–4,或用 --clear 撤回。", "Give a level, 0–4, or withdraw it with --clear."))
      }
      var answers = Answers(readToken: readToken)
      if let level {
        guard let rank = TypedNumber.whole(level) else {
          throw SurveyError(.sceneLevelOutOfRange, ["item": item.description, "level": level])
        }
        answers.scenes[item.number] = rank
      }
      try common.answer(assessment, answers, item: item, note: note, isCleared: clear)
    }
  }
}

extension CommonOptions {
  /// Writes the answer of one item and tells what became of it.
  fileprivate func answer(_ id: String, _ answers: Answers, item: InstrumentItem, note: String?, isCleared: Bool) throws {
    let survey = try openSurvey()
    let recorded = try survey.answer(
      id, with: answers, notes: note.map { [item: $0] } ?? [:], clearing: isCleared ? [item] : [])
    try tell(recorded, Instrument.bundled(edition: recorded.assessment.edition, resources: survey.resources))
  }

  fileprivate func tell(_ recorded: RecordedAnswers, _ instrument: Instrument) throws {
    try printer.show(recorded) { printer in
      let names = recorded.written.map(\.description).joined(separator: ", ")
      printer.say(
        recorded.written.isEmpty
          ? Text("没有变化。", "Nothing has changed.")
          : Text("已记录 \(recorded.written.count) 项:\(names)", "Recorded \(recorded.written.count): \(names)"))
      let open = recorded.rating.unanswered.count
      let score = Printer.points(recorded.rating.scoreMilli)
      let level = printer.level(recorded.rating.level, instrument)
      printer.say(Text("目前得分 \(score),\(level.zh),未答 \(open) 项。", "So far: score \(score), \(level.en), \(open) unanswered."))
    }
  }
}

extension Failure {
  /// A command that was put together wrongly.
  static func usage(_ what: Text) -> Failure { Failure("usage", .usage, what, next: seeHelp) }
}
