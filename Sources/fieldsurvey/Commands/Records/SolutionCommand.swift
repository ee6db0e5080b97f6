import SurveyModel

/// `fieldsurvey solution`.
typealias SolutionCommand = RecordCommand<SolutionNoun>

enum SolutionNoun: RecordNoun {
  static let type = RecordType.solution
  static let path = "solution"
}
