/// Rates answers by one instrument: the arithmetic of 《中小企业数字化水平评测指标》 in whole milli-points.
///
/// ```swift
/// let engine = RatingEngine(try .bundled(edition: "2024"))
/// let rating = try engine.rate(answers)
/// rating.level  // 0…4
/// ```
public struct RatingEngine: Sendable {
  /// The instrument that gives points and thresholds.
  public let instrument: Instrument

  /// An engine for an instrument.
  public init(_ instrument: Instrument) { self.instrument = instrument }

  /// The rating of some answers; what is unanswered counts nothing.
  ///
  /// Throws ``SurveyError/Code/answersRefused`` for answers that the instrument does not take.
  public func rate(_ answers: Answers) throws(SurveyError) -> Rating {
    let problems = answers.problems(against: instrument)
    guard problems.isEmpty else {
      throw SurveyError(.answersRefused, ["count": String(problems.count)], problems: problems)
    }
    return rating(of: answers)
  }

  /// The level that a score and scene levels reach: the highest whose three conditions all hold, else 0.
  ///
  /// - Parameters:
  ///   - scoreMilli: the score in milli-points.
  ///   - sceneLevels: the levels 0…4 by scene number; scenes left out count nothing.
  public func level(scoreMilli: Int, sceneLevels: [Int: Int]) -> Int {
    instrument.levels.filter { level in
      guard let threshold = level.threshold else { return false }
      return scoreMilli >= threshold.scoreMilli
        && count(sceneLevels, reaching: level.level) >= threshold.scenes
        && count(sceneLevels, reaching: level.level, constraintOnly: true) >= threshold.constraintScenes
    }.map(\.level).max() ?? 0
  }

  /// The points of an answer, in milli-points; letters that the question does not offer bring none.
  func milliPoints(of code: AnswerCode, in question: Instrument.Question) -> Int {
    code.letters.compactMap { question.option($0)?.milliPoints }.reduce(0, +)
  }

  /// The rating of answers which the instrument takes.
  func rating(of answers: Answers) -> Rating {
    var questionMilli: [Int: Int] = [:]
    for question in instrument.questions {
      guard let code = answers.questions[question.number] else { continue }
      questionMilli[question.number] = milliPoints(of: code, in: question)
    }
    let dimensions = instrument.dimensions.map { dimension in
      let asked = instrument.questions.filter { $0.dimension == dimension.key }
      return Rating.DimensionScore(
        dimension: dimension.key,
        milliPoints: asked.compactMap { questionMilli[$0.number] }.reduce(0, +),
        maxMilliPoints: asked.map(\.maxMilliPoints).reduce(0, +))
    }
    let scoreMilli = questionMilli.values.reduce(0, +)
    let level = level(scoreMilli: scoreMilli, sceneLevels: answers.scenes)
    let unanswered = instrument.items.filter { !answers.contains($0) }
    return Rating(
      edition: instrument.edition, scoreMilli: scoreMilli, level: level, complete: unanswered.isEmpty, unanswered: unanswered,
      questionMilli: questionMilli, dimensions: dimensions, sceneLevels: answers.scenes,
      next: next(after: level, scoreMilli: scoreMilli, sceneLevels: answers.scenes, unanswered: unanswered))
  }

  private func count(_ sceneLevels: [Int: Int], reaching level: Int, constraintOnly: Bool = false) -> Int {
    instrument.scenes.count { scene in
      (scene.constraint || !constraintOnly) && (sceneLevels[scene.number] ?? 0) >= level
    }
  }
}

// MARK: - Why not more

extension RatingEngine {
  private func next(after level: Int, scoreMilli: Int, sceneLevels: [Int: Int], unanswered: [InstrumentItem]) -> NextLevel? {
    let rank = level + 1
    guard let threshold = instrument.level(rank)?.threshold else { return nil }
    let questions = instrument.questions.filter { unanswered.contains(.question($0.number)) }
    let scenes = instrument.scenes.filter { unanswered.contains(.scene($0.number)) }
    let stars = scenes.filter(\.constraint)
    let starCount = count(sceneLevels, reaching: rank, constraintOnly: true)
    let shortfalls = [
      shortfall(
        .score, have: scoreMilli, need: threshold.scoreMilli, open: questions.map { .question($0.number) },
        potential: questions.map(\.maxMilliPoints).reduce(0, +)),
      shortfall(
        .scenes, have: count(sceneLevels, reaching: rank), need: threshold.scenes, open: scenes.map { .scene($0.number) },
        potential: scenes.count),
      shortfall(
        .constraintScenes, have: starCount, need: threshold.constraintScenes, open: stars.map { .scene($0.number) },
        potential: stars.count),
    ]
    return NextLevel(level: rank, shortfalls: shortfalls.compactMap { $0 })
  }

  /// The shortfall of one condition; nil where it is met.
  private func shortfall(_ kind: Shortfall.Kind, have: Int, need: Int, open: [InstrumentItem], potential: Int) -> Shortfall? {
    guard have < need else { return nil }
    return Shortfall(kind: kind, have: have, need: need, openItems: open, closable: have + potential >= need)
  }
}

extension Answers {
  /// Whether an item is answered.
  public func contains(_ item: InstrumentItem) -> Bool {
    switch item {
    case .question(let number): questions[number] != nil
    case .scene(let number): scenes[number] != nil
    }
  }
}
