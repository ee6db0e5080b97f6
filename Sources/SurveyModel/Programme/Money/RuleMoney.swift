/// What a rule gives somebody by what is recorded, beside what was paid. It moves no money and changes no payment: what differs is the
/// office's to decide.
public struct RuleMoney: Encodable, Sendable {
  /// The rule.
  public let rule: SubsidyRule
  /// The year, where the rule pays by the year.
  public let year: Int?
  /// The enterprise by its name, where somebody else is paid for it (R10).
  public let enterprise: String?
  /// What a chain leader claims (R4).
  public let claims: LeaderClaims?
  /// The payments, oldest first.
  public let payments: [Record]
  /// What they come to; what was clawed back is taken off.
  public let paidFen: Int
  /// What the rule gives by what is recorded now; nil where there is nothing to compute it from.
  public let result: SubsidyResult?
  /// The most that may have been paid by now: of R8 the first instalment, until there is a level. Nil without a result, and of R0, which says
  /// which of two amounts stands.
  public let dueFen: Int?
  /// By how much the payments exceed that; nil where nothing was paid.
  public let overFen: Int?
  /// By how much they fall short of it; nil where nothing was paid.
  public let underFen: Int?
  /// What the rule asks for and nobody recorded.
  public let notRecorded: [MissingFact]

  /// Computes what a claim comes to.
  init(_ claim: RecordedClaim, paid payments: [Record], by engine: SubsidyEngine, on day: String?) throws(SurveyError) {
    rule = claim.rule
    year = claim.year
    enterprise = claim.enterprise
    claims = claim.claims
    self.payments = payments.sorted { $0["paidOn"]?.text ?? "" < $1["paidOn"]?.text ?? "" }
    notRecorded = claim.missing
    result = if let said = claim.claim { try engine.compute(claim.rule, said, on: day) } else { nil }
    paidFen = payments.reduce(0) { $0 + ($1.instalment == .clawBack ? -$1.amountFen : $1.amountFen) }
    dueFen =
      switch claim.rule {
      case .r0: nil
      case .r8 where claim.missing.contains(.level): result?.firstFen
      default: result?.totalFen
      }
    let difference = payments.isEmpty ? nil : dueFen.map { [paidFen] due in paidFen - due }
    overFen = difference.map { max(0, $0) }
    underFen = difference.map { max(0, -$0) }
  }

  /// Whether nothing is there: no claim and no payment.
  public var isEmpty: Bool { result == nil && payments.isEmpty }
}

/// A claim as the records make it, and what they lack.
struct RecordedClaim {
  let rule: SubsidyRule
  var year: Int?
  var enterprise: String?
  var claims: LeaderClaims?
  /// Nil where there is nothing to compute from.
  var claim: (any SubsidyClaim)?
  var missing: [MissingFact] = []
}

extension Record {
  /// Which part of a subsidy a payment is.
  var instalment: Instalment? { self["instalment"]?.text.flatMap(Instalment.init(rawValue:)) }
  /// What was paid.
  var amountFen: Int { self["amount"]?.integer ?? 0 }
}
