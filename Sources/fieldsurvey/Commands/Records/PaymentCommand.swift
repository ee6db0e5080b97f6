import SurveyModel

/// `fieldsurvey payment`.
typealias PaymentCommand = RecordCommand<PaymentNoun>

enum PaymentNoun: RecordNoun {
  static let type = RecordType.payment
  static let path = "payment"
}
