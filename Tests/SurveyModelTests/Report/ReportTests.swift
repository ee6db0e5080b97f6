import GRDB
import SurveyModel
import SyncKit
import Testing

@Suite struct ReportTests {
  let cases: TestCase
  let lin: Survey
  let chen: Survey
  let enterprise: String
  let assessment: String

  init() throws {
    cases = try TestCase()
    (lin, chen, enterprise, assessment) = try cases.pair()
  }

  @Test func anEmptyAssessmentIsReportedAsTheDraftItIs() throws {
    let text = try lin.report(on: assessment).markdown(in: .chinese)
    #expect(text.hasPrefix("# 中小企业数字化水平评测报告\n"))
    #expect(text.contains("草稿：本评测尚未定稿"))
    #expect(text.contains("未完成：还有 31 项未答"))
    #expect(text.contains("工信厅企业〔2024〕56号"))
    #expect(!text.contains("⚠"))
  }

  @Test func theReportTellsScoreLevelScenesAndWhyNotMore() throws {
    let instrument = try Instrument.bundled(edition: "2024")
    var answers = try Answers.all(instrument, level: 2)
    answers.questions[1] = try AnswerCode(parsing: "BCDE")
    try lin.answer(assessment, with: answers)
    _ = try lin.finalizeAssessment(assessment)
    let report = try lin.report(on: assessment)
    let text = report.markdown(in: .chinese)
    #expect(!text.contains("草稿"))
    #expect(text.contains("鹭岛精密电子（虚构）"))
    #expect(text.contains("得分 **\(Double(report.assessment.rating.scoreMilli) / 1000)** / 100"))
    #expect(text.contains("| 7 | 质量管理 ★ | ■■□□ 2 |"))
    #expect(text.contains("为何不是"))
    let english = report.markdown(in: .english)
    #expect(english.contains("| 7 | Quality ★ | ■■□□ 2 |"))
    #expect(!english.contains("。"))
  }

  @Test func contestedCellsAreFlaggedWithBothSides() throws {
    try lin.answer(assessment, with: Answers(scenes: [7: 2]))
    try chen.answer(assessment, with: Answers(scenes: [7: 3]))
    try lin.exchange(with: chen)
    let text = try lin.report(on: assessment).markdown(in: .chinese)
    #expect(text.contains("⚠ 1 项有争议"))
    #expect(text.contains("质量管理 ★ ⚠"))
    #expect(text.contains("## 争议项"))
    #expect(text.contains("3 — chen"))
    #expect(text.contains("2 — lin"))
  }

  @Test func findingsAreCountedByLinkAndObjective() throws {
    let diagnosis = try lin.startDiagnosis(of: enterprise).id
    _ = try lin.addFinding(FindingDraft(link: .production, objectives: [.quality, .cost], text: "报废率高"), to: diagnosis)
    _ = try lin.addFinding(FindingDraft(link: .production, objectives: [.cost], text: "返工多"), to: diagnosis)
    _ = try lin.addNeed(NeedDraft(link: .production, text: "MES", budgetFen: 8_500_000), to: diagnosis)
    let text = try lin.report(on: assessment).markdown(in: .chinese)
    #expect(text.contains("| 生产制造 | 1 | · | 2 | · | · | · |"))
    #expect(text.contains("预算合计：8.5万元"))
  }

  @Test func whatPeopleWroteCannotBreakTheLayout() throws {
    // Our forms take no control character; another program may have written one.
    let address = "一号楼\n# 假标题 | `x` \u{1B}[31m"
    try lin.replica.pool.write { db in try db.execute(sql: "UPDATE enterprise SET address = ?", arguments: [address]) }
    try lin.answer(assessment, with: Answers(), notes: [.question(1): "a|b\n| c |"])
    let text = try lin.report(on: assessment).markdown(in: .chinese)
    #expect(text.contains("一号楼 \\# 假标题 \\| \\`x\\` \\[31m"))
    #expect(text.contains("a\\|b \\| c \\|"))
  }
}
