import SurveyModel

/// `fieldsurvey platform`.
typealias PlatformCommand = RecordCommand<PlatformNoun>

enum PlatformNoun: RecordNoun {
  static let type = RecordType.platform
  static let commandName = "platform"
}
