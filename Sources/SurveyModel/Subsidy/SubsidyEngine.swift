public import Foundation

/// Computes what the rules of one policy version give: whole fen, rounded down, every step in words.
///
/// ```swift
/// let engine = SubsidyEngine(try SubsidyPolicies.bundled().policy(on: "2024-06-30"))
/// let claim = Data(#"{"actualInvestmentFen":80000000,"downPaymentFen":30000000,"level":3}"#.utf8)
/// try engine.compute("R8", claim: claim, on: "2024-06-30").totalFen  // 32000000
/// ```
///
/// It pays nothing and decides nothing: what the document leaves open is flagged for the office.
public struct SubsidyEngine: Sendable {
  /// The policy version.
  public let policy: SubsidyPolicy

  /// An engine for a policy version.
  public init(_ policy: SubsidyPolicy) { self.policy = policy }

  /// What a rule gives for a claim from outside.
  ///
  /// - Parameters:
  ///   - rule: the rule's identifier, as R8.
  ///   - json: the claim, with the keys that ``SubsidyPolicy/Rule/fields`` lists.
  ///   - day: the day (as 2024-06-30) on which the version must be in force; nil not to check it, which the result then says.
  ///
  /// Throws ``SurveyError/Code/policyNotInForce``, ``SurveyError/Code/ruleUnknown``, ``SurveyError/Code/ruleWithoutFigures``, and
  /// ``SurveyError/Code/claimRefused`` with every reason in ``SurveyError/problems``.
  public func compute(_ rule: String, claim json: Data, on day: String? = nil) throws(SurveyError) -> SubsidyResult {
    try compute(policy.rule(rule), on: day) { terms, result throws(SurveyError) in try assess(terms, StrictJSON(bytes: json), &result) }
  }

  /// What a rule gives for a claim that the program made of its records.
  ///
  /// Throws what ``compute(_:claim:on:)`` throws; among the reasons is ``SurveyError/Code/claimUnfit`` where this version computes the rule in
  /// another way than such a claim is for.
  func compute(_ rule: SubsidyRule, _ claim: any SubsidyClaim, on day: String? = nil) throws(SurveyError) -> SubsidyResult {
    try compute(policy.rule(rule.rawValue), on: day) { terms, result throws(SurveyError) in try assess(terms, claim, &result) }
  }

  private func compute(
    _ rule: SubsidyPolicy.Rule, on day: String?, _ assess: (any SubsidyTerms, inout SubsidyResult) throws(SurveyError) -> Void
  ) throws(SurveyError) -> SubsidyResult {
    if let day { try policy.requireInForce(on: day) }
    guard let terms = rule.terms.body else { throw SurveyError(.ruleWithoutFigures, ["rule": rule.id]) }
    var result = SubsidyResult(
      policy: policy.id, rule: rule.id, on: day, recipient: rule.recipient,
      confidence: .init(grade: max(policy.confidence, rule.confidence ?? policy.confidence), text: policy.caution))
    if day == nil { result.raise(.dateNotGiven, BilingualText(verbatim: policy.id)) }
    do {
      try assess(terms, &result)
    } catch {
      let problems = error.code == .claimRefused ? error.problems : [error]
      throw SurveyError(.claimRefused, ["rule": rule.id, "count": String(problems.count)], problems: problems)
    }
    result.approvable = .init(leastFen: rule.mayPayLess ? 0 : result.totalFen, mostFen: result.totalFen)
    let raised = Set(result.notes.map(\.code))
    result.notes += rule.questions.filter { $0.when.map { raised.contains($0.rawValue) } ?? true }.map(SubsidyNote.init)
    return result
  }

  private func assess(_ terms: some SubsidyTerms, _ document: StrictJSON, _ result: inout SubsidyResult) throws(SurveyError) {
    var reader = ClaimReader(document, fields: terms.fields)
    let claim = terms.claim(from: &reader)
    guard reader.problems.isEmpty else { throw SurveyError(.claimRefused, problems: reader.problems) }
    try terms.assess(claim, &result)
  }

  private func assess<Terms: SubsidyTerms>(
    _ terms: Terms, _ claim: any SubsidyClaim, _ result: inout SubsidyResult
  ) throws(SurveyError) {
    guard let claim = claim as? Terms.Claim else { throw SurveyError(.claimUnfit, ["rule": result.rule, "policy": policy.id]) }
    try terms.assess(claim, &result)
  }
}
