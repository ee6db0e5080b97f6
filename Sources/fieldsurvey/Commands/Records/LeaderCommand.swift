import SurveyModel

/// `fieldsurvey leader`.
typealias LeaderCommand = RecordCommand<LeaderNoun>

enum LeaderNoun: RecordNoun {
  static let type = RecordType.chainLeader
  static let commandName = "leader"
}
