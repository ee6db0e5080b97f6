import Foundation
import Testing

@testable import SurveyModel

@Suite struct SubsidyClaimTests {
  let engine: SubsidyEngine

  init() throws { engine = SubsidyEngine(try SubsidyPolicies.bundled().policy(on: nil)) }

  func problems(_ rule: String, _ json: String, _ location: SourceLocation = #_sourceLocation) -> [SurveyError] {
    let error = #expect(throws: SurveyError.self, sourceLocation: location) { try engine.compute(rule, claim: Data(json.utf8)) }
    #expect(error?.code == .claimRefused, sourceLocation: location)
    #expect(error?.details["count"] == error.map { String($0.problems.count) }, sourceLocation: location)
    return error?.problems ?? []
  }

  @Test func everyFaultIsNamedAtOnceWithItsPlace() {
    let claim = """
      {"actualInvestmentFen": -1,
       "downPaymentFen": 100.5,
       "level": 5,
       "colour": 1,
       "level": 3}
      """
    let found = problems("R8", claim).map {
      [$0.code.description, $0.details["path"] ?? $0.details["key"] ?? "", $0.details["line"] ?? ""]
    }
    #expect(
      Set(found) == [
        ["number-negative", "actualInvestmentFen", "1"], ["type-mismatch", "downPaymentFen", "2"], ["level-unknown", "level", "3"],
        ["key-unknown", "colour", "4"], ["key-duplicate", "level", "5"],
      ])
  }

  @Test(arguments: [
    ("R3", #"{"feePaidFen":-1}"#, "number-negative"), ("R3", #"{"feePaidFen":1.0}"#, "type-mismatch"),
    ("R3", #"{"feePaidFen":1e3}"#, "type-mismatch"), ("R3", #"{"feePaidFen":"100"}"#, "type-mismatch"),
    ("R3", #"{"feePaidFen":null}"#, "type-mismatch"), ("R3", #"{"feePaidFen":[]}"#, "value-missing"),
    ("R3", #"{"feePaidFen":[1,-1]}"#, "number-negative"), ("R3", "{}", "key-missing"), ("R3", "[]", "type-mismatch"),
    ("R3", "", "json-malformed"),
    ("R3", #"{"feePaidFen":1,"providerSelected":"yes"}"#, "type-mismatch"),
    ("R4", #"{"completed":1,"contested":2}"#, "value-invalid"), ("R6", #"{"cloudFeeFen":1,"firstUse":true}"#, "key-missing"),
    ("R7", #"{"annualRegistrations":1,"monthlyResolutions":{"2024-13":1}}"#, "month-invalid"),
    ("R7", #"{"annualRegistrations":1,"monthlyResolutions":{"2024-1":1}}"#, "month-invalid"),
    ("R7", #"{"annualRegistrations":1,"monthlyResolutions":{"2024-01":-1}}"#, "number-negative"),
    ("R7", #"{"annualRegistrations":1,"monthlyResolutions":{"2024-01":1,"2024-01":2}}"#, "key-duplicate"),
    ("R7", #"{"annualRegistrations":1,"monthlyResolutions":[1,2,3]}"#, "type-mismatch"),
    ("R8", #"{"actualInvestmentFen":1,"downPaymentFen":1,"level":-1}"#, "level-unknown"),
    ("R8", #"{"actualInvestmentFen":1,"downPaymentFen":1,"level":[]}"#, "value-missing"),
    ("R8", #"{"actualInvestmentFen":1,"downPaymentFen":1,"level":[2,5]}"#, "level-unknown"),
    ("R8", #"{"actualInvestmentFen":1,"downPaymentFen":1,"level":{"from":3,"to":2}}"#, "value-invalid"),
    ("R8", #"{"actualInvestmentFen":1,"downPaymentFen":1,"level":{"from":3}}"#, "key-missing"),
    ("R8", #"{"actualInvestmentFen":1,"downPaymentFen":1,"level":2.5}"#, "type-mismatch"),
    ("R11", #"{"titles":["nobel"]}"#, "value-invalid"), ("R11", #"{"titles":["smartScene","smartScene"]}"#, "value-repeated"),
    ("R11", #"{"titles":"smartScene"}"#, "type-mismatch"), ("R13", "{}", "keys-exclusive"),
    ("R13", #"{"personDays":1,"attendances":[]}"#, "keys-exclusive"), ("R13", #"{"attendances":[{"persons":1}]}"#, "key-missing"),
    ("R0", #"{"items":[{"item":"a","pilotFen":1,"otherFen":1},{"item":"a","pilotFen":1,"otherFen":1}]}"#, "value-repeated"),
    ("R0", #"{"items":[{"item":" ","pilotFen":1,"otherFen":1}]}"#, "value-missing"),
    ("R0", #"{"items":[{"item":"a","pilotFen":1,"otherFen":1,"other":2}]}"#, "key-unknown"),
  ])
  func whatCannotBeTakenIsRefused(rule: String, claim: String, code: String) {
    #expect(problems(rule, claim).map(\.code.description) == [code])
  }

  @Test func aRuleThatIsNotThereAndOneWithoutFiguresAreToldApart() {
    for id in ["R1", "R17", "", "8"] {
      let error = #expect(throws: SurveyError.self) { try engine.compute(id, claim: Data("{}".utf8)) }
      #expect(error?.code == .ruleUnknown)
    }
    for id in ["R12", "R14", "R15", "R16"] {
      let error = #expect(throws: SurveyError.self) { try engine.compute(id, claim: Data("{}".utf8)) }
      #expect(error?.code == .ruleWithoutFigures)
    }
  }

  @Test func aRulesNameIsTakenAsPeopleTypeIt() throws {
    for id in ["R10", "r10", " Ｒ１０ "] { #expect(try engine.compute(id, claim: Data(#"{"feeFen":1}"#.utf8)).rule == "R10") }
  }

  @Test func whatARuleSaysOfItsInputIsWhatItTakes() throws {
    for rule in engine.policy.rules {
      guard let example = rule.example else { continue }
      _ = try engine.compute(rule.id, claim: Data(example.utf8))
      // Every key that must be there is missed when nothing is, and no other.
      let error = #expect(throws: SurveyError.self) { try engine.compute(rule.id, claim: Data("{}".utf8)) }
      let missed = error?.problems.filter { $0.code == .keyMissing }.compactMap { $0.details["path"] }
      #expect(missed == rule.fields.filter(\.required).map(\.key), "\(rule.id)")
    }
  }
}

/// Claims that the program makes of its records, as Swift values.
@Suite struct TypedClaimTests {
  let engine: SubsidyEngine

  init() throws { engine = SubsidyEngine(try SubsidyPolicies.bundled().policy(on: nil)) }

  func refused(_ rule: SubsidyRule, _ claim: any SubsidyClaim) -> String? {
    refusal { _ = try engine.compute(rule, claim) }?.problems.first?.code.description
  }

  @Test(
    arguments: [
      (
        SubsidyRule.r3, ShareTerms.Claim(base: [7_000_000, 1_000_000], stated: ["providerSelected": true]),
        #"{"feePaidFen":[7000000,1000000],"providerSelected":true}"#
      ),
      (.r4, AwardTerms.Claim(completed: 3, contested: 1, stated: [:]), #"{"completed":3,"contested":1}"#),
      (.r5, BandTerms.Claim(base: [200_000_000]), #"{"equipmentInvestmentFen":200000000}"#),
      (
        .r8, TransformationTerms.Claim(investment: [80_000_000], downPayment: [30_000_000], levels: [2, 3], firstPaid: [1]),
        #"{"actualInvestmentFen":80000000,"downPaymentFen":30000000,"level":[3,2],"firstPaidFen":1}"#
      ),
      (
        .r9, CumulativeTerms.Claim(base: [5_000_000_000], paid: [1], isRaised: true),
        #"{"digitalServiceIncomeFen":5000000000,"paidSoFarFen":1,"crossIndustry":true}"#
      ),
      (
        .r11, TitleTerms.Claim(titles: ["smartFactory"], stated: ["localEnterprise": false]),
        #"{"titles":["smartFactory"],"localEnterprise":false}"#
      ),
      (
        .r13, TrainingTerms.Claim(personDays: nil, attendances: [.init(persons: 20, hours: 17)], stated: [:]),
        #"{"attendances":[{"persons":20,"hours":17}]}"#
      ),
    ] as [(SubsidyRule, any SubsidyClaim, String)])
  func aClaimComesToTheSameFromValuesAndFromJSON(rule: SubsidyRule, claim: any SubsidyClaim, json: String) throws {
    #expect(try engine.compute(rule, claim) == engine.compute(rule.rawValue, claim: Data(json.utf8)))
  }

  @Test func beforeThereIsALevelEveryOneWithASubsidyIsPossible() throws {
    let claim = TransformationTerms.Claim(investment: [80_000_000], downPayment: [30_000_000], levels: [], firstPaid: nil)
    #expect(try engine.compute(.r8, claim).perLevel?.map(\.level) == [2, 3, 4])
  }

  /// Rows may come from a program of another hand: what no form lets pass is refused here too.
  @Test func whatNoFormLetsPassIsRefusedAmongValuesToo() {
    func transformation(_ investment: Int, _ level: Int) -> TransformationTerms.Claim {
      .init(investment: [1, investment], downPayment: [], levels: [level], firstPaid: nil)
    }
    #expect(refused(.r8, transformation(-1, 2)) == "number-negative")
    #expect(refused(.r8, transformation(1, 5)) == "level-unknown")
    #expect(refused(.r4, AwardTerms.Claim(completed: 1, contested: 2, stated: [:])) == "value-invalid")
    #expect(refused(.r4, AwardTerms.Claim(completed: -1, contested: -2, stated: [:])) == "number-negative")
    #expect(refused(.r11, TitleTerms.Claim(titles: ["nobel"], stated: [:])) == "value-invalid")
    #expect(
      refused(.r13, TrainingTerms.Claim(personDays: nil, attendances: [.init(persons: 2, hours: -8)], stated: [:])) == "number-negative")
    let twice = OverlapTerms.Item(name: "a", pilotFen: [1], otherFen: [1], otherPaidFen: nil)
    #expect(refused(.r0, OverlapTerms.Claim(items: [twice, twice])) == "value-repeated")
  }

  @Test func aClaimForAnotherKindOfRuleIsRefused() {
    #expect(refused(.r8, ShareTerms.Claim(base: [1], stated: [:])) == "claim-unfit")
  }
}
