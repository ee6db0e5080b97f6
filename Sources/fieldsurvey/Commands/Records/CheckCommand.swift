import SurveyModel

/// `fieldsurvey check`.
typealias CheckCommand = RecordCommand<CheckNoun>

enum CheckNoun: RecordNoun {
  static let type = RecordType.spotCheck
  static let path = "check"
}
