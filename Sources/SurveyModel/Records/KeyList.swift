/// A list of keys that the data files hold, or a standard.
public enum KeyList: Sendable {
  /// Editions of the instrument (评测指标).
  case edition
  /// Versions of the subsidy policy.
  case policyVersion
  /// Codes of GB/T 4754-2017.
  case industry

  /// A key as it was typed, in its one form.
  ///
  /// Throws ``SurveyError/Code/valueInvalid`` with the keys that can be, without the field.
  func key(_ typed: String, _ resources: ResourceFolder) throws(SurveyError) -> String {
    let known: [String]
    switch self {
    case .industry:
      guard let code = IndustryCode.typed(typed) else { throw SurveyError(.valueInvalid, ["value": typed, "form": "industry"]) }
      return code
    case .edition: known = Instrument.knownEditions(resources: resources)
    case .policyVersion: known = try SubsidyPolicies.bundled(resources: resources).all.map(\.id)
    }
    let key = typed.halfWidth.trimmingSpaces
    guard known.contains(key) else { throw SurveyError(.valueInvalid, ["value": typed, "allowed": known.joined(separator: "\n")]) }
    return key
  }
}
