import SurveyModel

/// `fieldsurvey order`.
typealias OrderCommand = RecordCommand<OrderNoun>

enum OrderNoun: RecordNoun {
  static let type = RecordType.fieldOrder
  static let path = "order"
}
