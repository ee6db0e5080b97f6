import GRDB

/// What the cases of one enterprise, its own and those merged into it, say under the rules that pay it.
struct FirmRecords {
  let db: Database
  /// The cases, its own first.
  let ids: [String]

  /// Rows of its cases, what stands in its own before what stands in merged ones.
  private func rows(_ sql: String, of table: String, order: String) throws -> [Row] {
    try Row.fetchAll(
      db,
      sql: """
        \(sql) WHERE \(table).enterprise_id IN (\(databaseQuestionMarks(count: ids.count)))
        ORDER BY \(table).enterprise_id <> ?, \(table).enterprise_id, \(order)
        """, arguments: StatementArguments(ids + ids.prefix(1)))
  }

  /// R3: the fees of its diagnoses.
  func diagnosis() throws -> RecordedClaim {
    let rows = try rows(
      "SELECT fee_fen, source, provider.selected_on FROM diagnosis LEFT JOIN provider ON provider.id = provider_id", of: "diagnosis",
      order: "diagnosis.id")
    var claim = RecordedClaim(rule: .r3)
    // What a specialist does costs nothing: no fee is no gap.
    let charged = rows.filter { $0.integer("fee_fen") != nil || $0.text("source") != DiagnosisSource.specialist.rawValue }
    let fees = charged.compactMap { $0.integer("fee_fen") }
    if fees.isEmpty || fees.count < charged.count { claim.missing.append(.diagnosisFee) }
    guard !fees.isEmpty else { return claim }
    let isSelected = charged.allSatisfy { $0.integer("fee_fen") == 0 || $0.text("selected_on") != nil }
    claim.claim = ShareTerms.Claim(base: fees, stated: isSelected ? ["providerSelected": true] : [:])
    return claim
  }

  /// R5: of each year for which the year before has an investment in equipment.
  func renovations() throws -> [RecordedClaim] {
    let rows = try rows("SELECT year, equipment_spend_fen FROM enterprise_year", of: "enterprise_year", order: "year")
    let byYear = Dictionary(rows.compactMap { row in row.integer("equipment_spend_fen").map { (row.integer("year") ?? 0, $0) } }) {
      own, _ in own
    }
    guard !byYear.isEmpty else { return [RecordedClaim(rule: .r5, missing: [.equipmentSpend])] }
    return byYear.sorted { $0.key < $1.key }.map { year, fen in
      RecordedClaim(rule: .r5, year: year + 1, claim: BandTerms.Claim(base: [fen]))
    }
  }

  /// R6: the cloud fees of each year. What a condition excludes is left out, unless there is nothing else.
  func clouds() throws -> [RecordedClaim] {
    let rows = try rows(
      "SELECT platform_id, year, fee_fen, first_used_on, registered_on FROM cloud_use LEFT JOIN platform ON platform.id = platform_id",
      of: "cloud_use", order: "year, platform_id")
    // One platform in one year is one use, in whichever record it stands.
    var seen: Set<[String]> = []
    let uses = rows.filter { seen.insert([$0.string("platform_id"), String($0.integer("year") ?? 0)]).inserted }
    guard !uses.isEmpty else { return [RecordedClaim(rule: .r6, missing: [.cloudFee])] }
    let begun = Dictionary(grouping: uses) { $0.string("platform_id") }.mapValues { $0.compactMap { $0.text("first_used_on") }.min() }
    return Dictionary(grouping: uses) { $0.integer("year") ?? 0 }.sorted { $0.key < $1.key }.map { year, uses in
      let stated = uses.map { use -> [String: Bool] in
        guard let day = begun[use.string("platform_id")] ?? nil else { return [:] }
        var stated = ["firstUse": day.hasPrefix(String(year))]
        if let registered = use.text("registered_on") { stated["registeredPlatform"] = registered <= day }
        return stated
      }
      let chosen = uses.indices.filter { !stated[$0].values.contains(false) }
      let counted = chosen.isEmpty ? Array(uses.indices) : chosen
      let fees = counted.compactMap { uses[$0].integer("fee_fen") }
      var claim = RecordedClaim(rule: .r6, year: year)
      if fees.count < counted.count { claim.missing.append(.cloudFee) }
      guard !fees.isEmpty else { return claim }
      // A condition holds if it holds of every use; of those that are left none is known to fail, or all.
      var all: [String: Bool] = [:]
      for key in ["firstUse", "registeredPlatform"] {
        let said = counted.map { stated[$0][key] }
        all[key] = said.contains(false) ? false : said.contains(nil) ? nil : true
      }
      claim.claim = ShareTerms.Claim(base: fees, stated: all)
      return claim
    }
  }

  /// R7: of each year; the months that follow one another may be of any.
  func identifiers() throws -> [RecordedClaim] {
    let rows = try rows("SELECT month, registrations, resolutions FROM identifier_month", of: "identifier_month", order: "month")
    let months = Dictionary(rows.compactMap { row in CalendarMonth(row.string("month")).map { ($0, row) } }) { own, _ in own }
    guard !months.isEmpty else { return [RecordedClaim(rule: .r7, missing: [.identifierCounts])] }
    let resolutions = months.compactMapValues { $0.integer("resolutions") }
    return Dictionary(grouping: months, by: \.key.year).sorted { $0.key < $1.key }.map { year, months in
      let registrations = months.compactMap { $0.value.integer("registrations") }
      let isWhole = registrations.count == months.count && months.allSatisfy { resolutions[$0.key] != nil }
      return RecordedClaim(
        rule: .r7, year: year,
        claim: registrations.isEmpty
          ? nil : IdentifierTerms.Claim(registrations: registrations.reduce(0, +), resolutions: resolutions),
        missing: isWhole ? [] : [.identifierCounts])
    }
  }

  /// R11: its national titles, each once.
  func titles() throws -> RecordedClaim {
    let rows = try rows("SELECT title FROM honour", of: "honour", order: "id")
    let won = Set(rows.compactMap { $0.text("title").flatMap(HonourTitle.init(rawValue:)) })
    let titles = HonourTitle.allCases.filter(won.contains).compactMap(\.subsidyKey)
    guard !titles.isEmpty else { return RecordedClaim(rule: .r11, missing: [.title]) }
    return RecordedClaim(rule: .r11, claim: TitleTerms.Claim(titles: titles, stated: [:]))
  }

  /// What other policies paid, item by item.
  func otherSupport() throws -> [(item: String, amounts: [Int], paid: [Int])] {
    let rows = try rows("SELECT item, amount_fen, paid_on FROM other_support", of: "other_support", order: "id")
    return Dictionary(grouping: rows) { $0.string("item") }.sorted { $0.key < $1.key }.map { item, rows in
      func amounts(_ rows: [Row]) -> [Int] { rows.map { $0.integer("amount_fen") ?? 0 } }
      return (item, amounts(rows), amounts(rows.filter { $0.text("paid_on") != nil }))
    }
  }
}

extension RecordedClaim {
  /// R8: what the contracts and the agency's verdict say.
  ///
  /// - Parameters:
  ///   - level: the level that the agency gave; nil before there is one.
  ///   - possible: the levels that are possible before; empty for all that have a subsidy.
  ///   - paid: the payments under the rule.
  static func transformation(_ contracts: [Record], _ level: Int?, possible: [Int] = [], paid: [Record] = []) -> RecordedClaim {
    var claim = RecordedClaim(rule: .r8)
    guard !contracts.isEmpty else {
      claim.missing = [.contract]
      return claim
    }
    if contracts.contains(where: { $0["downPayment"]?.integer == nil }) { claim.missing.append(.downPayment) }
    if contracts.contains(where: { $0["actualInvestment"]?.integer == nil }) { claim.missing.append(.actualInvestment) }
    if level == nil { claim.missing.append(.level) }
    let first = paid.filter { $0.instalment == .first }.map(\.amountFen)
    claim.claim = TransformationTerms.Claim(
      investment: contracts.map { $0["actualInvestment"]?.integer ?? $0["total"]?.integer ?? 0 },
      downPayment: contracts.map { $0["downPayment"]?.integer ?? 0 }, levels: level.map { [$0] } ?? possible,
      firstPaid: first.isEmpty ? nil : first)
    return claim
  }
}

extension HonourTitle {
  /// The key of a national title in a claim under R11; nil for the city's own.
  fileprivate var subsidyKey: String? {
    switch self {
    case .fusionPilot: "integrationDemo"
    case .industrialInternetPilot: "industrialInternetDemo"
    case .platformLeader: "platformPioneerCase"
    case .smartFactoryModel: "smartFactory"
    case .smartScene: "smartScene"
    case .lighthouse, .other: nil
    }
  }
}
