import GRDB
import SyncKit

/// An assessment with what came of it, whether it was answered here or only its result was brought in.
public struct AssessmentSummary: Sendable {
  /// The assessment.
  public let assessment: Assessment
  /// Its answers and its rating; nil where the edition's instrument is not installed, as that of 2022, whose results are imported only.
  public let view: AssessmentView?
  /// The score, in milli-points: by the rating, or as imported; nil while there is none.
  public let scoreMilli: Int?
  /// The overall level 0…4: by the rating, or as imported; nil while there is none.
  public let level: Int?
  /// Whether score and level were brought in from elsewhere, with ``source``.
  public let isImported: Bool
  /// Where an imported result comes from.
  public let source: String?
  /// The instrument, where it is installed.
  let instrument: Instrument?

  init(_ assessment: Assessment, _ view: AssessmentView?, _ row: Row, _ instrument: Instrument?) {
    self.assessment = assessment
    self.instrument = instrument
    source = row.text("source")
    let imported = (score: row.integer("score_milli"), level: row.integer("level"))
    let isAnswered = view.map { !$0.answers.isEmpty || !$0.scenes.isEmpty } ?? false
    isImported = !isAnswered && (imported.score != nil || imported.level != nil)
    self.view = isImported ? nil : view
    scoreMilli = isImported ? imported.score : isAnswered ? view?.rating.scoreMilli : nil
    level = isImported ? imported.level : isAnswered ? view?.rating.level : nil
  }

  /// Whether score and level are those of every question and scene, and not a lower bound.
  public var isComplete: Bool { isImported || view?.rating.complete ?? false }

  /// The levels of the scenes that are answered, by number.
  var sceneLevels: [Int: Int] { view?.rating.sceneLevels ?? [:] }

  /// How much an assessment's word counts: what is finalized before a draft, an agency's before a specialist's before the enterprise's own,
  /// the later before the earlier.
  private var weight: (Int, Int, String) {
    let assessors: [Assessor] = [.selfDeclared, .specialist, .agency]
    let rank = assessment.assessor.term.flatMap { assessors.firstIndex(of: $0) } ?? -1
    return (assessment.state.term == .finalized ? 1 : 0, rank, assessment.startedAt ?? "")
  }

  /// The one of a phase that counts.
  static func chosen(_ phase: AssessmentPhase, among all: [AssessmentSummary]) -> AssessmentSummary? {
    all.filter { $0.assessment.phase.term == phase && ($0.scoreMilli != nil || $0.level != nil) }.max { $0.weight < $1.weight }
  }
}

extension AssessmentSummary: Encodable {
  private enum CodingKeys: CodingKey {
    case assessment, view, scoreMilli, level, isImported, isComplete, source
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(assessment, forKey: .assessment)
    try container.encodeIfPresent(view, forKey: .view)
    try container.encodeIfPresent(scoreMilli, forKey: .scoreMilli)
    try container.encodeIfPresent(level, forKey: .level)
    try container.encode(isImported, forKey: .isImported)
    try container.encode(isComplete, forKey: .isComplete)
    try container.encodeIfPresent(source, forKey: .source)
  }
}

extension Survey {
  /// The assessments of an enterprise with what came of them, oldest first.
  func assessmentSummaries(of enterprise: String) throws -> [AssessmentSummary] {
    try assessments(of: enterprise).map { assessment in
      let row = try replica.read { db in try Lookup.row(db, in: "assessment", assessment.id) }
      let instrument = try installed(assessment.edition)
      return AssessmentSummary(assessment, try instrument.map { _ in try self.assessment(assessment.id) }, row, instrument)
    }
  }

  /// The instrument of an edition; nil for one that is not installed.
  func installed(_ edition: String) throws(SurveyError) -> Instrument? {
    do {
      return try instrument(edition)
    } catch {
      guard error.code == .instrumentUnknown else { throw error }
      return nil
    }
  }
}
