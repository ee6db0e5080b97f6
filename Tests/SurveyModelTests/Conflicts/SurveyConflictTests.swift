import SurveyModel
import SyncCore
import SyncKit
import Testing

@Suite struct SurveyConflictTests {
  let cases: TestCase
  let lin: Survey
  let chen: Survey
  let enterprise: String
  let assessment: String
  let instrument: Instrument

  init() throws {
    cases = try TestCase()
    (lin, chen, enterprise, assessment) = try cases.pair()
    instrument = try Instrument.bundled(edition: "2024")
  }

  @Test func twoWhoAnswerTheSameQuestionWriteTheSameRow() throws {
    try lin.answer(assessment, with: Answers(questions: [4: AnswerCode(parsing: "GH"), 5: AnswerCode(parsing: "B")]))
    try chen.answer(assessment, with: Answers(questions: [4: AnswerCode(parsing: "HN"), 5: AnswerCode(parsing: "B")]))
    try lin.exchange(with: chen)
    for survey in [lin, chen] {
      let view = try survey.assessment(assessment)
      // The same answer from both is no conflict, and two choices are never united.
      #expect(view.range.contested == [.question(4)])
      let contested = view.item(.question(4))?.contested.first
      #expect(Set(contested?.candidates.map(\.value) ?? []) == ["GH", "HN"])
      #expect(contested?.candidates.first?.value == view.item(.question(4))?.value)
    }
    #expect(try lin.assessment(assessment).answers == chen.assessment(assessment).answers)
  }

  @Test func theLevelIsARangeUntilTheOfficeSettles() throws {
    try lin.answer(assessment, with: best(sceneLevel: 2, scenes: 1...5))
    try lin.exchange(with: chen)
    try lin.answer(assessment, with: Answers(scenes: [6: 2]))
    try chen.answer(assessment, with: Answers(scenes: [6: 0]))
    try lin.exchange(with: chen)
    let view = try lin.assessment(assessment)
    #expect(view.range.contested == [.scene(6)])
    #expect(view.range.levels == 0...2)

    let conflict = try #require(lin.replica.conflicts().first)
    let impact = try #require(try lin.impact(of: conflict))
    #expect(impact.item == .scene(6))
    #expect(impact.decidesLevel)
    #expect(Dictionary(uniqueKeysWithValues: impact.choices.map { ($0.value, $0.level) }) == ["2": 2, "0": 0])

    try lin.replica.settle([Settlement(conflict: conflict.id, value: .integer(2))], reason: "现场复核")
    try lin.exchange(with: chen)
    for survey in [lin, chen] {
      let settled = try survey.assessment(assessment)
      #expect(settled.range.contested.isEmpty)
      #expect(settled.rating.level == 2)
    }
  }

  @Test func anImpactLeavesTheOtherConflictsOpen() throws {
    try lin.answer(assessment, with: best(sceneLevel: 2, scenes: 1...4))
    try lin.exchange(with: chen)
    try lin.answer(assessment, with: Answers(scenes: [6: 2, 7: 2]))
    try chen.answer(assessment, with: Answers(scenes: [6: 0, 7: 0]))
    try lin.exchange(with: chen)
    for conflict in try lin.replica.conflicts() {
      let impact = try #require(try lin.impact(of: conflict))
      let kept = try #require(impact.choices.first { $0.value == "2" })
      #expect([kept.lowestLevel, kept.highestLevel] == [0, 2])
      let dropped = try #require(impact.choices.first { $0.value == "0" })
      #expect([dropped.lowestLevel, dropped.highestLevel] == [0, 0])
    }
  }

  @Test func theMoneyOfEachChoiceIsToldUntilAnAgencyHasJudged() throws {
    let office = try cases.laptop("office", as: .office, start: 1_795_001_000_000)
    let agency = try cases.laptop("agency", as: .agency, start: 1_795_001_500_000)
    try lin.answer(assessment, with: best(sceneLevel: 2, scenes: 1...4))
    try lin.exchange(with: chen)
    try lin.answer(assessment, with: Answers(scenes: [6: 2, 7: 2]))
    try chen.answer(assessment, with: Answers(scenes: [6: 0, 7: 0]))
    try lin.exchange(with: chen)
    _ = try lin.addRecord(.contract, .of("signedOn=2024-06-01", "total=50万", "downPayment=20万", "actualInvestment=30万"), of: enterprise)
    try office.exchange(with: lin)
    for conflict in try office.replica.conflicts() {
      let impact = try #require(try office.impact(of: conflict))
      #expect(impact.ratedLevel == nil && impact.money?.notRecorded == [.level])
      let kept = try #require(impact.choices.first { $0.value == "2" })
      #expect([kept.lowestSubsidyFen, kept.highestSubsidyFen] == [0, 12_000_000])
      let dropped = try #require(impact.choices.first { $0.value == "0" })
      #expect([dropped.subsidyFen, dropped.lowestSubsidyFen, dropped.highestSubsidyFen] == [0, 0, 0])
    }
    try agency.exchange(with: office)
    _ = try agency.addRecord(.acceptance, .of("acceptedOn=2024-12-01", "verdict=passed", "level=1"), of: enterprise)
    try agency.exchange(with: office)
    for conflict in try office.replica.conflicts() {
      let impact = try #require(try office.impact(of: conflict))
      #expect(impact.ratedLevel == 1 && impact.money == nil && impact.choices.allSatisfy { $0.subsidyFen == nil })
    }
  }

  @Test func oneEditsTheNeedThatTheOtherDeletes() throws {
    let need = try lin.addNeed(NeedDraft(link: .production, text: "MES"), to: enterprise)
    try lin.exchange(with: chen)
    _ = try lin.editNeed(need.id, NeedDraft(budgetFen: 100))
    _ = try chen.deleteNeed(need.id)
    try lin.exchange(with: chen)
    for survey in [lin, chen] {
      let shown = try #require(try survey.needs(of: enterprise).first)
      #expect(shown.budgetFen == 100)
      #expect(shown.contested.map(\.column) == [Contested.existence])
      #expect(Set(shown.contested[0].candidates.map(\.value)) == ["kept", "deleted"])
    }
    let conflict = try #require(lin.replica.conflicts().first)
    #expect(try lin.impact(of: conflict) == nil)
    try lin.replica.settle([Settlement(conflict: conflict.id, value: .integer(0))], reason: "重复")
    try lin.exchange(with: chen)
    #expect(try chen.needs(of: enterprise).isEmpty)
  }

  @Test func conflictsAreDescribedInWords() throws {
    try lin.answer(assessment, with: Answers(questions: [3: AnswerCode(parsing: "B")], scenes: [7: 2]))
    try chen.answer(assessment, with: Answers(questions: [3: AnswerCode(parsing: "D")], scenes: [7: 3]))
    try lin.exchange(with: chen)
    let conflicts = try lin.replica.conflicts()
    let question = try #require(conflicts.first { $0.row.table == "answer" })
    let description = try lin.describe(question.row)
    #expect(description.enterprise == "鹭岛精密电子（虚构）")
    #expect(description.row.zh.hasPrefix("第 3 题 生产设备联网率"))
    #expect(Survey.describe(column: "letters", of: "answer") == BilingualText("选项", "options"))
    #expect(try lin.describe(.text("B"), of: "letters", in: question.row).zh.hasPrefix("B "))
    let scene = try #require(conflicts.first { $0.row.table == "scene" })
    #expect(try lin.describe(.integer(3), of: "level", in: scene.row).zh.hasPrefix("3 级 "))
    #expect(try lin.describe(.null, of: "level", in: scene.row).en == "(empty)")
    #expect(try lin.describe(.integer(9), of: "level", in: scene.row).zh == "9")
  }

  @Test func twoWhoFinalizeAtOnceDoNotDisagree() throws {
    try lin.answer(assessment, with: Answers.all(instrument, level: 2))
    try lin.exchange(with: chen)
    _ = try lin.finalizeAssessment(assessment)
    _ = try chen.finalizeAssessment(assessment)
    try lin.exchange(with: chen)
    #expect(try lin.replica.conflicts().isEmpty)
    #expect(try lin.assessment(assessment).assessment == chen.assessment(assessment).assessment)
  }

  @Test func everythingOfACaseIsOfItsScope() throws {
    let diagnosis = try lin.startDiagnosis(of: enterprise, visit: lin.startVisit(to: enterprise).id).id
    let path = try cases.file("a.pdf", Array("%PDF-".utf8))
    _ = try lin.addFinding(FindingDraft(link: .rd, objectives: [.cost], text: "x"), to: diagnosis, evidence: [path])
    _ = try lin.describeLink(.rd, in: diagnosis, level: 1)
    _ = try lin.addNeed(NeedDraft(link: .rd, text: "x"), to: diagnosis)
    try lin.answer(assessment, with: Answers.all(instrument, level: 1))
    #expect(try lin.replica.scopes().map(\.name) == [enterprise])
    try lin.exchange(with: chen)
    #expect(try chen.diagnosis(diagnosis).findings.first?.evidence.count == 1)
    let scope = try #require(ScopeID(enterprise))
    #expect(try lin.replica.digest(of: scope) == chen.replica.digest(of: scope))
  }

  /// The best answer to every question, and one level for some scenes.
  private func best(sceneLevel: Int, scenes: ClosedRange<Int>) throws -> Answers {
    var answers = Answers()
    for question in instrument.questions {
      let top = question.kind == .single ? question.options.suffix(1) : question.options.dropFirst()
      answers.questions[question.number] = try AnswerCode(letters: top.map(\.letter))
    }
    for scene in scenes { answers.scenes[scene] = sceneLevel }
    return answers
  }
}
