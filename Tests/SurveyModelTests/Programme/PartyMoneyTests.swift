import Foundation
import SurveyModel
import Testing

/// What the rules give chain leaders, platforms and agencies.
@Suite struct PartyMoneyTests {
  let desk: MoneyDesk
  var office: Survey { desk.office }
  var policy: SubsidyPolicy { desk.policy }

  init() throws {
    desk = try MoneyDesk()
    for leader in ["甲链主", "乙链主"] { try add(.chainLeader, "name=\(leader)", "selectedOn=2024-02-01") }
    for name in ["示例验收", "示例学院", "示例评测"] { try add(.agency, "name=\(name)", "kind=acceptance", "recognisedOn=2024-01-01") }
  }

  func add(_ type: RecordType, _ words: String..., of owner: String? = nil) throws { try desk.add(type, words, of: owner) }

  func accept(_ plant: String, _ words: String...) throws {
    try desk.accept(plant, ["acceptedOn=2025-03-01", "verdict=passed", "level=2"] + words)
  }

  func pay(_ plant: String, _ words: String...) throws { try desk.pay(plant, ["instalment=single", "paidOn=2025-05-01"] + words) }

  // MARK: R4

  @Test func aLeaderIsRewardedForWhatWasAcceptedAndWhatIsContestedWaits() throws {
    let (first, second) = (try desk.plant("示例甲"), try desk.plant("示例乙"))
    for plant in [first, second] { try add(.chainLink, "leader=甲链主", "completedOn=2025-03-01", of: plant) }
    try accept(first)
    var money = try #require(try office.leaderRewards(of: "甲链主", by: policy, on: MoneyDesk.day).first)
    #expect(money.dueFen == 10_000_000 && money.notRecorded == [.acceptance])
    #expect(money.result?.notes.contains { $0.code == "condition-unstated" } == false)
    try accept(second)
    try pay(first, "rule=R4", "amount=6万", "payee=chainLeader")
    money = try #require(try office.leaderRewards(of: "甲链主", by: policy, on: MoneyDesk.day).first)
    #expect(money.notRecorded.isEmpty)
    #expect(money.paidFen == 6_000_000 && money.underFen == 4_000_000)

    try add(.chainLink, "leader=乙链主", "completedOn=2025-03-01", of: first)
    let all = try office.leaderRewards(by: policy, on: MoneyDesk.day)
    #expect(Dictionary(uniqueKeysWithValues: all.map { ($0.claims?.leader, $0.dueFen) }) == ["甲链主": 5_000_000, "乙链主": 0])
    #expect(all.compactMap(\.result?.blockedFen) == [5_000_000, 5_000_000])
    // A payment names no leader: with two claims it is not known whose it was.
    #expect(all.allSatisfy { $0.notRecorded == [.payee] && $0.paidFen == 6_000_000 })
    #expect(try office.leaderRewards(of: "乙链主", by: policy).map(\.claims?.leader) == ["乙链主"])
  }

  @Test func aLeaderThatNobodyRecordedIsUnknown() {
    #expect(refusal { _ = try office.leaderRewards(of: "丙链主", by: policy) }?.code == .recordUnknown)
  }

  // MARK: R9

  @Test func aPlatformsIncomeOfAllYearsHasOneLimit() throws {
    try add(.platform, "name=示例云", "registeredOn=2024-01-01")
    var money = try #require(try office.platformMoney(of: "示例云", by: policy, on: MoneyDesk.day).first)
    #expect(money.result == nil && money.notRecorded == [.payments, .serviceIncome, .crossIndustry])
    for (year, income) in [(2024, "6000万"), (2025, "8000万")] {
      try add(.platformYear, "platform=示例云", "year=\(year)", "数字化服务收入=\(income)")
    }
    money = try #require(try office.platformMoney(of: "示例云", by: policy, on: MoneyDesk.day).first)
    #expect(money.dueFen == 500_000_000 && money.notRecorded == [.payments, .crossIndustry])
    let platform = try #require(try office.records(.platform).first?.id)
    _ = try office.editRecord(.platform, platform, .of("crossIndustry=是"))
    money = try #require(try office.platformMoney(of: "示例云", by: policy, on: MoneyDesk.day).first)
    #expect(money.dueFen == 700_000_000 && money.notRecorded == [.payments])
  }

  // MARK: R10

  @Test func anAgencyIsDueItsFeeOfEachEnterpriseUpToTheLimit() throws {
    let plants = [try desk.plant("示例甲"), try desk.plant("示例乙"), try desk.plant("示例丙")]
    try accept(plants[0], "agency=示例验收", "fee=2.5万")
    try accept(plants[1], "agency=示例验收", "fee=3.2万")
    try accept(plants[2], "agency=示例验收")
    try pay(plants[1], "rule=R10", "amount=3.2万", "payee=agency")
    let all = try office.agencyMoney(of: "示例验收", by: policy, on: MoneyDesk.day)
    #expect(all.map(\.enterprise) == ["示例丙", "示例乙", "示例甲"])
    #expect(all.map(\.dueFen) == [nil, 3_000_000, 2_500_000])
    #expect(all.map(\.overFen) == [nil, 200_000, nil])
    #expect(all.map(\.notRecorded) == [[.acceptanceFee], [], []])
    #expect(try office.agencyMoney(of: "示例评测", by: policy).isEmpty)
    try accept(plants[1], "agency=示例评测", "fee=1万")
    let shared = try office.agencyMoney(of: "示例评测", by: policy)
    #expect(shared.map(\.dueFen) == [1_000_000] && shared.map(\.notRecorded) == [[.payee]])
  }

  /// A verdict is never changed: its correction carries the fee on, and the two are one service.
  @Test func aCorrectedVerdictIsChargedOnce() throws {
    let plant = try desk.plant("示例甲")
    try accept(plant, "agency=示例验收", "fee=2万")
    let first = try #require(try office.records(.acceptance, of: plant).first?.id)
    try accept(plant, "agency=示例验收", "fee=1万", "supersedes=\(first)")
    #expect(try office.agencyMoney(of: "示例验收", by: policy).map(\.dueFen) == [1_000_000])
  }

  // MARK: R13

  @Test func anInstitutionIsDueForTheWholeDaysOfItsRegisteredCourses() throws {
    try add(.training, "title=一期", "agency=示例学院", "registered=是", "heldOn=2025-01-05", "hours=20", "attendees=30")
    try add(.training, "title=二期", "agency=示例学院", "registered=否", "heldOn=2025-02-05", "hours=8", "attendees=30")
    try add(.training, "title=三期", "agency=示例学院", "registered=是", "heldOn=2025-03-05", "hours=8")
    let money = try #require(try office.agencyMoney(of: "示例学院", by: policy, on: MoneyDesk.day).first)
    #expect(money.rule == .r13 && money.result?.personDays == 60 && money.dueFen == 3_000_000)
    #expect(money.notRecorded == [.payments, .attendance])
    let notes = money.result?.notes.map(\.code) ?? []
    #expect(!notes.contains("condition-unstated") && !notes.contains("condition-not-met"))
  }

  @Test func coursesOfWhichNoneIsRegisteredBringNothing() throws {
    try add(.training, "title=二期", "agency=示例学院", "registered=否", "heldOn=2025-02-05", "hours=8", "attendees=30")
    #expect(try office.agencyMoney(of: "示例学院", by: policy).map(\.dueFen) == [0])
  }
}
