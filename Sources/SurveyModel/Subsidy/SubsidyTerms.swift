/// What is said under a rule of one kind: each kind of terms has its own. The program makes claims of its records as Swift values; what
/// comes from outside is read into the same values by ``ClaimReader``.
protocol SubsidyClaim: Sendable {}

/// How one kind of rule computes: what a claim says, and what it comes to.
protocol SubsidyTerms: Codable, Hashable, Sendable {
  /// What a claim under such a rule says.
  associatedtype Claim: SubsidyClaim

  /// The keys of a claim.
  var fields: [ClaimField] { get }
  /// Every figure.
  var figures: [NamedFigure] { get }
  /// What must hold besides, so that anything is paid.
  var conditions: [PolicyCondition] { get }

  /// Reads a claim. The reader keeps what is wrong with it; the value counts only where nothing is.
  func claim(from reader: inout ClaimReader) -> Claim

  /// Computes the amounts of a claim, with each step in words.
  ///
  /// Throws what no amount can come of: ``SurveyError/Code/numberTooLarge``, ``SurveyError/Code/numberNegative``, and what the kind refuses.
  func assess(_ claim: Claim, _ result: inout SubsidyResult) throws(SurveyError)

  /// Notes the laws that the figures break among themselves.
  func check(_ checker: inout PolicyChecker)
}

extension SubsidyTerms {
  var conditions: [PolicyCondition] { [] }
}
