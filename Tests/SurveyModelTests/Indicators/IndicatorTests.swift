import GRDB
import SyncKit
import Testing

@testable import SurveyModel

@Suite struct IndicatorTests {
  /// The plan's own arithmetic: 185+95=280, and percentages that only 417 and 1,300 give.
  @Test func theTargetsAddUp() throws {
    let plan = try IndicatorPlan.bundled()
    let ids: [String] = (1...27).map { number in "K" + String(100 + number).dropFirst() }
    #expect(plan.indicators.map(\.id) == ids)
    for (whole, parts) in [("K01", ["K02", "K04"])] {
      let all = try parts.map { try plan.indicator($0).target }
      let sum = try plan.indicator(whole).target
      #expect(sum.y1 == all.compactMap(\.y1).reduce(0, +))
      #expect(sum.y2 == all.compactMap(\.y2).reduce(0, +))
      #expect(sum.total == all.compactMap(\.total).reduce(0, +))
    }
    for indicator in plan.indicators {
      if let y1 = indicator.target.y1, let y2 = indicator.target.y2 { #expect(indicator.target.total == y1 + y2, "\(indicator.id)") }
      guard let share = indicator.share, let counted = try? plan.indicator(share.of), share.of != indicator.id else { continue }
      let whole = try #require(plan.denominators.first { $0.id == share.denominator }?.value)
      for (percent, count) in [(indicator.target.y1, counted.target.y1), (indicator.target.y2, counted.target.y2)] {
        // Half up, in whole numbers.
        #expect(percent == count.map { ($0 * 20_000 + whole) / (2 * whole) }, "\(indicator.id)")
      }
    }
    #expect(try plan.indicator("ｋ13").target.total == 1562)
    #expect(throws: SurveyError.self) { try plan.indicator("K28") }
  }

  @Test func everyRuleIsSQLThatTheReplicaTakes() throws {
    let office = try TestCase().laptop("office", as: .office)
    let plan = try IndicatorPlan.bundled()
    for indicator in plan.indicators {
      let sql = try #require(plan.sql(of: indicator), "\(indicator.id)")
      #expect(throws: Never.self, "\(indicator.id)") {
        try office.replica.read { db in _ = try Row.fetchAll(db, sql: sql, arguments: ["asOf": "2024-12-31"]) }
      }
      #expect(!indicator.definition.isEmpty && !indicator.definitionEn.isEmpty)
    }
  }

  @Test func anEmptyReplicaCountsNothing() throws {
    let office = try TestCase().laptop("office", as: .office)
    let table = try office.indicators(asOf: "2025-12-31")
    #expect(table.rows.allSatisfy { ($0.actual.total?.value ?? 0) == 0 })
    #expect(table.rows.first?.gap.total?.value == 600)
    #expect(refusal { _ = try office.indicators(asOf: "2025-02-30") }?.details["field"] == "asOf")
  }

  /// Random facts, merges and removals among them, counted by the product's SQL and by a plain loop.
  @Test(arguments: 0..<12)
  func theTableIsWhatPlainCountingGives(_ seed: UInt64) throws {
    var random = SampleSource(seed: seed)
    let oracle = random.facts()
    let office = try TestCase().laptop("office", as: .office)
    try office.replica.write { db in try IndicatorFacts.write(oracle, db) }
    let counted: Set = [
      "K01", "K02", "K04", "K05", "K06", "K09", "K10", "K12", "K14", "K18", "K19", "K20", "K21", "K26", "K27",
    ]
    for asOf in ["2024-06-30", "2024-12-31", "2025-07-18", "2026-03-01"] {
      let expected = oracle.figures(asOf: asOf)
      for row in try office.indicators(asOf: asOf).rows where counted.contains(row.id) {
        let hasYears = row.target.y1 != nil
        for (period, figure) in row.actual.named where (period == "total") != hasYears {
          #expect(figure?.value == expected[row.id]?[period] ?? 0, "seed \(seed), \(asOf): \(row.id) \(period)")
        }
      }
    }
  }

  /// K10 and K12 ask for the edition of 2024; a level that does not say its edition may be of the other, and is told as left out.
  @Test func aLevelCountsByItsEditionAndOneWithoutIsToldAsLeftOut() throws {
    let office = try TestCase().laptop("office", as: .office)
    var oracle = IndicatorOracle()
    for (at, edition) in ["2024", "2022", nil].enumerated() {
      oracle.sectors.append("medical")
      oracle.scale[at] = [2024: true]
      oracle.acceptances.append(
        .init(id: "a\(at)", enterprise: at, day: "2024-10-01", verdict: "passed", level: 4, edition: edition, supersedes: nil))
    }
    try office.replica.write { db in try IndicatorFacts.write(oracle, db) }
    let table = try office.indicators(asOf: "2024-12-31")
    for id in ["K09", "K10"] { #expect(table.rows.first { $0.id == id }?.actual.total?.value == 1, "\(id)") }
    #expect(table.omissions.map(\.count) == [2])
    #expect(try office.indicators(asOf: "2024-09-30").omissions.isEmpty)
  }

  /// The plan asks for six modes and names five: the sixth is one of no name.
  @Test func aModeCountsOnceInItsFirstPeriodAndOthersByTheirTitles() throws {
    let office = try TestCase().laptop("office", as: .office)
    var oracle = IndicatorOracle()
    let modes: [(String?, String, String)] = [
      ("technology", "甲模式", "2024-05-01"), ("technology", "甲模式推广", "2025-05-01"), ("other", "乙模式", "2025-05-02"),
      ("other", "丙模式", "2025-05-03"), ("other", "丙模式", "2025-06-03"), (nil, "丁模式", "2025-06-04"),
    ]
    oracle.modes = modes.map { .init(mode: $0, title: $1, day: $2) }
    try office.replica.write { db in try IndicatorFacts.write(oracle, db) }
    let table = try office.indicators(asOf: "2025-12-31")
    let row = try #require(table.rows.first { $0.id == "K14" })
    #expect(row.actual.named.map { $0.figure?.value } == [1, 3, 4])
    #expect(table.targets.first { $0.id == "S6" }?.actual?.value == 4)
  }

  @Test func aShareIsRoundedHalfUp() throws {
    let office = try TestCase().laptop("office", as: .office)
    // 1 of 417 is 0.2398 %, 3 of 417 are 0.7194 %.
    for (count, text) in [(1, "0.24%"), (3, "0.72%")] {
      try office.replica.write { db in
        for at in 0..<count {
          let id = "e\(count)-\(at)"
          try db.execute(sql: "INSERT INTO enterprise(id, name, sub_sector) VALUES(?, 'x', 'medical')", arguments: [id])
          try db.execute(sql: "INSERT INTO enterprise_year(enterprise_id, year, above_scale) VALUES(?, 2024, 1)", arguments: [id])
          try db.execute(
            sql: "INSERT INTO enrolment_step(enterprise_id, step, happened_on) VALUES(?, 'selected', '2024-02-01')", arguments: [id])
        }
        try db.execute(sql: "DELETE FROM enrolment_step WHERE enterprise_id NOT LIKE ?", arguments: ["e\(count)-%"])
      }
      #expect(try office.indicators(asOf: "2024-12-31").rows.first { $0.id == "K03" }?.actual.y1?.text == text)
    }
  }
}

extension SampleSource {
  /// A day about the programme, some of them on the periods' bounds.
  fileprivate mutating func day() -> String {
    if number(1...6) == 1 {
      return pick(["2023-08-31", "2023-09-01", "2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01", "2025-07-18"])
    }
    func two(_ n: Int) -> String { (n < 10 ? "0" : "") + String(n) }
    return "\(number(2023...2025))-\(two(number(1...12)))-\(two(number(1...28)))"
  }

  fileprivate mutating func facts() -> IndicatorOracle {
    var oracle = IndicatorOracle()
    let count = 40
    for at in 0..<count {
      oracle.sectors.append(pick(["electronicDevices", "powerEquipment", "medical", "medical", "other", nil]))
      for year in 2022...2026 where number(1...3) > 1 { oracle.scale[at, default: [:]][year] = number(0...1) == 1 }
      if number(1...5) > 1 { oracle.selected.append(.init(enterprise: at, day: day())) }
      if number(1...5) == 1 {
        oracle.standings.append(
          .init(enterprise: at, kind: pick(["removed", "withdrawn", "suspended"]), from: day(), to: number(0...1) == 0 ? nil : day()))
      }
      if number(0...1) == 0 {
        oracle.tiers.append(
          .init(
            enterprise: at, kind: pick(["innovative", "specialised", "littleGiant", "nationalHighTech"]), from: day(),
            to: number(0...2) == 0 ? nil : day()))
      }
      if number(0...2) > 0 {
        let first = IndicatorOracle.Acceptance(
          id: "a\(at)", enterprise: at, day: day(), verdict: pick(["passed", "passed", "rectify"]), level: pick([nil, 1, 2, 3, 4]),
          edition: pick(["2024", "2024", "2022", nil]), supersedes: nil)
        oracle.acceptances.append(first)
        if number(0...2) == 0 {
          oracle.acceptances.append(
            .init(
              id: "b\(at)", enterprise: at, day: day(), verdict: pick(["passed", "failed"]), level: pick([1, 2, 3, 4]),
              edition: pick(["2024", "2022"]), supersedes: first.id))
        }
      }
      if number(0...1) == 0 {
        let kind = pick(["smartFactory", "digitalWorkshop", "intellectualProperty", "benchmark", "industrialApp"])
        oracle.achievements.append(.init(enterprise: at, kind: kind, count: pick([nil, 1, 5]), day: day()))
      }
      if number(1...3) == 1 { oracle.cloud.append(.init(enterprise: at, day: day())) }
    }
    for _ in 0..<8 {
      oracle.modes.append(.init(mode: pick(["technology", "green", "other", nil]), title: pick(["甲模式", "乙模式"]), day: day()))
    }
    // Merges, some of them of what had been merged before; never in a circle.
    for at in 0..<count where number(1...6) == 1 && at + 1 < count { oracle.aliases[at] = number((at + 1)...(count - 1)) }
    return oracle
  }
}

/// Puts an oracle's facts into the tables.
private enum IndicatorFacts {
  static func write(_ facts: IndicatorOracle, _ db: Database) throws {
    func id(_ at: Int) -> String { "e\(at)" }
    for (at, sector) in facts.sectors.enumerated() {
      try db.execute(sql: "INSERT INTO enterprise(id, name, sub_sector) VALUES(?, ?, ?)", arguments: [id(at), "示例\(at)", sector])
    }
    for (at, years) in facts.scale {
      for (year, isAbove) in years {
        try db.execute(
          sql: "INSERT INTO enterprise_year(enterprise_id, year, above_scale) VALUES(?, ?, ?)", arguments: [id(at), year, isAbove])
      }
    }
    for event in facts.selected {
      try db.execute(
        sql: "INSERT INTO enrolment_step(enterprise_id, step, happened_on) VALUES(?, 'selected', ?)",
        arguments: [id(event.enterprise), event.day])
    }
    for (at, span) in facts.standings.enumerated() {
      try db.execute(
        sql: "INSERT INTO standing(id, enterprise_id, kind, from_on, to_on) VALUES(?, ?, ?, ?, ?)",
        arguments: ["s\(at)", id(span.enterprise), span.kind, span.from, span.to])
    }
    for (at, span) in facts.tiers.enumerated() {
      try db.execute(
        sql: "INSERT INTO tier(id, enterprise_id, tier, valid_from, valid_to) VALUES(?, ?, ?, ?, ?)",
        arguments: ["t\(at)", id(span.enterprise), span.kind, span.from, span.to])
    }
    for acceptance in facts.acceptances {
      try db.execute(
        sql: "INSERT INTO acceptance(id, enterprise_id, accepted_on, verdict, level, edition, supersedes_id) VALUES(?, ?, ?, ?, ?, ?, ?)",
        arguments: [
          acceptance.id, id(acceptance.enterprise), acceptance.day, acceptance.verdict, acceptance.level, acceptance.edition,
          acceptance.supersedes,
        ])
    }
    for (retired, canonical) in facts.aliases {
      try db.execute(sql: "INSERT INTO alias(retired_id, canonical_id) VALUES(?, ?)", arguments: [id(retired), id(canonical)])
    }
    for (at, achievement) in facts.achievements.enumerated() {
      try db.execute(
        sql: "INSERT INTO achievement(id, enterprise_id, kind, count, happened_on) VALUES(?, ?, ?, ?, ?)",
        arguments: ["w\(at)", id(achievement.enterprise), achievement.kind, achievement.count, achievement.day])
    }
    for (at, mode) in facts.modes.enumerated() {
      try db.execute(
        sql: "INSERT INTO programme_result(id, kind, title, mode, happened_on) VALUES(?, 'chainMode', ?, ?, ?)",
        arguments: ["m\(at)", mode.title, mode.mode, mode.day])
    }
    try db.execute(sql: "INSERT INTO platform(id, name, registered_on) VALUES('p', '示例云', '2023-01-01')")
    for event in facts.cloud {
      try db.execute(
        sql: "INSERT INTO cloud_use(enterprise_id, platform_id, year, first_used_on) VALUES(?, 'p', ?, ?)",
        arguments: [id(event.enterprise), Int(event.day.prefix(4)), event.day])
    }
  }
}
