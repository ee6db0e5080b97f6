import SurveyModel
import SyncKit
import Testing

/// Whose word something is, beyond what ``RecordType`` says of its fields.
@Suite struct AuthorityTests {
  let place: TestCase
  let specialist: Survey
  let office: Survey
  let agency: Survey
  let enterprise: String

  init() throws {
    place = try TestCase()
    office = try place.laptop("office", as: .office)
    specialist = try place.laptop("lin", start: 1_795_000_500_000)
    agency = try place.laptop("jian", as: .agency, start: 1_795_000_600_000)
    enterprise = try office.addEnterprise(EnterpriseDraft(name: "示例甲", subSector: .medical)).id
    try office.exchange(with: specialist)
    try office.exchange(with: agency)
  }

  @Test func anAgencysRatingIsItsOwnAndStands() throws {
    let id = try agency.startAssessment(of: enterprise, phase: .postTransformation, assessor: .agency).id
    try agency.answer(id, with: Answers(scenes: [1: 2]))
    try agency.exchange(with: specialist)
    for other in [specialist, office] {
      if other === office { try specialist.exchange(with: office) }
      #expect(refusal { _ = try other.answer(id, with: Answers(scenes: [1: 4])) }?.code == .notAuthorised)
      #expect(refusal { _ = try other.finalizeAssessment(id, incomplete: true) }?.code == .notAuthorised)
      #expect(refusal { _ = try other.startAssessment(of: enterprise, assessor: .agency) }?.code == .notAuthorised)
    }
    _ = try agency.finalizeAssessment(id, incomplete: true)
    try agency.exchange(with: specialist)
    #expect(refusal { _ = try specialist.reopenAssessment(id) }?.code == .notAuthorised)
    #expect(refusal { _ = try agency.reopenAssessment(id) }?.code == .recordAppendOnly)
    #expect(try agency.assessment(id).assessment.state.term == .finalized)
  }

  @Test func anAgencysEarlierResultIsEnteredByTheOfficeAndNotByASpecialist() throws {
    func enter(_ survey: Survey) throws {
      _ = try survey.importAssessment(
        of: enterprise, edition: "2022", scoreMilli: 45_000, level: 2, assessor: .agency, source: "报告 12 号")
    }
    #expect(refusal { try enter(specialist) }?.code == .notAuthorised)
    try enter(office)
  }

  @Test func toWhomACaseIsGivenIsTheOfficesWord() throws {
    #expect(refusal { _ = try specialist.assign(enterprise, to: "wu") }?.code == .notAuthorised)
    _ = try office.assign(enterprise, to: "chen")
    try office.exchange(with: specialist)
    #expect(refusal { _ = try specialist.unassign(enterprise, from: "chen") }?.code == .notAuthorised)
    let proposal = try specialist.proposeAssignment(enterprise, to: "wu", role: .assist, dueOn: "2026-12-01")
    #expect(refusal { _ = try specialist.proposeAssignment(enterprise, to: "wu", dueOn: "2025-02-30") }?.code == .valueInvalid)
    #expect(try specialist.assignments(of: enterprise).map(\.user) == ["chen"])
    try specialist.exchange(with: office)
    _ = try office.accept(proposal.id)
    let given = try #require(try office.assignments(of: enterprise).first { $0.user == "wu" })
    #expect(given.role.term == .assist)
    #expect(given.dueOn == "2026-12-01")
    #expect(given.assignedBy == "office")
  }

  /// Figures rest on both: before the enterprise is on the list whoever meets it says so, and after it the office does.
  @Test func whatDecidesWhetherAnEnterpriseCountsIsTheOfficesOnceItIsSelected() throws {
    _ = try specialist.editEnterprise(enterprise, EnterpriseDraft(subSector: .powerEquipment))
    let scale = FieldInput.of("year=2024", "aboveScale=no", "employees=40")
    #expect(try specialist.addRecord(.enterpriseYear, scale, of: enterprise).proposal == nil)
    try specialist.exchange(with: office)
    _ = try office.addRecord(.enrolmentStep, .of("step=selected", "happenedOn=2024-03-01"), of: enterprise)
    try office.exchange(with: specialist)

    let edited = try specialist.editEnterprise(enterprise, EnterpriseDraft(subSector: .other, address: "创新路 1 号"))
    #expect(edited.enterprise.subSector?.term == .powerEquipment)
    #expect(edited.enterprise.address == "创新路 1 号")
    let sector = try #require(edited.proposal)
    let year = try #require(try specialist.addRecord(.enterpriseYear, .of("year=2024", "aboveScale=yes"), of: enterprise).proposal)
    #expect(try specialist.addRecord(.enterpriseYear, .of("year=2024", "employees=41"), of: enterprise).proposal == nil)
    #expect(try specialist.editEnterprise(enterprise, EnterpriseDraft(subSector: .other)).proposal != nil)
    #expect(refusal { _ = try specialist.accept(sector.id) }?.code == .notAuthorised)
    let key = FieldInput.of("year=2024")
    #expect(refusal { _ = try specialist.deleteRecord(.enterpriseYear, nil, key, of: enterprise) }?.code == .notAuthorised)

    try specialist.exchange(with: office)
    _ = try office.accept(sector.id)
    _ = try office.accept(year.id)
    #expect(try office.enterprise(enterprise).enterprise.subSector?.term == .other)
    #expect(try office.records(.enterpriseYear, of: enterprise).first?["aboveScale"]?.integer == 1)
    #expect(try office.editEnterprise(enterprise, EnterpriseDraft(subSector: .medical)).proposal == nil)
  }

  @Test func conflictsAreSettledByWhoseWordItIs() throws {
    let second = try place.laptop("office2", as: .office, start: 1_795_000_700_000)
    try office.exchange(with: second)
    _ = try office.addRecord(.enrolmentStep, .of("step=selected", "happenedOn=2024-03-01"), of: enterprise)
    _ = try second.addRecord(.enrolmentStep, .of("step=selected", "happenedOn=2024-04-01"), of: enterprise)
    _ = try office.editEnterprise(enterprise, EnterpriseDraft(address: "甲路"))
    _ = try second.editEnterprise(enterprise, EnterpriseDraft(address: "乙路"))
    try second.exchange(with: office)
    try office.exchange(with: specialist)
    try office.exchange(with: agency)
    for other in [specialist, agency] {
      let open = try other.replica.conflicts()
      #expect(Set(open.map(\.row.table)) == ["enrolment_step", "enterprise"])
      for conflict in open {
        #expect(refusal { try other.settle([(conflict, conflict.candidates[0].value)], because: "x") }?.code == .notAuthorised)
      }
    }
    try office.settle(office.replica.conflicts().map { ($0, $0.candidates[0].value) }, because: "以文件为准")
    #expect(try office.replica.conflictCount() == 0)
  }

  @Test func anAgencysAnswersAreSettledByTheAgency() throws {
    let second = try place.laptop("jian2", as: .agency, start: 1_795_000_800_000)
    let id = try agency.startAssessment(of: enterprise, assessor: .agency).id
    try agency.exchange(with: second)
    try agency.answer(id, with: Answers(scenes: [1: 2]))
    try second.answer(id, with: Answers(scenes: [1: 3]))
    try second.exchange(with: agency)
    try agency.exchange(with: office)
    let conflict = try #require(try office.replica.conflicts().first)
    #expect(refusal { try office.settle([(conflict, conflict.candidates[0].value)], because: "x") }?.code == .notAuthorised)
    try agency.settle([(conflict, conflict.candidates[1].value)], because: "现场复核")
    #expect(try agency.replica.conflictCount() == 0)
  }

  @Test func aViewerWritesNothing() throws {
    let viewer = try place.laptop("kan", as: .viewer, start: 1_795_000_900_000)
    try office.exchange(with: viewer)
    #expect(refusal { _ = try viewer.editEnterprise(enterprise, EnterpriseDraft(name: "乙")) }?.code == .notAuthorised)
    #expect(refusal { _ = try viewer.startVisit(to: enterprise) }?.code == .notAuthorised)
    #expect(refusal { _ = try viewer.addRecord(.payment, .of("rule=R8"), of: enterprise) }?.code == .notAuthorised)
    #expect(refusal { try viewer.settle([], because: "x") }?.code == .notAuthorised)
    #expect(try viewer.enterprise(enterprise).enterprise.name == "示例甲")
  }
}
