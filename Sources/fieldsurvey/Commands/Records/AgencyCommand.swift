import SurveyModel

/// `fieldsurvey agency`.
typealias AgencyCommand = RecordCommand<AgencyNoun>

enum AgencyNoun: RecordNoun {
  static let type = RecordType.agency
  static let path = "agency"
}
