import Foundation
import SurveyModel
import Testing

/// What the rules give an enterprise, from the rows of its case.
@Suite struct EnterpriseMoneyTests {
  let desk: MoneyDesk
  let enterprise: String
  var office: Survey { desk.office }

  init() throws {
    desk = try MoneyDesk()
    enterprise = try desk.plant("示例甲")
  }

  func add(_ type: RecordType, _ words: String...) throws {
    try desk.add(type, words, of: type.home == .enterprise ? enterprise : nil)
  }

  func pay(_ words: String...) throws { try desk.pay(enterprise, words) }

  func all() throws -> [RuleMoney] { try office.money(of: enterprise, by: desk.policy, on: MoneyDesk.day) }

  func money(_ rule: SubsidyRule) throws -> [RuleMoney] { try all().filter { $0.rule == rule } }

  func only(_ rule: SubsidyRule) throws -> RuleMoney {
    let all = try money(rule)
    try #require(all.count == 1)
    return all[0]
  }

  func codes(_ money: RuleMoney) -> Set<String> { Set(money.result?.notes.map(\.code) ?? []) }

  @Test func ofWhatNothingIsRecordedNothingIsComputedAndEachGapIsNamed() throws {
    let all = try all()
    #expect(all.map(\.rule) == [.r3, .r5, .r6, .r7, .r8, .r11])
    #expect(all.map(\.notRecorded) == [[.diagnosisFee], [.equipmentSpend], [.cloudFee], [.identifierCounts], [.contract], [.title]])
    #expect(all.allSatisfy { $0.result == nil && $0.dueFen == nil && $0.overFen == nil && $0.paidFen == 0 })
  }

  // MARK: R3

  @Test func theFeeThatADiagnosisTellsIsSubsidised() throws {
    try add(.provider, "name=示例诊断", "kind=sectorProvider", "selectedOn=2024-01-05")
    let diagnosis = try office.startDiagnosis(of: enterprise).id
    #expect(try only(.r3).notRecorded == [.diagnosisFee])
    _ = try office.describeDiagnosis(diagnosis, .of("诊断方=provider", "诊断费用=8万", "provider=示例诊断"))
    let money = try only(.r3)
    #expect(money.dueFen == 4_800_000 && money.notRecorded.isEmpty)
    #expect(money.result?.derivation.first?.zh == "最高金额 = min(60 % × 企业支付的诊断费用 80,000, 60,000) = 48,000")
    #expect(!codes(money).contains("condition-unstated"))
    #expect(try office.diagnosis(diagnosis).diagnosis.feeFen == 8_000_000)
  }

  @Test func whatASpecialistDoesCostsNothingAndIsNoGap() throws {
    let free = try office.startDiagnosis(of: enterprise).id
    _ = try office.describeDiagnosis(free, .of("source=specialist"))
    let charged = try office.startDiagnosis(of: enterprise).id
    _ = try office.describeDiagnosis(charged, .of("source=provider", "fee=2万"))
    let money = try only(.r3)
    #expect(money.dueFen == 1_200_000 && money.notRecorded.isEmpty)
    // Nobody said that the provider was selected.
    #expect(codes(money).contains("condition-unstated"))
  }

  // MARK: R5

  @Test(arguments: [("999999.99", 0), ("100万", 10_000_000), ("499万", 49_900_000), ("500万", 0)])
  func theInvestmentOfAYearBringsItsShareInTheNext(_ spent: String, expected: Int) throws {
    try add(.enterpriseYear, "year=2023", "equipmentSpend=\(spent)")
    try add(.enterpriseYear, "year=2024", "revenue=3000万")
    let money = try only(.r5)
    #expect(money.year == 2024 && money.dueFen == expected && money.notRecorded.isEmpty)
  }

  @Test func paymentsAreHeldAgainstTheirYear() throws {
    try add(.enterpriseYear, "year=2022", "equipmentSpend=200万")
    try add(.enterpriseYear, "year=2023", "equipmentSpend=100万")
    try pay("rule=R5", "instalment=annual", "amount=22万", "paidOn=2023-10-01", "year=2023")
    try pay("rule=R5", "instalment=annual", "amount=4万", "paidOn=2024-10-01", "year=2024")
    try pay("rule=R5", "instalment=annual", "amount=1万", "paidOn=2024-11-01")
    try pay("rule=R5", "instalment=annual", "amount=2万", "paidOn=2025-11-01", "year=2025")
    let all = try money(.r5)
    #expect(all.map(\.year) == [nil, 2023, 2024, 2025])
    #expect(all.map(\.paidFen) == [1_000_000, 22_000_000, 4_000_000, 2_000_000])
    #expect(all.map(\.overFen) == [nil, 2_000_000, 0, nil])
    #expect(all.map(\.underFen) == [nil, 0, 6_000_000, nil])
    #expect(all.map(\.notRecorded) == [[.paymentYear], [], [], [.equipmentSpend]])
  }

  // MARK: R6

  @Test func cloudFeesCountInTheYearOfTheFirstUseOfARegisteredPlatform() throws {
    try add(.platform, "name=备案云", "registeredOn=2023-12-01")
    try add(.platform, "name=晚备案云", "registeredOn=2024-12-01")
    try add(.cloudUse, "platform=备案云", "year=2024", "fee=60万", "firstUsedOn=2024-03-01")
    try add(.cloudUse, "platform=晚备案云", "year=2024", "fee=20万", "firstUsedOn=2024-03-01")
    try add(.cloudUse, "platform=备案云", "year=2025", "fee=50万")
    let all = try money(.r6)
    #expect(all.map(\.year) == [2024, 2025])
    #expect(all.map(\.dueFen) == [18_000_000, 0])
    #expect(!codes(all[0]).contains("condition-unstated") && !codes(all[0]).contains("condition-not-met"))
    // Whether a second year counts is open: it is said, and nothing is given.
    #expect(codes(all[1]).isSuperset(of: ["condition-not-met", "cloud-second-year"]))
  }

  @Test func aFirstUseThatNobodyRecordedIsSaidToBeUnstated() throws {
    try add(.platform, "name=备案云", "registeredOn=2023-12-01")
    try add(.cloudUse, "platform=备案云", "year=2024", "fee=10万")
    let money = try only(.r6)
    #expect(money.dueFen == 3_000_000 && codes(money).contains("condition-unstated"))
  }

  // MARK: R7

  @Test func threeMonthsAfterOneAnotherAreFoundAmongTheCounters() throws {
    for (month, resolutions) in [("2024-11", 500_001), ("2024-12", 500_001), ("2025-01", 500_001), ("2025-03", 900_000)] {
      try add(.identifierMonth, "month=\(month)", "registrations=10000001", "resolutions=\(resolutions)")
    }
    let all = try money(.r7)
    #expect(all.map(\.year) == [2024, 2025])
    #expect(all.map(\.dueFen) == [30_000_000, 30_000_000])
    #expect(all[0].result?.months == ["2024-11", "2024-12", "2025-01"])
    try add(.identifierMonth, "month=2024-12", "resolutions=500000")
    #expect(try money(.r7).map(\.dueFen) == [0, 0])
    // A month without its registrations is a gap.
    try add(.identifierMonth, "month=2024-10", "resolutions=1")
    #expect(try money(.r7).map(\.notRecorded) == [[.identifierCounts], []])
  }

  // MARK: R8

  @Test func beforeThereIsALevelTheFirstInstalmentIsAllThatIsDue() throws {
    try add(.contract, "total=80万", "downPayment=30万", "signedOn=2024-06-01")
    try pay("rule=R8", "instalment=first", "amount=12万", "paidOn=2024-07-01")
    let before = try only(.r8)
    #expect(before.notRecorded == [.actualInvestment, .level])
    #expect(before.dueFen == 10_000_000 && before.overFen == 2_000_000 && before.underFen == 0)
    #expect(before.result?.perLevel?.map(\.level) == [2, 3, 4])

    try desk.accept(enterprise, ["acceptedOn=2024-12-01", "verdict=passed", "level=3"])
    try pay("rule=R8", "instalment=clawBack", "amount=2万", "paidOn=2024-12-10")
    let after = try only(.r8)
    #expect(after.notRecorded == [.actualInvestment])
    #expect(after.paidFen == 10_000_000)
    #expect(after.dueFen == 32_000_000 && after.overFen == 0 && after.underFen == 22_000_000)
  }

  @Test func aTransformationThatFailedIsPaidNothing() throws {
    try add(.contract, "total=80万", "downPayment=30万", "actualInvestment=80万", "signedOn=2024-06-01")
    try pay("rule=R8", "instalment=first", "amount=10万", "paidOn=2024-07-01")
    let passed = try desk.accept(enterprise, ["acceptedOn=2024-12-01", "verdict=passed", "level=3"])
    try desk.accept(enterprise, ["acceptedOn=2024-12-01", "verdict=failed", "supersedes=\(passed.id ?? "")"])
    let money = try only(.r8)
    #expect(money.notRecorded.isEmpty)
    #expect(money.dueFen == 0 && money.overFen == 10_000_000)
  }

  @Test func noMoreIsApprovedThanTheCeilingNorPaidDownThanTheContractSays() throws {
    func refused(_ type: RecordType, _ words: String...) -> SurveyError.Code? {
      refusal { _ = try office.addRecord(type, FieldInput(parsing: words), of: enterprise) }?.code
    }
    #expect(refused(.approval, "rule=R8", "ceiling=20万", "approved=20.01万") == .fieldAbove)
    #expect(refused(.approval, "rule=R8", "ceiling=20万", "approved=20万") == nil)
    #expect(refused(.contract, "total=80万", "downPayment=80.01万", "signedOn=2024-06-01") == .fieldAbove)
    #expect(refused(.contract, "total=80万", "downPayment=80万", "signedOn=2024-06-01") == nil)
  }

  @Test func aDownPaymentThatNobodyRecordedIsNamed() throws {
    try add(.contract, "total=80万", "actualInvestment=80万", "signedOn=2024-06-01")
    #expect(try only(.r8).notRecorded == [.downPayment, .level])
  }

  // MARK: R11

  @Test func ofNationalTitlesTheHighestCountsAndTheCitysOwnDoNot() throws {
    try add(.honour, "title=lighthouse", "year=2024")
    #expect(try only(.r11).notRecorded == [.title])
    for title in ["smartScene", "smartFactoryModel", "smartScene"] { try add(.honour, "title=\(title)", "year=2024") }
    let money = try only(.r11)
    #expect(money.dueFen == 100_000_000)
    #expect(money.result?.stackedFen == 150_000_000)
  }

  /// Every national title that can be recorded is one that the policy pays for.
  @Test(arguments: HonourTitle.allCases.filter { ![.lighthouse, .other].contains($0) })
  func everyNationalTitleIsKnownToThePolicy(_ title: HonourTitle) throws {
    try add(.honour, "title=\(title.rawValue)", "year=2024")
    #expect((try only(.r11).dueFen ?? 0) > 0)
  }

  // MARK: R0

  @Test func whatAnotherPolicyPaidForAContractIsHeldAgainstThisPlan() throws {
    try add(.contract, "number=SZH-01", "total=80万", "downPayment=30万", "actualInvestment=80万", "signedOn=2024-06-01")
    try add(.otherSupport, "item=合同 szh-01 第2行", "policyName=技改补助", "amount=30万", "paidOn=2024-08-01")
    try add(.otherSupport, "item=发票 77", "policyName=技改补助", "amount=5万")
    let money = try only(.r0)
    // At the lowest level that has a subsidy the plan gives 250,000.
    let item = try #require(money.result?.items?.first)
    #expect(item.item == "合同 szh-01 第2行" && item.payableFen == 30_000_000 && item.differenceFen == 0)
    #expect(codes(money).isSuperset(of: ["overlap", "paid-elsewhere"]))
    #expect(money.notRecorded == [.paidItem] && money.dueFen == nil)
  }

  @Test func anItemMayNameARule() throws {
    try add(.enterpriseYear, "year=2023", "equipmentSpend=200万")
    try add(.otherSupport, "item=r5", "policyName=技改补助", "amount=5万")
    #expect(try only(.r0).result?.items?.first?.payableFen == 20_000_000)
  }

  // MARK: Two records

  @Test func whatAMergedRecordHasCountsOnce() throws {
    let twin = try office.addEnterprise(EnterpriseDraft(name: "示例甲公司")).id
    for id in [enterprise, twin] {
      _ = try office.addRecord(.enterpriseYear, .of("year=2023", "equipmentSpend=\(id == twin ? 300 : 200)万"), of: id)
    }
    _ = try office.merge(twin, into: enterprise, because: "同一家")
    #expect(try only(.r5).dueFen == 20_000_000)
  }
}
