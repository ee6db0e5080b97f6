import Foundation
import Testing

/// Where a list, a level or money hangs on it (I.14, I.15, I.18, I.20, I.21, I.26).
@Suite(.serialized) struct ProgrammeSituationTests {
  /// I.14: both claims are kept, nobody is rewarded, both read it, and the office alone decides.
  @Test func twoChainLeadersClaimTheSameEnterpriseAndTheRewardWaitsForTheOffice() throws {
    let office = try Office()
    let leaders = ["甲链主(虚构)", "乙链主(虚构)"]
    for leader in leaders { try office.place.run("leader", "add", "name=\(leader)", "selectedOn=2023-10-01") }
    let (jia, yi) = (try office.laptop("jia", as: "provider"), try office.laptop("yi", as: "provider"))
    let plant = try office.plant(for: "jia", "yi")
    try office.meet(jia, yi)
    for (place, leader) in zip([jia, yi], leaders) {
      try place.run("enterprise", "chain", "add", plant, "leader=\(leader)", "direction=upstream", "completedOn=2025-03-01")
    }
    try office.meet(jia, yi)

    for place in [jia, yi, office.place] {
      let links = try place.list("enterprise", "chain", "list", plant)
      #expect(links.compactMap { $0["claim"] as? String } == ["contested", "contested"])
      #expect(try place.run("enterprise", "chain", "list", plant).contains("甲链主(虚构) 有争议"))
    }
    func rewards() throws -> [String: [Int]] {
      var rewards: [String: [Int]] = [:]
      for reward in try office.place.list("leader", "rewards", "--on", "2025-06-30") {
        let (claims, result) = (reward["claims"] as? [String: Any] ?? [:], reward["result"] as? [String: Any] ?? [:])
        rewards[claims["leader"] as? String ?? ""] =
          ["completed", "attributed", "contested"].map { claims[$0] as? Int ?? -1 }
          + [result["totalFen"] as? Int ?? -1, result["blockedFen"] as? Int ?? 0]
      }
      return rewards
    }
    #expect(try rewards() == [leaders[0]: [1, 0, 1, 0, 5_000_000], leaders[1]: [1, 0, 1, 0, 5_000_000]])

    // A leader's own word on it is a proposal.
    let own = try jia.object("enterprise", "chain", "add", plant, "leader=\(leaders[0])", "attributed=是", "--because", "合同在我方")
    let proposal = try #require((own["proposal"] as? [String: Any])?["id"] as? String)
    #expect(try jia.attempt("proposal", "accept", proposal).status == 77)
    try office.meet(jia, yi)
    #expect(try rewards()[leaders[0]]?[3] == 0)
    try office.place.run("proposal", "accept", proposal)
    try office.meet(jia, yi)
    #expect(try rewards() == [leaders[0]: [1, 1, 0, 5_000_000, 0], leaders[1]: [0, 0, 0, 0, 0]])
    let states = try yi.list("enterprise", "chain", "list", plant).compactMap { $0["claim"] as? String }
    #expect(Set(states) == ["attributed", "ceded"])
    #expect(office.stop() == 0)
  }

  /// I.15: removal is a status from a day on: the visit is kept, and the figures end there.
  @Test func anEnterpriseIsTakenOffTheListWhileASpecialistAddsAVisit() throws {
    let office = try Office()
    let li = try office.laptop("li")
    let plant = try office.pilotPlant(for: ["li"])
    try office.select(plant, on: "2024-05-20")
    try office.meet(li)
    try office.place.run("project", "standing", "add", plant, "kind=removed", "fromOn=2025-03-01", "reason=虚假改造")
    let visit = try li.make("visit", "start", plant, "--note", "现场设备已拆走")
    try office.meet(li)

    #expect(try li.run("enterprise", "show", plant).contains("⚠ 移出名单(2025-03-01 起):虚假改造"))
    let shown = try office.place.object("enterprise", "show", plant)
    #expect((shown["visits"] as? [[String: Any]])?.compactMap { $0["id"] as? String } == [visit])
    #expect((shown["programme"] as? [String: Any])?["struck"] is [String: Any])
    #expect(try office.count("K01", asOf: "2025-02-28") == 1)
    #expect(try office.count("K01", asOf: "2025-03-01") == 0)
    #expect(office.stop() == 0)
  }

  /// I.18: facts are of a year; what was frozen stays, what is counted now counts by the new fact.
  @Test func theOfficeCorrectsThatAnEnterpriseIsAboveScaleAfterTheQuarterWasFrozen() throws {
    let office = try Office()
    let li = try office.laptop("li")
    let plant = try office.pilotPlant(for: ["li"])
    try office.select(plant, on: "2024-05-20")
    try office.place.run("enterprise", "year", "add", plant, "year=2024", "aboveScale=是", "aboveScaleSource=统计名录")
    let frozen = try office.place.object("snapshot", "take", "2024Q3")
    try office.meet(li)
    try office.place.run("enterprise", "year", "add", plant, "year=2024", "aboveScale=否", "aboveScaleSource=统计名录更正")
    try office.meet(li)

    let years = try li.list("enterprise", "year", "list", plant)
    #expect(years.count == 1 && years[0]["aboveScale"] as? Bool == false)
    #expect(try office.place.object("snapshot", "show", "2024Q3")["document"] as? String == frozen["document"] as? String)
    #expect(try office.count("K02", asOf: "2024-09-30") == 0 && office.count("K04", asOf: "2024-09-30") == 1)
    let delta = try office.place.list("snapshot", "corrections", "2024Q3")
    let told = delta.map { [$0["figure"], $0["frozen"], $0["now"]].map { $0 as? String ?? "" } }
    #expect(told.contains(["K02 Y1", "1", "0"]) && told.contains(["K04 Y1", "0", "1"]), "\(told)")
    #expect(office.stop() == 0)
  }

  /// I.20: the payment stays as it was made; what the rule gives now stands beside it, for the office and for finance.
  @Test func theDownPaymentIsCorrectedAfterTheFirstInstalmentWasPaid() throws {
    let office = try Office()
    let (li, finance) = (try office.laptop("li"), try office.laptop("cai", as: "finance"))
    let plant = try office.plant(for: "li", "cai")
    try office.meet(li, finance)
    let contract = try li.make("contract", "add", plant, "signedOn=2024-06-01", "total=80万", "downPayment=25万")
    try office.meet(li, finance)
    let payment = try finance.make(
      "payment", "add", plant, "rule=R8", "instalment=first", "amount=10万", "paidOn=2024-07-01")
    try office.meet(li, finance)
    #expect(try office.place.run("project", "money", plant, "--on", "2024-07-01").contains("已拨付首期 100,000,现应为 100,000"))
    try li.run("contract", "edit", contract, "downPayment=21万")
    try office.meet(li, finance)

    for place in [office.place, finance] {
      let shown = try place.run("project", "money", plant, "--on", "2024-07-01")
      #expect(shown.contains("已拨付首期 100,000,现应为 84,000") && shown.contains("由办公室决定补拨或收回"), "\(shown)")
      let money = try #require(place.list("project", "money", plant, "--on", "2024-07-01").first)
      let result = try #require(money["result"] as? [String: Any])
      #expect(result["overpaidFen"] as? Int == 1_600_000 && result["underpaidFen"] as? Int == 0 && money["paidFen"] as? Int == 10_000_000)
    }
    // Nobody changes a payment: not the office, and not who made it.
    #expect(try finance.attempt("payment", "edit", payment, "amount=84000").status == 64)
    let other = try office.place.object("payment", "add", plant, "rule=R8", "instalment=clawBack", "amount=16000", "paidOn=2024-08-01")
    #expect(other["proposal"] is [String: Any])
    #expect(try finance.list("payment", "list", plant).compactMap { $0["amountFen"] as? Int } == [10_000_000])
    #expect(office.stop() == 0)
  }

  /// I.21: the recommendation stays as it was written, with a mark and with others to choose from.
  @Test func aProviderIsRemovedFromThePoolWhileAnOfflineDiagnosisRecommendsIt() throws {
    let office = try Office()
    for name in ["云帆软件(虚构)", "海智科技(虚构)", "停业信息(虚构)"] {
      try office.place.run("provider", "add", "name=\(name)", "kind=sectorProvider", "selectedOn=2023-12-01")
      try office.place.run("provider", "state", "add", "provider=\(name)", "state=inPool", "fromOn=2023-12-01")
      try office.place.run("solution", "add", "name=\(name.prefix(2))方案", "provider=\(name)", "subSector=electronicDevices")
    }
    let li = try office.laptop("li")
    let plant = try office.pilotPlant(for: ["li"])
    try office.meet(li)
    let diagnosis = try li.make("diagnosis", "start", plant)
    try li.run("recommendation", "add", plant, "diagnosis=\(diagnosis)", "text=上排产系统", "solution=云帆方案")
    #expect(try !li.run("diagnosis", "show", diagnosis).contains("⚠"))
    for name in ["云帆软件(虚构)", "停业信息(虚构)"] {
      try office.place.run("provider", "state", "add", "provider=\(name)", "state=removed", "fromOn=2025-01-01", "reason=服务不到位")
    }
    try office.meet(li)

    let shown = try li.run("diagnosis", "show", diagnosis)
    #expect(shown.contains("上排产系统  云帆方案") && shown.contains("⚠ 服务商当前状态:移出"), "\(shown)")
    #expect(shown.contains("可选:海智方案(海智科技(虚构))") && !shown.contains("停业方案"))
    let kept = try #require((li.object("diagnosis", "show", diagnosis)["recommendations"] as? [[String: Any]])?.first)
    #expect(kept["providerInactive"] as? Bool == true && kept["providerState"] as? String == "removed")
    #expect((kept["alternatives"] as? [[String: Any]])?.compactMap { $0["provider"] as? String } == ["海智科技(虚构)"])
    #expect(office.stop() == 0)
  }

  /// I.26: names and sites are dated, and in each quarter one unit counts it.
  @Test func anEnterpriseIsRenamedAndMovesToAnotherUnitInTheMiddleOfTheProgramme() throws {
    let office = try Office()
    let (huli, torch) = (try office.laptop("huli", as: "district"), try office.laptop("torch", as: "district"))
    let plant = try office.pilotPlant(for: ["huli", "torch"])
    try office.select(plant, on: "2024-05-20")
    try office.place.run("enterprise", "name", "add", plant, "name=鹭岛精密电子(虚构)", "kind=former", "validTo=2025-05-09")
    try office.place.run("enterprise", "edit", plant, "--name", "火炬精密电子(虚构)")
    try office.place.run("enterprise", "unit", "add", plant, "fromOn=2025-05-10", "unit=XM-TORCH", "reason=迁入火炬高新区")
    try office.meet(huli, torch)

    func tally(_ place: Place, _ quarter: String) throws -> [String: Int] {
      let units = try place.list("enterprise", "unit", "tally", quarter)
      return Dictionary(units.map { ($0["unit"] as? String ?? "", $0["count"] as? Int ?? 0) }) { $0 + $1 }
    }
    for place in [huli, torch, office.place] {
      #expect(try tally(place, "2025Q1") == ["350206": 1])
      #expect(try tally(place, "2025Q2") == ["XM-TORCH": 1])
      #expect(try tally(place, "2025Q3") == ["XM-TORCH": 1])
      let shown = try place.run("enterprise", "show", plant)
      #expect(shown.contains("火炬精密电子(虚构)") && shown.contains("上报单位:火炬管委会"), "\(shown)")
    }
    // A unit is the office's word.
    let own = try huli.object("enterprise", "unit", "add", plant, "fromOn=2025-06-01", "unit=350206", "--because", "实际仍在本区")
    #expect(own["proposal"] is [String: Any])
    #expect(try tally(office.place, "2025Q2") == ["XM-TORCH": 1])
    // And on once more: the latest before the quarter's end counts.
    try office.place.run("enterprise", "unit", "add", plant, "fromOn=2025-08-01", "unit=350205", "reason=迁入海沧")
    try office.meet(huli, torch)
    for place in [huli, torch, office.place] {
      #expect(try tally(place, "2025Q2") == ["XM-TORCH": 1] && tally(place, "2025Q3") == ["350205": 1])
    }
    #expect(office.stop() == 0)
  }
}
