/// What is still open between several assessors: for each item, the answers that someone gave.
///
/// Nil among the candidates stands for "withdrawn": someone cleared the answer while another kept it. An item without an entry, or
/// with an empty list, is unanswered.
public struct RatingCandidates: Hashable, Sendable {
  /// The candidate answers by question number.
  public var questions: [Int: [AnswerCode?]]
  /// The candidate levels 0…4 by scene number.
  public var scenes: [Int: [Int?]]

  /// Candidates to start from.
  public init(questions: [Int: [AnswerCode?]] = [:], scenes: [Int: [Int?]] = [:]) {
    self.questions = questions
    self.scenes = scenes
  }

  /// The candidates of which there is one each: settled answers.
  public init(_ answers: Answers) {
    questions = answers.questions.mapValues { [$0] }
    scenes = answers.scenes.mapValues { [$0] }
  }
}

/// The ratings between which the settlement of open conflicts decides.
public struct RatingRange: Codable, Hashable, Sendable {
  /// The rating if each conflict is settled for the lowest answer.
  public let lowest: Rating
  /// The rating if each conflict is settled for the highest answer.
  public let highest: Rating
  /// The items with more than one candidate, in the instrument's order.
  public let contested: [InstrumentItem]

  /// The levels that can result.
  public var levels: ClosedRange<Int> { lowest.level...max(lowest.level, highest.level) }
  /// The scores that can result, in milli-points.
  public var scoresMilli: ClosedRange<Int> { lowest.scoreMilli...max(lowest.scoreMilli, highest.scoreMilli) }
}

extension RatingEngine {
  /// The lowest and the highest rating over every combination of candidates.
  ///
  /// Score and level never fall when one item's points or level rise, and items do not depend on each other, so the extremes are
  /// those of the items; no combination needs to be tried.
  ///
  /// Throws ``SurveyError/Code/answersRefused`` when the instrument does not take some candidate.
  public func range(candidates: RatingCandidates) throws(SurveyError) -> RatingRange {
    let problems = problems(of: candidates)
    guard problems.isEmpty else {
      throw SurveyError(.answersRefused, ["count": String(problems.count)], problems: problems)
    }
    var lowest = Answers()
    var highest = Answers()
    var contested: [InstrumentItem] = []
    for question in instrument.questions {
      let codes = candidates.questions[question.number] ?? []
      // "Withdrawn" brings as little as 无; it ranks below, so that the lowest rating shows what may end up unanswered.
      let ranked = codes.map { code in (code, code.map { milliPoints(of: $0, in: question) } ?? -1) }
      lowest.questions[question.number] = ranked.min { $0.1 < $1.1 }?.0
      highest.questions[question.number] = ranked.max { $0.1 < $1.1 }?.0
      if Set(codes).count > 1 { contested.append(.question(question.number)) }
    }
    for scene in instrument.scenes {
      let levels = candidates.scenes[scene.number] ?? []
      let ranked = levels.map { level in (level, level ?? -1) }
      lowest.scenes[scene.number] = ranked.min { $0.1 < $1.1 }?.0
      highest.scenes[scene.number] = ranked.max { $0.1 < $1.1 }?.0
      if Set(levels).count > 1 { contested.append(.scene(scene.number)) }
    }
    return RatingRange(lowest: rating(of: lowest), highest: rating(of: highest), contested: contested)
  }

  private func problems(of candidates: RatingCandidates) -> [SurveyError] {
    let questions = candidates.questions.sorted { $0.key < $1.key }.flatMap { number, codes in
      codes.compactMap { $0 }.flatMap { Answers(questions: [number: $0]).problems(against: instrument) }
    }
    let scenes = candidates.scenes.sorted { $0.key < $1.key }.flatMap { number, levels in
      levels.compactMap { $0 }.flatMap { Answers(scenes: [number: $0]).problems(against: instrument) }
    }
    return questions + scenes
  }
}
