import Foundation
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
      var claim: Claim?
      if rule == .r3, !fees.isEmpty { claim = Claim(feePaidFen: fees) }
      if rule == .r8, !found.programme.contracts.isEmpty {
        claim = Claim(found.programme, firstPaid: own.filter { $0.instalment == .first }.map(\.amountFen))
      }
      return RuleMoney(
        rule: rule, payments: own, paidFen: own.reduce(0) { $0 + ($1.instalment == .clawBack ? -$1.amountFen : $1.amountFen) },
        result: try claim.map { try engine.compute(rule.rawValue, claim: JSONEncoder().encode($0), on: day) },
        isRated: found.programme.rating != nil, isPlanned: claim?.isPlanned ?? false)
    }.filter { !$0.payments.isEmpty || $0.result != nil }
  }

  /// What is handed to the rule, in the keys that it reads.
  private struct Claim: Encodable {
    var feePaidFen: [Int]?
    var actualInvestmentFen: [Int]?
    var downPaymentFen: [Int]?
    var firstPaidFen: [Int]?
    var level: [Int]?
    var isPlanned = false

    private enum CodingKeys: CodingKey { case feePaidFen, actualInvestmentFen, downPaymentFen, firstPaidFen, level }

    init(feePaidFen: [Int]) { self.feePaidFen = feePaidFen }

    init(_ programme: ProgrammeView, firstPaid: [Int]) {
      actualInvestmentFen = programme.contracts.map { $0["actualInvestment"]?.integer ?? $0["total"]?.integer ?? 0 }
      downPaymentFen = programme.contracts.map { $0["downPayment"]?.integer ?? 0 }
      if !firstPaid.isEmpty { firstPaidFen = firstPaid }
      level = programme.rating.map { [$0.level] } ?? Survey.levelsWithSubsidy
      isPlanned = programme.contracts.contains { $0["actualInvestment"]?.integer == nil }
    }
  }

  /// The levels for which R8 states a subsidy.
  private static let levelsWithSubsidy = [2, 3, 4]
}

extension Record {
  fileprivate var instalment: Instalment? { self["instalment"]?.text.flatMap(Instalment.init(rawValue:)) }
  fileprivate var amountFen: Int { self["amount"]?.integer ?? 0 }
}
