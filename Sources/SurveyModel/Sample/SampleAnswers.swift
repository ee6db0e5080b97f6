/// Answers that an enterprise of a level may well give: drawn until the instrument's own rating comes to that level.
struct SampleAnswers {
  private let engine: RatingEngine

  init(_ instrument: Instrument) { engine = RatingEngine(instrument) }

  /// Answers, and what they are rated.
  ///
  /// - Parameters:
  ///   - given: the options that other facts decide, by their questions.
  ///   - isThorough: whether no constraint scene stays below level 2.
  func draw(level: Int, given: [Int: String], isThorough: Bool = false, _ source: inout SampleSource) throws -> (
    answers: Answers, rating: Rating
  ) {
    let given = try given.mapValues { try AnswerCode(letters: [$0]) }
    var pull = 0
    while true {
      let answers = Answers(
        questions: try questions(level, pull, &source).merging(given) { _, given in given },
        scenes: scenes(level, isThorough: isThorough, pull, &source))
      let rating = try engine.rate(answers)
      if rating.level == level { return (answers, rating) }
      // The longer it takes, the closer to what the level asks for.
      pull = min(pull + 1, 40)
    }
  }

  private func questions(_ level: Int, _ pull: Int, _ source: inout SampleSource) throws -> [Int: AnswerCode] {
    let quality = min(98, [10, 33, 52, 73, 92][level] + source.number(-6...10) + pull / 8)
    var questions: [Int: AnswerCode] = [:]
    for question in engine.instrument.questions {
      let letters: [String]
      if question.kind == .single {
        let last = question.options.count - 1
        let at = (quality * last + 50) / 100 + (source.chance(30) ? source.number(-1...1) : 0)
        letters = [question.options[max(0, min(last, at))].letter]
      } else {
        let offered = question.options.filter { !$0.exclusive }.map(\.letter)
        let ticked = offered.filter { _ in source.chance(quality) }
        letters = ticked.isEmpty ? question.options.filter { $0.exclusive }.prefix(1).map(\.letter) : ticked
      }
      questions[question.number] = try AnswerCode(letters: letters)
    }
    return questions
  }

  private func scenes(_ level: Int, isThorough: Bool, _ pull: Int, _ source: inout SampleSource) -> [Int: Int] {
    var scenes: [Int: Int] = [:]
    for scene in engine.instrument.scenes {
      let drift = source.number(1...100)
      var found = level + (drift <= 26 - pull / 2 ? -1 : drift > 88 ? 1 : 0)
      if isThorough, scene.constraint { found = max(found, 2) }
      scenes[scene.number] = max(0, min(4, found))
    }
    return scenes
  }
}
