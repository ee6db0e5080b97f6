import GRDB
import SyncKit

/// What was paid to an enterprise under a rule, beside what the rule gives now. It moves no money and changes no payment: what differs is
/// the office's to decide.
public struct RuleMoney: Encodable, Sendable {
  /// The rule.
  public let rule: SubsidyRule
  /// The payments, oldest first.
  public let payments: [Record]
  /// What they come to; what was clawed back is taken off.
  public let paidFen: Int
  /// What the rule gives by what is recorded now; nil where there is nothing to compute it from.
  public let result: SubsidyResult?
  /// Whether the agency has given a level (R8): if not, the levels with a subsidy stand side by side.
  public let isRated: Bool
  /// Whether a contract's total stands in for an actual investment that is not recorded (R8).
  public let isPlanned: Bool
}

extension Survey {
  /// What was paid to an enterprise for its diagnosis and its transformation, and what the rules give now.
  ///
  /// - Parameters:
  ///   - policy: the version of the policy.
  ///   - day: the day on which it must be in force; nil not to check it.
  ///
  /// Throws what ``SubsidyEngine/compute(_:claim:on:)`` throws.
  public func money(of enterprise: String, by policy: SubsidyPolicy, on day: String? = nil) throws -> [RuleMoney] {
    let found = try self.enterprise(enterprise)
    let ids = [found.id] + found.merged.map(\.id)
    let payments = try ids.flatMap { try records(.payment, of: $0) }.sorted { $0["paidOn"]?.text ?? "" < $1["paidOn"]?.text ?? "" }
    let fees = try replica.read { db in
      try Int.fetchAll(
        db,
        sql: """
          SELECT fee_fen FROM diagnosis WHERE enterprise_id IN (\(databaseQuestionMarks(count: ids.count))) AND fee_fen IS NOT NULL
          ORDER BY id
          """, arguments: StatementArguments(ids))
    }
    let engine = SubsidyEngine(policy)
    return try [SubsidyRule.r3, .r8].map { rule in
      let own = payments.filter { $0["rule"]?.text == rule.rawValue }
      var claim: (any SubsidyClaim)?
      if rule == .r3, !fees.isEmpty { claim = ShareTerms.Claim(base: fees, stated: [:]) }
      if rule == .r8 { claim = Self.transformation(found.programme, own) }
      return RuleMoney(
        rule: rule, payments: own, paidFen: own.reduce(0) { $0 + ($1.instalment == .clawBack ? -$1.amountFen : $1.amountFen) },
        result: try claim.map { try engine.compute(rule, $0, on: day) },
        isRated: found.programme.rating != nil,
        isPlanned: rule == .r8 && found.programme.contracts.contains { $0["actualInvestment"]?.integer == nil })
    }.filter { !$0.payments.isEmpty || $0.result != nil }
  }

  /// What the contracts and the agency's verdict say for R8; nil without a contract.
  private static func transformation(_ programme: ProgrammeView, _ payments: [Record]) -> TransformationTerms.Claim? {
    guard !programme.contracts.isEmpty else { return nil }
    let first = payments.filter { $0.instalment == .first }.map(\.amountFen)
    return TransformationTerms.Claim(
      investment: programme.contracts.map { $0["actualInvestment"]?.integer ?? $0["total"]?.integer ?? 0 },
      downPayment: programme.contracts.map { $0["downPayment"]?.integer ?? 0 },
      levels: programme.rating.map { [$0.level] } ?? [], firstPaid: first.isEmpty ? nil : first)
  }
}

extension Record {
  fileprivate var instalment: Instalment? { self["instalment"]?.text.flatMap(Instalment.init(rawValue:)) }
  fileprivate var amountFen: Int { self["amount"]?.integer ?? 0 }
}
