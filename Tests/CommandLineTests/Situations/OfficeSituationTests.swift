import Foundation
import Testing

/// What the office decides while the field goes on working (I.6–I.10, I.17, I.24).
@Suite(.serialized) struct OfficeSituationTests {
  /// I.6: merging is an alias: seen by the specialist, followed by what is written later, undone without a loss.
  @Test func anEnterpriseIsCreatedTwiceOfflineAndTheOfficeMergesTheTwo() throws {
    let office = try Office()
    let (li, chen) = (try office.laptop("li"), try office.laptop("chen"))
    // The second code has two characters swapped.
    let old = try li.make("enterprise", "add", "厦门鹭岛精密电子有限公司", "--uscc", Office.code)
    let new = try chen.make("enterprise", "add", "鹭岛精密电子科技", "--uscc", "91350206MAX000051L")
    try chen.run("visit", "start", new)
    try office.meet(li, chen)

    let pairs = try office.place.list("duplicates", "list")
    try #require(pairs.count == 1)
    #expect((pairs[0]["grounds"] as? [String])?.contains("nearCode") == true && pairs[0]["codesDiffer"] as? Bool == true)
    #expect(try office.place.object("duplicates", "preview", new, old)["isEnrolledTwice"] as? Bool == false)
    // Affiliates have codes of their own, so that the machine never merges these by itself.
    #expect(try office.place.attempt("duplicates", "merge", new, old, "--because", "同一家").status == 65)
    try office.place.run("duplicates", "merge", new, old, "--because", "代码抄错", "--although-codes-differ")
    try office.meet(li, chen)
    #expect(try chen.run("enterprise", "show", new).contains("已由办公室并入 \(old)"))

    try chen.run("visit", "start", new, "--kind", "revisit")
    try office.meet(li, chen)
    #expect((try office.place.object("enterprise", "show", old)["visits"] as? [Any])?.count == 2)
    try office.place.run("duplicates", "unmerge", new)
    #expect((try office.place.object("enterprise", "show", old)["visits"] as? [Any])?.isEmpty == true)
    #expect((try office.place.object("enterprise", "show", new)["visits"] as? [Any])?.count == 2)
    #expect(office.stop() == 0)
  }

  /// I.7: what was written before the cut and comes after it is taken; the frozen quarter stays, and the difference stands beside it.
  @Test func aRecordThatArrivesAfterItsQuarterWasFrozenIsADatedCorrection() throws {
    let office = try Office()
    let li = try office.laptop("li")
    let plant = try office.pilotPlant(for: ["li"])
    try office.meet(li)
    let late = try li.make("enterprise", "achievement", "add", plant, "kind=digitalWorkshop", "happenedOn=2024-09-10")
    let frozen = try office.place.object("snapshot", "take", "2024Q3")
    try office.meet(li)

    let shown = try office.place.object("snapshot", "show", "2024Q3")
    #expect(shown["digest"] as? String == frozen["digest"] as? String && shown["isIntact"] as? Bool == true)
    let corrections = try office.place.list("snapshot", "corrections", "2024Q3", "--record")
    let workshops = try #require(corrections.first { $0["figure"] as? String == "K09 Y1" })
    #expect(workshops["frozen"] as? String == "0" && workshops["now"] as? String == "1" && workshops["notedBy"] as? String == "office")
    // Written and received are two times: by the author's clock, and by this machine's.
    let write = try #require(office.place.list("history", "achievement", late).first)
    #expect(write["clock"] is String && write["arrived"] is String)
    #expect(try office.place.attempt("snapshot", "take", "2024Q3").status == 65)
    #expect(office.stop() == 0)
  }

  /// I.7: the author of a late record is told so, and what the office decides; the frozen quarter stays.
  @Test func aLateRecordWaitsForTheOfficeWhoAdmitsOrDeniesItWithAReasonThatItsAuthorReads() throws {
    let office = try Office()
    let li = try office.laptop("li")
    let plant = try office.pilotPlant(for: ["li"])
    try office.meet(li)
    let inTime = try li.make("enterprise", "achievement", "add", plant, "kind=digitalWorkshop", "happenedOn=2024-09-01")
    try office.meet(li)
    let (first, second) = try (
      li.make("enterprise", "achievement", "add", plant, "kind=digitalWorkshop", "happenedOn=2024-09-10"),
      li.make("contract", "add", plant, "signedOn=2024-06-01", "total=80万")
    )
    let current = try li.make("visit", "start", plant)
    try office.place.run("snapshot", "take", "2024Q3")
    let digest = try office.place.object("snapshot", "show", "2024Q3")["digest"] as? String
    try office.meet(li)

    let waiting = try li.list("snapshot", "late", plant)
    #expect(Set(waiting.compactMap { $0["record"] as? String }) == [first, second], "neither \(inTime) nor \(current) is late")
    #expect(waiting.allSatisfy { $0["state"] as? String == "waiting" && $0["quarter"] as? String == "2024Q3" })
    #expect(try li.object("status")["late"] as? Int == 2)
    #expect(try li.run("status").contains("2 条记录在季度冻结后才到"))
    #expect(try li.run("enterprise", "show", plant).contains("迟到,等待决定"))

    #expect(try li.attempt("snapshot", "admit", first, "--because", "自己准予").status == 77)
    #expect(try office.place.attempt("snapshot", "deny", second, "--because", " ").status == 65)
    try office.place.run("snapshot", "admit", first, "--because", "现场时间可查")
    try office.place.run("snapshot", "deny", second, "--because", "合同应由服务商补报")
    try office.meet(li)
    let shown = try li.run("enterprise", "show", plant)
    #expect(shown.contains("迟到,已准予更正:现场时间可查") && shown.contains("迟到,不予更正:合同应由服务商补报"), "\(shown)")
    #expect(try li.object("status")["late"] as? Int == 0)
    #expect(try li.list("contract", "list", plant).count == 1, "what is denied stays in the case")
    let kept = try office.place.object("snapshot", "show", "2024Q3")
    #expect(kept["digest"] as? String == digest && kept["isIntact"] as? Bool == true)
    #expect(office.stop() == 0)
  }

  /// I.7: what is denied counts in no figure from then on, of no quarter; what is admitted, or not decided, does.
  @Test func aDeniedRecordCountsInNoLaterQuarterAndInNoCorrection() throws {
    let office = try Office()
    let li = try office.laptop("li")
    let plant = try office.pilotPlant(for: ["li"])
    try office.meet(li)
    try office.place.run("snapshot", "take", "2024Q2")
    try office.place.run("snapshot", "take", "2024Q3")
    let late = try li.make("enterprise", "achievement", "add", plant, "kind=intellectualProperty", "count=7", "happenedOn=2024-06-10")
    try office.meet(li)
    func corrected(_ quarter: String) throws -> String? {
      try office.place.list("snapshot", "corrections", quarter).first { $0["figure"] as? String == "K21 Y1" }?["now"] as? String
    }
    #expect(try corrected("2024Q2") == "7" && corrected("2024Q3") == "7" && office.count("K21", asOf: "2024-12-31") == 7)

    try office.place.run("snapshot", "deny", late, "--because", "没有证书")
    #expect(try corrected("2024Q2") == nil && corrected("2024Q3") == nil)
    #expect(try office.count("K21", asOf: "2024-12-31") == 0)
    #expect(try office.place.attempt("indicator", "table", "--as-of", "2024-12-31").stderr.contains("办公室不予准入"))
    let next = try office.place.object("snapshot", "take", "2024Q4")
    #expect((next["document"] as? String)?.contains("K21 Y1 0\n") == true)
    try office.meet(li)
    #expect(try li.list("enterprise", "achievement", "list", plant).count == 1, "it stays in the case")

    try office.place.run("snapshot", "admit", late, "--because", "证书已补交")
    #expect(try corrected("2024Q4") == "7" && office.count("K21", asOf: "2024-12-31") == 7)
    #expect(office.stop() == 0)
  }

  /// I.8: the case is another's now; what was written meanwhile is kept, comes by a stick, and stays its author's.
  @Test func theCaseIsGivenToAnotherWhileItsSpecialistWorksOfflineAndTheDraftIsHandedOver() throws {
    let office = try Office()
    let (li, chen) = (try office.laptop("li"), try office.laptop("chen"))
    let plant = try office.plant(for: "li")
    try office.meet(li)
    let draft = try li.make("diagnosis", "start", plant)
    try li.run("diagnosis", "link", draft, "rd", "--problems", "离线写下的")
    try office.place.run("assign", plant, "li", "--withdraw")
    try office.place.run("assign", plant, "chen")
    // What was written before the laptop heard of it arrives; from then on nothing can be written there.
    try office.meet(li)
    let status = try li.run("status")
    #expect(status.contains("只能查看"), "\(status)")
    let late = try li.attempt("diagnosis", "link", draft, "rd", "--problems", "收回之后")
    #expect(late.status == 77 && late.stderr.contains("已被收回"), "\(late.stderr)")
    // To whom it went, though the case itself is not here to read any more.
    #expect(status.contains("转给 chen"), "\(status)")
    let told = try #require(li.object("status")["handovers"] as? [[String: Any]])
    #expect(told.count == 1 && told[0]["successor"] as? String == "chen" && told[0]["enterpriseID"] as? String == plant)
    #expect(try li.run("enterprise", "show", plant).contains("转给 chen"))

    try office.meet(chen)
    let handed = try chen.run("diagnosis", "show", draft)
    #expect(handed.contains("离线写下的") && handed.contains("li"), "\(handed)")
    let authors = try chen.list("history", "diagnosis_link", draft, "rd").compactMap { $0["author"] as? String }
    #expect(authors == ["li"])

    // What was handed over is read; who goes on begins a diagnosis of their own.
    #expect(handed.contains("li 的草稿"), "\(handed)")
    let finding = ["finding", "add", draft, "--link", "rd", "--objective", "cost", "--text", "改别人的"]
    let person = ["diagnosis", "person", "add", plant, "diagnosis=\(draft)", "name=某某"]
    for command in [["diagnosis", "link", draft, "rd", "--problems", "改掉"], finding, ["diagnosis", "finalize", draft], person] {
      let refused = try Program.run(command + ["--home", chen.home.path])
      #expect(refused.status == 65 && refused.stderr.contains("li 的草稿"), "\(command): \(refused.stderr)")
      #expect(refused.stderr.contains("diagnosis start"), "\(refused.stderr)")
    }
    let own = try chen.make("diagnosis", "start", plant)
    try chen.run("diagnosis", "link", own, "rd", "--problems", "自己看到的")
    // The case comes back: then it is its author's draft again.
    try office.place.run("assign", plant, "li")
    try office.meet(li, chen)
    #expect(try li.object("status")["handovers"] as? [Any] != nil)
    #expect((try li.object("status")["handovers"] as? [Any])?.isEmpty == true)
    try li.run("diagnosis", "link", draft, "rd", "--problems", "接着写")
    #expect(office.stop() == 0)
  }

  /// I.9: the agency's level stands, for people and for money; the specialist's is shown as what it is.
  @Test func aSpecialistRevisitsAfterTheAgencyGaveALevelAndTheResultIsInformational() throws {
    let office = try Office()
    let (li, agency) = (try office.laptop("li"), try office.laptop("xiang", as: "agency"))
    let plant = try office.plant(for: "li", "xiang")
    try office.meet(li, agency)
    try office.place.run(
      "contract", "add", plant, "signedOn=2024-06-01", "total=80万", "downPayment=30万", "actualInvestment=80万")
    try agency.run("acceptance", "add", plant, "acceptedOn=2025-06-01", "verdict=passed", "level=2")
    try office.meet(li, agency)
    let revisit = try li.make("assessment", "start", plant, "--phase", "recheck")
    try li.run("assessment", "scene", revisit, "1", "3")
    let mine = try li.object("acceptance", "add", plant, "acceptedOn=2025-06-02", "verdict=passed", "level=3", "--because", "复访所见")
    let proposal = try #require((mine["proposal"] as? [String: Any])?["id"] as? String)
    try office.meet(li, agency)

    for place in [li, agency, office.place] {
      let shown = try place.run("enterprise", "show", plant)
      #expect(shown.contains("机构评定为 2 级(2025-06-01);这一结果仅供参考") && shown.contains("验收:2025-06-01  通过  2  xiang"), "\(shown)")
      let programme = try #require(place.object("enterprise", "show", plant)["programme"] as? [String: Any])
      #expect((programme["rating"] as? [String: Any])?["level"] as? Int == 2)
      #expect((programme["acceptances"] as? [Any])?.count == 1)
    }
    let money = try office.place.list("project", "money", plant, "--on", "2025-06-30")
    // By level 2 the most is 250,000.
    #expect((money.first?["result"] as? [String: Any])?["totalFen"] as? Int == 25_000_000)
    #expect(try office.place.attempt("proposal", "accept", proposal).status == 77)
    try agency.run("proposal", "refuse", proposal, "--because", "以现场评定为准")
    try office.meet(li, agency)
    #expect(try li.run("proposal", "show", proposal).contains("以现场评定为准"))

    // The office may order a re-rating; until the agency has spoken again, its level stands.
    let verdict = try #require(office.place.list("acceptance", "list", plant).first?["id"] as? String)
    let refused = try li.object("order", "add", plant, "kind=rerating", "reason=复访结果不同", "--because", "请办公室决定")
    #expect(refused["proposal"] is [String: Any], "it is the office's word")
    let order = try office.place.make("order", "add", plant, "kind=rerating", "reason=复访结果为三级", "dueOn=2025-07-01")
    try office.meet(li, agency)
    for place in [li, agency] {
      let shown = try place.run("enterprise", "show", plant)
      #expect(shown.contains("现场任务:重新评定  复访结果为三级,2025-07-01 前") && shown.contains("机构评定为 2 级"), "\(shown)")
    }
    try agency.run("acceptance", "add", plant, "acceptedOn=2025-06-20", "verdict=passed", "level=3", "supersedes=\(verdict)")
    try office.meet(li, agency)
    try office.place.run("order", "edit", order, "doneOn=2025-06-20")
    let again = try #require(office.place.object("enterprise", "show", plant)["programme"] as? [String: Any])
    #expect((again["rating"] as? [String: Any])?["level"] as? Int == 3)
    #expect(try office.place.run("enterprise", "show", plant).contains("2025-07-01 前,2025-06-20 完成"))
    #expect(office.stop() == 0)
  }

  /// I.10: separate records by edition, phase and assessor; no average, no trend across editions.
  @Test func resultsOfTwoEditionsAndOfThreeAssessorsStandApart() throws {
    let office = try Office()
    let (li, agency) = (try office.laptop("li"), try office.laptop("xiang", as: "agency"))
    let plant = try office.plant(for: "li", "xiang")
    try office.meet(li, agency)
    try li.run(
      "assessment", "import", plant, "--edition", "2022", "--score", "45.5", "--level", "2", "--assessor", "selfDeclared", "--source",
      "申报平台导出")
    let own = try li.make("assessment", "start", plant, "--assessor", "selfDeclared")
    try li.run("assessment", "answer", own, "3", "E")
    let onSite = try agency.make("assessment", "start", plant, "--assessor", "agency")
    try agency.run("assessment", "answer", onSite, "3", "B")
    try office.meet(li, agency)

    let shown = try office.place.run("enterprise", "show", plant)
    #expect(shown.contains("2022 版:45.5 分,2 级") && shown.contains("不同版本的评测结果不作比较"), "\(shown)")
    let editions = try #require(office.place.object("enterprise", "show", plant)["editions"] as? [[String: Any]])
    #expect(editions.compactMap { $0["edition"] as? String } == ["2022", "2024"])
    #expect(editions.compactMap { ($0["results"] as? [Any])?.count } == [1, 2])
    let scores = (editions.last?["results"] as? [[String: Any]] ?? []).compactMap { $0["scoreMilli"] as? Int }
    #expect(Set(scores).count == 2, "neither of the two is the other's: \(scores)")

    #expect(try li.attempt("assessment", "start", plant, "--edition", "2022").status == 66)
    let scored = try li.attempt(
      "assessment", "import", plant, "--edition", "2024", "--score", "38", "--level", "1", "--source", "x", "--json")
    #expect(try scored.status == 65 && scored.error()["code"] as? String == "edition-scored")
    for (score, level) in [("100.001", "2"), ("45.5", "5"), ("四十五", "2")] {
      let refused = try li.attempt("assessment", "import", plant, "--edition", "2022", "--score", score, "--level", level, "--source", "x")
      #expect(refused.status == 65, "\(score) \(level)")
    }
    #expect(try li.list("assessment", "list", plant).count == 3)
    #expect(office.stop() == 0)
  }

  /// I.17: what a verdict rests on is not taken away.
  @Test func whatAnAcceptanceOrAFinalizedDiagnosisRestsOnIsNotDeleted() throws {
    let office = try Office()
    let (li, agency) = (try office.laptop("li"), try office.laptop("xiang", as: "agency"))
    let plant = try office.plant(for: "li", "xiang")
    try office.meet(li, agency)
    let contract = try li.make("contract", "add", plant, "signedOn=2024-06-01", "total=80万")
    let spare = try li.make("contract", "add", plant, "signedOn=2024-07-01", "total=1万")
    let diagnosis = try li.make("diagnosis", "start", plant)
    let finding = try li.make("finding", "add", diagnosis, "--link", "rd", "--objective", "cost", "--text", "依据")
    try li.run("diagnosis", "finalize", diagnosis)
    try office.meet(li, agency)
    let verdict = try agency.make("acceptance", "add", plant, "acceptedOn=2025-06-01", "verdict=passed", "level=2", "contract=\(contract)")
    try office.meet(li, agency)

    let refused = try li.attempt("contract", "delete", contract)
    #expect(refused.status == 65 && refused.stderr.contains("是验收 \(verdict) 的依据,不能删除"), "\(refused.stderr)")
    #expect(try li.attempt("finding", "delete", finding).stderr.contains("已定稿"))
    #expect(try agency.attempt("acceptance", "delete", verdict).status == 64)
    // A draft goes as a whole; what was submitted once does not, not even when it is a draft again.
    #expect(try li.attempt("diagnosis", "delete", diagnosis).stderr.contains("已定稿"))
    try li.run("diagnosis", "finalize", diagnosis, "--undo")
    let submitted = try li.attempt("diagnosis", "delete", diagnosis, "--json")
    #expect(try submitted.status == 65 && submitted.error()["code"] as? String == "record-submitted")
    let draft = try li.make("diagnosis", "start", plant)
    let photo = office.folder.url.appendingPathComponent("photo.pdf")
    try Data("%PDF- a photograph".utf8).write(to: photo)
    try li.run("finding", "add", draft, "--link", "rd", "--objective", "cost", "--text", "草稿", "--evidence", photo.path)
    try li.run("need", "add", draft, "--link", "rd", "--text", "需求")
    try li.run("diagnosis", "link", draft, "rd", "--problems", "草稿")
    try li.run("diagnosis", "delete", draft)
    try office.meet(li, agency)
    #expect(try office.place.list("diagnosis", "list", plant).map { $0["id"] as? String } == [diagnosis])
    #expect(try office.place.list("need", "list", plant).count == 1 && office.place.list("finding", "list", plant).count == 1)
    #expect(try office.place.run("conflicts", "list").contains("没有冲突"))
    try li.run("contract", "delete", spare)
    #expect(try li.list("contract", "list", plant).count == 1)
    #expect(office.stop() == 0)
  }

  /// I.24: the office has a list of who served an enterprise and then judged it.
  @Test func thePersonWhoServedAnEnterpriseLaterAcceptsItForTheAgency() throws {
    let office = try Office()
    let before = try office.laptop("zhou")
    let plant = try office.plant(for: "zhou")
    try office.meet(before)
    try before.run("visit", "start", plant)
    let after = try office.laptop("zhou", as: "agency", named: "zhou-agency")
    try office.meet(before, after)
    #expect(try office.place.list("interests").isEmpty)
    let verdict = try after.make("acceptance", "add", plant, "acceptedOn=2025-06-01", "verdict=passed", "level=3")
    try office.meet(before, after)

    let found = try office.place.list("interests")
    try #require(found.count == 1)
    #expect(found[0]["user"] as? String == "zhou" && found[0]["acceptances"] as? [String] == [verdict])
    #expect((found[0]["asSpecialist"] as? [String])?.contains("visit") == true)
    #expect(try office.place.run("interests").contains("zhou 既参与"))
    #expect(office.stop() == 0)
  }

  /// I.25: a person's name goes from what is shown at once, from logs and files when everybody has followed, and until then it is told who has not.
  @Test func aPersonsNameIsErasedFromEveryFileAndUntilThenItIsToldWhatStillHoldsIt() throws {
    let office = try Office()
    let (li, chen, wu) = (try office.laptop("li"), try office.laptop("chen"), try office.laptop("wu"))
    let plant = try office.plant(for: "li", "chen", "wu")
    try office.meet(li, chen, wu)
    let name = "欧阳明月"
    try li.run("enterprise", "edit", plant, "--contact", "\(name) 0592-5550000")
    let diagnosis = try chen.make("diagnosis", "start", plant)
    let person = try chen.make("diagnosis", "person", "add", plant, "diagnosis=\(diagnosis)", "name=\(name)", "role=厂长")
    try office.meet(li, chen, wu)
    // Two have written it, and they differ: all of it is to go.
    try li.run("enterprise", "edit", plant, "--contact", "\(name)(厂长)")
    try chen.run("enterprise", "edit", plant, "--contact", "请找\(name)")
    try office.meet(li, chen, wu)
    let places = [office.place, li, chen, wu]
    for place in places { #expect(try !files(of: place, with: name).isEmpty, "the name is to be found before, in plain bytes") }
    #expect(try files(of: office.place, with: name).contains("relay.sqlite"), "the relay's log is plain enough to be searched")

    #expect(try li.attempt("erase", "field", "enterprise", plant, "contact", "--because", "本人要求").status == 77)
    #expect(try office.place.attempt("erase", "field", "enterprise", plant, "contact", "--because", " ").status == 65)
    #expect(try office.place.attempt("erase", "field", "enterprise", plant, "id", "--because", "本人要求").status == 65)
    let erasure = try office.place.make("erase", "field", "enterprise", plant, "contact", "--because", "本人要求")
    try office.place.run("erase", "field", "survey_person", person, "name", "--because", "本人要求")
    #expect(try office.place.run("conflicts", "list").contains("没有冲突"))
    // wu is away: not everything is clean yet, and it is told why.
    try office.meet(li, chen)
    try compact(office)
    try office.meet(li, chen)
    let early = try #require(office.place.list("erase", "status", erasure).first)
    #expect(early["isDone"] as? Bool == false)
    #expect(try state(of: "wu", early) == "silent" && state(of: "li", early) != "silent")
    #expect(try !files(of: wu, with: name).isEmpty, "and there it is still")
    #expect(try office.place.run("erase", "status", erasure).contains("尚未确认"))

    try office.meet(wu, li, chen)
    try office.meet(wu, li, chen)
    try compact(office)
    try office.meet(wu, li, chen)
    try office.meet(wu, li, chen)
    for report in try office.place.list("erase", "status") {
      #expect(report["isDone"] as? Bool == true, "\(report)")
      #expect(try ["li", "chen", "wu"].allSatisfy { try state(of: $0, report) == "clean" }, "\(report)")
    }
    for place in places { #expect(try files(of: place, with: name) == [], "\(place.home.lastPathComponent)") }

    // The legal log stays: what, why, by whom; the changesets by their names alone. And the case goes on.
    let log = try office.place.list("erase", "list")
    #expect(log.count == 2 && log.allSatisfy { $0["reason"] as? String == "本人要求" && $0["decidedBy"] as? String == "office" })
    #expect(log.allSatisfy { ($0["changesets"] as? [Any])?.isEmpty == false })
    try li.run("enterprise", "edit", plant, "--contact", "前台")
    try office.meet(li, chen, wu)
    #expect((try wu.object("enterprise", "show", plant)["enterprise"] as? [String: Any])?["contact"] as? String == "前台")
    for place in places { #expect(try place.attempt("doctor").status == 0) }
    let verified = try Program.run(["verify", "--home", office.place.home.path, "--against"] + [li, chen, wu].map(\.home.path))
    #expect(verified.status == 0, "\(verified.stdout)\(verified.stderr)")
    #expect(office.stop() == 0)
  }

  /// What was written as one operation with the record is to be erasable too; and a laptop that is out of reach is told of as such.
  @Test func aNameGivenWithTheRecordIsErasableAndAWithdrawnLaptopIsSaidToBeOutOfReach() throws {
    let office = try Office()
    let (li, chen) = (try office.laptop("li"), try office.laptop("chen"))
    let name = "司徒静远"
    let plant = try li.make("enterprise", "add", "鹭岛精密电子(虚构)", "--contact", name)
    try office.meet(li)
    try office.place.run("assign", plant, "li")
    try office.place.run("assign", plant, "chen")
    try office.meet(li, chen)
    try office.place.run("assign", plant, "chen", "--withdraw")
    let erasure = try office.place.make("erase", "field", "enterprise", plant, "contact", "--because", "本人要求")
    for _ in 0..<3 {
      try office.meet(li, chen)
      try compact(office)
    }
    try office.meet(li, chen)
    for place in [office.place, li] { #expect(try files(of: place, with: name) == [], "\(place.home.lastPathComponent)") }
    let report = try #require(office.place.list("erase", "status", erasure).first)
    #expect(try state(of: "li", report) == "clean" && state(of: "chen", report) == "unreachable" && report["isDone"] as? Bool == false)
    #expect(try !files(of: chen, with: name).isEmpty, "and there it is still")
    #expect(office.stop() == 0)
  }

  private func compact(_ office: Office) throws { try office.place.run("compact", "--keep-days", "0") }

  private func state(of user: String, _ report: [String: Any]) throws -> String? {
    let devices = try #require(report["devices"] as? [[String: Any]])
    return devices.first { $0["user"] as? String == user }?["state"] as? String
  }

  /// The files of a home in which a text's bytes stand.
  private func files(of place: Place, with text: String) throws -> [String] {
    let folder = try FileManager.default.contentsOfDirectory(at: place.home, includingPropertiesForKeys: nil)
    return try folder.filter { try Data(contentsOf: $0).range(of: Data(text.utf8)) != nil }.map(\.lastPathComponent).sorted()
  }
}
