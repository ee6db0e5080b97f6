import SurveyModel

/// `fieldsurvey recommendation`.
typealias RecommendationCommand = RecordCommand<RecommendationNoun>

enum RecommendationNoun: RecordNoun {
  static let type = RecordType.recommendation
  static let path = "recommendation"
}
