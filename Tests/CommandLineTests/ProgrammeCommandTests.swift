import Foundation
import Testing

/// The commands of the programme, as the office and an agency type them.
@Suite(.serialized) struct ProgrammeCommandTests {
  @Test func aRecordIsTypedInChineseAndPrintedForPrograms() throws {
    let office = try Office()
    let plant = try office.plant()
    _ = try office.place.make("provider", "add", "名称=示例服务商", "类型=综合集成服务商", "遴选日期=2024-03-01")
    let contract = try office.place.make("contract", "add", plant, "合同总额=80万", "首付金额＝24万", "签订日期=2024-05-02", "服务商=示例服务商")
    let shown = try #require(try office.place.ask("contract", "show", contract) as? [String: Any])
    #expect(shown["totalFen"] as? Int == 80_000_000)
    #expect(shown["downPaymentFen"] as? Int == 24_000_000)
    #expect(shown["enterpriseID"] as? String == plant)
    #expect(shown["readToken"] as? String != nil)
    #expect(try office.place.run("contract", "list", plant).contains("80万元"))
    #expect(try office.place.run("contract", "edit", contract, "实际投入=81.5万").contains("实际投入:81.5万元"))
    #expect(try office.place.run("contract", "delete", contract).contains("已删除"))
    #expect(try office.place.attempt("contract", "show", contract).status == 66)
  }

  @Test func aBadRecordEndsWith65AndNamesEachFault() throws {
    let office = try Office()
    let plant = try office.plant()
    let outcome = try office.place.attempt("contract", "add", plant, "total=-1", "signedOn=2025-02-30", "colour=red", "--json")
    #expect(outcome.status == 65)
    #expect(outcome.stdout.isEmpty)
    let error = try outcome.error()
    #expect(error["code"] as? String == "record-refused")
    for place in ["total", "signedOn", "colour"] { #expect(outcome.stderr.contains(place)) }
    #expect(try (office.place.ask("contract", "list") as? [Any])?.isEmpty == true)
    for words in [["contract", "add", plant, "total"], ["contract", "add", plant, "two", "total=1"]] {
      #expect(try Program.run(words + ["--home", office.place.home.path]).status == 64)
    }
    let level = try office.place.attempt("acceptance", "add", plant, "acceptedOn=2024-09-01", "verdict=passed", "level=5")
    #expect(level.status == 65)
    #expect(level.stderr.contains("评定等级不能是“5”。应为整数 0…4。"))
  }

  /// What a laptop's own file says of its user's role gives no say: the office's certificate does.
  @Test func whoCallsThemselvesTheFinanceBureauIsNot() throws {
    let office = try Office()
    let plant = try office.plant(for: "lin")
    let lin = try office.laptop("lin")
    try lin.run("sync")
    let file = lin.home.appendingPathComponent("home.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    let changed = text.replacingOccurrences(of: #""work" : "specialist""#, with: #""work" : "finance""#)
    #expect(changed != text)
    try changed.write(to: file, atomically: true, encoding: .utf8)
    let payment = ["rule=R8", "instalment=first", "amount=10万", "paidOn=2024-08-01"]
    let refused = try Program.run(["payment", "add", plant] + payment + ["--json", "--home", lin.home.path])
    #expect(refused.status == 77)
    #expect(try refused.error()["code"] as? String == "not-authorised")
    #expect(refused.stderr.contains("按本机的证书(数字专员),兑付不由您写。"))
    #expect(try (lin.ask("payment", "list", plant) as? [Any])?.isEmpty == true)
    try lin.run("need", "add", plant, "--link", "production", "--scope", "individual", "--text", "排产")
  }

  @Test func theAgencysVerdictIsTheAgencysAndOthersPropose() throws {
    let office = try Office()
    let plant = try office.plant(for: "lin", "qiu")
    let lin = try office.laptop("lin")
    let code = try office.place.run("device", "code", "qiu", "--role", "agency").trimmingCharacters(in: .whitespacesAndNewlines)
    let agency = Place(home: office.folder.url.appendingPathComponent("qiu"))
    try agency.run("enrol", office.url, code)
    for place in [lin, agency] { try place.run("sync") }

    let proposal = try #require(
      try lin.ask("acceptance", "add", plant, "acceptedOn=2024-09-01", "verdict=passed", "level=3", "--because", "现场看过") as? [String: Any])
    let made = try #require(proposal["proposal"] as? [String: Any])
    #expect(made["proposedAs"] as? String == "specialist")
    #expect(try (lin.ask("acceptance", "list", plant) as? [Any])?.isEmpty == true)
    try lin.run("sync")
    try agency.run("sync")
    #expect(try agency.run("proposal", "list").contains("由 lin(数字专员)提出"))
    let id = try #require(made["id"] as? String)
    let refused = try office.place.attempt("proposal", "accept", id)
    #expect(refused.status == 77 || refused.status == 66)
    try agency.run("proposal", "refuse", id, "--because", "应为 2 级")
    try agency.run("acceptance", "add", plant, "acceptedOn=2024-09-01", "verdict=passed", "level=2")
    try agency.run("sync")
    try lin.run("sync")
    #expect(try lin.run("proposal", "show", id).contains("qiu 的答复:应为 2 级"))
    #expect(try lin.run("acceptance", "list", plant).contains("通过"))
  }

  @Test func whatSomebodyIsDueIsToldBesideWhatNobodyRecorded() throws {
    let office = try Office()
    let plant = try office.plant()
    try office.place.run("contract", "add", plant, "total=80万", "downPayment=30万", "signedOn=2024-06-01")
    try office.place.run("leader", "add", "name=示例链主", "selectedOn=2024-02-01")
    let all = try #require(try office.place.ask("subsidy", "due", plant, "--on", "2025-06-30") as? [[String: Any]])
    let first = try #require(all.first)
    #expect(first["rule"] as? String == "R8" && first["dueFen"] as? Int == 10_000_000)
    #expect(first["notRecorded"] as? [String] == ["actualInvestment", "level"])
    let told = try office.place.run("subsidy", "due", plant, "--on", "2025-06-30")
    #expect(told.contains("· 未登记:实际投入(按合同总额计算)、评定等级(各等级分别列出)"), "\(told)")
    #expect(told.contains("不能计算,未登记国家级称号"), "\(told)")
    #expect(try office.place.run("project", "money", plant, "--on", "2025-06-30") == told)
    #expect(try (office.place.ask("subsidy", "due", "--leader", "示例链主") as? [Any])?.isEmpty == true)
    #expect(try office.place.attempt("subsidy", "due", "--leader", "无名").status == 66)
    #expect(try office.place.attempt("subsidy", "due").status == 64)
    #expect(try office.place.attempt("subsidy", "due", plant, "--leader", "示例链主").status == 64)
    #expect(try office.place.attempt("sample", "--scale", "0").status == 64)
  }

  @Test func theSizeClassNeedsNoHome() throws {
    let outcome = try Program.run(["enterprise", "size-class", "--employees", "300", "--revenue", "2000万", "--json"])
    #expect(outcome.status == 0)
    #expect(try outcome.object()["sizeClass"] as? String == "medium")
    #expect(try Program.run(["enterprise", "size-class", "--employees", "-1", "--revenue", "1"]).status != 0)
    #expect(try Program.run(["enterprise", "size-class", "--employees", "20", "--revenue", "三百万"]).status == 65)
  }

  /// An empty office has its tables; a wrong day is refused.
  @Test func theFiguresAreThereFromTheFirstDay() throws {
    let office = try Office()
    let table = try #require(try office.place.ask("indicator", "--as-of", "2024-12-31") as? [String: Any])
    #expect((table["rows"] as? [Any])?.count == 27)
    #expect(table["asOf"] as? String == "2024-12-31")
    #expect(try office.place.run("indicator").contains("拟改造工业中小企业总数"))
    #expect(try office.place.run("indicator", "rule", "K05").contains("WITH period"))
    #expect(try office.place.attempt("indicator", "rule", "K99").status == 66)
    #expect(try office.place.attempt("funnel", "--as-of", "2025-02-30").status == 65)
    #expect(try office.place.attempt("snapshot", "take", "2099Q1").status == 65)
    #expect(try office.place.run("snapshot", "take", "2024Q4").contains("2024Q4"))
    #expect(try (office.place.ask("list", "projects") as? [Any])?.isEmpty == true)
    #expect(try (office.place.ask("list", "providers") as? [Any])?.isEmpty == true)
    #expect(try office.place.run("list", "policies").contains("xiamen"))
    #expect(try office.place.run("instrument").contains("★"))
    #expect(try office.place.run("coverage").contains("规上企业 0 家"))
  }

  @Test func thePoliciesOfADistrictAreListedWithTheirDoubts() throws {
    let office = try Office()
    let all = try office.place.attempt("list", "policies")
    #expect(all.stdout.contains("xiamen-2024-draft") && all.stdout.contains("instrument-2024"))
    #expect(all.stderr.contains("⚠ huli-service-agencies:"))
    #expect(all.stderr.contains("原文未写上限和条件"))
    let id = try office.place.make("policy", "add", "title=示例措施", "level=区", "unit=集美区", "gives=示例支持", "doubt=未核对")
    let jimei = try #require(try office.place.ask("list", "policies", "--district", "集美区") as? [[String: Any]])
    #expect(jimei.contains { $0["id"] as? String == id } && !jimei.contains { $0["id"] as? String == "huli-talent" })
    let own = try #require(try office.place.ask("list", "policies", "--level", "区", "--district", "集美区") as? [[String: Any]])
    #expect(own.map { $0["id"] as? String } == [id])
    #expect(try office.place.run("policy", "show", id).contains("⚠ 未核对"))
    #expect(try office.place.run("policy", "edit", id, "doubt=").contains("已修改"))
    let shown = try Program.run(["policy", "show", "huli-talent"]).stdout
    #expect(shown.contains("单家企业每年最高 30万元") && shown.contains("厦湖科工函〔2025〕11号"))
    #expect(try office.place.attempt("policy", "show", "nonexistent").status == 66)
    #expect(try office.place.attempt("list", "policies", "--district", "月球").status == 65)
    #expect(try office.place.run("policy", "delete", id).contains("已删除"))
  }

  @Test func aValueThatCannotBeIsToldInBothLanguages() throws {
    let office = try Office()
    let plant = try office.plant()
    let ahead = "signedOn=2999-01-01"
    #expect(try office.place.attempt("contract", "add", plant, "total=100", ahead).stderr.contains("签订日期“2999-01-01”还没有到"))
    let english = try office.place.attempt("contract", "add", plant, "total=100", ahead, "--lang", "en")
    #expect(english.status == 65 && english.stderr.contains("has not come"))
    let shares = try office.place.attempt("contract", "add", plant, "total=100", "signedOn=2025-01-01", "enterpriseShare=101")
    #expect(shares.stderr.contains("企业出资、服务商让利、财政补助合计 101元,与合同总额 100元 不符。"))
    let warning = try office.place.attempt("warning", "add", plant, "subject=provider", "ground=fake", "issuedOn=2025-01-01")
    #expect(warning.stderr.contains("对象为“服务商”时,必须填写服务商。"))
    #expect(try office.place.attempt("enterprise", "edit", plant, "--industry", "9999").stderr.contains("01 至 97 之间的大类"))
    let old = try office.place.attempt(
      "assessment", "import", plant, "--edition", "2022", "--score", "39", "--level", "2", "--source", "报告")
    #expect(old.stderr.contains("2022 版得 39 分应为 1 级,不是 2 级。"))
  }

  @Test func helpSaysTheWholeCommandInOneLanguage() throws {
    let missing = try Program.run(["project", "step", "add"])
    #expect(missing.status == 64 && missing.stderr.contains("用法:fieldsurvey project step add 企业 字段=值 …"))
    for words in [["help", "project"], ["project"], ["help", "project", "step"]] {
      let help = try Program.run(words).stdout
      #expect(help.contains("用法:fieldsurvey project"), "\(help)")
      #expect(help.contains("详细帮助:fieldsurvey help project") && !help.contains("See '"), "\(help)")
    }
  }

  /// A quarter is read in words, its money in yuan; what differs later is told by the same names.
  @Test func aQuarterIsToldInWordsAndAmounts() throws {
    let office = try Office()
    let finance = try office.laptop("he", as: "finance")
    let plant = try office.plant(for: "he")
    try office.meet(finance)
    try finance.run("payment", "add", plant, "rule=R8", "instalment=first", "amount=10万", "paidOn=2024-08-01")
    try office.meet(finance)
    let told = try office.place.run("snapshot", "take", "2024Q3")
    #expect(told.contains("截至 2024-09-30") && told.contains("由 office 冻结") && !told.contains("摘要不符"))
    let lines = told.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines.contains { $0.starts(with: ["K01", "拟改造工业中小企业总数", "家", "0", "0", "0"]) }, "\(told)")
    #expect(lines.contains { $0.first == "R8" && $0.suffix(2) == ["1", "10万元"] }, "\(told)")
    #expect(lines.contains { $0 == ["全部兑付", "1", "10万元"] }, "\(told)")
    for aspect in ["数字化改造", "复制推广", "中小企业创新能力提升", "典型经验做法", "财政资金使用"] { #expect(lines.contains([aspect])) }
    #expect(try office.place.run("snapshot", "corrections", "2024Q3").isEmpty)

    try finance.run("payment", "add", plant, "rule=R8", "instalment=clawBack", "amount=4万", "paidOn=2024-09-01")
    try office.meet(finance)
    let differing = try office.place.run("snapshot", "corrections", "2024Q3").split(separator: "\n").map(String.init)
    #expect(differing.contains { $0.contains("全部兑付, 金额") && $0.contains("10万元") && $0.contains("6万元") }, "\(differing)")
    #expect(differing.contains { $0.hasPrefix("R8 ") && $0.contains(", 笔数") }, "\(differing)")
    #expect(office.stop() == 0)
  }

  @Test func aMergeIsSeenInTheField() throws {
    let office = try Office()
    let plant = try office.plant(for: "lin")
    let lin = try office.laptop("lin")
    try lin.run("sync")
    let twice = try office.place.make("enterprise", "add", "鹭岛精密电子(虚构)有限公司")
    #expect(try office.place.run("duplicates").contains("名称相同"))
    #expect(try office.place.run("duplicates", "preview", plant, twice).contains("并入:鹭岛精密电子(虚构)"))
    try office.place.run("duplicates", "merge", plant, twice, "--because", "同一家")
    try office.place.run("sync")
    try lin.run("sync")
    #expect(try lin.run("enterprise", "show", plant).contains("已由办公室并入 \(twice)"))
    #expect(try lin.attempt("duplicates", "unmerge", plant).status == 77)
    try office.place.run("duplicates", "unmerge", plant)
    #expect(try office.place.run("duplicates", "merged").contains("已撤销"))
  }
}
