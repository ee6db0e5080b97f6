import Foundation
import SurveyModel
import Testing

@Suite struct SubsidyEngineTests {
  let engine: SubsidyEngine

  init() throws { engine = SubsidyEngine(try SubsidyPolicies.bundled().policy(on: "2024-06-30")) }

  func compute(_ rule: String, _ json: String) throws -> SubsidyResult {
    try engine.compute(rule, claim: Data(json.utf8), on: "2024-06-30")
  }

  func total(_ rule: String, _ json: String) throws -> Int { try compute(rule, json).totalFen }

  func codes(_ result: SubsidyResult) -> Set<String> { Set(result.notes.map(\.code)) }

  // MARK: R8, the vectors of domain B in yuan

  @Test(arguments: [
    (800_000, 300_000, 3, [100_000, 320_000, 220_000, 0]), (200_000, 150_000, 2, [60_000, 80_000, 20_000, 0]),
    (625_000, 250_000, 2, [100_000, 250_000, 150_000, 0]), (625_001, 250_000, 2, [100_000, 250_000, 150_000, 0]),
    (875_000, 100_000, 3, [40_000, 350_000, 310_000, 0]), (1_000_000, 400_000, 4, [100_000, 400_000, 300_000, 0]),
    (2_000_000, 600_000, 4, [100_000, 400_000, 300_000, 0]), (200_000, 250_000, 2, [100_000, 80_000, 0, 20_000]),
    (500_000, 200_000, 1, [80_000, 0, 0, 80_000]),
  ])
  func theTransformationSubsidyIsThatOfTheDomain(investment: Int, downPayment: Int, level: Int, yuan: [Int]) throws {
    let result = try compute(
      "R8", #"{"actualInvestmentFen":\#(investment * 100),"downPaymentFen":\#(downPayment * 100),"level":\#(level)}"#)
    #expect([result.firstFen, result.totalFen, result.restFen, result.excessFen] == yuan.map { $0 * 100 })
    #expect(codes(result).contains("excess-instalment") == (yuan[3] > 0))
    #expect(codes(result).contains("transformation-claw-back") == (yuan[3] > 0))
  }

  @Test func everyStepIsToldInWords() throws {
    let result = try compute("R8", #"{"actualInvestmentFen":80000000,"downPaymentFen":30000000,"level":3}"#)
    #expect(
      result.derivation.map(\.zh) == [
        "首期 = min(40 % × 首付 300,000, 100,000) = 100,000", "总额(3 级) = min(40 % × 实际投入 800,000, 350,000) = 320,000",
        "余款(3 级) = max(0, 320,000 − 100,000) = 220,000",
      ])
    #expect(result.derivation.first?.en == "first = min(40 % × down payment 300,000, 100,000) = 100,000")
  }

  @Test func aDisputeAboutALevelShowsTheAmountsOfEach() throws {
    for level in ["[3,2]", #"{"from":2,"to":3}"#] {
      let result = try compute("R8", #"{"actualInvestmentFen":80000000,"downPaymentFen":30000000,"level":\#(level)}"#)
      #expect(result.perLevel?.map(\.level) == [2, 3])
      #expect(result.perLevel?.map(\.totalFen) == [25_000_000, 32_000_000])
      #expect(result.perLevel?.map(\.restFen) == [15_000_000, 22_000_000])
      #expect(result.totalFen == 25_000_000)
      #expect(codes(result).contains("level-disputed"))
    }
    let settled = try compute("R8", #"{"actualInvestmentFen":80000000,"downPaymentFen":30000000,"level":[3]}"#)
    #expect(settled.perLevel == nil && settled.totalFen == 32_000_000)
  }

  @Test func severalContractsShareOneFirstLimit() throws {
    let result = try compute("R8", #"{"actualInvestmentFen":200000000,"downPaymentFen":[20000000,20000000],"level":4}"#)
    #expect(result.firstFen == 10_000_000)
    #expect(result.derivation.first?.zh == "首付 = 200,000 + 200,000 = 400,000")
    #expect(codes(result).isSuperset(of: ["amounts-added", "transformation-several-contracts"]))
  }

  @Test func aDownPaymentCorrectedAfterItWasPaidForShowsWhatIsOverOrUnder() throws {
    // Paid by a down payment of 250,000; it was 210,000.
    let over = try compute("R8", #"{"actualInvestmentFen":80000000,"downPaymentFen":21000000,"level":3,"firstPaidFen":10000000}"#)
    #expect(over.firstFen == 8_400_000 && over.overpaidFen == 1_600_000 && over.underpaidFen == 0)
    #expect(over.totalFen == 32_000_000 && over.restFen == 22_000_000)
    #expect(over.notes.contains { $0.code == "paid-differs" && $0.zh.hasSuffix("100,000 / 84,000") })
    let under = try compute("R8", #"{"actualInvestmentFen":80000000,"downPaymentFen":25000000,"level":3,"firstPaidFen":[8000000,400000]}"#)
    #expect(under.overpaidFen == 0 && under.underpaidFen == 1_600_000 && under.restFen == 23_600_000)
    let even = try compute("R8", #"{"actualInvestmentFen":80000000,"downPaymentFen":25000000,"level":3,"firstPaidFen":10000000}"#)
    #expect(even.overpaidFen == 0 && even.underpaidFen == 0 && !codes(even).contains("paid-differs"))
  }

  @Test func whatIsLessThanAFenStaysWithThePayer() throws {
    // 40 % of 3 fen is 1.2 fen, of 4 fen 1.6 fen, of 5 fen exactly 2.
    for (fen, expected) in [(3, 1), (4, 1), (5, 2)] {
      let result = try compute("R8", #"{"actualInvestmentFen":0,"downPaymentFen":\#(fen),"level":4}"#)
      #expect(result.firstFen == expected)
      #expect(codes(result).contains("rounded-down") == (fen < 5))
    }
  }

  // MARK: A fen below, at and above every limit

  @Test(arguments: [
    ("R3", #"{"feePaidFen":N}"#, 10_000_000, [5_999_999, 6_000_000, 6_000_000]),
    ("R5", #"{"equipmentInvestmentFen":N}"#, 100_000_000, [0, 10_000_000, 10_000_000]),
    ("R5", #"{"equipmentInvestmentFen":N}"#, 500_000_000, [49_999_999, 0, 0]),
    ("R6", #"{"cloudFeeFen":N,"firstUse":true,"registeredPlatform":true}"#, 100_000_000, [29_999_999, 30_000_000, 30_000_000]),
    (
      "R7", #"{"annualRegistrations":N,"monthlyResolutions":{"2024-01":500001,"2024-02":500001,"2024-03":500001}}"#, 20_000_000,
      [0, 0, 30_000_000]
    ),
    (
      "R7", #"{"annualRegistrations":20000001,"monthlyResolutions":{"2024-01":500001,"2024-02":N,"2024-03":500001}}"#, 500_000,
      [0, 0, 30_000_000]
    ),
    ("R8", #"{"actualInvestmentFen":N,"downPaymentFen":0,"level":2}"#, 62_500_000, [24_999_999, 25_000_000, 25_000_000]),
    ("R8", #"{"actualInvestmentFen":N,"downPaymentFen":0,"level":3}"#, 87_500_000, [34_999_999, 35_000_000, 35_000_000]),
    ("R8", #"{"actualInvestmentFen":N,"downPaymentFen":0,"level":4}"#, 100_000_000, [39_999_999, 40_000_000, 40_000_000]),
    (
      "R9", #"{"digitalServiceIncomeFen":N,"paidSoFarFen":0,"crossIndustry":false}"#, 10_000_000_000,
      [499_999_999, 500_000_000, 500_000_000]
    ),
    (
      "R9", #"{"digitalServiceIncomeFen":N,"paidSoFarFen":0,"crossIndustry":true}"#, 20_000_000_000,
      [999_999_999, 1_000_000_000, 1_000_000_000]
    ),
    ("R9", #"{"digitalServiceIncomeFen":100000000000,"paidSoFarFen":N,"crossIndustry":false}"#, 500_000_000, [1, 0, 0]),
    ("R10", #"{"feeFen":N}"#, 3_000_000, [2_999_999, 3_000_000, 3_000_000]),
    ("R13", #"{"attendances":[{"persons":2,"hours":N}]}"#, 8, [0, 100_000, 100_000]),
    ("R4", #"{"completed":N}"#, 1, [0, 5_000_000, 10_000_000]),
  ])
  func onBothSidesOfALimit(rule: String, claim: String, limit: Int, totals: [Int]) throws {
    let found = try [limit - 1, limit, limit + 1].map { try total(rule, claim.replacingOccurrences(of: "N", with: String($0))) }
    #expect(found == totals)
  }

  @Test func theFirstInstalmentSaturatesAtADownPaymentOf250000() throws {
    let firsts = try [24_999_999, 25_000_000, 25_000_001].map { fen in
      try compute("R8", #"{"actualInvestmentFen":0,"downPaymentFen":\#(fen),"level":2}"#).firstFen
    }
    #expect(firsts == [9_999_999, 10_000_000, 10_000_000])
  }

  // MARK: What each rule minds besides

  @Test func aFreeDiagnosisBringsNothing() throws {
    #expect(try total("R3", #"{"feePaidFen":0}"#) == 0)
  }

  @Test func anInvestmentOfFiveMillionIsForThePolicyInForceElsewhere() throws {
    let result = try compute("R5", #"{"equipmentInvestmentFen":500000000}"#)
    #expect(result.totalFen == 0)
    #expect(codes(result).isSuperset(of: ["outside-plan", "renovation-current-policy"]))
    #expect(result.derivation.map(\.zh) == ["上年度设备投入 5,000,000 ≥ 5,000,000 → 0"])
    #expect(result.confidence.grade == .reading)
  }

  @Test func aConditionThatDoesNotHoldPaysNothingAndOneThatIsUnsaidIsFlagged() throws {
    for unmet in [#""firstUse":false,"registeredPlatform":true"#, #""firstUse":true,"registeredPlatform":false"#] {
      let result = try compute("R6", #"{"cloudFeeFen":100000,\#(unmet)}"#)
      #expect(result.totalFen == 0 && codes(result).contains("condition-not-met"))
    }
    let unsaid = try compute("R11", #"{"titles":["smartScene"]}"#)
    #expect(unsaid.totalFen == 50_000_000 && codes(unsaid).contains("condition-unstated"))
    let said = try compute("R11", #"{"titles":["smartScene"],"localEnterprise":true}"#)
    #expect(said.totalFen == 50_000_000 && !codes(said).contains("condition-unstated"))
  }

  @Test func consecutiveMonthsMayCrossAYearsEndButNotAGap() throws {
    func months(_ keys: String...) throws -> SubsidyResult {
      let months = keys.map { #""\#($0)":500001"# }.joined(separator: ",")
      return try compute("R7", #"{"annualRegistrations":20000001,"monthlyResolutions":{\#(months)}}"#)
    }
    let across = try months("2025-01", "2024-11", "2024-12")
    #expect(across.totalFen == 30_000_000 && across.months == ["2024-11", "2024-12", "2025-01"])
    #expect(codes(across).isSuperset(of: ["months-across-years", "identifiers-year-end"]))
    let within = try months("2024-11", "2024-12", "2025-01", "2025-02", "2025-03")
    #expect(within.months == ["2025-01", "2025-02", "2025-03"] && !codes(within).contains("months-across-years"))
    #expect(try months("2024-01", "2024-02", "2024-04", "2024-05").totalFen == 0)
    #expect(try months("2023-01", "2024-02", "2025-03").totalFen == 0)
  }

  @Test func whatTwoLeadersClaimWaits() throws {
    let result = try compute("R4", #"{"completed":5,"contested":2,"leaderSelected":true}"#)
    #expect(result.totalFen == 15_000_000 && result.blockedFen == 10_000_000)
    #expect(codes(result).isSuperset(of: ["claim-contested", "two-leaders"]))
  }

  @Test func aTitleTooManyIsProposedAtTheHighest() throws {
    let result = try compute("R11", #"{"titles":["smartScene","smartFactory"],"localEnterprise":true}"#)
    #expect(result.totalFen == 100_000_000 && result.stackedFen == 150_000_000)
    #expect(codes(result).isSuperset(of: ["several-titles", "titles-stack"]))
    #expect(result.derivation.last?.zh == "最高金额 = max(1,000,000, 500,000) = 1,000,000")
  }

  @Test func trainingCountsWholeDaysOnly() throws {
    let held = #""institutionRecognised":true,"courseRegistered":true"#
    let result = try compute("R13", #"{"attendances":[{"persons":20,"hours":20},{"persons":3,"hours":7}],\#(held)}"#)
    #expect(result.personDays == 40 && result.totalFen == 2_000_000)
    #expect(codes(result).contains("partial-days"))
    #expect(try total("R13", #"{"personDays":40,\#(held)}"#) == 2_000_000)
  }

  @Test func overlappingPoliciesPayTheHigherAndNeverTheSum() throws {
    let result = try compute(
      "R0",
      #"""
      {"items":[{"item":"a","pilotFen":10000000,"otherFen":6000000,"otherPaidFen":6000000},
                {"item":"b","pilotFen":100,"otherFen":700,"otherPaidFen":900},{"item":"c","pilotFen":5,"otherFen":0}]}
      """#)
    #expect(result.items?.map(\.payableFen) == [10_000_000, 700, 5])
    #expect(result.items?.map(\.differenceFen) == [4_000_000, 0, nil])
    #expect(result.items?.map(\.excessFen) == [0, 200, 0])
    #expect([result.totalFen, result.differenceFen, result.excessFen] == [10_000_705, 4_000_000, 200])
    #expect(codes(result).isSuperset(of: ["overlap", "paid-elsewhere", "paid-beyond-highest", "overlap-paid-first"]))
    #expect(!result.notes.contains { $0.code == "overlap" && $0.zh.hasSuffix("c") })
  }

  // MARK: Laws of every rule

  /// Each number of each rule's example, replaced by what is at the edges of all numbers.
  @Test func whateverTheNumbersAreAClaimIsComputedSoundlyOrRefused() throws {
    for rule in engine.policy.rules {
      guard let example = rule.example else { continue }
      for number in example.matches(of: /[:\[,](\d+)/) {
        for edge in ["0", "1", "-1", "9223372036854775806", "9223372036854775807", "9223372036854775808", "0.5"] {
          let claim = example.replacingCharacters(in: number.1.startIndex..<number.1.endIndex, with: edge)
          do {
            try expectSound(compute(rule.id, claim), claim)
          } catch let error as SurveyError {
            #expect(error.code == .claimRefused && !error.problems.isEmpty, "\(claim)")
          }
        }
      }
    }
  }

  private func expectSound(_ result: SubsidyResult, _ claim: String) {
    #expect(result.totalFen >= 0, "\(claim)")
    #expect(0...result.totalFen ~= result.approvable.leastFen && result.approvable.mostFen == result.totalFen, "\(claim)")
    guard let first = result.firstFen else { return }
    #expect(result.restFen == max(0, result.totalFen - first) && result.excessFen == max(0, first - result.totalFen), "\(claim)")
  }

  @Test func aLargerAmountNeverBringsLessExceptBeyondTheBandOfRenovation() throws {
    for (rule, key, rest) in [
      ("R3", "feePaidFen", ""), ("R6", "cloudFeeFen", #","firstUse":true,"registeredPlatform":true"#),
      ("R8", "actualInvestmentFen", #","downPaymentFen":25000000,"level":3"#),
      ("R9", "digitalServiceIncomeFen", #","paidSoFarFen":7,"crossIndustry":false"#), ("R10", "feeFen", ""),
      ("R5", "equipmentInvestmentFen", ""),
    ] {
      let amounts = (0...20).map { $0 * 24_999_999 }
      let totals = try amounts.map { try total(rule, #"{"\#(key)":\#($0)\#(rest)}"#) }
      #expect(totals == totals.sorted(), "\(rule)")
    }
    #expect(try total("R5", #"{"equipmentInvestmentFen":500000000}"#) == 0)
  }

  // MARK: Ceilings, doubts, limits of the machine

  @Test func theCeilingIsApartFromWhatMayBeApproved() throws {
    let most = try compute("R3", #"{"feePaidFen":5000000}"#)
    #expect(most.approvable.leastFen == 0 && most.approvable.mostFen == 3_000_000)
    let fixed = try compute("R4", #"{"completed":2}"#)
    #expect(fixed.approvable.leastFen == 10_000_000 && fixed.approvable.mostFen == 10_000_000)
  }

  @Test func everyResultSaysHowSureItIsAndWhetherADateWasGiven() throws {
    for rule in engine.policy.rules {
      guard let example = rule.example else { continue }
      let dated = try compute(rule.id, example)
      let undated = try engine.compute(rule.id, claim: Data(example.utf8))
      #expect(dated.confidence.grade >= .draft && dated.confidence.text == engine.policy.caution)
      #expect(dated.on == "2024-06-30" && !codes(dated).contains("date-not-given"))
      #expect(undated.on == nil && codes(undated).contains("date-not-given"))
      #expect(undated.totalFen == dated.totalFen && dated.totalFen > 0, "\(rule.id)")
      #expect(!dated.derivation.isEmpty && dated.derivation.allSatisfy { !$0.zh.isEmpty && !$0.en.isEmpty })
    }
  }

  @Test func theLargestAmountIsComputedAndALargerSumIsRefused() throws {
    let most = Int.max
    #expect(try total("R8", #"{"actualInvestmentFen":\#(most),"downPaymentFen":\#(most),"level":4}"#) == 40_000_000)
    #expect(try total("R9", #"{"digitalServiceIncomeFen":\#(most),"paidSoFarFen":\#(most),"crossIndustry":true}"#) == 0)
    #expect(try total("R0", #"{"items":[{"item":"a","pilotFen":\#(most),"otherFen":\#(most),"otherPaidFen":0}]}"#) == most)
    let tooMuch = [
      ("R3", #"{"feePaidFen":[\#(most),1]}"#), ("R4", #"{"completed":\#(most / 5_000_000 + 1)}"#),
      ("R8", #"{"actualInvestmentFen":0,"downPaymentFen":[\#(most),\#(most)],"level":2}"#),
      ("R0", #"{"items":[{"item":"a","pilotFen":\#(most),"otherFen":0},{"item":"b","pilotFen":1,"otherFen":0}]}"#),
      ("R13", #"{"personDays":\#(most)}"#), ("R13", #"{"attendances":[{"persons":\#(most),"hours":16}]}"#),
      ("R8", #"{"actualInvestmentFen":9223372036854775808,"downPaymentFen":0,"level":2}"#),
    ]
    for (rule, claim) in tooMuch {
      let error = #expect(throws: SurveyError.self) { try compute(rule, claim) }
      #expect(error?.problems.map(\.code) == [.numberTooLarge], "\(rule)")
    }
    #expect(try total("R4", #"{"completed":\#(most / 5_000_000)}"#) == most / 5_000_000 * 5_000_000)
  }
}
