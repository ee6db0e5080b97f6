import GRDB

/// What an assessment comes to, beside the agency's word.
public struct AssessmentResult: Codable, Hashable, Sendable, Identifiable {
  /// The assessment.
  public var id: String { assessment.id }
  /// The assessment.
  public let assessment: Assessment
  /// The score in milli-points; nil where nothing is answered, or no instrument of the edition is here.
  public let scoreMilli: Int?
  /// The level, 0…4.
  public let level: Int?
  /// Whether it was made after the agency had spoken: then it informs and decides nothing.
  public let isInformational: Bool
}

/// The assessments by one edition, oldest first. Results of different editions are not comparable, and are never put side by side.
public struct EditionResults: Codable, Hashable, Sendable {
  /// The edition.
  public let edition: String
  /// The results.
  public let results: [AssessmentResult]
}

extension Survey {
  /// What assessments come to, edition by edition.
  func results(_ db: Database, of assessments: [Assessment], beside rating: AgencyRating?) throws -> [EditionResults] {
    try Dictionary(grouping: assessments, by: \.edition).sorted { $0.key < $1.key }.map { edition, all in
      // An edition that is not here has its imported results alone.
      let engine = (try? instrument(edition)).map(RatingEngine.init)
      return EditionResults(edition: edition, results: try all.map { try result(db, of: $0, engine, beside: rating) })
    }
  }

  private func result(_ db: Database, of assessment: Assessment, _ engine: RatingEngine?, beside rating: AgencyRating?) throws
    -> AssessmentResult
  {
    var (score, level) = (assessment.scoreMilli, assessment.level)
    if score == nil, let engine {
      let answers = try StoredAnswers(db, of: assessment.id).answers.taken(by: engine.instrument)
      if engine.instrument.items.contains(where: answers.contains) {
        let rating = try engine.rate(answers)
        (score, level) = (rating.scoreMilli, rating.level)
      }
    }
    let day = assessment.startedAt.flatMap { Moment($0) }?.beijingText.prefix(10)
    // When an imported result was made, nobody said.
    let isOwn = assessment.assessor.term != .agency && assessment.source == nil
    let isAfter = rating.flatMap { rating in day.map { $0 >= rating.acceptedOn } } ?? false
    return AssessmentResult(assessment: assessment, scoreMilli: score, level: level, isInformational: isOwn && isAfter)
  }
}
