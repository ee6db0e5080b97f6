import Foundation
import Testing

/// What befalls devices and programs (I.11–I.13, I.22, I.23).
@Suite(.serialized) struct DeviceSituationTests {
  /// I.11: a clock that is ahead wins nothing: who edits later, having read it, stands; the office reads both times.
  @Test func aLaptopWhoseClockIsDaysAheadDoesNotWinForeverAndTheOfficeSeesHowFarItWasOff() throws {
    let office = try Office()
    let days = 2 * 86_400
    let (li, chen) = (
      try office.laptop("li", environment: ["FIELDSURVEY_CLOCK_OFFSET_SECONDS": String(days)]), try office.laptop("chen")
    )
    let plant = try office.plant(for: "li", "chen")
    try office.meet(li, chen)
    try li.run("enterprise", "edit", plant, "--address", "来自快两天的钟")
    try office.meet(li, chen)
    try chen.run("enterprise", "edit", plant, "--address", "读过之后改的")
    try office.meet(li, chen)
    for place in [li, chen, office.place] {
      #expect(try place.run("enterprise", "show", plant).contains("地址:读过之后改的"))
    }
    #expect(try office.place.list("conflicts", "list").isEmpty)

    // Written at once, the two stand side by side, and the office reads how far the one clock was ahead.
    try li.run("need", "add", plant, "--link", "rd", "--text", "另一件事")
    try li.run("enterprise", "edit", plant, "--contact", "快钟")
    try chen.run("enterprise", "edit", plant, "--contact", "准钟")
    try office.meet(li, chen)
    let writes = try office.place.list("conflicts", "show").flatMap { $0["candidates"] as? [[String: Any]] ?? [] }
      .flatMap { $0["writes"] as? [[String: Any]] ?? [] }
    let ahead = writes.first { $0["author"] as? String == "li" }?["clockAheadSeconds"] as? Int
    #expect((days - 600...days).contains(ahead ?? 0), "\(writes)")

    // Chen, who worked on with what had come from it, is not among those whose clocks are suspicious.
    let suspicious = try office.place.list("clocks")
    #expect(suspicious.compactMap { $0["user"] as? String } == ["li"] && suspicious.first?["fault"] as? String == "ahead", "\(suspicious)")
    #expect((days - 600...days).contains(suspicious.first?["seconds"] as? Int ?? 0))
    #expect((suspicious.first?["writes"] as? [[String: Any]])?.allSatisfy { $0["enterprise"] is String } == true)
    #expect(try office.place.run("clocks").contains("li(设备"))
    #expect(office.stop() == 0)
  }

  /// I.11: a clock of years ago; the office is told, and the visit's day is put right beside what the clock showed.
  @Test func aLaptopWhoseClockIsYearsBehindIsToldOfAndTheDayOfItsVisitIsAmended() throws {
    let office = try Office()
    let (li, chen) = (
      try office.laptop("li", environment: ["FIELDSURVEY_CLOCK_OFFSET_SECONDS": String(-2_000 * 86_400)]), try office.laptop("chen")
    )
    let plant = try office.plant(for: "li", "chen")
    try office.meet(li, chen)
    let visit = try li.make("visit", "start", plant)
    try chen.run("visit", "start", plant)
    try office.meet(li, chen)
    let suspicious = try office.place.list("clocks")
    #expect(suspicious.compactMap { $0["user"] as? String } == ["li"] && suspicious.first?["fault"] as? String == "behind", "\(suspicious)")
    #expect(try office.place.run("clocks").contains("时钟偏慢,至少约 2000 天"))

    let before = try office.place.list("visit", "list", plant).first { $0["id"] as? String == visit }
    #expect(try chen.attempt("visit", "amend", visit, "--on", "2026-11-20", "--because", "代为更正").status == 77)
    #expect(try li.attempt("visit", "amend", visit, "--on", "2026-02-30", "--because", "笔误").status == 65)
    #expect(try li.attempt("visit", "amend", visit, "--on", "2026-11-20", "--because", " ").status == 65)
    try li.run("visit", "amend", visit, "--on", "2026-11-20", "--because", "电脑时钟停在几年前")
    try office.meet(li, chen)
    let after = try office.place.list("visit", "list", plant).first { $0["id"] as? String == visit }
    #expect(after?["visitedOn"] as? String == "2026-11-20" && after?["startedAt"] as? String == before?["startedAt"] as? String)
    #expect(try office.place.run("enterprise", "show", plant).contains("更正为 2026-11-20(li:电脑时钟停在几年前)"))
    #expect(office.stop() == 0)
  }

  /// I.12: the copy takes an identity of its own, says so, and nobody's work is lost.
  @Test func aHomeIsCopiedToAColleagueAndTheCopyGetsANewIdentity() throws {
    let office = try Office()
    let laptop = try office.laptop("li")
    let plant = try office.plant(for: "li")
    try office.meet(laptop)
    let copy = Place(home: office.folder.url.appendingPathComponent("copy"))
    try FileManager.default.copyItem(at: laptop.home, to: copy.home)
    try laptop.run("need", "add", plant, "--link", "rd", "--text", "原机所写")
    try copy.run("need", "add", plant, "--link", "rd", "--text", "副本所写")
    try office.meet(laptop, copy)

    let texts = try office.place.list("need", "list", plant).compactMap { $0["text"] as? String }
    #expect(Set(texts) == ["原机所写", "副本所写"])
    let incidents = try #require(copy.object("status")["incidents"] as? [[String: Any]])
    #expect(!incidents.isEmpty)
    #expect(try copy.run("status").contains("提示"))
    #expect(try (laptop.object("status")["incidents"] as? [Any])?.isEmpty == true)
    #expect(office.stop() == 0)
  }

  /// I.13: nothing newer comes from it, its last contact is known, and the user goes on with another device.
  @Test func aLaptopIsLostAndItsUserGoesOnWithANewOne() throws {
    let office = try Office()
    let lost = try office.laptop("li")
    let plant = try office.plant(for: "li")
    try office.meet(lost)
    try lost.run("need", "add", plant, "--link", "rd", "--text", "已送达")
    try office.meet(lost)
    let device = try #require(lost.object("status")["device"] as? String)
    try office.place.run("device", "revoke", device)
    try lost.run("need", "add", plant, "--link", "rd", "--text", "拾到的人所写")
    let refused = try lost.attempt("sync")
    #expect(refused.status == 77 && refused.stderr.contains("可能已被停用"), "\(refused.stderr)")
    let listed = try office.place.list("device", "list")
    #expect(listed.count == 1 && listed[0]["revokedAt"] is String && listed[0]["lastSeenAt"] is String)

    let new = try office.laptop("li", named: "li-new")
    try office.meet(new)
    #expect(try new.list("need", "list", plant).compactMap { $0["text"] as? String } == ["已送达"])
    #expect(try office.place.list("need", "list", plant).count == 1)
    #expect(office.stop() == 0)
  }

  /// I.22: what is sent twice is there once.
  @Test func anExchangeIsKilledInTheMiddleAndRepeatedAndEveryRecordIsThereOnce() throws {
    let office = try Office()
    let li = try office.laptop("li")
    let plant = try office.plant(for: "li")
    try office.meet(li)
    let written = (0..<12).map { "需求 \($0)" }
    for text in written { try li.run("need", "add", plant, "--link", "rd", "--text", text) }
    // From before the first byte to after the last.
    for milliseconds in [5, 20, 40, 60, 80, 120] {
      let sync = Program.process(["sync", "--home", li.home.path])
      sync.standardOutput = FileHandle.nullDevice
      sync.standardError = FileHandle.nullDevice
      try sync.run()
      Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
      kill(sync.processIdentifier, SIGKILL)
      sync.waitUntilExit()
    }
    try office.meet(li)
    try li.run("sync")
    for place in [li, office.place] {
      #expect(try place.list("need", "list", plant).compactMap { $0["text"] as? String }.sorted() == written.sorted())
      #expect(try place.attempt("doctor").status == 0)
    }
    #expect(try office.place.object("verify", "--against", li.home.path)["same"] as? Bool == true)
    #expect(office.stop() == 0)
  }

  /// I.23: an assessment keeps its edition and its answers everywhere; who has no file of it is told to get one.
  @Test func aLaptopWithANewerInstrumentSyncsWithAnOfficeThatHasNone() throws {
    let office = try Office()
    let resources = office.folder.url.appendingPathComponent("resources")
    let shipped = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../Sources/SurveyModel/Resources").standardizedFileURL
    try FileManager.default.copyItem(at: shipped, to: resources)
    let text = try String(contentsOf: resources.appendingPathComponent("instrument-2024.json"), encoding: .utf8)
    let edition = try #require(text.range(of: #""edition": "2024""#))
    try text.replacingCharacters(in: edition, with: #""edition": "2027""#).write(
      to: resources.appendingPathComponent("instrument-2027.json"), atomically: true, encoding: .utf8)
    let li = try office.laptop("li", environment: ["FIELDSURVEY_RESOURCES": resources.path])
    let (wu, chen) = (try office.laptop("wu", environment: li.environment), try office.laptop("chen"))
    let plant = try office.plant(for: "li", "wu", "chen")
    try office.meet(li, wu, chen)
    let assessment = try li.make("assessment", "start", plant, "--edition", "2027")
    try li.run("assessment", "answer", assessment, "3", "C")
    try office.meet(li, chen)

    for place in [chen, office.place] {
      let refused = try place.attempt("assessment", "show", assessment)
      #expect(refused.status == 66 && refused.stderr.contains("2027") && refused.stderr.contains("请更新指标文件"), "\(refused.stderr)")
      #expect(try place.run("enterprise", "show", plant).contains("2027"))
    }
    // What chen writes beside it takes nothing away, and with the file it is as it was written.
    try chen.run("need", "add", plant, "--link", "rd", "--text", "另一件事")
    try office.meet(li, chen)
    let shown = try Place(home: chen.home, environment: li.environment).object("assessment", "show", assessment)
    #expect(shown["edition"] as? String == "2027" && (shown["answers"] as? [String: [String]])?["3"] == ["C"])

    // Two who have it differ: the queue of who has it not is still there, and tells nothing of levels.
    try office.meet(wu)
    try li.run("assessment", "answer", assessment, "4", "B")
    try wu.run("assessment", "answer", assessment, "4", "C")
    try office.meet(li, wu)
    let queue = try office.place.list("conflicts", "show")
    #expect(queue.count == 1 && queue[0]["impact"] == nil && (queue[0]["candidates"] as? [Any])?.count == 2)
    #expect(office.stop() == 0)
  }
}
