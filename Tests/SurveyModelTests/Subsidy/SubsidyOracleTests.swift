import Foundation
import Testing

@testable import SurveyModel

@Suite struct SubsidyOracleTests {
  private struct OracleCase: Decodable {
    let rule: String
    let figures: [String: Int]
    let flags: [String]
    let perLevel: [SubsidyResult.LevelAmounts]?
    let items: [SubsidyResult.ItemAmounts]?
    let months: [String]?
  }

  /// The flags on which the oracle has a say; the others concern wording alone.
  private let judged: Set<String> = [
    "excess-instalment", "paid-differs", "level-disputed", "level-without-subsidy", "outside-plan", "below-threshold", "condition-not-met",
    "claim-contested",
    "limit-used-up", "paid-beyond-limit", "months-across-years", "several-titles", "partial-days", "overlap", "paid-elsewhere",
    "paid-beyond-highest", "amounts-added",
  ]

  /// `Fixtures/subsidy_oracle.py` shares nothing with the engine and its policy file but the law.
  @Test func theEngineAgreesWithTheIndependentCalculatorOnEveryCase() throws {
    let url = try #require(Bundle.module.url(forResource: "subsidies", withExtension: "json", subdirectory: "Fixtures"))
    let data = try Data(contentsOf: url)
    let cases = try JSONDecoder().decode([OracleCase].self, from: data)
    let claims = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]]).map { $0["claim"] }
    let engine = SubsidyEngine(try SubsidyPolicies.bundled().policy("xiamen-2024-draft"))
    #expect(cases.count == 819)
    #expect(Set(cases.map(\.rule)) == Set(engine.policy.rules.filter { $0.terms.body != nil }.map(\.id)))
    #expect(Set(cases.flatMap(\.flags)) == judged)
    for (index, expected) in cases.enumerated() {
      let claim = try JSONSerialization.data(withJSONObject: try #require(claims[index]))
      let result = try engine.compute(expected.rule, claim: claim, on: "2024-06-30")
      let place = Comment("case \(index): \(expected.rule) \(String(decoding: claim, as: UTF8.self))")
      #expect(figures(of: result) == expected.figures, place)
      #expect(Set(result.notes.map(\.code)).intersection(judged) == Set(expected.flags), place)
      #expect(result.perLevel == expected.perLevel, place)
      #expect(result.items == expected.items, place)
      #expect(result.months == expected.months, place)
      #expect(result.derivation.isEmpty == (result.items?.isEmpty == true), place)
    }
  }

  private func figures(of result: SubsidyResult) -> [String: Int] {
    let all = [
      "totalFen": result.totalFen, "firstFen": result.firstFen, "restFen": result.restFen, "excessFen": result.excessFen,
      "overpaidFen": result.overpaidFen, "underpaidFen": result.underpaidFen,
      "differenceFen": result.differenceFen, "blockedFen": result.blockedFen, "remainingFen": result.remainingFen,
      "stackedFen": result.stackedFen, "personDays": result.personDays,
    ]
    return all.compactMapValues { $0 }
  }
}
