import GRDB
import SurveyModel
import SyncKit
import Testing

/// The data set of full size, made once: it must agree with the papers' arithmetic.
@Suite(.serialized) struct SampleTests {
  private static let made: Result<(TestCase, Survey), any Error> = Result {
    let place = try TestCase()
    // After the year it tells of.
    let office = try place.laptop("office", as: .office)
    _ = try office.fillWithSample(seed: 7)
    return (place, office)
  }

  let office: Survey

  init() throws { office = try Self.made.get().1 }

  @Test func thePopulationsAreThoseOfThePapers() throws {
    func count(_ sql: String) throws -> Int { try office.replica.read { db in try Int.fetchOne(db, sql: sql) ?? 0 } }
    let pilot = "sub_sector IN ('electronicDevices', 'powerEquipment', 'medical')"
    #expect(try count("SELECT count(*) FROM enterprise WHERE \(pilot)") == 1717)
    for (flag, expected) in [(1, 417), (0, 1300)] {
      #expect(
        try count(
          """
          SELECT count(*) FROM enterprise JOIN enterprise_year ON enterprise_id = id
          WHERE \(pilot) AND year = 2024 AND above_scale = \(flag)
          """) == expected)
    }
    let diagnosed = """
      SELECT count(DISTINCT diagnosis.enterprise_id) FROM diagnosis JOIN enterprise_year USING (enterprise_id)
      WHERE year = 2024 AND above_scale = 1
      """
    // Those above scale are the specialists', whether they are on the list or not.
    #expect(try count(diagnosed) == 684)
    #expect(try count("SELECT count(DISTINCT user) FROM assignment") == 102)
    #expect(try count("SELECT count(*) FROM chain_leader") == 14)
    #expect(try count("SELECT count(*) FROM chain_link") == 64)
    #expect(try count("SELECT count(*) FROM provider") == 36)
    #expect(try count("SELECT count(*) FROM solution") == 242)
  }

  @Test func theFunnelIsThatOfThePapers() throws {
    let funnel = try office.funnel(asOf: "2025-07-18")
    func count(_ step: EnrolmentStep) -> Int? { funnel.steps.first { $0.step == step }?.count }
    #expect([count(.applied), count(.signed), count(.preAcceptance)] == [942, 566, 302])
    let main: [EnrolmentStep] = [.applied, .selected, .signed, .transforming, .preAcceptance, .accepted, .rated, .paid, .closed]
    let counts = main.compactMap(count)
    #expect(counts == counts.sorted(by: >))
  }

  @Test func theIndicatorsAgreeWithThePlansArithmetic() throws {
    let rows = try office.indicators(asOf: "2025-07-18").rows
    func actual(_ id: String) -> [String?] {
      rows.first { $0.id == id }.map { [$0.actual.y1?.text, $0.actual.y2?.text, $0.actual.total?.text] } ?? []
    }
    #expect(actual("K01") == ["280", "320", "600"])
    #expect(actual("K02") == ["185", "212", "397"])
    #expect(actual("K03") == ["44.36%", "50.84%", "95.20%"])
    #expect(actual("K04") == ["95", "108", "203"])
    #expect(actual("K05") == ["130", "162", "292"])
    #expect(actual("K08") == ["30", "6", "36"])
    #expect(actual("K13").first == "7.31%")
  }

  @Test func everyCodeIsValidAndEveryNameSaysThatItIsInvented() throws {
    let enterprises = try office.enterprises()
    #expect(enterprises.allSatisfy { $0.name.hasPrefix("示例") })
    #expect(enterprises.allSatisfy { CreditCode.check($0.creditCode ?? "").valid })
    #expect(Set(enterprises.map(\.creditCode)).count == enterprises.count)
  }

  /// What the data set says of a level is what the instrument's own rating gives.
  @Test func everyAcceptedLevelIsTheRatingOfItsAssessment() throws {
    let rows = try office.replica.read { db in
      try Row.fetchAll(db, sql: "SELECT assessment_id, level FROM acceptance WHERE verdict = 'passed' ORDER BY id LIMIT 25")
    }
    #expect(rows.count == 25)
    for row in rows {
      let view = try office.assessment(row["assessment_id"])
      #expect(view.rating.level == row["level"])
    }
  }

  /// Questions 11, 14 and 15 ask for what the figures of the years say: worked out here from those, as a reader would.
  @Test func answersAreWhatTheFiguresOfTheYearsSay() throws {
    let rows = try office.replica.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT question, letters, 100.0 * (SELECT sum(digital_spend_fen) FROM enterprise_year AS y WHERE y.enterprise_id = a.enterprise_id
              AND y.year BETWEEN made - 3 AND made - 1 AND revenue_fen IS NOT NULL)
            / (SELECT sum(revenue_fen) FROM enterprise_year AS y WHERE y.enterprise_id = a.enterprise_id AND y.year BETWEEN made - 3 AND made - 1)
              AS share,
            (1.0 * last.revenue_fen / last.employees) / (1.0 * before.revenue_fen / before.employees) AS head,
            (1.0 * last.cost_fen / last.revenue_fen) / (1.0 * before.cost_fen / before.revenue_fen) AS cost
          FROM (SELECT answer.*, CAST(substr(started_at, 1, 4) AS INTEGER) AS made FROM answer JOIN assessment ON assessment.id = assessment_id
            WHERE question IN (11, 14, 15)) AS a
          LEFT JOIN enterprise_year AS last ON last.enterprise_id = a.enterprise_id AND last.year = made - 1
          LEFT JOIN enterprise_year AS before ON before.enterprise_id = a.enterprise_id AND before.year = made - 2
          """)
    }
    #expect(rows.count > 3000)
    var told: [Int: Set<String>] = [:]
    for row in rows {
      let (question, letters): (Int, String) = (row["question"], row["letters"])
      told[question, default: []].insert(letters)
      func change(_ ratio: Double, _ down: String, _ up: String) -> Set<String> {
        // At the very bound arithmetic with fractions may fall either way.
        if abs(abs(ratio - 1) - 0.01) < 1e-9 { return [down, "B", up] }
        return [ratio > 1.01 ? up : ratio < 0.99 ? down : "B"]
      }
      let expected: Set<String> =
        switch question {
        case 11:
          [
            ["A": 0.0, "B": 10, "C": 20, "D": 40, "E": 60].filter { $0.value < max(row["share"], 0.001) }.max { $0.value < $1.value }?.key
              ?? ""
          ]
        case 14: change(row["head"], "A", "C")
        default: change(row["cost"], "C", "A")
        }
      #expect(expected.contains(letters), "question \(question): \(row)")
    }
    #expect(told[14] == ["A", "B", "C"] && told[15] == ["A", "B", "C"] && (told[11]?.count ?? 0) > 1)
  }

  /// As in life: some had to put things right first, some were warned, some won titles; and of much there are photographs.
  @Test func notEverythingWentWell() throws {
    func count(_ sql: String) throws -> Int { try office.replica.read { db in try Int.fetchOne(db, sql: sql) ?? 0 } }
    for verdict in ["rectify", "failed"] {
      #expect(
        try count("SELECT count(*) FROM acceptance WHERE verdict = '\(verdict)' AND id IN (SELECT supersedes_id FROM acceptance)") > 0)
      // Some of those that the papers have ready are not through yet.
      let open =
        "SELECT count(*) FROM acceptance WHERE verdict = '\(verdict)' AND id NOT IN (SELECT ifnull(supersedes_id, '') FROM acceptance)"
      #expect(try count(open) > 0)
    }
    let warnings = try count("SELECT count(*) FROM warning")
    #expect(try warnings > 0 && warnings <= count("SELECT count(*) FROM spot_check WHERE finding = 'offContract'"))
    #expect(try (10...24).contains(count("SELECT count(*) FROM honour")))
    #expect(try count("SELECT count(*) FROM evidence JOIN finding ON finding.id = finding_id") > 500)
    #expect(try count("SELECT count(*) FROM (SELECT sha256 FROM evidence GROUP BY 1 HAVING count(*) > 1)") == 0)
    #expect(try count("SELECT count(DISTINCT account) FROM survey_person WHERE name <> ''") == 102)
  }

  /// By other means than the engine's: 40 % of what was invested, up to the limit of the level, in whole fen.
  @Test func whatWasPaidForTransformationsIsWhatTheDraftsFiguresGive() throws {
    let rows = try office.replica.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT contract.enterprise_id, down_payment_fen AS down, actual_investment_fen AS invested, level,
            (SELECT sum(amount_fen) FROM payment WHERE rule = 'R8' AND instalment = 'first' AND payment.enterprise_id = contract.enterprise_id) AS first,
            (SELECT sum(amount_fen) FROM payment WHERE rule = 'R8' AND instalment = 'rest' AND payment.enterprise_id = contract.enterprise_id) AS rest
          FROM contract LEFT JOIN acceptance ON acceptance.contract_id = contract.id AND verdict = 'passed'
          """)
    }
    #expect(rows.count == 566)
    var settled = 0
    for row in rows {
      let (down, first, rest): (Int, Int?, Int?) = (row["down"], row["first"], row["rest"])
      if let first { #expect(first == min(down * 40 / 100, 10_000_000)) }
      guard let rest else { continue }
      let (invested, level): (Int, Int) = (row["invested"], row["level"])
      let limit = [2: 25_000_000, 3: 35_000_000, 4: 40_000_000][level] ?? 0
      #expect((first ?? 0) + rest == min(invested * 40 / 100, limit))
      settled += 1
    }
    #expect(settled > 200 && settled < 302)
  }

  @Test func nobodyInTheDataSetWasPaidTooMuchByTheEnginesOwnWord() throws {
    let policy = try SubsidyPolicies.bundled().policy(on: "2025-07-18")
    let paid = try office.replica.read { db in
      try String.fetchAll(db, sql: "SELECT DISTINCT enterprise_id FROM payment WHERE instalment = 'rest' ORDER BY 1 LIMIT 12")
    }
    #expect(paid.count == 12)
    for enterprise in paid {
      for money in try office.money(of: enterprise, by: policy, on: "2025-07-18") where !money.payments.isEmpty {
        #expect(money.overFen == 0 && money.underFen == 0, "\(money.rule) of \(enterprise)")
      }
    }
    let agency = try #require(try office.agencyMoney(of: "示例验收评测中心", by: policy).first { !$0.payments.isEmpty })
    #expect(agency.overFen == 0 && agency.underFen == 0)
    let leaders = try office.leaderRewards(by: policy, on: "2025-07-18")
    #expect(!leaders.isEmpty && leaders.allSatisfy { ($0.overFen ?? 0) == 0 && $0.notRecorded.isEmpty })
  }

  /// Payments have a chance of their own: without them the data set is what it was.
  @Test func aSmallDataSetIsAPartOfTheFullOne() throws {
    let place = try TestCase()
    let small = try place.laptop("office", as: .office)
    let summary = try small.fillWithSample(seed: 7, scale: 40)
    #expect(summary.enterprises == 50 && summary.scale == 40)
    let names = Set(try office.enterprises().map(\.name))
    #expect(try small.enterprises().allSatisfy { names.contains($0.name) })
    let funnel = try small.funnel(asOf: "2025-07-18")
    let counts = [EnrolmentStep.applied, .selected, .signed, .preAcceptance].compactMap { step in
      funnel.steps.first { $0.step == step }?.count
    }
    #expect(counts == counts.sorted(by: >) && (counts.last ?? 0) > 0)
  }

  @Test func aFullReplicaTakesNoSample() throws {
    #expect(refusal { _ = try office.fillWithSample(seed: 1) }?.code == .replicaNotEmpty)
  }

  @Test func everyEnterpriseAboveScaleIsCoveredOrListed() throws {
    let coverage = try office.coverage(asOf: "2025-07-18")
    #expect(coverage.aboveScale == 417)
    #expect(coverage.covered == 397)
    #expect(coverage.uncovered.count == 20)
    #expect(coverage.uncovered.allSatisfy { $0.lastStep?.term == .applied })
  }

  @Test func aFrozenQuarterStaysAndLateDataAreDatedCorrections() throws {
    let frozen = try office.takeSnapshot(of: "2024Q4")
    #expect(frozen.asOf == "2024-12-31")
    #expect(frozen.document.contains("数字化改造 K01 Y1 280\n"))
    #expect(Set(frozen.figures.map(\.aspect.term)) == Set(EvaluationAspect.allCases))
    let paid = try office.replica.read { db in
      try Row.fetchOne(db, sql: "SELECT sum(amount_fen) AS fen, count(*) AS n FROM payment WHERE paid_on <= '2024-12-31'")
    }
    let (fen, count): (Int, Int) = (try #require(paid)["fen"], try #require(paid)["n"])
    #expect(frozen.document.hasSuffix("财政资金使用 R fen \(fen)\n财政资金使用 R payments \(count)\n"))
    #expect(try office.corrections(of: "2024年4季度").isEmpty)
    #expect(refusal { _ = try office.takeSnapshot(of: "2024-Q4") }?.code == .snapshotTaken)
    let enterprise = try #require(try office.enterprises(matching: "示例").first { _ in true }).id
    _ = try office.addRecord(.achievement, .of("kind=benchmark", "happenedOn=2024-11-30"), of: enterprise)
    let late = try #require(try office.corrections(of: "2024Q4").first)
    #expect(late.figure == "K26 total")
    #expect(late.notedAt == nil)
    #expect(Int(late.now ?? "") == (Int(late.frozen ?? "") ?? 0) + 1)
    let noted = try #require(try office.recordCorrections(of: "2024Q4").first)
    #expect(noted.notedBy == "office")
    #expect(try office.recordCorrections(of: "2024Q4") == [noted])
    #expect(try office.snapshot("2024Q4") == frozen && frozen.isIntact)
    try office.replica.write { db in try db.execute(sql: "UPDATE snapshot SET document = replace(document, 'K01 Y1 280', 'K01 Y1 281')") }
    #expect(try !office.snapshot("2024Q4").isIntact)
    try office.replica.write { db in try db.execute(sql: "UPDATE snapshot SET document = replace(document, 'K01 Y1 281', 'K01 Y1 280')") }
    #expect(try office.snapshot("2024Q4").isIntact)
  }

  @Test func aQuarterThatIsNotOverIsNotFrozen() throws {
    #expect(refusal { _ = try office.takeSnapshot(of: "2030Q1") }?.code == .quarterNotOver)
    #expect(refusal { _ = try office.takeSnapshot(of: "2024Q5") }?.code == .valueInvalid)
  }
}

@Suite struct SizeClassTests {
  /// 工信部联企业〔2011〕300号: the published bounds, and one below each.
  @Test(arguments: [
    (350, 1500, SizeClass.small), (1200, 39_999, .medium), (1000, 40_000, .large), (19, 50_000, .micro), (300, 2000, .medium),
    (20, 300, .small), (999, 40_000, .medium), (299, 2000, .small), (300, 1999, .small), (20, 299, .micro), (0, 0, .micro),
  ])
  func theLowerOfBothBoundsDecides(_ employees: Int, _ revenue: Int, _ expected: SizeClass) {
    #expect(SizeClass(employees: employees, revenueFen: revenue * 1_000_000) == expected)
    #expect(expected.isSmallOrMedium == (employees < 1000 || revenue < 40_000))
  }

  @Test func aFenBelowABoundIsBelowIt() {
    #expect(SizeClass(employees: 300, revenueFen: 2000 * 1_000_000 - 1) == .small)
  }
}
