import GRDB
import SyncKit
import Testing

@testable import SurveyModel

@Suite struct DiagnosisReportTests {
  let cases: TestCase
  let lin: Survey
  let chen: Survey
  let enterprise: String
  let assessment: String
  let diagnosis: String

  init() throws {
    cases = try TestCase()
    (lin, chen, enterprise, assessment) = try cases.pair()
    diagnosis = try lin.startDiagnosis(of: enterprise).id
  }

  @Test func anEmptyDiagnosisIsADraftOfWhichNothingIsFilledIn() throws {
    let paper = try lin.report(onDiagnosis: diagnosis).paper
    #expect(paper.title == "企业数字化诊断报告")
    #expect(paper.warning == "草稿：本诊断尚未定稿")
    #expect(paper.words(of: "业务与流程") == ["主要产品", "业务与工艺流程", "主要设备与智能化装备", "在用工业软件与系统"].map { $0 + "＝未填写" })
    #expect(paper.words(of: "分环节诊断").count { $0 == "本环节未填写。" } == 5)
    #expect(paper.words(of: "数字化水平现状（改造前评测）") == ["没有改造前的评测结果。没有评测不等于零级。"])
    #expect(paper.words(of: "目标等级与改造路径") == ["当前等级＝未填写", "目标等级＝未填写", "改造路径＝未填写"])
    #expect(paper.drawings.isEmpty)
  }

  @Test func theHeadSaysHowLargeTheEnterpriseIsAndWhyBelow() throws {
    #expect(try lin.report(onDiagnosis: diagnosis).paper.cover.contains(Paper.Fact("划型", nil)))
    _ = try lin.addRecord(.enterpriseYear, .of("year=2024", "employees=350", "revenue=1500万"), of: enterprise)
    let paper = try lin.report(onDiagnosis: diagnosis).paper
    #expect(paper.cover.contains(Paper.Fact("划型", "小型（2024 年）")))
    #expect(paper.words(of: "基本信息").contains { $0.hasPrefix("划型（2024 年）：从业人员 350 人") && $0.contains("营业收入不足 2000万元") })
  }

  @Test func theReportHoldsWhatWasRecorded() throws {
    let instrument = try Instrument.bundled(edition: "2024")
    try lin.answer(assessment, with: Answers.all(instrument, level: 2))
    _ = try lin.finalizeAssessment(assessment)
    _ = try lin.describeDiagnosis(
      diagnosis, FieldInput(parsing: ["诊断方=specialist", "主要产品=精密接插件", "目标等级=3", "改造路径=先贯通后智能"]))
    _ = try lin.describeLink(.production, in: diagnosis, currentState: "有 MES", problems: "未联网", level: 2, recommendation: "设备联网")
    _ = try lin.addFinding(
      FindingDraft(link: .production, objectives: [.quality, .cost], text: "报废率高", severity: .high), to: diagnosis,
      evidence: [try cases.file("photo.pdf", Array("%PDF-".utf8))])
    _ = try lin.addNeed(NeedDraft(scope: .common, link: .production, text: "联网网关", budgetFen: 8_500_000), to: diagnosis)
    _ = try lin.addNeed(NeedDraft(link: .rd, text: "工艺库"), to: diagnosis)
    _ = try lin.addRecord(
      .recommendation, FieldInput(parsing: ["diagnosis=\(diagnosis)", "link=production", "text=上 MES", "budget=30万"]), of: enterprise)
    #expect(try lin.report(onDiagnosis: diagnosis).paper.words(of: "基本信息").contains { $0.hasPrefix("开始＝") && $0.hasSuffix("，账号 lin") })
    _ = try lin.addRecord(
      .surveyPerson, FieldInput(parsing: ["diagnosis=\(diagnosis)", "name=林工", "role=数字专员", "account=lin"]), of: enterprise)
    _ = try lin.finalizeDiagnosis(diagnosis)
    let report = try lin.report(onDiagnosis: diagnosis)
    let paper = report.paper
    #expect(paper.warning == nil)
    for (section, fact) in [("基本信息", "开始＝"), ("基本信息", "定稿＝"), ("数字化水平现状（改造前评测）", "定稿＝")] {
      #expect(paper.words(of: section).contains { $0.hasPrefix(fact) && $0.hasSuffix("，林工（账号 lin）") })
    }
    let score = ReportText.points(try #require(report.baseline?.scoreMilli))
    #expect(paper.words.contains("得分＝\(score)"))
    #expect(paper.words.contains("指标版本＝2024 年版"))
    #expect(paper.words.contains { $0.hasPrefix("7｜生产执行数字化｜质量管理★｜2 级｜") })
    #expect(paper.words.contains { $0.hasPrefix("来源存疑——场景12：") })
    #expect(paper.words.count { $0.contains("场景数量条件来自第三方工具T") } == 1)
    #expect(paper.words(of: "分环节诊断").contains("当前水平＝2 级（诊断判断，0–4）"))
    #expect(paper.words(of: "诊断发现").contains("1｜生产制造｜提质、降本｜严重｜报废率高｜1 件"))
    #expect(paper.words(of: "改造需求").contains("预算合计 8.5万元。"))
    #expect(paper.words(of: "改造需求").contains("1｜研发设计｜—｜工艺库｜—｜—"))
    #expect(paper.words(of: "推荐方案与预算").contains("生产制造｜上 MES｜—｜—｜—｜—｜30万元"))
    #expect(paper.words(of: "目标等级与改造路径").contains("目标等级＝三级（集成级）"))
    #expect(paper.words(of: "佐证材料").contains { $0.hasPrefix("photo.pdf｜5｜") && $0.contains("第 1 条") })
    #expect(paper.words(of: "调研人员") == ["林工｜—｜数字专员｜—"])
    #expect(paper.words(of: "争议") == ["没有未裁定的争议。"])
    #expect(paper.drawings.map(\.title) == ["16个场景的等级", "诊断发现:环节 × 目标"])
  }

  /// Q1-E and Q8-F are doubtful: it matters to those whose points rest on them, also while two assessors differ.
  @Test func aDoubtAboutAnOptionIsToldWhereItIsChosen() throws {
    func doubts() throws -> [String] {
      try lin.report(onDiagnosis: diagnosis).paper.words(of: "数字化水平现状（改造前评测）").filter { $0.hasPrefix("来源存疑——") && $0.contains("选项") }
        .map { String($0.prefix { $0 != "：" }) }
    }
    try lin.answer(assessment, with: Answers(questions: [8: try AnswerCode(letters: ["B"])]))
    #expect(try doubts() == [])
    try lin.exchange(with: chen)
    try lin.answer(assessment, with: Answers(questions: [8: try AnswerCode(letters: ["F"])]))
    try chen.answer(assessment, with: Answers(questions: [8: try AnswerCode(letters: ["C"])]))
    try lin.exchange(with: chen)
    #expect(try lin.assessment(assessment).item(.question(8))?.value == "C", "the other is not the one that is shown")
    #expect(try doubts() == ["来源存疑——第8题选项F"])
    #expect(try lin.report(on: assessment).markdown(in: .english).contains("question 8, option F"))
    try lin.answer(assessment, with: Answers(questions: [1: try AnswerCode(letters: ["E"])]))
    #expect(try doubts() == ["来源存疑——第1题选项E", "来源存疑——第8题选项F"])
  }

  /// The conclusion and the picture say so as the result does.
  @Test func aLevelThatIsInDisputeIsProvisionalWhereverItIsTold() throws {
    try lin.answer(assessment, with: Answers.all(Instrument.bundled(edition: "2024"), level: 2))
    try lin.exchange(with: chen)
    func road() throws -> String { try lin.report(onDiagnosis: diagnosis).paper.words(of: "目标等级与改造路径")[0] }
    #expect(try !road().contains("暂定"))
    try lin.answer(assessment, with: Answers(scenes: [7: 1]))
    try chen.answer(assessment, with: Answers(scenes: [7: 3]))
    try lin.exchange(with: chen)
    #expect(try road().contains("（有争议未裁定，暂定）"))
    let paper = try lin.report(onDiagnosis: diagnosis).paper
    #expect(paper.drawings[0].labels.contains("7 质量管理★？"))
    #expect(paper.words.contains { $0.hasPrefix("图中带“？”的场景有争议") })
  }

  @Test func whatIsContestedIsMarkedAndToldWithBothValues() throws {
    _ = try lin.describeLink(.rd, in: diagnosis, level: 1)
    let need = try lin.addNeed(NeedDraft(link: .rd, text: "工艺库", budgetFen: 100_000_00), to: diagnosis).id
    try lin.exchange(with: chen)
    _ = try lin.describeLink(.rd, in: diagnosis, level: 2)
    _ = try chen.describeLink(.rd, in: diagnosis, level: 3)
    _ = try lin.editNeed(need, NeedDraft(budgetFen: 200_000_00))
    _ = try chen.editNeed(need, NeedDraft(budgetFen: 300_000_00))
    try lin.answer(assessment, with: Answers(scenes: [7: 2]))
    try chen.answer(assessment, with: Answers(scenes: [7: 3]))
    try lin.exchange(with: chen)
    let report = try lin.report(onDiagnosis: diagnosis)
    let told = report.paper.words(of: "争议")
    #expect(told[0].contains("以下 3 处"))
    #expect(told.contains { $0.hasPrefix("环节诊断·研发设计·当前水平｜") && $0.contains("2（lin）") && $0.contains("3（chen）") })
    #expect(told.contains { $0.hasPrefix("需求·研发设计·预算｜") && $0.contains("20万元（lin）") && $0.contains("30万元（chen）") })
    #expect(told.contains { $0.contains("场景7 质量管理·等级") && $0.contains("2（lin）") && $0.contains("3（chen）") })
    #expect(report.paper.words.contains("研发设计【争议】"))
    #expect(report.paper.words.contains("1｜研发设计｜—｜工艺库【争议】｜—｜\(report.diagnosis.needs[0].budgetFen == 200_000_00 ? "20万元" : "30万元")"))
    #expect(report.paper.words.contains { $0.contains("1 项有争议，裁定前得分") })
  }

  @Test func anUnansweredSceneIsNoPointOfTheRadarAndLevelZeroIsOne() throws {
    let instrument = try Instrument.bundled(edition: "2024")
    let radar = { (levels: [Int: Int]) in
      SceneRadar(scenes: instrument.scenes, series: [SceneRadar.Series(name: "改造前", ink: .before, levels: levels)])
    }
    func dots(_ radar: SceneRadar) -> [Drawing.Point] {
      radar.drawing.shapes.compactMap { if case .dot(let place, _, .before) = $0, place.y < 440 { place } else { nil } }
    }
    #expect(dots(radar([:])).isEmpty)
    #expect(dots(radar([1: 0])) == [SceneRadar.center])
    let top = try #require(dots(radar([1: 4])).first)
    #expect(abs(top.x - SceneRadar.center.x) < 1e-9 && abs(top.y - (SceneRadar.center.y - SceneRadar.radius)) < 1e-9)
    let right = try #require(dots(radar([5: 2])).first)
    #expect(abs(right.x - (SceneRadar.center.x + SceneRadar.radius / 2)) < 1e-9 && abs(right.y - SceneRadar.center.y) < 1e-9)
    let whole = radar(Dictionary(uniqueKeysWithValues: (1...16).map { ($0, 3) })).drawing
    #expect(whole.shapes.contains { if case .area(let points, .before, _) = $0 { points.count == 16 } else { false } })
    #expect(!radar([1: 3, 2: 3]).drawing.shapes.contains { if case .area = $0 { true } else { false } })
    for shape in whole.shapes {
      if case .text(_, let place, _, _, _) = shape { #expect((0...whole.width).contains(place.x) && (0...whole.height).contains(place.y)) }
    }
  }

  @Test func theMatrixCountsAFindingForEachOfItsObjectivesAndOnceForItsLink() throws {
    _ = try lin.addFinding(FindingDraft(link: .production, objectives: [.quality, .cost], text: "一"), to: diagnosis)
    _ = try lin.addFinding(FindingDraft(link: .production, objectives: [.cost], text: "二"), to: diagnosis)
    _ = try lin.addFinding(FindingDraft(link: .rd, objectives: [.safety], text: "三"), to: diagnosis)
    try lin.replica.write { db in try db.execute(sql: "UPDATE finding SET link = 'newer' WHERE text = '三'") }
    let matrix = try lin.report(onDiagnosis: diagnosis).matrix
    #expect(matrix.counts == [[0, 0, 0, 0, 0, 0], [1, 0, 2, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]])
    #expect(matrix.findings == [0, 2, 0, 0, 0])
    #expect(matrix.others == 1)
    #expect(matrix.drawing.labels.count { $0 == "·" } == 28)
  }

  @Test func aFinalizedDiagnosisIsDescribedNoMoreAndABadFieldChangesNothing() throws {
    #expect(refusal { _ = try lin.describeDiagnosis(diagnosis, FieldInput(parsing: ["targetLevel=5"])) }?.code == .valueInvalid)
    #expect(refusal { _ = try lin.describeDiagnosis(diagnosis, FieldInput([])) }?.code == .nothingToChange)
    #expect(try lin.record(.diagnosis, diagnosis)["targetLevel"]?.isEmpty == true)
    _ = try lin.finalizeDiagnosis(diagnosis)
    #expect(refusal { _ = try lin.describeDiagnosis(diagnosis, FieldInput(parsing: ["targetLevel=4"])) }?.code == .recordFinalized)
  }
}
