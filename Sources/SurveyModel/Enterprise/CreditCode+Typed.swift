extension CreditCode {
  /// A typed code in canonical form, unless it can be none whatever its checks say.
  ///
  /// Throws ``SurveyError/Code/creditCodeImpossible``.
  static func typed(_ text: String) throws(SurveyError) -> String {
    let check = check(text)
    guard !check.isImpossible else { throw SurveyError(.creditCodeImpossible, ["value": check.normalised]) }
    return check.normalised
  }
}

extension CreditCode.Check {
  /// Whether it is no code whatever the checks say: a letter that the standard lacks (O, I, S, Z for a digit), a wrong length. A failing
  /// check alone is a doubt, for real codes exist that fail; so is an old registration number.
  fileprivate var isImpossible: Bool {
    problems.contains { problem in
      switch problem {
      case .length, .alphabet, .division: true
      case .oldRegistrationNumber, .innerCheck, .outerCheck: false
      }
    }
  }
}
