import GRDB
import SyncKit
import Testing

@testable import SurveyModel

@Suite struct AcceptanceFileTests {
  let cases: TestCase
  let lin: Survey
  let office: Survey
  let agency: Survey
  let finance: Survey
  let enterprise: String

  init() throws {
    cases = try TestCase()
    lin = try cases.laptop("lin")
    // The same replica in other hands: what counts here is what is on paper.
    office = Survey(lin.replica, user: "wang", role: .office)
    agency = Survey(lin.replica, user: "zhao", role: .agency)
    finance = Survey(lin.replica, user: "qian", role: .finance)
    enterprise = try lin.addEnterprise(EnterpriseDraft(name: "鹭岛精密电子（虚构）", creditCode: "91350206MAX000015L")).id
  }

  @discardableResult
  private func add(_ survey: Survey, _ type: RecordType, _ fields: String...) throws -> String {
    guard case .recorded(let record) = try survey.addRecord(type, FieldInput(parsing: fields), of: enterprise) else {
      throw SurveyError(.notAuthorised)
    }
    return record.id ?? ""
  }

  private func assess(_ phase: AssessmentPhase, level: Int, _ assessor: Assessor = .specialist) throws -> String {
    let judge = assessor == .agency ? agency : lin
    let id = try judge.startAssessment(of: enterprise, phase: phase, assessor: assessor).id
    try judge.answer(id, with: Answers.all(Instrument.bundled(edition: "2024"), level: level))
    _ = try judge.finalizeAssessment(id)
    return id
  }

  @Test func anEmptyFileNamesAllThatIsMissing() throws {
    let file = try lin.acceptanceFile(of: enterprise)
    let paper = file.paper
    #expect(file.missing == DossierSlot.allCases.filter { $0 != .other })
    #expect(paper.warning == "档案不全：缺 8 类材料")
    #expect(paper.words(of: "档案材料").contains("数字化改造合同｜缺｜｜｜｜"))
    #expect(paper.words(of: "试点进度")[0] == "该企业不在试点名单。")
    #expect(paper.words(of: "试点进度").contains("已诊断｜未登记｜｜"))
    #expect(paper.words(of: "改造合同与投入") == ["没有登记改造合同。"])
    #expect(paper.words(of: "改造前后评测") == ["没有评测记录。没有评测不等于零级。"])
    #expect(paper.words(of: "验收") == ["尚未验收。"])
    #expect(paper.cover.contains(Paper.Fact("评定等级", nil)))
  }

  @Test func theFileHoldsContractMoneyVerdictAndDossier() throws {
    try add(office, .enrolment, "batch=2")
    try add(office, .enrolmentStep, "step=signed", "date=2024-07-01")
    let contract = try add(
      lin, .contract, "number=HT-1", "signedOn=2024-07-01", "total=100万", "enterpriseShare=60万", "providerDiscount=10万", "subsidy=30万")
    // Two laptops, each right by itself, may come to what neither would be let write.
    try lin.replica.pool.write { db in try db.execute(sql: "UPDATE contract SET subsidy_fen = 20000000") }
    let first = try add(
      agency, .acceptance, "acceptedOn=2025-05-01", "verdict=rectify", "level=2", "edition=2024", "contract=\(contract)")
    let second = try add(
      agency, .acceptance, "acceptedOn=2025-06-01", "verdict=passed", "level=3", "edition=2024", "supersedes=\(first)")
    try add(agency, .acceptanceCriterion, "acceptance=\(first)", "criterion=effect", "rating=poor")
    try add(agency, .acceptanceCriterion, "acceptance=\(second)", "criterion=effect", "rating=good", "text=产能提升")
    try add(lin, .dossierFile, "slot=contract", "fileName=合同.pdf", "receivedOn=2024-07-02")
    try add(finance, .payment, "rule=R8", "instalment=first", "amount=10万", "paidOn=2024-08-01")
    try add(finance, .payment, "rule=R8", "instalment=clawBack", "amount=1万", "paidOn=2025-08-01")
    try add(office, .spotCheck, "checkedOn=2024-10-01", "finding=ok")
    let file = try lin.acceptanceFile(of: String(enterprise.prefix(13)))
    let paper = file.paper
    #expect(file.acceptance?.id == second)
    #expect(paper.cover.contains(Paper.Fact("验收结论", "通过")))
    #expect(paper.words(of: "试点进度").contains("立项签约｜2024-07-01｜｜wang"))
    #expect(paper.words.last?.contains("报告由 账号 lin 于") == true)
    #expect(paper.words(of: "改造合同与投入").contains("三方分担合计 90万元，与合同总额 100万元 不符，请核对。"))
    #expect(paper.words(of: "改造合同与投入").contains("首付金额＝未填写"))
    #expect(paper.words(of: "验收").contains("应用成效｜好｜产能提升"))
    #expect(paper.words(of: "验收").contains("数据贯通程度｜未评价｜—"))
    #expect(!paper.words(of: "验收").contains { $0.contains("未被更正") })
    #expect(paper.words(of: "验收").contains { $0.hasPrefix("2025-05-01｜整改") })
    #expect(paper.words(of: "档案材料").contains("数字化改造合同｜有｜合同.pdf｜2024-07-02｜—｜"))
    #expect(!file.missing.contains(.contract))
    #expect(paper.words(of: "资金核定与兑付").contains("已兑付 10万元，追回 1万元。"))
    #expect(paper.words(of: "抽查与警告").contains { $0.hasPrefix("2024-10-01｜属实｜wang") })
  }

  /// An account is told as one, unless somebody recorded whose it is; what an authority is called stays as it was typed.
  @Test func peopleAreCalledByTheirNamesAsFarAsTheyAreRecorded() throws {
    try add(lin, .enterpriseName, "name=曾用名", "kind=former")
    try add(office, .enrolmentStep, "step=applied", "date=2024-05-01", "recordedBy=lin")
    try add(office, .enrolmentStep, "step=signed", "date=2024-07-01")
    try add(office, .spotCheck, "checkedOn=2024-10-01", "finding=ok", "checkedBy=区工信局")
    var paper = try lin.acceptanceFile(of: enterprise).paper
    #expect(paper.words(of: "试点进度").contains("申报｜2024-05-01｜｜账号 lin"))
    #expect(paper.words(of: "抽查与警告").contains { $0.hasPrefix("2024-10-01｜属实｜区工信局｜") })
    let other = try lin.addEnterprise(EnterpriseDraft(name: "另一家（虚构）")).id
    for (enterprise, name) in [(other, "别处的叫法"), (enterprise, "王工"), (other, "别处后来的叫法")] {
      _ = try lin.addRecord(.surveyPerson, FieldInput(parsing: ["name=\(name)", "账号=wang"]), of: enterprise)
    }
    paper = try lin.acceptanceFile(of: enterprise).paper
    #expect(paper.words(of: "试点进度").contains("立项签约｜2024-07-01｜｜王工（账号 wang）"))
  }

  @Test func twoAcceptancesThatDoNotCorrectEachOtherAreBothTold() throws {
    try add(agency, .acceptance, "acceptedOn=2025-05-01", "verdict=passed", "level=2")
    try add(agency, .acceptance, "acceptedOn=2025-06-01", "verdict=failed")
    let file = try lin.acceptanceFile(of: enterprise)
    #expect(file.acceptance?["verdict"]?.text == "failed")
    #expect(file.paper.words(of: "验收")[0].contains("有 2 份未被更正的验收记录"))
  }

  @Test func beforeAndAfterOfOneEditionAreHeldAgainstEachOther() throws {
    _ = try assess(.baseline, level: 1)
    let judged = try assess(.postTransformation, level: 2, .agency)
    let declared = try assess(.postTransformation, level: 4, .selfDeclared)
    try lin.replica.write { db in
      try db.execute(sql: "UPDATE assessment SET started_at = '2030-01-01T00:00:00.000Z' WHERE id = ?", arguments: [declared])
    }
    var file = try lin.acceptanceFile(of: enterprise)
    // The agency's word is the one that counts, however late the enterprise's own is.
    #expect(file.after?.assessment.id == judged)
    #expect(file.isComparable)
    #expect(file.paper.words(of: "改造前后评测").contains { $0.hasPrefix("得分：") && $0.contains(" → ") })
    #expect(file.paper.drawings.count == 1)
    #expect(file.paper.drawings[0].labels.suffix(2) == ["改造前（2024 年版）", "改造后（2024 年版）"])
    try add(agency, .acceptance, "acceptedOn=2025-05-01", "verdict=rectify", "assessment=\(declared)")
    file = try lin.acceptanceFile(of: enterprise)
    #expect(file.after?.assessment.id == declared)
    #expect(!file.paper.words(of: "验收").contains { $0.contains("两者不一致") })
    let rated = try #require(file.after?.level)
    try add(agency, .acceptance, "acceptedOn=2025-05-02", "verdict=passed", "level=\(rated + 1)", "edition=2024", "assessment=\(declared)")
    #expect(try lin.acceptanceFile(of: enterprise).paper.words(of: "验收").contains { $0.contains("两者不一致，请核对") })
  }

  @Test func resultsOfDifferentEditionsAreNeverComparedOrDrawnTogether() throws {
    _ = try assess(.postTransformation, level: 3)
    try lin.replica.write { db in
      try db.execute(
        sql: """
          INSERT INTO assessment(id, enterprise_id, edition, phase, assessor, state, started_at, score_milli, level, source)
          VALUES('imported', ?, '2022', 'baseline', 'selfDeclared', 'finalized', '2023-05-01T00:00:00Z', 41000, 2, '国家平台')
          """, arguments: [enterprise])
    }
    let file = try lin.acceptanceFile(of: enterprise)
    #expect(file.before?.isImported == true)
    #expect(!file.isComparable)
    let told = file.paper.words(of: "改造前后评测")
    #expect(told.contains { $0.contains("不同版本的得分与等级不可比较，不计算提升") })
    #expect(!told.contains { $0.contains(" → ") })
    #expect(told.contains("改造前（采用）｜企业自评｜2022 年版｜已定稿｜41｜2 级｜2023-05-01"))
    #expect(file.paper.drawings.count == 1)
    #expect(file.paper.drawings[0].labels.last == "改造后（2024 年版）")
  }
}
