import Foundation
import Testing

/// Two people in the field at once (I.1–I.5, I.16).
@Suite(.serialized) struct FieldSituationTests {
  /// I.1: both visits and both diagnoses stand, the findings unite, and each reads where the answers differ.
  @Test func twoSpecialistsVisitTheSamePlantTheSameDayOfflineAndEachWritesADiagnosis() throws {
    let office = try Office()
    let (li, chen) = (try office.laptop("li"), try office.laptop("chen"))
    let plant = try office.plant(for: "li", "chen")
    try li.run("sync")
    let assessment = try li.make("assessment", "start", plant)
    try office.meet(li, chen)

    for (place, level) in [(li, "2"), (chen, "3")] {
      try place.run("visit", "start", plant)
      let diagnosis = try place.make("diagnosis", "start", plant)
      try place.run("finding", "add", diagnosis, "--link", "production", "--objective", "quality", "--text", "由\(level)看到的问题")
      for scene in ["1", "2", "3"] { try place.run("assessment", "scene", assessment, scene, level) }
    }
    try office.meet(li, chen)

    for place in [li, chen, office.place] {
      let shown = try place.run("enterprise", "show", plant)
      #expect(shown.components(separatedBy: "走访:").count == 3 && shown.components(separatedBy: "诊断:").count == 3, "\(shown)")
      #expect(shown.contains("li") && shown.contains("chen"))
      #expect(try place.list("finding", "list", plant).count == 2)
      #expect(try place.run("assessment", "show", assessment).contains("有争议 3 项"))
    }
    let queue = try office.place.list("conflicts", "list")
    #expect(queue.count == 3 && queue.allSatisfy { ($0["candidates"] as? [Any])?.count == 2 })

    // Instead of choosing, the office sends both again: one order, and the conflicts wait.
    let ids = queue.compactMap { $0["id"] as? String }
    let order = ["conflicts", "revisit"] + ids + ["--due", "2026-12-01", "--reason", "三处不一致"]
    #expect(try Program.run(order + ["--home", li.home.path]).status == 77)
    #expect(try Program.run(Array(order.dropLast()) + [" ", "--home", office.place.home.path]).status == 65)
    #expect(try Program.run(order + ["--home", office.place.home.path]).status == 0)
    try office.meet(li, chen)
    for place in [li, chen, office.place] {
      let orders = try place.list("order", "list", plant)
      #expect(orders.count == 1 && orders[0]["kind"] as? String == "jointRevisit" && orders[0]["people"] as? String == "chen、li")
      #expect(try place.run("enterprise", "show", plant).contains("现场任务:联合复访  chen、li  三处不一致,2026-12-01 前"))
    }
    #expect(try office.place.list("conflicts", "list").allSatisfy { ($0["revisits"] as? [Any])?.count == 1 })
    #expect(try office.place.run("conflicts", "show", ids[0]).contains("现场任务:联合复访"))
    #expect(office.stop() == 0)
  }

  /// I.2: a clean merge without a question; the history is the audit.
  @Test func twoLaptopsEditDifferentLinksOfTheSameDiagnosisAndNobodyIsAsked() throws {
    let office = try Office()
    let (li, chen) = (try office.laptop("li"), try office.laptop("chen"))
    let plant = try office.plant(for: "li", "chen")
    try li.run("sync")
    let diagnosis = try li.make("diagnosis", "start", plant)
    try office.meet(li, chen)
    try li.run("diagnosis", "link", diagnosis, "rd", "--problems", "图纸靠人传")
    try chen.run("diagnosis", "link", diagnosis, "production", "--problems", "设备没有联网")
    try office.meet(li, chen)

    for place in [li, chen, office.place] {
      let shown = try place.run("diagnosis", "show", diagnosis)
      #expect(shown.contains("图纸靠人传") && shown.contains("设备没有联网") && !shown.contains("争议"), "\(shown)")
    }
    #expect(try office.place.list("conflicts", "list").isEmpty)
    let audit = try office.place.list("history", "diagnosis_link", diagnosis, "rd")
    #expect(audit.compactMap { $0["author"] as? String } == ["li"])
    #expect(office.stop() == 0)
  }

  /// I.3: the overall level is a range until somebody settles it, and the office reads what each choice does to level and money.
  @Test func theSameSceneIsSetToTwoAndThreeAtOnceAndTheLevelIsARangeUntilItIsSettled() throws {
    let office = try Office()
    let (li, chen) = (try office.laptop("li"), try office.laptop("chen"))
    let plant = try office.plant(for: "li", "chen")
    try li.run("sync")
    let assessment = try li.make("assessment", "start", plant)
    // By 2024 level 3 asks for eight scenes: the first seven have it, and the eighth decides.
    try li.run("assessment", "answer", assessment, "--file", "-", stdin: try Self.bestAnswers(scenes: Array(repeating: 3, count: 7) + [1]))
    try office.meet(li, chen)
    try li.run("assessment", "scene", assessment, "8", "2")
    try chen.run("assessment", "scene", assessment, "8", "3")
    try office.meet(li, chen)

    #expect(try li.run("assessment", "show", assessment).contains("等级 2–3"))
    let range = try #require(chen.object("assessment", "show", assessment)["range"] as? [String: Any])
    let levels = ["lowest", "highest"].map { (range[$0] as? [String: Any])?["level"] as? Int }
    #expect(levels == [2, 3])
    let queue = try office.place.list("conflicts", "show")
    try #require(queue.count == 1)
    #expect(queue[0]["decidesLevel"] as? Bool == true)
    let before = try #require(queue[0]["impact"] as? [String: Any])
    #expect((before["money"] as? [String: Any])?["notRecorded"] as? [String] == ["contract"])
    #expect(try office.place.run("conflicts", "show").contains("R8 不能计算,未登记改造合同。"))
    try office.place.run("contract", "add", plant, "signedOn=2024-06-01", "total=80万", "downPayment=30万")
    let choices = try #require((office.place.list("conflicts", "show")[0]["impact"] as? [String: Any])?["choices"] as? [[String: Any]])
    let amounts = choices.map { [$0["level"] as? Int, $0["subsidyFen"] as? Int] }
    #expect(Set(amounts) == [[2, 25_000_000], [3, 32_000_000]])
    let listed = try office.place.run("conflicts", "list")
    #expect(listed.contains("→ 2 级,R8 25万元") && listed.contains("→ 3 级,R8 32万元"), "\(listed)")
    let told = try office.place.run("conflicts", "show")
    #expect(told.contains("2 级;R8 最高 25万元") && told.contains("未登记:实际投入"), "\(told)")
    try office.place.run("conflicts", "settle", queue[0]["id"] as? String ?? "", "--value", "3", "--reason", "复核")
    try office.meet(li, chen)
    let settled = try li.object("assessment", "show", assessment)
    #expect(settled["level"] as? Int == 3 && ((settled["range"] as? [String: Any])?["contested"] as? [Any])?.isEmpty == true)
    #expect(office.stop() == 0)
  }

  /// I.4: nobody gave the union, so nobody is shown it.
  @Test func twoSetsOfTicksOfAMultipleChoiceAreTwoAnswersAndNotTheirUnion() throws {
    let office = try Office()
    let (li, chen) = (try office.laptop("li"), try office.laptop("chen"))
    let plant = try office.plant(for: "li", "chen")
    try li.run("sync")
    let assessment = try li.make("assessment", "start", plant)
    try office.meet(li, chen)
    try li.run("assessment", "answer", assessment, "4", "GH")
    try chen.run("assessment", "answer", assessment, "4", "HN")
    try office.meet(li, chen)

    for place in [li, chen] {
      let shown = try place.run("assessment", "show", assessment)
      #expect(shown.contains("GH(li)") && shown.contains("HN(chen)") && !shown.contains("GHN"), "\(shown)")
    }
    let queue = try office.place.list("conflicts", "list")
    let values = (queue.first?["candidates"] as? [[String: Any]] ?? []).compactMap { $0["value"] as? String }
    #expect(queue.count == 1 && Set(values) == ["GH", "HN"])
    #expect(office.stop() == 0)
  }

  /// I.5: one file with two captions is no matter; the same file for two enterprises is.
  @Test func theSamePhotographIsOneFileForOnePlantAndASuspicionForTwo() throws {
    let office = try Office()
    let (li, chen) = (try office.laptop("li"), try office.laptop("chen"))
    let plant = try office.plant(for: "li", "chen")
    let other = try office.place.make("enterprise", "add", "同安数控(虚构)")
    try office.place.run("assign", other, "chen")
    let photograph = office.folder.url.appendingPathComponent("车间.pdf")
    try Data("%PDF-".utf8 + (0..<4_000).map { UInt8(truncatingIfNeeded: $0 * 7) }).write(to: photograph)
    try office.meet(li, chen)
    func attach(_ place: Place, to plant: String) throws {
      let diagnosis = try place.make("diagnosis", "start", plant)
      try place.run(
        "finding", "add", diagnosis, "--link", "production", "--objective", "quality", "--text", "现场照片", "--evidence", photograph.path)
    }
    try attach(li, to: plant)
    try attach(chen, to: plant)
    try office.meet(li, chen)
    let evidence = try li.list("finding", "list", plant).flatMap { $0["evidence"] as? [[String: Any]] ?? [] }
    #expect(evidence.count == 2 && Set(evidence.compactMap { $0["sha256"] as? String }).count == 1)
    #expect(try office.place.list("duplicates", "evidence").isEmpty)

    try attach(chen, to: other)
    try office.meet(li, chen)
    let flagged = try office.place.list("duplicates", "evidence")
    let uses = flagged.first?["uses"] as? [[String: Any]] ?? []
    #expect(flagged.count == 1 && Set(uses.compactMap { $0["enterpriseID"] as? String }) == [plant, other])
    #expect(try office.place.run("duplicates", "evidence").contains("⚠"))
    #expect(office.stop() == 0)
  }

  /// I.16: an edit wins over a deletion, and both are told.
  @Test func aFindingIsDeletedByOneWhileAnotherEditsItAndItStaysWithAMark() throws {
    let office = try Office()
    let (li, chen) = (try office.laptop("li"), try office.laptop("chen"))
    let plant = try office.plant(for: "li", "chen")
    try li.run("sync")
    let diagnosis = try li.make("diagnosis", "start", plant)
    let finding = try li.make("finding", "add", diagnosis, "--link", "rd", "--objective", "cost", "--text", "先前的写法")
    try office.meet(li, chen)
    try li.run("finding", "delete", finding)
    try chen.run("finding", "edit", finding, "--text", "同事改过的写法")
    try office.meet(li, chen)

    for place in [li, chen] {
      let shown = try place.run("finding", "list", plant)
      #expect(shown.contains("同事改过的写法") && shown.contains("保留或删除有争议"), "\(shown)")
    }
    let queue = try office.place.list("conflicts", "list")
    #expect(queue.compactMap { $0["kind"] as? String } == ["existence"])
    #expect(office.stop() == 0)
  }

  /// An answer file with the best answer to each question.
  /// - Parameter scenes: the levels of the scenes, from the first on; the rest are 0.
  private static func bestAnswers(scenes: [Int]) throws -> String {
    let resource = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../Sources/SurveyModel/Resources/instrument-2024.json")
    let instrument = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: resource.standardizedFileURL)) as? [String: Any])
    var answers: [String: [String]] = [:]
    for question in instrument["questions"] as? [[String: Any]] ?? [] {
      let options = (question["options"] as? [[String: Any]] ?? []).map { option in
        (letter: option["letter"] as? String ?? "", points: option["milliPoints"] as? Int ?? 0)
      }
      let best = options.max { $0.points < $1.points }.map { [$0.letter] } ?? []
      let ticked = options.filter { $0.points > 0 }.map(\.letter)
      answers[String(question["number"] as? Int ?? 0)] = question["kind"] as? String == "multiple" ? ticked : best
    }
    let levels = (1...16).map { (String($0), $0 <= scenes.count ? scenes[$0 - 1] : 0) }
    let file: [String: Any] = ["answers": answers, "scenes": Dictionary(uniqueKeysWithValues: levels)]
    return String(decoding: try JSONSerialization.data(withJSONObject: file), as: UTF8.self)
  }

  /// I.19: each edit is right by itself, together they are not: marked, queued, and mended by nobody but a person.
  @Test func countsOfEquipmentContradictEachOtherAfterAMergeAndAreNotMendedSilently() throws {
    let office = try Office()
    let (li, chen) = (try office.laptop("li"), try office.laptop("chen"))
    let plant = try office.plant(for: "li", "chen")
    try office.meet(li, chen)
    try li.run("enterprise", "year", "add", plant, "year=2024", "生产设备台数=10", "数字化设备台数=8", "联网设备台数=3")
    try office.meet(li, chen)
    let refused = try li.attempt("enterprise", "year", "add", plant, "year=2024", "联网设备台数=11", "--json")
    #expect(try refused.status == 65 && refused.error()["code"] as? String == "field-above")
    try li.run("enterprise", "year", "add", plant, "year=2024", "生产设备台数=8")
    try chen.run("enterprise", "year", "add", plant, "year=2024", "数字化设备台数=10")
    try office.meet(li, chen)

    for place in [li, chen, office.place] {
      let found = try place.list("conflicts", "list")
      try #require(found.count == 1)
      let bound = found[0]["bound"] as? [String: Any]
      #expect(found[0]["kind"] as? String == "bound" && bound?["value"] as? String == "10" && bound?["limit"] as? String == "8")
      let id = try #require(found[0]["id"] as? String)
      #expect(try place.run("conflicts", "show", id).contains("数字化设备台数 10 多于生产设备台数 8"))
      let year = try place.list("enterprise", "year", "list", plant)[0]
      #expect(year["equipmentDigital"] as? Int == 10 && year["equipmentTotal"] as? Int == 8)
      #expect((year["contested"] as? [Any])?.count == 1)
      #expect(try place.run("enterprise", "year", "list", plant).contains("与其他内容矛盾"))
    }
    try chen.run("enterprise", "year", "add", plant, "year=2024", "生产设备台数=12")
    try office.meet(chen, li)
    #expect(try office.place.run("conflicts", "list").contains("没有冲突"))
    #expect(office.stop() == 0)
  }
}
