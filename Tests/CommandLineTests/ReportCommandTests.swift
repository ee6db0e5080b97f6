import Foundation
import Testing

/// Reports as files: what they are called, what they may not take the place of.
@Suite(.serialized) struct ReportCommandTests {
  @Test func reportsAreWrittenWholeUnderTheirNameAndTakeNoOthersPlace() throws {
    let office = try Office()
    let place = office.place
    let plant = try office.plant()
    let diagnosis = try place.make("diagnosis", "start", plant)
    try place.run("diagnosis", "describe", diagnosis, "主要产品=接插件", "targetLevel=2")
    try place.run("diagnosis", "person", "add", plant, "diagnosis=\(diagnosis)", "name=林工")
    let page = office.folder.url.appendingPathComponent("诊断.html")
    let print = office.folder.url.appendingPathComponent("诊断.PDF")
    try place.run("report", "diagnosis", diagnosis, "--out", page.path)
    try place.run("report", "diagnosis", diagnosis, "--out", print.path)
    let html = try String(contentsOf: page, encoding: .utf8)
    #expect(html.hasPrefix("<!DOCTYPE html>") && html.contains("接插件") && html.contains("林工"))
    #expect(try Data(contentsOf: print).starts(with: Data("%PDF-".utf8)))

    let again = try place.attempt("report", "diagnosis", diagnosis, "--out", page.path, "--json")
    #expect(again.status == 73)
    #expect(try again.error()["code"] as? String == "file-exists")
    try Data("mine".utf8).write(to: page)
    #expect(try place.attempt("report", "acceptance", plant, "--out", page.path).status == 73)
    #expect(try Data(contentsOf: page) == Data("mine".utf8))
    try place.run("report", "acceptance", plant, "--out", page.path, "--force")
    #expect(try String(contentsOf: page, encoding: .utf8).contains("企业数字化改造验收档案（一企一档）"))
    let left = try FileManager.default.contentsOfDirectory(atPath: office.folder.url.path).filter { $0.hasSuffix(".new") }
    #expect(left.isEmpty)
    #expect(office.stop() == 0)
  }

  /// At the office by what everybody was enrolled as, on a laptop by its own user's name.
  @Test func aReportNamesPeopleAsTheyWereEnrolled() throws {
    let office = try Office()
    let li = Place(home: office.folder.url.appendingPathComponent("li"))
    let code = try office.place.run("device", "code", "li", "--name", "李工").trimmingCharacters(in: .whitespacesAndNewlines)
    try li.run("enrol", office.url, code)
    let plant = try office.plant(for: "li")
    try office.meet(li)
    let diagnosis = try li.make("diagnosis", "start", plant)
    try office.meet(li)
    for (at, place) in [office.place, li].enumerated() {
      let page = office.folder.url.appendingPathComponent("\(at).html")
      try place.run("report", "diagnosis", diagnosis, "--out", page.path)
      let html = try String(contentsOf: page, encoding: .utf8)
      #expect(html.contains("，李工（账号 li）") && html.contains(at == 0 ? "报告由 办公室（账号 office） 于" : "报告由 李工（账号 li） 于"))
    }
    #expect(office.stop() == 0)
  }

  @Test func theContentIsOneJSONValueAndTheOldCommandGoesOnWorking() throws {
    let office = try Office()
    let place = office.place
    let plant = try office.plant()
    let diagnosis = try place.make("diagnosis", "start", plant)
    let assessment = try place.make("assessment", "start", plant)
    let report = try #require(place.ask("report", "diagnosis", diagnosis) as? [String: Any])
    #expect(((report["diagnosis"] as? [String: Any])?["id"] as? String) == diagnosis)
    #expect((report["matrix"] as? [String: Any])?["counts"] as? [[Int]] == [[Int]](repeating: [Int](repeating: 0, count: 6), count: 5))
    let file = try #require(place.ask("report", "acceptance", Office.code) as? [String: Any])
    #expect((file["dossier"] as? [[String: Any]])?.count == 9)
    for words in [[assessment], ["assessment", assessment]] {
      let outcome = try Program.run(["report"] + words + ["--home", place.home.path])
      #expect(outcome.status == 0 && outcome.stdout.hasPrefix("# 中小企业数字化水平评测报告"))
    }
    #expect(office.stop() == 0)
  }

  @Test func whatCannotBeWrittenIsToldBeforeAnythingIsDone() throws {
    let office = try Office()
    let place = office.place
    let plant = try office.plant()
    let diagnosis = try place.make("diagnosis", "start", plant)
    let folder = office.folder.url
    let code = { (outcome: Outcome) in try outcome.error()["code"] as? String }
    func attempt(_ out: String) throws -> Outcome { try place.attempt("report", "diagnosis", diagnosis, "--out", out, "--json") }
    for name in ["a.docx", "html", ".", "a.", "a.pdf.txt"] {
      let outcome = try attempt(folder.appendingPathComponent(name).path)
      #expect(outcome.status == 65, "\(name): \(outcome.stderr)")
    }
    #expect(try place.attempt("report", "diagnosis", diagnosis).status == 64)
    let missing = try attempt(folder.appendingPathComponent("no/such/a.html").path)
    #expect(missing.status == 73)
    let taken = folder.appendingPathComponent("folder.pdf")
    try FileManager.default.createDirectory(at: taken, withIntermediateDirectories: true)
    #expect(try code(attempt(taken.path)) == "not-a-file")
    let unknown = try place.attempt("report", "diagnosis", "ffff", "--out", folder.appendingPathComponent("b.html").path)
    #expect(unknown.status == 66)
    #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("b.html").path))
    #expect(try place.attempt("diagnosis", "describe", diagnosis, "targetLevel=9").status == 65)
    #expect(office.stop() == 0)
  }
}
