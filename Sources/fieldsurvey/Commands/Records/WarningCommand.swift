import SurveyModel

/// `fieldsurvey warning`.
typealias WarningCommand = RecordCommand<WarningNoun>

enum WarningNoun: RecordNoun {
  static let type = RecordType.warning
  static let path = "warning"
}
