import Foundation
import Testing

@testable import SurveyModel

@Suite struct SubsidyPolicyTests {
  let policy: SubsidyPolicy
  let text: String

  init() throws {
    policy = try SubsidyPolicies.bundled().policy("xiamen-2024-draft")
    text = String(decoding: try ResourceFolder.standard.data(of: "policy-xiamen-2024-draft.json"), as: UTF8.self)
  }

  /// What a rule is called is the policy's word, everywhere.
  @Test func everyRuleThatMovesMoneyHasItsNameFromThePolicy() throws {
    let policy = try SubsidyPolicies.bundled().policy(on: nil)
    for rule in SubsidyRule.allCases {
      let name = try policy.rule(rule.rawValue).name
      #expect(rule.label == name.zh && rule.labelEn == name.en && name.zh != rule.rawValue)
    }
  }

  @Test func theDraftsRulesAreThereInItsOrder() {
    #expect(policy.rules.map(\.id) == ["R0"] + (3...16).map { "R\($0)" })
    #expect(policy.rules.filter { $0.terms.body == nil }.map(\.id) == ["R12", "R14", "R15", "R16"])
    #expect(policy.rules.filter { !$0.mayPayLess }.map(\.id) == ["R4"])
    #expect(policy.confidence == .draft)
  }

  @Test func everyFigureIsThatOfTheDraft() {
    let law = [
      "R3": [60, 6_000_000], "R4": [5_000_000], "R5": [10, 100_000_000, 500_000_000], "R6": [30, 30_000_000],
      "R7": [20_000_000, 500_000, 3, 30_000_000], "R8": [40, 25_000_000, 35_000_000, 40_000_000, 40, 10_000_000],
      "R9": [5, 500_000_000, 1_000_000_000], "R10": [100, 3_000_000],
      "R11": [100_000_000, 100_000_000, 100_000_000, 100_000_000, 50_000_000], "R13": [50_000, 8],
    ]
    for rule in policy.rules { #expect(rule.figures.map(\.figure.value) == law[rule.id] ?? [], "\(rule.id)") }
    #expect(policy.frame.map(\.figure.value) == [15_000_000_000, 80, 20, 90])
    #expect(policy.rules.first { $0.id == "R5" }?.figures.map(\.figure.confidence) == [.draft, .reading, .draft])
  }

  @Test func aPolicySurvivesItsEncoding() throws {
    #expect(try SubsidyPolicy(json: JSONEncoder().encode(policy)) == policy)
  }

  // MARK: Slips in a file

  @Test(arguments: [
    (#""format": 1"#, #""format": 2"#, "format"),
    (#""id": "xiamen-2024-draft""#, #""id": "../x""#, "id"),
    (#""effectiveTo": "2025-12-31""#, #""effectiveTo": "2025-02-30""#, "effectiveTo"),
    (#""effectiveTo": "2025-12-31""#, #""effectiveTo": "2023-12-31""#, "effectiveTo"),
    (#""id": "R3""#, #""id": "R4""#, "rules"),
    (#""id": "R3""#, #""id": "R03""#, "rules.1.id"),
    (#""value": 60, "unit": "percent""#, #""value": 101, "unit": "percent""#, "rules.1.terms.percent"),
    (#""value": 6000000, "unit": "fen""#, #""value": -6000000, "unit": "fen""#, "rules.1.terms.limit"),
    (#""value": 6000000, "unit": "fen""#, #""value": 60, "unit": "percent""#, "rules.1.terms.limit"),
    (#""value": 60, "unit": "percent", "source": "draft""#, #""value": 60, "unit": "percent", "source": "issue""#, "rules.1.terms.percent"),
    (#""value": 100000000, "inclusive""#, #""value": 500000000, "inclusive""#, "rules.3.terms.from"),
    (#""value": 3, "unit": "months""#, #""value": 0, "unit": "months""#, "rules.5.terms.months"),
    (#"{"level": 1}"#, #"{"level": 2}"#, "rules.6.terms.levels"),
    (#""value": 35000000"#, #""value": 45000000"#, "rules.6.terms.levels"),
    (#""value": 10000000, "unit": "fen""#, #""value": 40000001, "unit": "fen""#, "rules.6.terms.firstLimit"),
    (#""value": 1000000000"#, #""value": 100000000"#, "rules.7.terms.raisedLimit"),
    (#""key": "smartScene""#, #""key": "smartFactory""#, "rules.9.terms.titles"),
    (#""value": 8, "unit": "hours""#, #""value": 0, "unit": "hours""#, "rules.11.terms.hoursPerDay"),
    (#""key": "firstUse""#, #""key": "cloudFeeFen""#, "rules.4.terms"),
    (#""en": "Diagnosis subsidy""#, #""en": " ""#, "rules.1.name"),
  ])
  func aPolicyThatContradictsItselfIsRefused(right: String, wrong: String, path: String) throws {
    let error = try load(right, wrong)
    #expect(error?.code == .policyInconsistent)
    #expect(error?.problems.contains { $0.details["path"] == path } == true, "\(String(describing: error?.problems))")
  }

  @Test(arguments: [
    (#""kind": "share""#, #""kind": "gift""#, "rules.1.kind"), (#""value": 60,"#, #""value": "60","#, "rules.1.terms.percent.value"),
    (#""confidence": "draft"}"#, #""confidence": "sure"}"#, "rules.1.terms.percent.confidence"),
    (#""mayPayLess": true,"#, "", "rules.0.mayPayLess"),
    (#""when": "excess-instalment""#, #""when": "full-moon""#, "rules.6.questions.3.when"),
  ])
  func aFileOfAnotherFormNamesThePlace(right: String, wrong: String, path: String) throws {
    let error = try load(right, wrong)
    #expect(error?.code == .policyMalformed)
    #expect(error?.details["path"] == path)
  }

  @Test(arguments: [
    (#""mayPayLess": true,"#, #""mayPayLess": true, "mayPayMore": true,"#, SurveyError.Code.keyUnknown),
    (#""limit": {"value": 6000000,"#, #""limt": {}, "limit": {"value": 6000000,"#, .keyUnknown),
    (#""value": 60,"#, #""value": 60, "value": 50,"#, .keyDuplicate),
    (#"{"level": 1}"#, #"{"level": 1, "limt": 5}"#, .keyUnknown),
    (#""format": 1,"#, #""format": 1;"#, .jsonMalformed),
  ])
  func aKeyThatNobodyReadsIsNotPassedOver(right: String, wrong: String, code: SurveyError.Code) throws {
    let error = try load(right, wrong)
    #expect(error?.code == .policyMalformed)
    #expect(error?.problems.map(\.code) == [code])
  }

  @Test(arguments: ["60.5", "6e1", "9223372036854775808"])
  func aFigureThatIsNoWholeNumberNamesThePlace(number: String) throws {
    let error = try load(#""value": 60,"#, #""value": \#(number),"#)
    #expect(error?.code == .policyMalformed)
    #expect(error?.problems.map { $0.details["path"] } == ["rules.1.terms.percent.value"])
  }

  private func load(_ right: String, _ wrong: String) throws -> SurveyError? {
    let range = try #require(text.range(of: right))
    let spoilt = text.replacingCharacters(in: range, with: wrong)
    return #expect(throws: SurveyError.self) { try SubsidyPolicy(json: Data(spoilt.utf8)) }
  }

  // MARK: Versions and days

  private func version(_ id: String, from: String, to: String?) throws -> SubsidyPolicy {
    let end = to.map { #""effectiveTo": "\#($0)","# } ?? ""
    let other = text.replacing(#""id": "xiamen-2024-draft""#, with: #""id": "\#(id)""#)
      .replacing(#""effectiveFrom": "2024-01-01""#, with: #""effectiveFrom": "\#(from)""#)
      .replacing(#""effectiveTo": "2025-12-31","#, with: end)
    return try SubsidyPolicy(json: Data(other.utf8))
  }

  @Test(arguments: [("2023-12-31", false), ("2024-01-01", true), ("2025-12-31", true), ("2026-01-01", false)])
  func aVersionIsInForceFromItsFirstDayToItsLast(day: String, isInForce: Bool) throws {
    #expect(policy.isInForce(on: day) == isInForce)
    let found = Result { try SubsidyPolicies([policy]).policy(on: day) }
    if isInForce {
      #expect(try found.get().id == policy.id)
    } else {
      let error = #expect(throws: SurveyError.self) { try found.get() }
      #expect(error?.code == .policyNotInForce && error?.details["day"] == day)
    }
    let computed = Result { try SubsidyEngine(policy).compute("R10", claim: Data(#"{"feeFen":1}"#.utf8), on: day) }
    #expect(((try? computed.get()) != nil) == isInForce)
  }

  @Test func ofSeveralVersionsInForceTheOneThatBeganLastCounts() throws {
    let policies = SubsidyPolicies([try version("later", from: "2025-07-01", to: nil), policy])
    #expect(policies.all.map(\.id) == ["xiamen-2024-draft", "later"])
    #expect(try policies.policy(on: "2025-06-30").id == "xiamen-2024-draft")
    #expect(try policies.policy(on: "2025-07-01").id == "later")
    #expect(try policies.policy(on: "2099-01-01").id == "later")
    #expect(try policies.policy(on: nil).id == "later")
    #expect(throws: SurveyError(.policyUnknown, ["policy": "x", "known": "xiamen-2024-draft\nlater"])) { try policies.policy("x") }
    let twins = SubsidyPolicies([policy, try version("twin", from: "2024-01-01", to: "2024-12-31")])
    let error = #expect(throws: SurveyError.self) { try twins.policy(on: "2024-06-30") }
    #expect(error?.code == .policyAmbiguous)
    #expect(try twins.policy(on: "2025-01-01").id == "xiamen-2024-draft")
  }

  @Test func anotherVersionsFiguresAreTheOnesComputedWith() throws {
    let richer = text.replacing(#""value": 60, "unit": "percent""#, with: #""value": 75, "unit": "percent""#)
      .replacing(#""value": 6000000, "unit""#, with: #""value": 7500000, "unit""#)
    let engine = SubsidyEngine(try SubsidyPolicy(json: Data(richer.utf8)))
    let totals = try [9_999_999, 10_000_000, 10_000_001].map { fee in
      try engine.compute("R3", claim: Data(#"{"feePaidFen":\#(fee)}"#.utf8)).totalFen
    }
    #expect(totals == [7_499_999, 7_500_000, 7_500_000])
  }

  @Test func aVersionThatIsPutInTheResourcesIsThere() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("policies-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let resources = ResourceFolder(environment: [ResourceFolder.environmentKey: folder.path], executable: nil)
    let none = #expect(throws: SurveyError.self) { try SubsidyPolicies.bundled(resources: resources) }
    #expect(none?.code == .resourceMissing)
    let second = text.replacing(#""id": "xiamen-2024-draft""#, with: #""id": "second""#)
    try Data(text.utf8).write(to: folder.appendingPathComponent("policy-xiamen-2024-draft.json"))
    try Data(second.utf8).write(to: folder.appendingPathComponent("policy-second.json"))
    #expect(try SubsidyPolicies.bundled(resources: resources).all.map(\.id) == ["second", "xiamen-2024-draft"])
    try Data(second.utf8).write(to: folder.appendingPathComponent("policy-third.json"))
    let misnamed = #expect(throws: SurveyError.self) { try SubsidyPolicies.bundled(resources: resources) }
    #expect(misnamed?.code == .policyMalformed)
  }
}
