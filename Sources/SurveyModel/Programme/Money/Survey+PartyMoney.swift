import GRDB
import SyncKit

extension Survey {
  /// What each leader is rewarded by R4, and what was paid for the enterprises that it claims.
  ///
  /// - Parameter leader: the beginning of its identifier, or its name; nil for all who claim something.
  ///
  /// Throws what ``SubsidyEngine/compute(_:claim:on:)`` throws.
  public func leaderRewards(of leader: String? = nil, by policy: SubsidyPolicy, on day: String? = nil) throws -> [RuleMoney] {
    let claims = try leaderClaims()
    let firms = Dictionary(grouping: claims.flatMap(\.claims), by: \.firm)
    let prelude = try IndicatorPlan.bundled(resources: resources).prelude
    let (wanted, selected, accepted, payments) = try replica.read { db in
      let arguments: StatementArguments = ["asOf": day ?? Self.lastDay]
      return (
        try leader.map { try Lookup.named(db, in: "chain_leader", $0) },
        Set(try String.fetchAll(db, sql: "SELECT id FROM chain_leader WHERE selected_on IS NOT NULL")),
        Set(try String.fetchAll(db, sql: prelude + " SELECT firm FROM verdict", arguments: arguments)),
        try Row.fetchAll(
          db,
          sql: prelude + " SELECT payment.*, firm FROM payment JOIN member ON member.id = enterprise_id WHERE rule = 'R4' AND :asOf <> ''",
          arguments: arguments)
      )
    }
    let engine = SubsidyEngine(policy)
    return try claims.filter { wanted == nil || $0.id == wanted }.map { claims in
      let own = claims.claims.filter { $0.state.term != .ceded }.map(\.firm)
      var claim = RecordedClaim(rule: .r4, claims: claims)
      claim.claim = AwardTerms.Claim(
        completed: claims.completed, contested: claims.contested, stated: selected.contains(claims.id) ? ["leaderSelected": true] : [:])
      if !accepted.isSuperset(of: own) { claim.missing.append(.acceptance) }
      let paid = payments.filter { own.contains($0.string("firm")) }
      if paid.contains(where: { row in firms[row.string("firm")].map { Set($0.map(\.leaderID)).count > 1 } ?? false }) {
        claim.missing.append(.payee)
      }
      return try RuleMoney(claim, paid: paid.map { Record(.payment, $0, Contests([])) }, by: engine, on: day)
    }
  }

  /// What R9 gives a platform: its income of all years under one limit.
  ///
  /// - Parameter platform: the beginning of its identifier, or its name.
  ///
  /// Throws what ``SubsidyEngine/compute(_:claim:on:)`` throws.
  public func platformMoney(of platform: String, by policy: SubsidyPolicy, on day: String? = nil) throws -> [RuleMoney] {
    let platform = try record(.platform, platform)
    let incomes = try replica.read { db in
      try Int.fetchAll(
        db, sql: "SELECT service_income_fen FROM platform_year WHERE platform_id = ? AND service_income_fen IS NOT NULL ORDER BY year",
        arguments: [platform.id])
    }
    let isRaised = platform["crossIndustry"]?.integer
    var claim = RecordedClaim(rule: .r9, missing: [.payments])
    if incomes.isEmpty { claim.missing.append(.serviceIncome) }
    if isRaised == nil { claim.missing.append(.crossIndustry) }
    if !incomes.isEmpty { claim.claim = CumulativeTerms.Claim(base: incomes, paid: [], isRaised: isRaised == 1) }
    return [try RuleMoney(claim, paid: [], by: SubsidyEngine(policy), on: day)]
  }

  /// What an agency is due: for the acceptances of each enterprise by R10, for its courses by R13.
  ///
  /// - Parameter agency: the beginning of its identifier, or its name.
  ///
  /// Throws what ``SubsidyEngine/compute(_:claim:on:)`` throws.
  public func agencyMoney(of agency: String, by policy: SubsidyPolicy, on day: String? = nil) throws -> [RuleMoney] {
    let agency = try record(.agency, agency)
    let engine = SubsidyEngine(policy)
    let courses = try records(.training).filter { $0["agency"]?.text == agency.id }
    var all: [RuleMoney] = []
    for (claim, paid) in try acceptances(by: agency.id ?? "") {
      all.append(try RuleMoney(claim, paid: paid, by: engine, on: day))
    }
    if let claim = Self.training(courses, by: agency) { all.append(try RuleMoney(claim, paid: [], by: engine, on: day)) }
    return all
  }

  /// R10: the fees of an agency's acceptances, enterprise by enterprise; what was superseded is not charged again.
  private func acceptances(by agency: String) throws -> [(RecordedClaim, [Record])] {
    let prelude = try IndicatorPlan.bundled(resources: resources).prelude
    let (rows, payments) = try replica.read { db in
      let arguments: StatementArguments = ["asOf": Self.lastDay, "agency": agency]
      return (
        try Row.fetchAll(
          db,
          sql: prelude + """
             SELECT firm, name, fee_fen, agency_id FROM acceptance JOIN member ON member.id = enterprise_id JOIN enterprise ON enterprise.id = firm
            WHERE :asOf <> '' AND NOT EXISTS (SELECT 1 FROM acceptance AS later WHERE later.supersedes_id = acceptance.id)
            AND firm IN (SELECT firm FROM acceptance JOIN member ON member.id = enterprise_id WHERE agency_id = :agency)
            ORDER BY name, firm, accepted_on, acceptance.id
            """, arguments: arguments),
        try Row.fetchAll(
          db,
          sql: prelude + """
             SELECT payment.*, firm FROM payment JOIN member ON member.id = enterprise_id WHERE rule = 'R10' AND :asOf <> ''
            AND firm IN (SELECT firm FROM acceptance JOIN member ON member.id = enterprise_id WHERE agency_id = :agency)
            """, arguments: arguments)
      )
    }
    let byFirm = Dictionary(grouping: payments) { $0.string("firm") }
    var firms: [String] = []
    for row in rows where firms.last != row.string("firm") { firms.append(row.string("firm")) }
    let accepted = Dictionary(grouping: rows) { $0.string("firm") }
    return firms.map { firm in
      let all = accepted[firm] ?? []
      let own = all.filter { $0.text("agency_id") == agency }
      let fees = own.compactMap { $0.integer("fee_fen") }
      let paid = (byFirm[firm] ?? []).map { Record(.payment, $0, Contests([])) }
      var claim = RecordedClaim(rule: .r10, enterprise: all.first?.string("name"))
      if fees.count < own.count { claim.missing.append(.acceptanceFee) }
      if !paid.isEmpty, own.count < all.count { claim.missing.append(.payee) }
      if !fees.isEmpty { claim.claim = ShareTerms.Claim(base: fees, stated: [:]) }
      return (claim, paid)
    }
  }

  /// R13: an institution's courses. One that is known not to be registered is left out, unless there is no other.
  private static func training(_ courses: [Record], by agency: Record) -> RecordedClaim? {
    guard !courses.isEmpty else { return nil }
    let registered = courses.filter { $0["registered"]?.integer != 0 }
    let counted = registered.isEmpty ? courses : registered
    let attendances = counted.compactMap { course -> TrainingTerms.Attendance? in
      guard let persons = course["attendees"]?.integer, let hours = course["hours"]?.integer else { return nil }
      return TrainingTerms.Attendance(persons: persons, hours: hours)
    }
    var stated: [String: Bool] = [:]
    if registered.isEmpty { stated["courseRegistered"] = false }
    if counted.allSatisfy({ $0["registered"]?.integer == 1 }) { stated["courseRegistered"] = true }
    if agency["recognisedOn"]?.isEmpty == false { stated["institutionRecognised"] = true }
    var claim = RecordedClaim(rule: .r13, missing: [.payments])
    if attendances.count < counted.count { claim.missing.append(.attendance) }
    if !attendances.isEmpty { claim.claim = TrainingTerms.Claim(personDays: nil, attendances: attendances, stated: stated) }
    return claim
  }

  /// A day after all others: what is recorded counts, whatever its day.
  private static let lastDay = "9999-12-31"
}
