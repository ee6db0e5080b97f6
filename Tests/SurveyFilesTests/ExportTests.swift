import Foundation
import GRDB
import SurveyFiles
import SurveyModel
import SyncKit
import Testing

/// SHA-256 in hexadecimal, by another program.
private func digest(of bytes: [UInt8]) throws -> String {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = ["sha256sum"]
  let (input, output) = (Pipe(), Pipe())
  process.standardInput = input
  process.standardOutput = output
  try process.run()
  try input.fileHandleForWriting.write(contentsOf: Data(bytes))
  try input.fileHandleForWriting.close()
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  return String(text.prefix(64))
}

@Suite struct ExportTests {
  static let code = "91350206MAX000015L"
  let desk: Desk
  let enterprise: String

  init() throws {
    desk = try Desk()
    let survey = desk.survey
    enterprise = try survey.addEnterprise(
      EnterpriseDraft(
        name: "=cmd|' /C calc'!A0", creditCode: Self.code, district: .huli, subSector: .electronicDevices, industryCode: "3974",
        address: "岐山北路,\"1\"号", contact: "陈工 0592-1234567")
    ).id
    _ = try survey.addRecord(
      .enterpriseYear, FieldInput([("year", "2024"), ("revenue", "2345.67万"), ("employees", "120"), ("aboveScale", "是")]), of: enterprise)
    _ = try survey.addRecord(
      .site, FieldInput([("name", "一厂"), ("longitude", "118.123457"), ("latitude", "24.5"), ("district", "湖里区")]), of: enterprise)
    _ = try survey.addRecord(.site, FieldInput([("name", "没有坐标")]), of: enterprise)
    _ = try survey.addRecord(.tier, FieldInput([("tier", "nationalHighTech"), ("validFrom", "2023-11-01")]), of: enterprise)
    _ = try survey.addRecord(
      .provider, FieldInput([("name", "数智服务"), ("kind", "综合集成服务商"), ("contact", "林工"), ("subSectors", "电子器件制造")]))
    _ = try survey.addRecord(.solution, FieldInput([("name", "轻量MES"), ("provider", "数智服务"), ("price", "85000.5")]))
    let instrument = try Instrument.bundled(edition: "2024")
    let assessment = try survey.startAssessment(of: enterprise).id
    var answers = Answers()
    for question in instrument.questions { answers.questions[question.number] = try AnswerCode(letters: [question.options[1].letter]) }
    for scene in instrument.scenes { answers.scenes[scene.number] = 2 }
    _ = try survey.answer(assessment, with: answers)
    _ = try survey.finalizeAssessment(assessment)
  }

  // MARK: Workbooks

  @Test func aWorkbookHasASheetForEachKindThatAnotherReaderReads() throws {
    let path = desk.path("all.xlsx")
    let files = try desk.survey.writeWorkbook(ExportKind.all, to: path)
    let sheets = try Spreadsheet.read(path)
    #expect(sheets.map(\.name) == ExportKind.all.map(\.label.zh))
    #expect(sheets.allSatisfy { $0.isFrozen && $0.formulas == 0 })
    func sheet(_ name: String) throws -> [String: String] { try #require(sheets.first { $0.name == name }).cells }
    let enterprises = try sheet("企业")
    #expect(enterprises["B1"] == "企业名称")
    // What looks like a formula is text.
    #expect(enterprises["B2"] == "=cmd|' /C calc'!A0")
    let years = try sheet("年度数据")
    let revenue = try #require(years.first { $0.value == "营业收入(元)" }?.key.replacingOccurrences(of: "1", with: "2"))
    #expect(years[revenue] == "23456700")
    let solutions = try sheet("解决方案")
    #expect(solutions.values.contains("数智服务"))
    #expect(solutions.values.contains("85000.5"))
    #expect(files.records["answer"] == 15)
    #expect(files.records["scene"] == 16)
  }

  @Test func theSameStateMakesTheSameBytes() throws {
    let survey = desk.survey
    var digests: [[String]] = []
    for turn in ["a", "b"] {
      let files = [
        try survey.writeWorkbook(ExportKind.all, to: desk.path("\(turn).xlsx")),
        try survey.writeCSV(ExportKind.all, into: desk.path(turn)), try survey.writeMap(to: desk.path("\(turn).geojson")),
        try survey.writePlatform(to: desk.path("\(turn).json")),
      ]
      digests.append(files.flatMap(\.files).map(\.sha256))
      // An archive may hold the time at which it was made, which it tells in steps of two seconds.
      if turn == "a" { Thread.sleep(forTimeInterval: 2.1) }
    }
    #expect(digests[0].count == ExportKind.all.count + 3)
    #expect(digests[0] == digests[1])
    _ = try survey.editEnterprise(enterprise, EnterpriseDraft(address: "别处"))
    #expect(try survey.writeWorkbook(ExportKind.all, to: desk.path("c.xlsx")).files.first?.sha256 != digests[0].first)
    // In whichever order rows came to this replica.
    try survey.replica.write { db in
      for id in ["b", "a", "c"] {
        try db.execute(sql: "INSERT INTO site(id, enterprise_id, name) VALUES(?, ?, ?)", arguments: [id, enterprise, "厂 \(id)"])
      }
    }
    _ = try survey.writeCSV(ExportKind.chosen(["site"]), into: desk.path("sites"))
    let names = try desk.text(desk.path("sites/site.csv")).split(separator: "厂 ").dropFirst().compactMap(\.first)
    #expect(names == ["a", "b", "c"])
  }

  @Test func whatIsExportedIsImportedWithoutAChange() throws {
    let survey = desk.survey
    let kinds: [(String, ImportKind)] = [("enterprise", .enterprises), ("provider", .providers), ("solution", .solutions)]
    let before = try desk.state()
    for (name, kind) in kinds {
      let chosen = try ExportKind.chosen([name])
      _ = try survey.writeCSV(chosen, into: desk.path("csv"), withContacts: true)
      _ = try survey.writeWorkbook(chosen, to: desk.path("\(name).xlsx"), withContacts: true)
      for path in ["csv/\(name).csv", "\(name).xlsx"] {
        let report = try survey.importTable(TableFile.read(try desk.bytes(desk.path(path))), as: kind)
        #expect((report.added, report.changed, report.unchanged) == (0, 0, 1), "\(path)")
        #expect(report.warnings.isEmpty, "\(path): \(report.warnings)")
      }
    }
    #expect(try desk.state() == before)
  }

  // MARK: CSV

  @Test func aTextFileBeginsWithItsMarkAndHoldsNoFormula() throws {
    let files = try desk.survey.writeCSV(ExportKind.chosen(["企业", "enterprise_year"]), into: desk.path("csv"))
    #expect(files.files.map(\.path) == [desk.path("csv/enterprise.csv"), desk.path("csv/enterprise_year.csv")])
    #expect(try desk.bytes(desk.path("csv/enterprise.csv")).starts(with: [0xEF, 0xBB, 0xBF]))
    let text = try desk.text(desk.path("csv/enterprise.csv"))
    #expect(text.contains(",'=cmd|' /C calc'!A0,"))
    #expect(text.contains("\"岐山北路,\"\"1\"\"号\""))
    #expect(text.hasSuffix("\r\n"))
    #expect(!text.contains("陈工"))
    #expect(try desk.text(desk.path("csv/enterprise_year.csv")).contains(",2024,是,,120,23456700.00,"))
  }

  @Test(arguments: ["=1", "+1", "-1", "@a", "\t=1", "'=1", "''+1", "＝1", "a=1", "'a", "甲\n=1", "=\"a\",b"])
  func textThatWasGuardedComesBackAsItWas(_ name: String) throws {
    _ = try desk.survey.editEnterprise(enterprise, EnterpriseDraft(name: "甲", address: name))
    _ = try desk.survey.writeCSV(ExportKind.chosen(["enterprise"]), into: desk.path("csv"))
    let report = try desk.survey.importTable(TableFile.read(try desk.bytes(desk.path("csv/enterprise.csv"))), as: .enterprises)
    #expect(report.unchanged == 1)
    let text = try desk.text(desk.path("csv/enterprise.csv"))
    for mark in "=+-@\t＝" { #expect(!text.contains(",\(mark)") && !text.contains(",\"\(mark)")) }
  }

  // MARK: Choice

  @Test func eachKindIsOfOneDatabase() throws {
    let chosen = try ServiceDatabase.allCases.map { try ExportKind.chosen([], $0).map(\.name) }
    #expect(chosen.flatMap { $0 }.count == ExportKind.all.count)
    #expect(chosen[0] == ["code", "policy_file"])
    #expect(chosen[2].contains("provider"))
    #expect(chosen[3].contains("solution"))
    #expect(refusal { _ = try ExportKind.chosen(["别的"]) }?.code == .valueInvalid)
  }

  @Test func everyTableThatHoldsRecordsIsExported() throws {
    // The office's own desk and what the program keeps for itself are no records of the survey.
    let kept: Set = [
      "proposal", "alias", "distinct_pair", "snapshot", "correction", "late_record", "handover", "erasure",
      "erasure_receipt", "attachment_policy",
    ]
    let exported = Set(ExportKind.all.map(\.name)).subtracting(["code"])
    #expect(exported == Set(SurveySchema.tables.map(\.name)).subtracting(kept))
  }

  @Test func contactsAreLeftOutUnlessTheyAreAskedFor() throws {
    for (turn, isAsked) in [("a", false), ("b", true)] {
      _ = try desk.survey.writeCSV(ExportKind.all, into: desk.path(turn), withContacts: isAsked)
      _ = try desk.survey.writePlatform(to: desk.path("\(turn).json"), withContacts: isAsked)
      for file in ["\(turn)/enterprise.csv", "\(turn).json"] { #expect(try desk.text(desk.path(file)).contains("陈工") == isAsked) }
      #expect(try desk.text(desk.path("\(turn)/provider.csv")).contains("林工") == isAsked)
    }
  }

  // MARK: Maps and the platform

  @Test func sitesAreFeaturesInTheOrderLongitudeLatitude() throws {
    let path = desk.path("map.geojson")
    #expect(try desk.survey.writeMap(to: path).records == ["site": 1])
    let map = try #require(try JSONSerialization.jsonObject(with: Data(try desk.bytes(path))) as? [String: Any])
    #expect(map["type"] as? String == "FeatureCollection")
    #expect(try desk.text(path).contains("\"coordinates\":[118.123457,24.5]"))
    let feature = try #require((map["features"] as? [[String: Any]])?.first)
    let properties = try #require(feature["properties"] as? [String: Any])
    #expect(properties["creditCode"] as? String == Self.code)
    #expect(properties["name"] as? String == "一厂")
  }

  @Test func thePlatformsFileIsDigestedOverItsContentAndLeavesATrail() throws {
    let path = desk.path("platform.json")
    let first = try desk.survey.writePlatform(to: path)
    let text = try desk.text(path)
    let content = try #require(text.range(of: ",\"exportDigest\":").map { text[..<$0.lowerBound].dropFirst("{\"content\":".count) })
    #expect(try digest(of: Array(content.utf8)) == first.exportDigest)
    _ = try desk.survey.editEnterprise(enterprise, EnterpriseDraft(address: "更正"))
    let second = try desk.survey.writePlatform(to: path, replacing: true)
    let trail = try desk.text(path + ".trail.jsonl").split(separator: "\n").map { line in
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    }
    #expect(trail.map { $0?["exportDigest"] as? String } == [first.exportDigest, second.exportDigest])
    #expect(first.exportDigest != second.exportDigest)
    #expect(trail.allSatisfy { $0?["exportedAt"] is String })
  }

  @Test func thePlatformIsToldByItsFieldNames() throws {
    let path = desk.path("platform.json")
    _ = try desk.survey.writePlatform(.enterprises, to: path)
    let file = try #require(try JSONSerialization.jsonObject(with: Data(try desk.bytes(path))) as? [String: Any])
    let content = try #require(file["content"] as? [String: Any])
    #expect(content["solutions"] == nil)
    let one = try #require((content["enterprises"] as? [[String: Any]])?.first)
    // What nothing here says is left out, and that is told.
    let without = try #require(content["withoutSource"] as? [[String: Any]])
    #expect(without.compactMap { $0["field"] as? String } == ["businessBenefits.profit", "systemCertification"])
    #expect(one["systemCertification"] == nil && without.allSatisfy { ($0["why"] as? [String: Any])?["zh"] is String })
    #expect(one["enterpriseId"] as? String == enterprise)
    #expect(one["key"] as? String == "\(Self.code)/-/\(enterprise)")
    #expect(one["districtCode"] as? String == "350206")
    #expect(one["firstIndustryId"] as? String == "C")
    #expect(one["secondIndustryId"] as? String == "39")
    #expect(one["employeesNum"] as? Int == 120)
    #expect(one["enterpriseScale"] as? String == "small")
    #expect(one["highTechEnterprise"] as? Bool == true)
    // A recognition that has ended is none; of whom nothing is recorded nothing is said.
    _ = try desk.survey.addEnterprise(EnterpriseDraft(name: "无认定"))
    let ended = try desk.survey.addEnterprise(EnterpriseDraft(name: "已到期")).id
    _ = try desk.survey.addRecord(
      .tier, FieldInput([("tier", "nationalHighTech"), ("validFrom", "2020-11-01"), ("validTo", "2023-10-31")]), of: ended)
    _ = try desk.survey.writePlatform(.enterprises, to: path, replacing: true)
    let again = try #require(try JSONSerialization.jsonObject(with: Data(try desk.bytes(path))) as? [String: Any])
    let all = try #require((again["content"] as? [String: Any])?["enterprises"] as? [[String: Any]])
    #expect(all.map { $0["highTechEnterprise"] as? Bool } == [true, nil, false])
    #expect((one["businessBenefits"] as? [String: [String: Any]])?["2024"]?["income"] as? String == "23456700.00")
    let evaluation = try #require((one["evaluations"] as? [[String: Any]])?.first)
    let questions = try #require(evaluation["digitalScoringQuestionList"] as? [[String: Any]])
    #expect(questions.map { $0["order"] as? Int } == [1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 1, 2, 3, 4])
    #expect(questions.compactMap { $0["firstModuleKey"] as? Int } == [1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    #expect(questions.first?["optionIds"] as? [String] == ["B"])
    let scenes = try #require(evaluation["digitalScenariosList"] as? [[String: Any]])
    #expect(scenes.compactMap { $0["scenariosLevel"] as? Int } == Array(repeating: 2, count: 16))
    #expect(scenes.allSatisfy { $0["firstModuleKey"] as? Int == 4 })
  }

  // MARK: Files

  @Test func aFileThatIsThereIsReplacedOnlyWhenThatIsAsked() throws {
    let path = desk.path("a.xlsx")
    let kinds = try ExportKind.chosen(["enterprise"])
    try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
    #expect(refusal { _ = try desk.survey.writeWorkbook(kinds, to: path) }?.code == .fileExists)
    #expect(try desk.text(path) == "mine")
    _ = try desk.survey.writeWorkbook(kinds, to: path, replacing: true)
    #expect(try desk.bytes(path).starts(with: Array("PK".utf8)))
    _ = try desk.survey.writeCSV(kinds, into: desk.path("csv"))
    #expect(refusal { _ = try desk.survey.writeCSV(kinds, into: desk.path("csv")) }?.code == .fileExists)
    #expect(try FileManager.default.contentsOfDirectory(atPath: desk.path("csv")) == ["enterprise.csv"])
  }

  @Test func whatCannotBeWrittenLeavesNothingBehind() throws {
    let kinds = try ExportKind.chosen(["enterprise"])
    let before = try FileManager.default.contentsOfDirectory(atPath: desk.folder.path).sorted()
    #expect(refusal { _ = try desk.survey.writeWorkbook(kinds, to: desk.path("none/a.xlsx")) }?.code == .fileUnwritable)
    #expect(refusal { _ = try desk.survey.writeWorkbook(kinds, to: desk.folder.path, replacing: true) }?.code == .notAFile)
    #expect(refusal { _ = try desk.survey.writeCSV(kinds, into: desk.path("replica.sqlite")) }?.code == .fileUnwritable)
    #expect(try FileManager.default.contentsOfDirectory(atPath: desk.folder.path).sorted() == before)
  }
}
