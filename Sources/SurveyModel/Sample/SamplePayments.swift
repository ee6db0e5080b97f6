import GRDB

/// The payments of a data set: what finance paid by what the rules give. They have a chance of their own, so that they change nothing else of
/// a seed's data set.
final class SamplePayments {
  private let writer: SampleWriter
  private let engine: SubsidyEngine
  /// How many were written.
  var rows: Int { writer.rows }

  init(seed: UInt64, today: SampleDay, _ engine: SubsidyEngine) {
    writer = SampleWriter(seed: ~seed, today: today)
    self.engine = engine
  }

  /// What an agency asks for an acceptance, in fen: some of it above what is paid.
  func acceptanceFee() -> Int { writer.source.number(18...32) * 100_000 }

  /// R3, some weeks after a diagnosis that cost something.
  func payDiagnosis(_ enterprise: String, fee: Int, on day: SampleDay, _ db: Database) throws {
    let result = try engine.compute(.r3, ShareTerms.Claim(base: [fee], stated: ["providerSelected": true]))
    try pay(enterprise, .r3, .single, result.totalFen, to: .enterprise, on: day + writer.source.number(30...50), db)
  }

  /// R8's first instalment, at signing.
  /// - Returns: what it is, in fen.
  func payFirst(_ enterprise: String, total: Int, down: Int, on day: SampleDay, _ db: Database) throws -> Int {
    let claim = TransformationTerms.Claim(investment: [total], downPayment: [down], levels: [], firstPaid: nil)
    let first = try engine.compute(.r8, claim).firstFen ?? 0
    try pay(enterprise, .r8, .first, first, to: .enterprise, on: day + writer.source.number(10...25), db)
    return first
  }

  /// What follows a passed acceptance: R8's rest, the agency's fee (R10), and the chain leader's reward (R4) where one claims it.
  func payAfterAcceptance(
    _ enterprise: String, invested: Int, down: Int, first: Int, level: Int, fee: Int, isLed: Bool, on day: SampleDay, _ db: Database
  ) throws {
    let claim = TransformationTerms.Claim(investment: [invested], downPayment: [down], levels: [level], firstPaid: [first])
    try pay(enterprise, .r8, .rest, try engine.compute(.r8, claim).restFen ?? 0, to: .enterprise, on: day, db)
    let cost = try engine.compute(.r10, ShareTerms.Claim(base: [fee], stated: [:]))
    try pay(enterprise, .r10, .single, cost.totalFen, to: .agency, on: day, db)
    guard isLed else { return }
    let reward = try engine.compute(.r4, AwardTerms.Claim(completed: 1, contested: 0, stated: ["leaderSelected": true]))
    try pay(enterprise, .r4, .single, reward.totalFen, to: .chainLeader, on: day, db)
  }

  private func pay(
    _ enterprise: String, _ rule: SubsidyRule, _ instalment: Instalment, _ fen: Int, to payee: Payee, on day: SampleDay, _ db: Database
  ) throws {
    guard fen > 0 else { return }
    let id = writer.id(day)
    let channel = writer.source.pick([PaymentChannel.eCNY, .eCNY, .transfer])
    try writer.put(
      db, "payment", on: day,
      [
        ("id", id), ("enterprise_id", enterprise), ("rule", rule.rawValue), ("instalment", instalment.rawValue), ("amount_fen", fen),
        ("payee", payee.rawValue), ("channel", channel.rawValue), ("reference", "ZF-\(id.suffix(8))"), ("policy", engine.policy.id),
        ("paid_on", day.text), ("approved_by", "市财政局"),
      ])
  }
}
