import Foundation
import Testing

/// Tables that come in and go out, as an office types it.
@Suite(.serialized) struct TableCommandTests {
  let office: Office
  static let good = "企业名称,统一社会信用代码,所在区,注册资本(万元),年份,营业收入(万元)\n甲电子,\(Office.code),湖里区,500,2024,2345.67\n"

  init() throws { office = try Office() }

  private func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let url = office.folder.url.appendingPathComponent(name)
    try Data(bytes).write(to: url)
    return url.path
  }

  private func path(_ name: String) -> String { office.folder.url.appendingPathComponent(name).path }

  @Test func aListIsTriedImportedAndImportedAgain() throws {
    let list = try file("list.csv", Array(Self.good.utf8))
    #expect(try office.place.run("import", "enterprises", list, "--dry-run").contains("试运行,未写入:新增 1,修改 0,无变化 0。"))
    #expect(try (office.place.ask("enterprise", "list") as? [Any])?.isEmpty == true)
    let report = try #require(office.place.ask("import", "enterprises", list) as? [String: Any])
    #expect(report["added"] as? Int == 1)
    #expect(try office.place.run("import", "enterprises", list).contains("新增 0,修改 0,无变化 1"))
    let changed = try file("changed.csv", Array("企业名称,信用代码,地址\n甲电子,\(Office.code),岐山北路\n".utf8))
    #expect(try office.place.run("import", "enterprises", changed).contains("地址:(空) → 岐山北路"))
    #expect(office.stop() == 0)
  }

  @Test func faultsAreToldWithRowColumnAndCellInBothLanguages() throws {
    let list = try file(
      "bad.csv",
      Array("企业名称,信用代码,注册资本(万元),成立日期\n甲,9135O206MAX000015L,-5,2025-02-30\n乙,,500元,2024-01-01\n".utf8))
    let chinese = try office.place.attempt("import", "enterprises", list)
    #expect(chinese.status == 65)
    #expect(chinese.stdout.isEmpty)
    for part in [
      "第 2 行“信用代码”列“9135O206MAX000015L”:不是信用代码:第 5 位不能是“O”", "第 2 行“注册资本(万元)”列“-5”:不能小于 0", "第 2 行“成立日期”列“2025-02-30”:不是有效的日期",
      "第 3 行“注册资本(万元)”列“500元”:格子里的单位与列名不同", "数据没有任何改动",
    ] { #expect(chinese.stderr.contains(part), "\(part)") }
    let english = try office.place.attempt("import", "enterprises", list, "--lang", "en").stderr
    #expect(english.contains("row 3, column \"注册资本(万元)\", \"500元\": the cell has another unit than its heading"))
    let error = try office.place.attempt("import", "enterprises", list, "--json").error()
    #expect(error["code"] as? String == "import-refused")
    #expect((error["details"] as? [String: String])?["count"] == "4")
    #expect((error["details"] as? [String: String])?["problem2"] == "amount-negative cell=-5 column=注册资本(万元) row=2")
    #expect(try (office.place.ask("enterprise", "list") as? [Any])?.isEmpty == true)
    #expect(office.stop() == 0)
  }

  @Test func filesThatAreNoTablesAreRefusedWithAdvice() throws {
    let gbk = try file("gbk.csv", [0xC6, 0xF3, 0xD2, 0xB5, 0x0A, 0xBC, 0xD7, 0x0A])
    let outcome = try office.place.attempt("import", "enterprises", gbk)
    #expect(outcome.status == 65)
    #expect(outcome.stderr.contains("GBK"))
    #expect(outcome.stderr.contains("CSV UTF-8"))
    let old = try file("old.xls", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])
    #expect(try office.place.attempt("import", "enterprises", old).stderr.contains("XLSX"))
    #expect(try office.place.attempt("import", "enterprises", path("none.csv")).status == 66)
    #expect(try office.place.attempt("import", "enterprises", office.folder.url.path).status == 65)
    #expect(try office.place.attempt("import", "other", gbk).status == 64)
    #expect(office.stop() == 0)
  }

  @Test func whatIsTheOfficesIsRefusedOnALaptop() throws {
    let laptop = try office.laptop("li")
    let list = try file("providers.csv", Array("服务商名称,类型\n甲,综合集成服务商\n".utf8))
    #expect(try laptop.attempt("import", "providers", list).status == 77)
    #expect(try office.place.run("import", "providers", list).contains("新增 1"))
    #expect(office.stop() == 0)
  }

  @Test func exportsAreAlikeAndTakeNoFilesPlace() throws {
    try office.place.run("import", "enterprises", try file("list.csv", Array(Self.good.utf8)))
    for (kind, first, second) in [
      ("xlsx", "a.xlsx", "b.xlsx"), ("geojson", "a.geojson", "b.geojson"), ("platform", "a.json", "b.json"),
    ] {
      try office.place.run("export", kind, "--out", path(first))
      try office.place.run("export", kind, "--out", path(second))
      #expect(try Data(contentsOf: URL(fileURLWithPath: path(first))) == Data(contentsOf: URL(fileURLWithPath: path(second))), "\(kind)")
      let again = try office.place.attempt("export", kind, "--out", path(first))
      #expect(again.status == 73)
      #expect(again.stderr.contains("--force"))
      try office.place.run("export", kind, "--out", path(first), "--force")
    }
    let csv = try #require(
      office.place.ask("export", "csv", "--out", path("csv"), "--database", "企业数据库", "--kind", "企业", "年度数据") as? [String: Any])
    #expect(csv["records"] as? [String: Int] == ["enterprise": 1, "enterprise_year": 1])
    #expect(try office.place.run("import", "enterprises", path("csv/enterprise.csv")).contains("无变化 1"))
    #expect(try office.place.run("import", "enterprises", path("a.xlsx"), "--sheet", "企业").contains("无变化 1"))
    #expect(try office.place.attempt("export", "csv", "--out", path("c"), "--kind", "别的").status == 65)
    #expect(try office.place.attempt("export", "xlsx", "--out", path("none/a.xlsx")).status == 73)
    #expect(office.stop() == 0)
  }
}
