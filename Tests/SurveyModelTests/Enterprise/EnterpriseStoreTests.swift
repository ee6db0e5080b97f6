import SurveyModel
import Testing

@Suite struct EnterpriseStoreTests {
  let cases: TestCase
  let survey: Survey

  init() throws {
    cases = try TestCase()
    survey = try cases.laptop("lin")
  }

  @Test func whatIsKnownOfAnEnterpriseBesideItsNameIsTypedAndTakenBack() throws {
    let office = try TestCase().laptop("office", as: .office)
    let facts = FieldInput.of("成立日期=２００９-０５-０１", "registeredCapital=500万", "主要产品=连接器", "untrustedOn=2025-01-02", "失信依据=信用厦门")
    let id = try office.addEnterprise(EnterpriseDraft(name: "示例甲", facts: facts)).id
    let enterprise = try office.enterprise(id).enterprise
    #expect(enterprise.establishedOn == "2009-05-01" && enterprise.registeredCapitalFen == 500_000_000)
    #expect(enterprise.mainProducts == "连接器" && enterprise.untrustedOn == "2025-01-02" && enterprise.untrustedSource == "信用厦门")
    let cleared = try office.editEnterprise(id, EnterpriseDraft(facts: .of("untrustedOn=", "untrustedSource="))).enterprise
    #expect(cleared.untrustedOn == nil && cleared.untrustedSource == nil && cleared.mainProducts == "连接器")
  }

  @Test func aFactThatCannotBeIsRefusedAndNothingChanges() throws {
    let office = try TestCase().laptop("office", as: .office)
    let id = try office.addEnterprise(EnterpriseDraft(name: "示例甲")).id
    for (words, code) in [
      (["establishedOn=2025-02-30"], SurveyError.Code.valueInvalid), (["registeredCapital=-5"], .valueInvalid),
      (["untrustedOn=昨天"], .valueInvalid), (["registeredCapital=五百万", "establishedOn=2025-02-30"], .recordRefused),
    ] {
      let draft = EnterpriseDraft(address: "新地址", facts: try FieldInput(parsing: words))
      #expect(refusal { _ = try office.editEnterprise(id, draft) }?.code == code)
      #expect(refusal { _ = try office.addEnterprise(EnterpriseDraft(name: "示例乙", facts: draft.facts)) }?.code == code)
    }
    let enterprise = try office.enterprise(id).enterprise
    #expect(enterprise.address == nil && enterprise.establishedOn == nil && enterprise.registeredCapitalFen == nil)
    #expect(try office.enterprises().count == 1)
  }

  @Test func aCodeWhoseCheckFailsIsKeptAndTold() throws {
    let added = try survey.addEnterprise(EnterpriseDraft(name: " 虚构电子 ", creditCode: "９1350206max000015m"))
    #expect(added.enterprise.name == "虚构电子")
    #expect(added.enterprise.creditCode == "91350206MAX000015M")
    #expect(added.creditCodeCheck?.valid == false)
  }

  @Test func theSameCodeTwiceIsToldAndNotRefused() throws {
    let first = try survey.addEnterprise(EnterpriseDraft(name: "甲", creditCode: "91350206MAX000015L"))
    let second = try survey.addEnterprise(EnterpriseDraft(name: "乙", creditCode: "91350206max000015l"))
    #expect(second.similar.map(\.id) == [first.id])
    #expect(try survey.enterprise(first.id).similar.map(\.id) == [second.id])
    #expect(try survey.enterprises().count == 2)
    #expect(refusal { _ = try survey.enterprise("91350206MAX000015L") }?.code == .recordAmbiguous)
  }

  @Test func anEnterpriseWithoutANameIsRefused() throws {
    #expect(refusal { _ = try survey.addEnterprise(EnterpriseDraft(name: "　 ")) }?.details["field"] == "name")
    #expect(refusal { _ = try survey.addEnterprise(EnterpriseDraft(name: "甲", industryCode: "39x4")) }?.code == .valueInvalid)
    for code in ["9135O206MAX000015L", "123", "91350206MAX000015"] {
      #expect(refusal { _ = try survey.addEnterprise(EnterpriseDraft(name: "甲", creditCode: code)) }?.code == .creditCodeImpossible)
    }
    #expect(try survey.enterprises().isEmpty)
  }

  @Test func theReportingUnitFollowsTheDistrictUnlessItIsSaid() throws {
    let plain = try survey.addEnterprise(EnterpriseDraft(name: "甲", district: .huli)).enterprise
    #expect(plain.reportingUnit?.term == .huli)
    let torch = try survey.addEnterprise(EnterpriseDraft(name: "乙", district: .huli, reportingUnit: .torch)).enterprise
    #expect(torch.reportingUnit?.term == .torch)
  }

  @Test func anEditChangesOnlyWhatItNames() throws {
    let id = try survey.addEnterprise(EnterpriseDraft(name: "甲", creditCode: "91350206MAX000015K", address: "旧址")).id
    let edited = try survey.editEnterprise(id, EnterpriseDraft(creditCode: "91350206MAX000015L"))
    #expect(edited.enterprise.address == "旧址")
    #expect(edited.creditCodeCheck?.valid == true)
    #expect(try survey.editEnterprise(id, EnterpriseDraft(address: "")).enterprise.address == nil)
    #expect(refusal { _ = try survey.editEnterprise(id, EnterpriseDraft()) }?.code == .nothingToChange)
    #expect(refusal { _ = try survey.editEnterprise(id, EnterpriseDraft(name: "")) }?.code == .valueMissing)
  }

  @Test func anIdentifierIsGivenByAnyUniqueBeginning() throws {
    let first = try survey.addEnterprise(EnterpriseDraft(name: "甲")).id
    let second = try survey.addEnterprise(EnterpriseDraft(name: "乙")).id
    #expect(first < second)
    let common = String(zip(first, second).prefix { $0 == $1 }.map(\.0))
    #expect(try survey.enterprise(String(first.prefix(common.count + 1)).uppercased()).id == first)
    let ambiguous = refusal { _ = try survey.enterprise(common) }
    #expect(ambiguous?.code == .recordAmbiguous)
    #expect(ambiguous?.details["matches"] == "\(first)\n\(second)")
    for unknown in ["", " ", "zzz", first + "0", "%", "~"] {
      #expect(refusal { _ = try survey.enterprise(unknown) }?.code == .recordUnknown)
    }
  }

  @Test func toAssignTwiceIsToAssignOnce() throws {
    let survey = try TestCase().laptop("office", as: .office)
    let id = try survey.addEnterprise(EnterpriseDraft(name: "甲")).id
    _ = try survey.assign(id, to: "chen", dueOn: "2026-12-01")
    let again = try survey.assign(id, to: "chen", role: .assist)
    #expect(again.dueOn == "2026-12-01")
    #expect(again.role.term == .assist)
    #expect(try survey.assignments(of: id) == [again])
    #expect(refusal { _ = try survey.assign(id, to: " ") }?.code == .valueMissing)
    #expect(refusal { _ = try survey.assign(id, to: "chen", dueOn: "2026-11-31") }?.details["field"] == "dueOn")
    #expect(try survey.unassign(id, from: "chen").assignment == again)
    #expect(try survey.assignments().isEmpty)
  }

  @Test func aVisitEndsOnce() throws {
    let id = try survey.addEnterprise(EnterpriseDraft(name: "甲")).id
    let visit = try survey.startVisit(to: id, place: "一号车间", note: "到达")
    #expect(visit.endedAt == nil)
    let ended = try survey.endVisit(visit.id, note: "离开")
    #expect(ended.note == "到达\n离开")
    #expect(ended.endedAt != nil)
    #expect(refusal { _ = try survey.endVisit(visit.id) }?.code == .visitEnded)
    #expect(try survey.visits(to: id) == [ended])
  }

  @Test func aVisitOfAnotherEnterpriseIsNotTaken() throws {
    let first = try survey.addEnterprise(EnterpriseDraft(name: "甲")).id
    let second = try survey.addEnterprise(EnterpriseDraft(name: "乙")).id
    let visit = try survey.startVisit(to: first).id
    #expect(refusal { _ = try survey.startAssessment(of: second, visit: visit) }?.code == .otherEnterprise)
    #expect(try survey.startDiagnosis(of: first, visit: visit).visitID == visit)
  }

  /// The latest year with both figures says it; one without says nothing.
  @Test func anEnterpriseIsAsLargeAsItsLatestFiguresSay() throws {
    let office = try cases.laptop("office", as: .office)
    let id = try office.addEnterprise(EnterpriseDraft(name: "示例甲")).id
    #expect(try office.enterprise(id).size == nil)
    for words in [
      ["year=2023", "employees=300", "revenue=2000万"], ["year=2024", "employees=299", "revenue=3000万"], ["year=2025", "employees=2000"],
    ] {
      _ = try office.addRecord(.enterpriseYear, FieldInput(parsing: words), of: id)
    }
    let size = try #require(try office.enterprise(id).size)
    #expect(size.year == 2024 && size.sizeClass == .small && size.revenueFen == 3_000_000_000)
    let other = try office.addEnterprise(EnterpriseDraft(name: "示例乙")).id
    _ = try office.merge(id, into: other, because: "同一家")
    #expect(try office.enterprise(other).size?.sizeClass == .small)
    _ = try office.addRecord(.enterpriseYear, .of("year=2024", "employees=10", "revenue=100万"), of: other)
    #expect(try office.enterprise(other).size?.sizeClass == .micro)
  }
}
