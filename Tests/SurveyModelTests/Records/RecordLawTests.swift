import GRDB
import SurveyModel
import SyncKit
import Testing

/// What a value may be beside its form: a day that has come, a key that somebody knows, amounts that add up.
@Suite struct RecordLawTests {
  let place: TestCase
  let office: Survey
  let agency: Survey
  let finance: Survey
  let enterprise: String

  /// 2026-11-18 19:06:40 in Beijing.
  static let start: Int64 = 1_795_000_000_000

  init() throws {
    place = try TestCase()
    office = try place.laptop("office", as: .office, start: Self.start)
    agency = try place.laptop("agency", as: .agency, start: Self.start)
    finance = try place.laptop("he", as: .finance, start: Self.start)
    enterprise = try office.addEnterprise(EnterpriseDraft(name: "示例甲")).id
    try office.exchange(with: agency)
    try office.exchange(with: finance)
  }

  private func fault(_ survey: Survey, _ type: RecordType, _ words: String) -> SurveyError? {
    refusal {
      _ = try survey.addRecord(
        type, FieldInput(parsing: words.split(separator: " ").map(String.init)), of: type.home == .enterprise ? enterprise : nil)
    }
  }

  // MARK: Days that have not come

  @Test(arguments: [
    ("2026-11-18", true), ("2026-11-19", true), ("2026-11-20", false), ("2999-01-01", false),
  ])
  func whatHappenedIsOfTodayOrADayLaterForTheClocksSake(_ day: String, isTaken: Bool) throws {
    let found = [
      fault(agency, .acceptance, "acceptedOn=\(day) verdict=failed"), fault(office, .contract, "total=1 signedOn=\(day)"),
      fault(office, .enrolmentStep, "step=signed happenedOn=\(day)"),
      fault(finance, .payment, "rule=R8 instalment=first amount=1 paidOn=\(day)"),
      fault(office, .spotCheck, "checkedOn=\(day) finding=ok"), fault(office, .achievement, "kind=smartFactory happenedOn=\(day)"),
      refusal { _ = try office.editEnterprise(enterprise, EnterpriseDraft(facts: .of("establishedOn=\(day)"))) },
    ]
    for error in found {
      #expect((error == nil) == isTaken, "\(day): \(String(describing: error))")
      if let error {
        #expect(error.code == .notYet)
        #expect(error.details["value"] == day)
        #expect(error.details["latest"] == "2026-11-19")
      }
    }
  }

  @Test func monthsAndYearsOfFiguresHaveBegun() throws {
    #expect(fault(office, .identifierMonth, "month=2026-11 registrations=1") == nil)
    #expect(fault(office, .identifierMonth, "month=2026-12 registrations=1")?.code == .notYet)
    #expect(fault(office, .enterpriseYear, "year=2026 employees=1") == nil)
    #expect(fault(office, .enterpriseYear, "year=2027 employees=1")?.code == .notYet)
  }

  @Test func plansDeadlinesAndValiditiesLieAhead() throws {
    #expect(fault(office, .contract, "total=1 signedOn=2026-11-01 startsOn=2027-01-01 endsOn=2028-01-01") == nil)
    #expect(fault(office, .tier, "tier=srdi validFrom=2026-12-01 validTo=2029-11-30")?.code != .notYet)
    #expect(fault(office, .standing, "kind=suspended fromOn=2027-01-01 reason=整改") == nil)
    #expect(fault(office, .recommendation, "text=上线 dueOn=2027-06-30") == nil)
    #expect(fault(office, .fieldOrder, "kind=rerating reason=复访 dueOn=2027-06-30") == nil)
    #expect(fault(office, .event, "title=对接会 kind=matching heldOn=2027-01-10")?.code != .notYet)
    #expect(fault(finance, .payment, "rule=R5 instalment=annual amount=1 paidOn=2026-11-01 year=2027") == nil)
    _ = try office.assign(enterprise, to: "wu", dueOn: "2027-01-01")
  }

  /// A diagnosis is described by a form of its own, and reads its days alike.
  @Test func theDayOfASurveyOnSiteHasCome() throws {
    let diagnosis = try office.startDiagnosis(of: enterprise).id
    #expect(refusal { _ = try office.describeDiagnosis(diagnosis, .of("surveyedOn=2026-11-20")) }?.code == .notYet)
    _ = try office.describeDiagnosis(diagnosis, .of("surveyedOn=2026-11-19"))
  }

  // MARK: Keys

  @Test(arguments: [("2022", true), ("2024", true), ("2023", false), ("2099", false)])
  func anEditionIsOneThatIsKnown(_ edition: String, isTaken: Bool) throws {
    let error = fault(agency, .acceptance, "acceptedOn=2025-09-01 verdict=passed level=2 edition=\(edition)")
    #expect((error == nil) == isTaken)
    if let error {
      #expect(error.code == .valueInvalid)
      #expect(error.details["field"] == "edition")
      #expect(error.details["allowed"] == "2022\n2024")
    }
  }

  @Test func aPaymentIsUnderAVersionOfThePolicyThatIsKnown() throws {
    let words = "rule=R8 instalment=first amount=10万 paidOn=2024-06-01 policy="
    let error = fault(finance, .payment, words + "nonexistent")
    #expect(error?.code == .valueInvalid)
    #expect(error?.details["field"] == "policy")
    #expect(error?.details["allowed"] == "xiamen-2024-draft")
    #expect(try finance.records(.payment).isEmpty)
    #expect(fault(finance, .payment, words + "xiamen-2024-draft") == nil)
    #expect(fault(office, .approval, "rule=R8 ceiling=10 approved=5 policy=other")?.code == .valueInvalid)
  }

  @Test(arguments: [(0, false), (1, true), (2, true), (3, false)])
  func thePilotHasTwoBatches(_ batch: Int, isTaken: Bool) throws {
    #expect((fault(office, .enrolment, "batch=\(batch)") == nil) == isTaken)
    #expect((fault(office, .provider, "name=示例 kind=integrator batch=\(batch)") == nil) == isTaken)
  }

  // MARK: Between fields

  @Test func whatPassedHasALevel() throws {
    let error = fault(agency, .acceptance, "acceptedOn=2025-09-01 verdict=passed")
    #expect(error?.code == .fieldNeeded)
    #expect(error?.details["field"] == "level")
    #expect(error?.details["valueZh"] == "通过")
    #expect(try agency.records(.acceptance).isEmpty)
    #expect(fault(agency, .acceptance, "acceptedOn=2025-09-01 verdict=passed level=0") == nil)
    #expect(fault(agency, .acceptance, "acceptedOn=2025-09-01 verdict=rectify") == nil)
  }

  @Test func aProposalKeepsTheLawsToo() throws {
    let specialist = try place.laptop("lin", start: Self.start)
    try office.exchange(with: specialist)
    #expect(fault(specialist, .acceptance, "acceptedOn=2025-09-01 verdict=passed")?.code == .fieldNeeded)
    #expect(fault(specialist, .acceptance, "acceptedOn=2999-09-01 verdict=passed level=2")?.code == .notYet)
    #expect(try specialist.proposals().isEmpty)
  }

  @Test func aWarningToAProviderNamesIt() throws {
    let provider = try #require(try office.addRecord(.provider, .of("name=示例服务商", "kind=integrator")).record?.id)
    let words = "ground=fake issuedOn=2025-01-01 subject="
    #expect(fault(office, .warning, words + "provider")?.code == .fieldNeeded)
    #expect(fault(office, .warning, words + "enterprise") == nil)
    #expect(fault(office, .warning, words + "provider provider=\(provider)") == nil)
    let warning = try #require(try office.records(.warning).first { $0["subject"]?.text == "enterprise" }?.id)
    #expect(refusal { _ = try office.editRecord(.warning, warning, .of("subject=provider")) }?.code == .fieldNeeded)
    _ = try office.editRecord(.warning, warning, .of("subject=provider", "provider=\(provider)"))
    #expect(refusal { _ = try office.editRecord(.warning, warning, .of("provider=")) }?.code == .fieldNeeded)
    _ = try office.editRecord(.warning, warning, .of("note=已约谈"))
  }

  @Test(arguments: [
    // Two parts stay within the whole; three are the whole.
    ("enterpriseShare=60 providerDiscount=40", true), ("enterpriseShare=60 providerDiscount=41", false), ("subsidy=100", true),
    ("subsidy=100.01", false), ("enterpriseShare=50 providerDiscount=10 subsidy=40", true),
    ("enterpriseShare=50 providerDiscount=10 subsidy=39.99", false), ("enterpriseShare=50 providerDiscount=10 subsidy=40.01", false),
  ])
  func theSharesOfAContractAddUp(_ words: String, isTaken: Bool) throws {
    let error = fault(office, .contract, "total=100 signedOn=2025-01-01 " + words)
    #expect((error == nil) == isTaken, "\(String(describing: error))")
    if let error {
      #expect(error.code == .partsDiffer)
      #expect(error.details["wholeFen"] == "10000")
    }
  }

  /// What was wrong before, perhaps by a merge, is not held against whoever writes something else.
  @Test func anEditIsHeldAgainstTheRecordAsItWillBe() throws {
    let id = try #require(
      try office.addRecord(
        .contract, .of("total=100", "signedOn=2025-01-01", "enterpriseShare=50", "providerDiscount=10", "subsidy=40"), of: enterprise
      ).record?.id)
    #expect(refusal { _ = try office.editRecord(.contract, id, .of("subsidy=30")) }?.code == .partsDiffer)
    #expect(refusal { _ = try office.editRecord(.contract, id, .of("total=90")) }?.code == .partsDiffer)
    _ = try office.editRecord(.contract, id, .of("subsidy=30", "total=90"))
    try office.replica.pool.write { db in try db.execute(sql: "UPDATE contract SET subsidy_fen = 1 WHERE id = ?", arguments: [id]) }
    _ = try office.editRecord(.contract, id, .of("scope=产线"))
    #expect(refusal { _ = try office.editRecord(.contract, id, .of("providerDiscount=11")) }?.code == .partsDiffer)
    _ = try office.editRecord(.contract, id, .of("subsidy=30"))
  }

  // MARK: Text

  @Test(arguments: [("甲\u{0}乙", false), ("甲\u{1B}乙", false), ("甲\u{7F}", false), ("甲\n乙", true), ("甲\t乙", true), ("甲\r\n乙", true)])
  func textHasLinesAndTabsAndNoOtherControlCharacters(_ text: String, isTaken: Bool) throws {
    let found = [
      refusal {
        _ = try office.addRecord(.otherSupport, FieldInput([("item", text), ("policyName", "x"), ("amount", "1")]), of: enterprise)
      },
      refusal { _ = try office.editEnterprise(enterprise, EnterpriseDraft(address: text)) },
      refusal { _ = try office.addEnterprise(EnterpriseDraft(name: text)) },
    ]
    for error in found {
      #expect((error == nil) == isTaken, "\(String(describing: error))")
      if let error { #expect(error.code == .controlCharacter) }
    }
  }

  // MARK: Results of another edition

  @Test(arguments: [
    (19_999, 0, true), (19_999, 1, false), (39_000, 1, true), (39_000, 2, false), (40_000, 1, true), (40_000, 2, true), (40_000, 3, false),
    (40_001, 1, false), (40_001, 2, true), (79_999, 3, true), (80_000, 4, true), (80_000, 3, true), (80_001, 3, false), (100_000, 4, true),
    (20_000, 0, false), (20_000, 1, true),
  ])
  func aLevelAgreesWithItsScoreWithinTheBandsAsPrinted(_ score: Int, _ level: Int, isTaken: Bool) throws {
    let error = refusal {
      _ = try office.importAssessment(of: enterprise, edition: "2022", scoreMilli: score, level: level, source: "报告 1 号")
    }
    #expect((error == nil) == isTaken, "\(String(describing: error))")
    if let error { #expect(error.code == .levelUnlikeScore) }
    #expect(try office.enterprise(enterprise).assessments.isEmpty == !isTaken)
  }

  @Test func resultsAreOfTheEditionsThatAreKnown() throws {
    func enter(_ edition: String) -> SurveyError? {
      refusal { _ = try office.importAssessment(of: enterprise, edition: edition, scoreMilli: 50_000, level: 2, source: "x") }
    }
    #expect(enter("2022") == nil)
    #expect(enter("2024")?.code == .editionScored)
    #expect(enter("2099")?.code == .valueInvalid)
    #expect(enter("2099")?.details["allowed"] == "2022")
  }
}
