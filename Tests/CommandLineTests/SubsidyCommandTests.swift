import Foundation
import Testing

@Suite struct SubsidyCommandTests {
  private func compute(_ rule: String, _ claim: String, _ more: String...) throws -> Outcome {
    try Program.run(["subsidy", "compute", "--rule", rule, "--input", "-"] + more, stdin: claim)
  }

  private let claim = #"{"actualInvestmentFen":20000000,"downPaymentFen":25000000,"level":2}"#

  @Test func aClaimIsComputedWithoutAHome() throws {
    let result = try compute("R8", claim, "--on", "2024-06-30", "--json", "--home", "/nonexistent").object()
    #expect(["firstFen", "totalFen", "restFen", "excessFen"].map { result[$0] as? Int } == [10_000_000, 8_000_000, 0, 2_000_000])
    #expect(result["policy"] as? String == "xiamen-2024-draft")
    let notes = try #require(result["notes"] as? [[String: String]])
    #expect(notes.contains { $0["code"] == "excess-instalment" })
  }

  @Test func peopleReadTheDerivationAndTheDoubt() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("claim.json")
    try Data(#"{"actualInvestmentFen":80000000,"downPaymentFen":30000000,"level":[2,3]}"#.utf8).write(to: file)
    let chinese = try Program.run(["subsidy", "compute", "--rule", "R8", "--input", file.path]).stdout
    for part in ["min(40 % × 首付 300,000, 100,000) = 100,000", "2 级:25万元", "3 级:32万元", "征求意见稿", "没有给出日期"] {
      #expect(chinese.contains(part), "\(part)")
    }
    let english = try Program.run(["subsidy", "compute", "--rule", "R8", "--input", file.path, "--lang", "en", "--on", "2024-06-30"]).stdout
    for part in ["min(40 % × down payment 300,000, 100,000) = 100,000", "at level 3: CNY 320000", "consultation draft"] {
      #expect(english.contains(part), "\(part)")
    }
    #expect(!english.contains("no date was given"))
  }

  @Test(arguments: [
    ("R8", #"{"actualInvestmentFen":-1,"downPaymentFen":1,"level":2}"#, [], 65, "claim-refused"),
    ("R8", #"{"actualInvestmentFen":1,"downPaymentFen":1,"level":5}"#, [], 65, "claim-refused"),
    ("R8", #"{"actualInvestmentFen":1,"downPaymentFen":1,"level":2,"level":3}"#, [], 65, "claim-refused"),
    ("R8", #"{"actualInvestmentFen":1.5,"downPaymentFen":1,"level":2}"#, [], 65, "claim-refused"),
    ("R8", #"{"downPaymentFen":1,"level":2}"#, [], 65, "claim-refused"), ("R8", "not JSON", [], 65, "claim-refused"),
    ("R8", #"{"actualInvestmentFen":99999999999999999999,"downPaymentFen":1,"level":2}"#, [], 65, "claim-refused"),
    ("R99", "{}", [], 65, "rule-unknown"), ("R12", "{}", [], 65, "rule-without-figures"),
    ("R10", #"{"feeFen":1}"#, ["--on", "2025-02-30"], 65, "value-invalid"),
    ("R10", #"{"feeFen":1}"#, ["--on", "2026-01-01"], 65, "policy-not-in-force"),
    ("R10", #"{"feeFen":1}"#, ["--policy", "xiamen-2024-draft", "--on", "2023-12-31"], 65, "policy-not-in-force"),
    ("R10", #"{"feeFen":1}"#, ["--policy", "nowhere"], 66, "policy-unknown"),
    ("R10", #"{"feeFen":1}"#, ["--policy", "./nowhere.json"], 66, "file-unreadable"),
  ])
  func whatCannotBeComputedIsToldAndNothingIsPrinted(rule: String, claim: String, more: [String], status: Int32, code: String) throws {
    let outcome = try Program.run(["subsidy", "compute", "--rule", rule, "--input", "-", "--json"] + more, stdin: claim)
    #expect(outcome.status == status)
    #expect(outcome.stdout.isEmpty)
    #expect(try outcome.error()["code"] as? String == code)
    // Both languages have words for it, not the bare code.
    for language in ["zh", "en"] {
      let told = try Program.run(["subsidy", "compute", "--rule", rule, "--input", "-", "--lang", language] + more, stdin: claim)
      #expect(told.status == status && told.stdout.isEmpty)
      #expect(!told.stderr.contains(code), "\(told.stderr)")
    }
  }

  @Test func severalFaultsAreNamedAtOnce() throws {
    let outcome = try compute("R8", #"{"actualInvestmentFen":-5,"downPaymentFen":"1","level":9,"x":1}"#, "--json")
    #expect(outcome.status == 65)
    let message = try #require(outcome.error()["message"] as? String)
    for part in ["-5", "downPaymentFen", "9", "“x”", "第 1 行"] { #expect(message.contains(part), "\(message)") }
  }

  @Test func aSecondPolicyIsAFileAway() throws {
    let folder = try TemporaryFolder()
    let shown = try Program.run(["policy", "show", "xiamen-2024-draft", "--json"])
    let file = folder.url.appendingPathComponent("issued.json")
    let issued = shown.stdout.replacing(#""id":"xiamen-2024-draft""#, with: #""id":"issued""#)
      .replacing(#""effectiveFrom":"2024-01-01""#, with: #""effectiveFrom":"2026-01-01""#)
      .replacing(#""effectiveTo":"2025-12-31""#, with: #""effectiveTo":"2026-12-31""#)
      .replacing(#""unit":"fen","value":3000000}"#, with: #""unit":"fen","value":2000000}"#)
    try Data(issued.utf8).write(to: file)
    let fee = #"{"feeFen":2500000}"#
    let result = try compute("R10", fee, "--policy", file.path, "--on", "2026-06-30", "--json").object()
    #expect(result["totalFen"] as? Int == 2_000_000 && result["policy"] as? String == "issued")
    #expect(
      try compute("R10", fee, "--policy", file.path, "--on", "2024-06-30", "--json").error()["code"] as? String == "policy-not-in-force")
    try Data(issued.replacing(#""effectiveTo":"2026-12-31""#, with: #""effectiveTo":"2025-12-31""#).utf8).write(to: file)
    let refused = try compute("R10", fee, "--policy", file.path, "--json")
    #expect(refused.status == 65)
    #expect(try refused.error()["code"] as? String == "policy-inconsistent")
    // Beside the program, a version is chosen by its days.
    try Data(issued.utf8).write(to: folder.url.appendingPathComponent("policy-issued.json"))
    let chosen = try Program.run(
      ["subsidy", "compute", "--rule", "R10", "--input", "-", "--on", "2026-06-30", "--json"], stdin: fee,
      environment: ["FIELDSURVEY_RESOURCES": folder.url.path])
    #expect(try chosen.object()["totalFen"] as? Int == 2_000_000)
    let earlier = try Program.run(
      ["subsidy", "compute", "--rule", "R10", "--input", "-", "--on", "2024-06-30", "--json"], stdin: fee,
      environment: ["FIELDSURVEY_RESOURCES": folder.url.path])
    #expect(try earlier.object()["totalFen"] as? Int == 2_500_000)
  }

  @Test func theRulesSayWhatTheyTakeAndTheirExamplesCompute() throws {
    let rules = try #require(try Program.run(["subsidy", "rules", "--json"]).json() as? [[String: Any]])
    #expect(rules.count == 15)
    for rule in rules {
      guard let example = rule["example"] as? String else { continue }
      let id = try #require(rule["id"] as? String)
      #expect(try (compute(id, example, "--json").object()["totalFen"] as? Int ?? 0) > 0, "\(id)")
    }
    let text = try Program.run(["subsidy", "rules"]).stdout
    for part in ["R8  试点企业数字化改造补贴", "downPaymentFen", "首期上限 10万元", "没有给出金额或比例"] { #expect(text.contains(part), "\(part)") }
  }

  @Test func aPolicyShowsWhereItsFiguresComeFromAndHowSureTheyAre() throws {
    #expect(try Program.run(["policy", "list"]).stdout.contains("xiamen-2024-draft  2024-01-01  2025-12-31  征求意见稿"))
    let text = try Program.run(["policy", "show", "xiamen-2024-draft"]).stdout
    for part in ["起点  ≥ 100万元  [draft:原文未明,按我们的理解]", "公开报道", "可能不同", "四(五)8", "? "] { #expect(text.contains(part), "\(part)") }
    let english = try Program.run(["policy", "show", "xiamen-2024-draft", "--lang", "en"]).stdout
    #expect(english.contains("[draft: not stated; our reading]"))
    #expect(try Program.run(["policy", "show", "nowhere", "--json"]).status == 66)
  }
}
