/// One version of a subsidy policy as data: what each rule pays, from when to when, where every figure comes from and how sure it is.
///
/// No figure of a rule stands in the program. Another version, or another city's policy, is another file.
///
/// ```swift
/// let policy = try SubsidyPolicies.bundled().policy(on: "2024-06-30")
/// let result = try SubsidyEngine(policy).compute("R8", claim: json, on: "2024-06-30")
/// result.totalFen
/// ```
///
/// ## Topics
/// - Loading: ``init(json:)``, ``SubsidyPolicies``
/// - Contents: ``rules``, ``rule(_:)``, ``frame``, ``sources``
public struct SubsidyPolicy: Codable, Hashable, Sendable, Identifiable {
  /// The version of the file's form, which is 1; a file of another is refused.
  public let format: Int
  /// The key by which results and commands name the version; lower-case letters, digits and hyphens.
  public let id: String
  /// Which text of the document this is.
  public let version: BilingualText
  /// The document's title.
  public let title: BilingualText
  /// Who issues it.
  public let issuer: BilingualText
  /// The document's number, where it has one.
  public let document: String?
  /// The first day on which it is in force, as 2024-01-01.
  public let effectiveFrom: String
  /// The last day on which it is in force; nil while no end is set.
  public let effectiveTo: String?
  /// Where the two days come from, and how sure they are.
  public let effectiveBasis: Basis
  /// How sure the version as a whole is.
  public let confidence: PolicyConfidence
  /// What that means for whoever uses the figures.
  public let caution: BilingualText
  /// The documents that figures come from.
  public let sources: [PolicySource]
  /// Figures around the rules that no rule computes with: the central government's frame.
  public let frame: [NamedFigure]
  /// The rules, in the document's order.
  public let rules: [Rule]

  /// Where something comes from, and how sure it is.
  public struct Basis: Codable, Hashable, Sendable {
    /// The ``PolicySource/tag``.
    public let source: String
    /// How sure it is.
    public let confidence: PolicyConfidence
    /// Why.
    public let text: BilingualText
  }

  /// What the document leaves open.
  public struct Question: Codable, Hashable, Sendable {
    /// The key, unique within its rule.
    public let key: String
    /// The question.
    public let text: BilingualText
    /// The flag with which the question touches a result; nil if it touches every one.
    public let when: SubsidyFlag?
  }

  /// The rule of that identifier; lower case and full width are taken.
  ///
  /// Throws ``SurveyError/Code/ruleUnknown``.
  public func rule(_ id: String) throws(SurveyError) -> Rule {
    let wanted = id.halfWidth.trimmingSpaces.uppercased()
    guard let rule = rules.first(where: { $0.id == wanted }) else {
      throw SurveyError(.ruleUnknown, ["rule": id, "allowed": rules.map(\.id).joined(separator: "\n")])
    }
    return rule
  }

  /// Whether the version is in force on a day (as 2024-06-30), of which the first and the last are two.
  public func isInForce(on day: String) -> Bool {
    // Days of one form sort as text.
    effectiveFrom <= day && day <= effectiveTo ?? day
  }
}
