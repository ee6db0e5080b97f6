import GRDB
import SurveyModel
import SyncKit
import Testing

@Suite struct AssessmentStoreTests {
  let cases: TestCase
  let survey: Survey
  let id: String
  let instrument: Instrument

  init() throws {
    cases = try TestCase()
    survey = try cases.laptop("lin")
    let enterprise = try survey.addEnterprise(EnterpriseDraft(name: "甲")).id
    id = try survey.startAssessment(of: enterprise).id
    instrument = try Instrument.bundled(edition: "2024")
  }

  @Test func aNewAssessmentIsUnansweredAndOfLevelNought() throws {
    let view = try survey.assessment(id)
    #expect(view.items.count == 31)
    #expect(view.rating.unanswered == instrument.items)
    #expect(view.rating.level == 0)
    #expect(view.range.contested.isEmpty)
  }

  @Test func aFileWritesOnlyWhatItHolds() throws {
    try survey.answer(id, with: Answers(questions: [1: AnswerCode(parsing: "BC"), 2: AnswerCode(parsing: "C")], scenes: [1: 2]))
    let recorded = try survey.answer(id, with: Answers(questions: [2: AnswerCode(parsing: "D")], scenes: [2: 0]))
    #expect(recorded.written == [.question(2), .scene(2)])
    let view = try survey.assessment(id)
    #expect(view.answers == ["1": ["B", "C"], "2": ["D"]])
    #expect(view.scenes == ["1": 2, "2": 0])
  }

  @Test func whatTheInstrumentRefusesIsNotWrittenInPart() throws {
    let bad = Answers(questions: [1: try AnswerCode(parsing: "B"), 3: try AnswerCode(parsing: "BC")], scenes: [7: 5])
    let error = refusal { try survey.answer(id, with: bad) }
    #expect(error?.problems.map(\.code) == [.choiceSingle, .sceneLevelOutOfRange])
    #expect(try survey.assessment(id).answers.isEmpty)
  }

  @Test func theSameAnswerAgainWritesNothing() throws {
    let answers = try Answers.all(instrument, level: 2)
    #expect(try survey.answer(id, with: answers).written.count == 31)
    let before = try survey.replica.status(peer: "nobody").unsentChangesets
    #expect(try survey.answer(id, with: answers).written.isEmpty)
    #expect(try survey.replica.status(peer: "nobody").unsentChangesets == before)
  }

  @Test func aWithdrawnAnswerIsUnansweredWhichIsNotNone() throws {
    try survey.answer(id, with: Answers(questions: [5: AnswerCode(parsing: "A")]))
    #expect(!(try survey.assessment(id).rating.unanswered.contains(.question(5))))
    let recorded = try survey.answer(id, with: Answers(), clearing: [.question(5), .scene(3)])
    #expect(recorded.written == [.question(5)])
    #expect(try survey.assessment(id).rating.unanswered.contains(.question(5)))
  }

  @Test func aRemarkStandsBesideTheAnswer() throws {
    let recorded = try survey.answer(id, with: Answers(), notes: [.scene(4): "看过现场"])
    #expect(recorded.written == [.scene(4)])
    let item = try survey.assessment(id).item(.scene(4))
    #expect(item?.note == "看过现场")
    #expect(item?.value == nil)
    try survey.answer(id, with: Answers(), notes: [.scene(4): " "])
    #expect(try survey.assessment(id).item(.scene(4))?.note == nil)
    #expect(refusal { try survey.answer(id, with: Answers(), notes: [.scene(17): "x"]) }?.problems.map(\.code) == [.sceneUnknown])
  }

  @Test func anIncompleteAssessmentIsNotFinalizedUnlessItMustBe() throws {
    try survey.answer(id, with: Answers.all(instrument, level: 2))
    try survey.answer(id, with: Answers(), clearing: [.question(3), .scene(7)])
    let error = refusal { _ = try survey.finalizeAssessment(id) }
    #expect(error?.code == .assessmentIncomplete)
    #expect(error?.details["unanswered"] == "q3,scene7")
    #expect(try survey.finalizeAssessment(id, incomplete: true).state.term == .finalized)
  }

  @Test func aFinalizedAssessmentIsNotEditedUntilItIsReopened() throws {
    try survey.answer(id, with: Answers.all(instrument, level: 2))
    let done = try survey.finalizeAssessment(id)
    #expect(done.finalizedBy == "lin")
    #expect(refusal { try survey.answer(id, with: Answers(scenes: [1: 3])) }?.code == .recordFinalized)
    #expect(refusal { _ = try survey.finalizeAssessment(id) }?.code == .recordFinalized)
    #expect(try survey.reopenAssessment(id).state.term == .draft)
    #expect(refusal { _ = try survey.reopenAssessment(id) }?.code == .recordNotFinalized)
    try survey.answer(id, with: Answers(scenes: [1: 3]))
  }

  @Test func aSecondDraftOfTheSamePhaseIsTold() throws {
    let enterprise = try survey.assessment(id).enterprise.id
    #expect(try survey.startAssessment(of: enterprise).otherDrafts.map(\.id) == [id])
    #expect(try survey.startAssessment(of: enterprise, phase: .recheck).otherDrafts.isEmpty)
    #expect(refusal { _ = try survey.startAssessment(of: enterprise, edition: "2022") }?.code == .instrumentUnknown)
  }

  @Test func aFileSavedAsItWasOpenedRevertsNothing() throws {
    try survey.answer(id, with: Answers(questions: [1: AnswerCode(parsing: "BC"), 2: AnswerCode(parsing: "B")]))
    var file = try survey.assessment(id).answerFile
    try survey.answer(id, with: Answers(questions: [1: AnswerCode(parsing: "D")]))
    file.questions[2] = try AnswerCode(parsing: "E")
    let recorded = try survey.answer(id, with: file)
    #expect(recorded.written == [.question(2)])
    let view = try survey.assessment(id)
    #expect(view.answers == ["1": ["D"], "2": ["E"]])
    #expect(view.range.contested.isEmpty)
  }

  @Test func whatChangedSinceTheFileWasOpenedBecomesAConflict() throws {
    try survey.answer(id, with: Answers(scenes: [1: 1]))
    var file = try survey.assessment(id).answerFile
    try survey.answer(id, with: Answers(scenes: [1: 2]))
    file.scenes[1] = 3
    let recorded = try survey.answer(id, with: file)
    #expect(recorded.written == [.scene(1)])
    #expect(recorded.contested == [.scene(1)])
  }

  @Test func aReadTokenThatIsNoneIsRefused() throws {
    let error = #expect(throws: SyncKitError.self) { try survey.answer(id, with: Answers(scenes: [1: 1], readToken: "abc")) }
    #expect(error?.code == .badToken)
    #expect(try survey.assessment(id).scenes.isEmpty)
  }

  @Test func anotherAssessmentsReadTokenIsRefusedAndNothingIsWritten() throws {
    let other = try survey.startAssessment(of: survey.assessment(id).enterprise.id).id
    var file = try survey.assessment(other).answerFile
    file.scenes[1] = 3
    let error = #expect(throws: SyncKitError.self) { try survey.answer(id, with: file) }
    #expect(error?.code.description == "other-form")
    #expect(error?.details["table"] == "assessment")
    #expect(try survey.assessment(id).scenes.isEmpty)
    #expect(try survey.answer(other, with: file).written == [.scene(1)])
  }

  @Test func whatAnotherProgramPutIntoACellNeverEndsThisOne() throws {
    let enterprise = try survey.assessment(id).enterprise.id
    try survey.replica.write { db in
      for (question, letters) in [(1, "BB"), (2, "ZZ"), (3, "BC")] {
        try db.execute(
          sql: "INSERT INTO answer(assessment_id, question, enterprise_id, letters) VALUES(?, ?, ?, ?)",
          arguments: [id, question, enterprise, letters])
      }
      try db.execute(sql: "INSERT INTO scene(assessment_id, scene, enterprise_id, level) VALUES(?, 1, ?, 9)", arguments: [id, enterprise])
      try db.execute(
        sql: "INSERT INTO scene(assessment_id, scene, enterprise_id, level) VALUES(?, 2, ?, 'x')", arguments: [id, enterprise])
      try db.execute(sql: "UPDATE assessment SET phase = 'someday' WHERE id = ?", arguments: [id])
    }
    let view = try survey.assessment(id)
    #expect(view.rating.unanswered.count == 31)
    #expect(view.assessment.phase.label == "someday")
    #expect(view.assessment.phase.term == nil)
  }
}
