import SurveyModel
import SyncKit
import Testing

@Suite struct ProposalTests {
  let place: TestCase
  let specialist: Survey
  let finance: Survey
  let enterprise: String

  init() throws {
    place = try TestCase()
    specialist = try place.laptop("lin")
    finance = try place.laptop("he", as: .finance, start: 1_795_000_500_000)
    enterprise = try specialist.addEnterprise(EnterpriseDraft(name: "示例甲")).id
    try specialist.exchange(with: finance)
  }

  private let payment = FieldInput.of("rule=R8", "instalment=first", "amount=10万", "paidOn=2024-06-01")

  @Test func whatIsAnothersWordArrivesAsAProposal() throws {
    let proposal = try #require(try specialist.addRecord(.payment, payment, of: enterprise, because: "企业说已收到").proposal)
    #expect(try specialist.records(.payment).isEmpty)
    try specialist.exchange(with: finance)
    let seen = try #require(try finance.proposals(of: enterprise).first)
    #expect(seen == proposal)
    #expect(seen.proposedBy == "lin")
    #expect(seen.proposedAs?.term == .specialist)
    #expect(seen.reason == "企业说已收到")
    let record = try #require(try finance.accept(seen.id, saying: "已核对").record)
    #expect(record["amount"]?.integer == 10_000_000)
    #expect(record["approvedBy"]?.text == "he")
    try finance.exchange(with: specialist)
    #expect(try specialist.records(.payment, of: enterprise).first?.id == record.id)
    #expect(try specialist.proposal(proposal.id).state.term == .accepted)
    #expect(refusal { _ = try finance.accept(proposal.id) }?.code == .proposalDecided)
  }

  @Test func aRefusedProposalStaysWithItsReason() throws {
    let proposal = try #require(try specialist.addRecord(.payment, payment, of: enterprise).proposal)
    try specialist.exchange(with: finance)
    #expect(refusal { _ = try finance.refuse(proposal.id, because: " ") }?.details == ["field": "reason"])
    _ = try finance.refuse(proposal.id, because: "没有凭证")
    try finance.exchange(with: specialist)
    let seen = try specialist.proposal(proposal.id)
    #expect(seen.state.term == .refused)
    #expect(seen.decision == "没有凭证")
    #expect(seen.fields["amount"] == "10万")
    #expect(try specialist.records(.payment).isEmpty)
  }

  @Test func onlyTheRoleThatHasTheSayDecides() throws {
    let proposal = try #require(try specialist.addRecord(.payment, payment, of: enterprise).proposal)
    #expect(refusal { _ = try specialist.accept(proposal.id) }?.code == .notAuthorised)
    #expect(refusal { _ = try specialist.refuse(proposal.id, because: "x") }?.code == .notAuthorised)
    #expect(try specialist.proposal(proposal.id).state.term == .open)
  }

  /// What is above its bound is told by the fields' names, not by the database's.
  @Test func aProposalAboveItsBoundIsNotAcceptedAndStaysOpen() throws {
    let office = try place.laptop("office", as: .office, start: 1_795_000_900_000)
    let approval = FieldInput.of("rule=R8", "ceiling=10万", "approved=20万")
    let proposal = try #require(try specialist.addRecord(.approval, approval, of: enterprise).proposal)
    try specialist.exchange(with: office)
    let refused = refusal { _ = try office.accept(proposal.id) }
    #expect(refused?.code == .fieldAbove)
    #expect(refused?.details["field"] == "approved")
    #expect(refused?.details["limit"] == "ceiling")
    #expect(try office.records(.approval).isEmpty)
    #expect(try office.proposal(proposal.id).state.term == .open)
  }

  @Test func aProposalThatCannotBeIsRefusedAtOnce() throws {
    let refused = refusal { _ = try specialist.addRecord(.payment, .of("rule=R99", "amount=-1"), of: enterprise) }
    #expect(refused?.code == .recordRefused)
    #expect(try specialist.proposals().isEmpty)
  }

  /// No sequence of a specialist's operations changes a verdict, a place on the list or a payment.
  @Test(arguments: RecordType.all.filter { !$0.authority.isEmpty && !$0.authority.contains(.specialist) }.map(\.table))
  func aSpecialistChangesNothingThatIsAnothersWord(_ table: String) throws {
    let type = try #require(RecordType.of(table))
    #expect(refusal { _ = try specialist.deleteRecord(type, "0", .of()) } != nil)
    let before = try specialist.records(type).count
    let samples = [
      "name": "示例", "kind": type.table == "standing" ? "removed" : "integrator", "happenedOn": "2024-01-01", "fromOn": "2024-01-01",
      "step": "signed", "reason": "x", "checkedOn": "2024-01-01", "finding": "fake", "subject": "enterprise", "ground": "fake",
      "issuedOn": "2024-01-01", "acceptedOn": "2024-01-01", "verdict": "rectify", "level": "city", "rule": "R8", "instalment": "first",
      "amount": "1",
      "paidOn": "2024-01-01", "ceiling": "1", "approved": "1", "unit": "350206", "title": "示例", "state": "removed", "rating": "good",
      "criterion": "effect",
    ]
    if type.fields.contains(where: { field in
      if case .reference = field.kind { return field.presence != .optional }
      return false
    }) {
      return
    }
    let input = FieldInput(
      type.fields.filter { $0.presence != .optional }.map { field in
        (
          field.name,
          ["agency": ["kind": "training"], "programme_result": ["kind": "cluster"], "field_order": ["kind": "rerating"]][table]?[field.name]
            ?? samples[field.name] ?? "1"
        )
      })
    let outcome = try specialist.addRecord(type, input, of: type.home == .enterprise ? enterprise : nil)
    #expect(outcome.proposal != nil)
    #expect(try specialist.records(type).count == before)
  }
}
