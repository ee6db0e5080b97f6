/// What an assessor has filled in: the answers to questions and the levels of scenes. What is missing is unanswered, which is not 无.
///
/// ```swift
/// var answers = Answers()
/// answers.questions[1] = try AnswerCode(parsing: "BC")
/// answers.scenes[7] = 2
/// answers.problems(against: instrument)  // []
/// ```
public struct Answers: Hashable, Sendable {
  /// The answers by question number.
  public var questions: [Int: AnswerCode]
  /// The levels 0…4 by scene number.
  public var scenes: [Int: Int]
  /// What the assessor had read when the form was opened, as `--json` output gave it; nil for "now".
  public var readToken: String?

  /// Answers to start from.
  public init(questions: [Int: AnswerCode] = [:], scenes: [Int: Int] = [:], readToken: String? = nil) {
    self.questions = questions
    self.scenes = scenes
    self.readToken = readToken
  }

  /// Every reason why an instrument refuses these answers, in its items' order; empty when it takes them.
  ///
  /// The codes are ``SurveyError/Code/questionUnknown``, ``SurveyError/Code/letterUnknown``, ``SurveyError/Code/choiceSingle``,
  /// ``SurveyError/Code/choiceExclusive``, ``SurveyError/Code/sceneUnknown`` and ``SurveyError/Code/sceneLevelOutOfRange``.
  public func problems(against instrument: Instrument) -> [SurveyError] {
    var problems: [SurveyError] = []
    for (number, code) in questions.sorted(by: { $0.key < $1.key }) {
      if let question = instrument.question(number) {
        problems += Self.problems(of: code, in: question)
      } else {
        problems.append(SurveyError(.questionUnknown, ["question": String(number)]))
      }
    }
    for (number, level) in scenes.sorted(by: { $0.key < $1.key }) {
      if let scene = instrument.scene(number) {
        if scene.levels.contains(where: { $0.level == level }) { continue }
        let item = InstrumentItem.scene(number).description
        problems.append(SurveyError(.sceneLevelOutOfRange, ["item": item, "level": String(level)]))
      } else {
        problems.append(SurveyError(.sceneUnknown, ["scene": String(number)]))
      }
    }
    return problems
  }

  private static func problems(of code: AnswerCode, in question: Instrument.Question) -> [SurveyError] {
    let item = InstrumentItem.question(question.number).description
    var problems: [SurveyError] = []
    for letter in code.letters where question.option(letter) == nil {
      problems.append(SurveyError(.letterUnknown, ["item": item, "letter": letter]))
    }
    guard code.letters.count > 1 else { return problems }
    switch question.kind {
    case .single:
      problems.append(SurveyError(.choiceSingle, ["item": item, "letters": code.text]))
    case .multiple:
      for letter in code.letters where question.option(letter)?.exclusive == true {
        problems.append(SurveyError(.choiceExclusive, ["item": item, "letter": letter, "letters": code.text]))
      }
    }
    return problems
  }
}
