import SurveyModel
import SyncKit
import Testing

@Suite struct DiagnosisStoreTests {
  let cases: TestCase
  let survey: Survey
  let enterprise: String
  let id: String

  init() throws {
    cases = try TestCase()
    survey = try cases.laptop("lin")
    enterprise = try survey.addEnterprise(EnterpriseDraft(name: "甲")).id
    id = try survey.startDiagnosis(of: enterprise).id
  }

  @Test func aFormOfAnotherRecordIsRefusedAndNothingIsWritten() throws {
    let other = try survey.startDiagnosis(of: enterprise).id
    let need = try survey.addNeed(NeedDraft(link: .production, text: "甲"), to: id).id
    let finding = try survey.addFinding(FindingDraft(link: .production, objectives: [.quality], text: "乙"), to: id).id
    let before = try survey.replica.status(peer: "nobody").unsentChangesets
    let foreign = try survey.diagnosis(other).readToken
    for save in [
      { _ = try survey.editNeed(need, NeedDraft(text: "x"), reading: foreign) }, { _ = try survey.deleteNeed(need, reading: foreign) },
      { _ = try survey.editFinding(finding, FindingDraft(text: "x"), reading: foreign) },
      { _ = try survey.deleteFinding(finding, reading: foreign) },
      { _ = try survey.describeLink(.production, in: id, problems: "x", reading: foreign) },
      { _ = try survey.editEnterprise(enterprise, EnterpriseDraft(name: "x"), reading: foreign) },
    ] as [() throws -> Void] {
      let error = #expect(throws: SyncKitError.self, performing: save)
      #expect(error?.code == .otherForm)
    }
    #expect(try survey.replica.status(peer: "nobody").unsentChangesets == before)
    let own = try survey.diagnosis(id).readToken
    _ = try survey.editNeed(need, NeedDraft(text: "丙"), reading: own)
    _ = try survey.describeLink(.production, in: id, problems: "丁", reading: own)
    #expect(try survey.need(need).text == "丙")
  }

  @Test func aLinkIsDescribedPieceByPiece() throws {
    _ = try survey.describeLink(.production, in: id, currentState: "人工报工", level: 1)
    let section = try survey.describeLink(.production, in: id, problems: "滞后")
    #expect(section.currentState == "人工报工")
    #expect(section.problems == "滞后")
    #expect(section.level == 1)
    #expect(refusal { _ = try survey.describeLink(.production, in: id, level: 5) }?.code == .valueInvalid)
    #expect(refusal { _ = try survey.describeLink(.production, in: id) }?.code == .nothingToChange)
  }

  @Test func aFindingNeedsLinkObjectiveAndText() throws {
    for (draft, field) in [
      (FindingDraft(objectives: [.cost], text: "x"), "link"), (FindingDraft(link: .rd, text: "x"), "objective"),
      (FindingDraft(link: .rd, objectives: [], text: "x"), "objective"), (FindingDraft(link: .rd, objectives: [.cost], text: " "), "text"),
    ] {
      let error = refusal { _ = try survey.addFinding(draft, to: id) }
      #expect(error?.code == .valueMissing)
      #expect(error?.details["field"] == field)
    }
    #expect(try survey.diagnosis(id).findings.isEmpty)
  }

  @Test func theObjectivesAreOneValueInOneOrder() throws {
    let finding = try survey.addFinding(FindingDraft(link: .rd, objectives: [.safety, .quality, .safety], text: "x"), to: id)
    #expect(finding.objectives.compactMap(\.term) == [.quality, .safety])
  }

  @Test func evidenceIsNamedByItsDigest() throws {
    let path = try cases.file("佐证.pdf", Array("%PDF-".utf8))
    let finding = try survey.addFinding(FindingDraft(link: .rd, objectives: [.cost], text: "x"), to: id, evidence: [path])
    #expect(finding.evidence.map(\.sha256) == ["38523c087796e5d5dd1cf9bad1fb026781a838dd9dd2cf8af58b9f6502a46778"])
    #expect(finding.evidence.map(\.fileName) == ["佐证.pdf"])
    #expect(finding.evidence.map(\.bytes) == [5])
    let missing = refusal { _ = try survey.editFinding(finding.id, FindingDraft(text: "y"), evidence: ["/nowhere/x.jpg"]) }
    #expect(missing?.code == .fileUnreadable)
    #expect(try survey.finding(finding.id).text == "x")
  }

  @Test func aDeletedFindingLeavesItsEvidence() throws {
    let path = try cases.file("a.pdf", Array("%PDF-".utf8))
    let finding = try survey.addFinding(FindingDraft(link: .rd, objectives: [.cost], text: "x"), to: id, evidence: [path])
    let deleted = try survey.deleteFinding(finding.id)
    #expect(deleted == finding)
    #expect(try survey.findings(of: id).isEmpty)
    let assessment = try survey.startAssessment(of: enterprise).id
    #expect(try survey.report(on: assessment).evidence.map(\.id) == finding.evidence.map(\.id))
    #expect(refusal { _ = try survey.deleteFinding(finding.id) }?.code == .recordUnknown)
  }

  @Test func anEditChangesOnlyWhatItNames() throws {
    let finding = try survey.addFinding(FindingDraft(link: .rd, objectives: [.cost], text: "x", severity: .high), to: id)
    let edited = try survey.editFinding(finding.id, FindingDraft(text: "y"))
    #expect(edited.severity?.term == .high)
    #expect(edited.text == "y")
    #expect(refusal { _ = try survey.editFinding(finding.id, FindingDraft()) }?.code == .nothingToChange)
  }

  @Test func aNeedBelongsToADiagnosisOrToTheEnterprise() throws {
    let first = try survey.addNeed(NeedDraft(link: .production, text: "MES", priority: 1, budgetFen: 8_500_000), to: id)
    let second = try survey.addNeed(NeedDraft(link: .rd, text: "PLM"), to: enterprise)
    #expect(first.diagnosisID == id)
    #expect(second.diagnosisID == nil)
    #expect(second.scope.term == .individual)
    #expect(try survey.needs(of: id).map(\.id) == [first.id])
    #expect(try survey.needs(of: enterprise).map(\.id) == [second.id, first.id])
    #expect(try survey.needs().count == 2)
    #expect(refusal { _ = try survey.addNeed(NeedDraft(link: .rd, text: "x", budgetFen: -1), to: id) }?.code == .valueInvalid)
    #expect(refusal { _ = try survey.addNeed(NeedDraft(link: .rd, text: "x", priority: 100), to: id) }?.code == .valueInvalid)
    #expect(refusal { _ = try survey.addNeed(NeedDraft(link: .rd, text: "x"), to: "zzz") }?.code == .recordUnknown)
    #expect(try survey.editNeed(first.id, NeedDraft(budgetFen: 9_000_000)).priority == 1)
    _ = try survey.deleteNeed(first.id)
    #expect(try survey.needs(of: id).isEmpty)
  }

  @Test func nothingOfAFinalizedDiagnosisIsEdited() throws {
    let finding = try survey.addFinding(FindingDraft(link: .rd, objectives: [.cost], text: "x"), to: id)
    let need = try survey.addNeed(NeedDraft(link: .rd, text: "x"), to: id)
    #expect(try survey.finalizeDiagnosis(id).state.term == .finalized)
    let attempts: [() throws -> Void] = [
      { _ = try survey.addFinding(FindingDraft(link: .rd, objectives: [.cost], text: "y"), to: id) },
      { _ = try survey.editFinding(finding.id, FindingDraft(text: "y")) }, { _ = try survey.deleteFinding(finding.id) },
      { _ = try survey.addNeed(NeedDraft(link: .rd, text: "y"), to: id) }, { _ = try survey.editNeed(need.id, NeedDraft(text: "y")) },
      { _ = try survey.deleteNeed(need.id) }, { _ = try survey.describeLink(.rd, in: id, level: 1) },
      { _ = try survey.finalizeDiagnosis(id) },
    ]
    for attempt in attempts { #expect(refusal(attempt)?.code == .recordFinalized) }
    #expect(try survey.reopenDiagnosis(id).state.term == .draft)
    _ = try survey.deleteFinding(finding.id)
  }

  @Test func aTermIsReadByKeyOrByName() throws {
    #expect(try BusinessLink.parse("生产制造", field: "link") == .production)
    #expect(try SubSector.parse("ELECTRONICDEVICES", field: "x") == .electronicDevices)
    #expect(try District.parse("３５０２０６", field: "x") == .huli)
    #expect(refusal { _ = try Objective.parse("", field: "objective") }?.details["allowed"]?.hasPrefix("quality\n") == true)
  }
}
