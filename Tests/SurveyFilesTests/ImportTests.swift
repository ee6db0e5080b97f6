import CXlsxWriter
import SurveyFiles
import SurveyModel
import Testing

@Suite struct ImportTests {
  static let code = "91350206MAX000015L"
  static let other = "91350206MA00000744"
  static let list = """
    企业名称,统一社会信用代码,所在区,细分行业,行业代码,注册资本(万元),成立日期,年份,规上,从业人员,营业收入(万元)
    甲电子,\(code),湖里区,电子器件制造,3974,500,2015/3/1,2024,是,120,"2,345.67"
    乙电子,,集美区,electronicDevices,C3971,8000.5,2015年2月28日,,,,

    """
  let desk: Desk

  init() throws { desk = try Desk() }

  private func enterprise(_ name: String) throws -> Enterprise? {
    try desk.survey.enterprises().first { $0.name == name }.map { try desk.survey.enterprise($0.id).enterprise }
  }

  @Test func rowsBecomeEnterprisesWithTheirYearsFigures() throws {
    let report = try desk.importCSV(Self.list)
    #expect((report.added, report.changed, report.unchanged) == (2, 0, 0))
    let first = try #require(try enterprise("甲电子"))
    #expect(first.creditCode == Self.code)
    #expect(first.district?.term == .huli)
    #expect(first.reportingUnit?.term == .huli)
    #expect(first.createdBy == "lin")
    let year = try #require(try desk.survey.records(.enterpriseYear, of: first.id).first)
    #expect(year["revenue"]?.integer == 2_345_670_000)
    #expect(year["employees"]?.integer == 120)
    #expect(year["aboveScale"]?.integer == 1)
    #expect(try desk.survey.records(.enterpriseYear).count == 1)
    #expect(try report.rows.map(\.id) == [first.id, enterprise("乙电子")?.id])
  }

  @Test func toImportTwiceIsToImportOnce() throws {
    try desk.importCSV(Self.list)
    let before = try desk.state()
    let report = try desk.importCSV(Self.list)
    #expect((report.added, report.changed, report.unchanged) == (0, 0, 2))
    #expect(try desk.state() == before)
  }

  /// A list of some time ago still has the name that an enterprise had, or that of a record that was merged into it.
  @Test func anOldNameIsNoChangeOfName() throws {
    let survey = desk.survey
    let canonical = try survey.addEnterprise(EnterpriseDraft(name: "乙公司", creditCode: Self.code)).id
    let retired = try survey.addEnterprise(EnterpriseDraft(name: "甲公司")).id
    _ = try survey.addRecord(.enterpriseName, FieldInput([("name", "丙公司"), ("kind", "former")]), of: canonical)
    _ = try survey.merge(retired, into: canonical, because: "更名")
    for (row, address) in [("甲公司,", "一号"), ("丙公司,\(Self.code)", "二号"), ("甲公司,\(Self.code)", "三号")] {
      let report = try desk.importCSV("企业名称,信用代码,地址\n\(row),\(address)\n")
      #expect(report.rows.map(\.id) == [canonical], "\(row)")
      #expect(report.rows.first?.changes.map(\.field) == ["address"], "\(row)")
    }
    #expect(try survey.enterprises().map(\.name).sorted() == ["乙公司", "甲公司"].sorted())
    let byRecord = try desk.importCSV("编号,企业名称,地址\n\(retired),甲公司,四号\n")
    #expect(byRecord.rows.map(\.id) == [canonical])
  }

  /// One row says two enterprises: by its code it is one, by its name the other.
  @Test func aRowWithTheCodeOfOneAndTheNameOfAnotherIsAFault() throws {
    try desk.importCSV("企业名称,信用代码\n甲公司,\(Self.code)\n乙公司,\(Self.other)\n丙公司,\n")
    for name in ["乙公司", "丙公司"] {
      #expect(try desk.faults("企业名称,信用代码\n\(name),\(Self.code)\n") == ["2 - name-of-another"])
    }
    #expect(try desk.importCSV("企业名称,信用代码\n丁公司,\(Self.code)\n").changed == 1)
  }

  @Test func aDryRunTellsTheSameAndWritesNothing() throws {
    let before = try desk.state()
    let report = try desk.importCSV(Self.list, isDryRun: true)
    #expect((report.added, report.isDryRun) == (2, true))
    #expect(report.rows.allSatisfy { $0.id == nil })
    #expect(try desk.state() == before)
    #expect(try desk.survey.enterprises().isEmpty)
  }

  @Test func aSecondListChangesWhatItSaysAndLeavesTheRest() throws {
    try desk.importCSV(Self.list)
    let report = try desk.importCSV("企业名称,信用代码,地址,年份,从业人员\n甲电子公司,\(Self.code),岐山北路,2024,130\n乙电子,,,,\n")
    #expect((report.added, report.changed, report.unchanged) == (0, 1, 1))
    #expect(report.rows.first?.changes.map(\.field) == ["name", "address", "employees"])
    #expect(report.rows.first?.changes.map { $0.before.text } == ["甲电子", nil, "120"])
    let first = try #require(try enterprise("甲电子公司"))
    #expect(first.district?.term == .huli)
    let year = try #require(try desk.survey.records(.enterpriseYear, of: first.id).first)
    #expect(year["employees"]?.integer == 130)
    #expect(year["revenue"]?.integer == 2_345_670_000)
  }

  @Test func headingsOfAnyWidthCaseAndLanguageAreTaken() throws {
    let report = try desk.importCSV(" NAME ,Credit Code,ｒｅｖｅｎｕｅ（10k CNY）,Year\n甲,\(Self.code),1.5,２０２４\n")
    #expect(report.added == 1)
    #expect(report.warnings.isEmpty)
    #expect(try desk.survey.records(.enterpriseYear).first?["revenue"]?.integer == 1_500_000)
  }

  @Test func everyFaultIsToldWithRowAndColumnAndNothingIsImported() throws {
    let faults = try desk.faults(
      """
      企业名称,统一社会信用代码,所在区,注册资本(万元),成立日期,年份,从业人员,营业收入(元)
      甲,9135O206MAX000015L,湖里,500元,2025-02-30,2024,-3,-5
      ,\(Self.other),,1,,,,
      乙,\(Self.other),,五百,,1900,1.5,3万元
      丙,,,,,,7,,漏
      丁,,,,,2024,,(12)

      """)
    #expect(
      faults == [
        "2 统一社会信用代码 credit-code-impossible", "2 所在区 value-invalid", "2 注册资本(万元) unit-mixed", "2 成立日期 cell-date-invalid",
        "2 从业人员 amount-negative", "2 营业收入(元) amount-negative", "3 企业名称 value-missing", "4 注册资本(万元) value-invalid",
        "4 年份 value-invalid", "4 从业人员 value-invalid", "4 营业收入(元) unit-mixed", "4 - row-repeated",
        "5 I column-unnamed", "5 年份 value-missing", "6 营业收入(元) amount-negative",
      ])
    #expect(try desk.survey.enterprises().isEmpty)
  }

  /// A control character is a slip of some program; people write lines in a cell, and those are kept.
  @Test func aControlCharacterIsAFaultOfItsCellAndALineIsNone() throws {
    let heading = "企业名称,地址\n"
    #expect(
      try desk.faults(heading + "甲\u{0}公司,一号\n乙公司,二\u{1B}号\n丙公司,\"三\n号\"\n") == [
        "2 企业名称 control-character", "3 地址 control-character",
      ])
    try desk.importCSV(heading + "丙公司,\"三\n号\t楼\"\n")
    #expect(try enterprise("丙公司")?.address == "三\n号\t楼")
  }

  @Test func whatHasNotComeAndWhatTheStandardHasNotAreFaultsOfTheirCells() throws {
    let list = "企业名称,行业代码,成立日期,年份,从业人员\n甲,9999,2015-01-01,2024,1\n乙,3971,2999-01-01,2024,1\n丙,C44,,2027,1\n丁,3971,2026-11-19,2026,1\n"
    let found = try desk.faults(list)
    #expect(found == ["2 行业代码 value-invalid", "3 成立日期 not-yet", "4 行业代码 value-invalid", "4 年份 not-yet"])
  }

  @Test func headingsThatCannotBeAreFaults() throws {
    #expect(
      try desk.faults("信用代码,注册资本,营业收入(亿元),公司名称(家),地址,企业地址\n\(Self.code),1,1,甲,,\n") == [
        "1 注册资本 unit-missing", "1 营业收入(亿元) unit-unknown", "1 公司名称(家) unit-unknown", "1 企业地址 column-repeated",
        "2 年份 value-missing",
      ])
    #expect(try desk.faults("信用代码\n\(Self.code)\n") == ["1 企业名称 column-missing"])
    #expect(refusal { _ = try desk.importCSV("企业名称\n") }?.code == .tableEmpty)
    let report = try desk.importCSV("企业名称,奇怪\n甲,乙\n")
    #expect(report.warnings.map(\.kind) == [.columnUnknown])
    #expect(report.added == 1)
  }

  @Test(arguments: ["O", "I", "S", "Z"]) func aLetterThatLooksLikeADigitIsAFault(_ letter: String) throws {
    #expect(try desk.faults("企业名称,信用代码\n甲,9135\(letter)206MAX000015L\n") == ["2 信用代码 credit-code-impossible"])
    #expect(try desk.faults("企业名称,信用代码\n甲,91350206MAX0000\(letter)5L\n") == ["2 信用代码 credit-code-impossible"])
  }

  @Test func aCodeWhoseCheckFailsOrThatIsOldIsTakenWithAWarning() throws {
    let report = try desk.importCSV("企业名称,信用代码\n甲,91350206MAX000015M\n乙,350200123456789\n丙,\(Self.code.lowercased())\n")
    #expect(report.added == 3)
    #expect(report.warnings.map(\.row) == [2, 3])
    #expect(report.warnings.allSatisfy { $0.kind == .creditCodeDoubtful })
    #expect(try enterprise("丙")?.creditCode == Self.code)
    #expect(try desk.faults("企业名称,信用代码\n丁,91350206MAX00001\n") == ["2 信用代码 credit-code-impossible"])
  }

  @Test func twoRowsOfOneRecordAreAFault() throws {
    try desk.importCSV("企业名称,信用代码\n甲,\(Self.code)\n丁,\n")
    #expect(try desk.faults("企业名称,信用代码\n乙,\(Self.other)\n丙,\(Self.other)\n") == ["3 - row-repeated"])
    #expect(try desk.faults("企业名称,信用代码\n乙,\n乙,\(Self.other)\n") == ["3 - row-repeated"])
    // One by its code, the other by its name.
    #expect(try desk.faults("企业名称,信用代码\n新名,\(Self.code)\n甲,\n") == ["3 - row-repeated"])
  }

  @Test func twoCodesAreTwoEnterprisesWhateverTheyAreCalled() throws {
    try desk.importCSV("企业名称,信用代码\n甲,\(Self.code)\n")
    let report = try desk.importCSV("企业名称,信用代码\n甲,\(Self.other)\n")
    #expect(report.added == 1)
    #expect(report.warnings.map(\.kind) == [.sameName])
    #expect(try desk.faults("企业名称,地址\n甲,某路\n") == ["2 - row-ambiguous"])
    // An enterprise whose code was not known gets it.
    try desk.importCSV("企业名称\n乙\n")
    #expect(try desk.importCSV("企业名称,信用代码\n乙,91350206000000000D\n").changed == 1)
  }

  @Test func aRowOfAMergedEnterpriseIsOfTheOneThatRemains() throws {
    try desk.importCSV("企业名称,信用代码\n甲,\(Self.code)\n乙,\(Self.other)\n")
    let (first, second) = (try #require(try enterprise("甲")).id, try #require(try enterprise("乙")).id)
    _ = try desk.survey.merge(second, into: first, because: "重复登记", although: true)
    let report = try desk.importCSV("企业名称,信用代码,地址\n甲,\(Self.other),岐山北路\n")
    #expect(report.rows.map(\.id) == [first])
  }

  @Test func aRecordIsKnownAgainByTheIdentifierThatAnExportWrote() throws {
    // Two without a code, whom nothing else tells apart.
    let ids = try (0..<2).map { _ in try desk.survey.addEnterprise(EnterpriseDraft(name: "甲")).id }
    let list = "编号,企业名称,地址\n\(ids[0]),甲,一路\n\(ids[1]),甲,二路\n"
    #expect(try desk.importCSV(list).rows.map(\.id) == ids)
    #expect(try desk.importCSV(list).unchanged == 2)
    #expect(try desk.faults("编号,企业名称\n\(ids[0]),甲\n\(ids[0]),甲\n") == ["3 - row-repeated"])
    #expect(try desk.faults("编号,企业名称\n没有,甲\n") == ["2 - row-ambiguous"])
  }

  @Test func noMoreFaultsAreToldThanTheirLimitAndAllAreCounted() throws {
    for count in [SurveyLimits.importFaults, SurveyLimits.importFaults + 1] {
      let rows = (0..<count).map { "企业\($0),-1\n" }.joined()
      let error = refusal { _ = try desk.importCSV("企业名称,注册资本(元)\n" + rows) }
      #expect(error?.problems.count == SurveyLimits.importFaults)
      #expect(error?.details["count"] == String(count))
    }
  }

  @Test func providersAndSolutionsFollow() throws {
    let providers = "服务商名称,统一社会信用代码,类型,细分行业,批次\n数智服务,\(Self.code),综合集成服务商,\"电子器件制造、医疗仪器设备及耗材制造\",1\n"
    #expect(try desk.importCSV(providers, as: .providers).added == 1)
    let solutions = "方案名称,服务商,环节,价格(万元)\n轻量MES,数智服务,生产制造,8.5\n轻量MES,,运营管理,\n"
    #expect(try desk.faults(solutions, as: .solutions) == ["3 - row-repeated"])
    #expect(try desk.faults("方案名称,服务商\n甲,没有的服务商\n", as: .solutions) == ["2 服务商 record-not-found"])
    let list = "方案名称,服务商,环节,价格(万元)\n轻量MES,数智服务,生产制造,8.5\n"
    #expect(try desk.importCSV(list, as: .solutions).added == 1)
    #expect(try desk.importCSV(list, as: .solutions).unchanged == 1)
    #expect(try desk.survey.records(.solution).first?["price"]?.integer == 8_500_000)
    #expect(try desk.faults("方案名称,价格(元)\n乙,-1\n", as: .solutions) == ["2 价格(元) amount-negative"])
    #expect(try desk.faults("服务商名称,类型,批次\n乙,综合集成服务商,10\n丙,别的,1\n", as: .providers) == ["2 批次 value-invalid", "3 类型 value-invalid"])
  }

  @Test func whatIsTheOfficesWordIsNotImportedByOthers() throws {
    let field = try Desk(role: .specialist)
    #expect(refusal { _ = try field.importCSV("名称,类型\n甲,综合集成服务商\n", as: .providers) }?.code == .notAuthorised)
    #expect(try field.importCSV("企业名称,细分行业\n甲,其他\n").added == 1)
    let enterprise = try #require(try field.survey.enterprises().first?.id)
    let office = Survey(field.survey.replica, user: "office", role: .office)
    _ = try office.addRecord(.enrolmentStep, FieldInput(parsing: ["step=selected", "happenedOn=2024-03-01"]), of: enterprise)
    #expect(try field.faults("企业名称,细分行业\n甲,医疗仪器设备及耗材制造\n") == ["2 - not-authorised"])
    #expect(try field.faults("企业名称,年份,规上\n甲,2024,是\n") == ["2 - not-authorised"])
    #expect(try field.importCSV("企业名称,地址\n甲,创新路 1 号\n").changed == 1)
  }

  @Test func aWorkbookIsImportedAndItsFaultsHaveTheirPlaces() throws {
    let good = try Book.written(in: desk) { sheet, format in
      for (at, heading) in ["企业名称", "统一社会信用代码", "成立日期", "注册资本(万元)"].enumerated() {
        worksheet_write_string(sheet, 0, lxw_col_t(at), heading, nil)
      }
      worksheet_write_string(sheet, 1, 0, "甲", nil)
      worksheet_write_string(sheet, 1, 1, Self.code, nil)
      var day = lxw_datetime(year: 2015, month: 3, day: 1, hour: 0, min: 0, sec: 0)
      worksheet_write_datetime(sheet, 1, 2, &day, format("yyyy/m/d"))
      worksheet_write_number(sheet, 1, 3, 1234.1, nil)
    }
    let report = try desk.survey.importTable(TableFile.read(good), as: .enterprises)
    #expect(report.rows.first?.changes.map { $0.after.text } == ["甲", Self.code, "2015-03-01", "1234100000"])
    let bad = try Book.written(in: desk) { sheet, _ in
      worksheet_write_string(sheet, 0, 0, "企业名称", nil)
      worksheet_write_string(sheet, 0, 1, "注册资本(万元)", nil)
      worksheet_merge_range(sheet, 1, 0, 2, 0, "乙", nil)
      worksheet_write_formula_num(sheet, 3, 1, "=2*3", nil, 6)
      worksheet_write_string(sheet, 3, 0, "丙", nil)
    }
    #expect(try desk.faults(TableFile.read(bad)).sorted() == ["2 企业名称 cells-merged", "4 注册资本(万元) cell-formula"])
  }
}
