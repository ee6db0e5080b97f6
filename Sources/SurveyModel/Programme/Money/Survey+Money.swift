import GRDB
import SyncKit

extension Survey {
  /// What the rules give an enterprise by what is recorded, and what it was paid. What nothing is recorded of comes last.
  ///
  /// - Parameters:
  ///   - policy: the version of the policy.
  ///   - day: the day on which it must be in force; nil not to check it.
  ///
  /// Throws what ``SubsidyEngine/compute(_:claim:on:)`` throws.
  public func money(of enterprise: String, by policy: SubsidyPolicy, on day: String? = nil) throws -> [RuleMoney] {
    let found = try self.enterprise(enterprise)
    let (contracts, level) = (found.programme.contracts, found.programme.paidLevel)
    let ids = [found.id] + found.merged.map(\.id)
    let payments = Dictionary(grouping: try ids.flatMap { try records(.payment, of: $0) }) { $0["rule"]?.text ?? "" }
    func paid(_ rule: SubsidyRule) -> [Record] { payments[rule.rawValue] ?? [] }
    let (claims, support) = try replica.read { db in
      let firm = FirmRecords(db: db, ids: ids)
      return (
        [try firm.diagnosis()] + (try firm.renovations()) + (try firm.clouds()) + (try firm.identifiers())
          + [.transformation(contracts, level, paid: paid(.r8)), try firm.titles()],
        try firm.otherSupport()
      )
    }
    let engine = SubsidyEngine(policy)
    func money(_ claim: RecordedClaim, _ payments: [Record]) throws -> RuleMoney {
      try RuleMoney(claim, paid: payments, by: engine, on: day)
    }
    var all = try claims.map { claim in
      try money(claim, paid(claim.rule).filter { claim.year == nil || $0["year"]?.integer == claim.year })
    }
    // A payment of a year that nothing is recorded of, or of none.
    for rule in Set(claims.filter { $0.year != nil }.map(\.rule)) {
      let years = Set(claims.filter { $0.rule == rule }.map(\.year))
      for (year, rest) in Dictionary(grouping: paid(rule), by: { $0["year"]?.integer }) where year == nil || !years.contains(year) {
        all.append(try money(RecordedClaim(rule: rule, year: year, missing: [year == nil ? .paymentYear : rule.yearlyFact]), rest))
      }
    }
    if !support.isEmpty {
      all.append(try money(try overlaps(support, contracts, level, all) { try engine.compute(.r8, $0, on: day).totalFen }, paid(.r0)))
    }
    let order = SubsidyRule.allCases
    func place(_ money: RuleMoney) -> [Int] { [money.isEmpty ? 1 : 0, order.firstIndex(of: money.rule) ?? 0, money.year ?? 0] }
    return all.sorted { place($0).lexicographicallyPrecedes(place($1)) }
  }

  /// R8 of an enterprise by each of the levels that are possible, by the latest version of the policy; or, where an agency has judged, the
  /// level that money goes by whatever else is said.
  func transformationMoney(of enterprise: String, possible levels: [Int]) throws -> (money: RuleMoney?, ratedLevel: Int?) {
    let firm = try replica.read { db in try Lookup.canonical(db, try Lookup.row(db, in: "enterprise", enterprise)).string("id") }
    let programme = try self.enterprise(firm).programme
    if let level = programme.paidLevel { return (nil, level) }
    let paid = try records(.payment, throughMergesOf: firm).filter { $0["rule"]?.text == SubsidyRule.r8.rawValue }
    let claim = RecordedClaim.transformation(programme.contracts, nil, possible: levels, paid: paid)
    let policy = try SubsidyPolicies.bundled(resources: resources).policy(on: nil)
    return (try RuleMoney(claim, paid: paid, by: SubsidyEngine(policy), on: nil), nil)
  }

  /// R0: the items that other policies support, each against what this plan gives for the contract or under the rule that it names.
  private func overlaps(
    _ support: [(item: String, amounts: [Int], paid: [Int])], _ contracts: [Record], _ level: Int?, _ all: [RuleMoney],
    transformation: (any SubsidyClaim) throws -> Int
  ) throws -> RecordedClaim {
    var claim = RecordedClaim(rule: .r0)
    var items: [OverlapTerms.Item] = []
    for (item, amounts, paid) in support {
      let named = Field.plain(item)
      let contract = contracts.filter { contract in
        [contract["number"]?.text, contract["title"]?.text].contains { $0?.nonEmpty.map { named.contains(Field.plain($0)) } ?? false }
      }
      let ruled = all.filter { Field.plain($0.rule.rawValue) == named }.compactMap(\.result?.totalFen)
      var pilot = ruled
      if let said = RecordedClaim.transformation(contract, level).claim { pilot.append(try transformation(said)) }
      if pilot.isEmpty {
        if claim.missing.isEmpty { claim.missing = [.paidItem] }
      } else {
        items.append(OverlapTerms.Item(name: item, pilotFen: pilot, otherFen: amounts, otherPaidFen: paid.isEmpty ? nil : paid))
      }
    }
    if !items.isEmpty { claim.claim = OverlapTerms.Claim(items: items) }
    return claim
  }
}

extension SubsidyRule {
  /// What a year's claim rests on, of the rules that pay by the year.
  fileprivate var yearlyFact: MissingFact {
    switch self {
    case .r6: .cloudFee
    case .r7: .identifierCounts
    default: .equipmentSpend
    }
  }
}
