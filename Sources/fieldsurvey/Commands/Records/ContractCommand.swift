import SurveyModel

/// `fieldsurvey contract`.
typealias ContractCommand = RecordCommand<ContractNoun>

enum ContractNoun: RecordNoun {
  static let type = RecordType.contract
  static let path = "contract"
}
