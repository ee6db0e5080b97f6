import SurveyModel

/// `fieldsurvey result`.
typealias ResultCommand = RecordCommand<ResultNoun>

enum ResultNoun: RecordNoun {
  static let type = RecordType.programmeResult
  static let path = "result"
}
