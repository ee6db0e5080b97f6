import Foundation
import Testing

@testable import SurveyModel

/// The 2024 edition as the law prints it: tables G.3, G.4 and G.5 of the domain brief, typed in again by hand.
@Suite struct InstrumentTests {
  let instrument: Instrument
  let text: String

  init() throws {
    instrument = try Instrument.bundled(edition: "2024")
    text = String(decoding: try ResourceFolder.standard.data(of: "instrument-2024.json"), as: UTF8.self)
  }

  @Test func theEditionIsThatOfTheNotice() {
    #expect(instrument.edition == "2024")
    #expect(instrument.title == "中小企业数字化水平评测指标（2024年版）")
    #expect(instrument.provenance.notice == "工信厅企业〔2024〕56号")
    #expect(instrument.provenance.issued == "2024-09-04")
    #expect(instrument.provenance.sources.map(\.tag) == ["notice", "PDF", "P", "T", "F", "U"])
  }

  @Test func foundationManagementAndOutcomeAreWorth50And30And20() {
    let sums = instrument.dimensions.map { dimension in
      instrument.questions.filter { $0.dimension == dimension.key }.map(\.maxMilliPoints).reduce(0, +)
    }
    #expect(instrument.dimensions.map(\.label) == ["数字化基础", "数字化管理", "数字化成效"])
    #expect(instrument.dimensions.map(\.weightPercent) == [50, 30, 20])
    #expect(sums == [50_000, 30_000, 20_000])
  }

  @Test func everyQuestionHasItsKindAndItsPoints() {
    let fifth = [0, 1500, 3000, 4500, 6000]
    let law: [(Instrument.Question.Kind, Int, [Int])] = [
      (.multiple, 8000, [0, 2000, 2000, 2000, 2000]),
      (.single, 6000, fifth),
      (.single, 6000, fifth),
      (.multiple, 10000, [0, 700, 700, 700, 700, 700, 700, 700, 700, 700, 700, 700, 700, 700, 900]),
      (.single, 10000, [0, 2500, 5000, 7500, 10000]),
      (.multiple, 5000, [0, 1250, 1250, 1250, 1250]),
      (.multiple, 5000, [0, 1250, 1250, 1250, 1250]),
      (.single, 7500, [0, 1500, 3000, 4500, 6000, 7500]),
      (.multiple, 7500, [0, 1875, 1875, 1875, 1875]),
      (.multiple, 7500, [0, 1500, 1500, 1500, 1500, 1500]),
      (.single, 7500, [0, 1875, 3750, 5625, 7500]),
      (.single, 7000, [0, 3500, 7000]),
      (.single, 7000, [0, 3500, 7000]),
      (.single, 3000, [0, 1500, 3000]),
      (.single, 3000, [0, 1500, 3000]),
    ]
    #expect(instrument.questions.map(\.number) == Array(1...15))
    for (question, (kind, most, points)) in zip(instrument.questions, law) {
      #expect(question.kind == kind, "q\(question.number)")
      #expect(question.maxMilliPoints == most, "q\(question.number)")
      #expect(question.options.map(\.milliPoints) == points, "q\(question.number)")
    }
  }

  @Test func questionFourListsNoneThenTheThirteenLinksThenHumanResources() {
    let links = [
      "产品设计", "工艺设计", "营销管理", "售后服务", "计划排程", "生产管控", "质量管理", "设备管理", "安全生产", "能耗管理", "采购管理", "仓储物流", "财务管理",
    ]
    let options = instrument.question(4)?.options ?? []
    #expect(options.map(\.label) == ["无"] + links + ["人力资源"])
    #expect(options.map(\.letter).joined() == "ABCDEFGHIJKLMNO")
    #expect(options.filter(\.exclusive).map(\.letter) == ["A"])
  }

  @Test func theOutcomesRunFromTheWorstToTheBest() {
    let rows = (12...15).map { instrument.question($0)?.options.map(\.label) ?? [] }
    #expect(rows == [["增加", "持平", "降低"], ["降低", "持平", "增加"], ["降低", "持平", "增加"], ["增加", "持平", "降低"]])
  }

  @Test func theSixteenScenesStandInFourGroupsAndTenAreConstraints() {
    let names = [
      "产品设计", "工艺设计", "营销管理", "售后服务", "计划排程", "生产管控", "质量管理", "设备管理", "安全生产", "能耗管理", "采购管理", "仓储物流", "财务管理", "人力资源",
      "协同办公", "决策支持",
    ]
    #expect(instrument.scenes.map(\.label) == names)
    #expect(instrument.scenes.filter(\.constraint).map(\.number) == [1, 3, 6, 7, 8, 9, 10, 11, 12, 13])
    let sizes = instrument.sceneGroups.map { group in instrument.scenes.count { $0.group == group.key } }
    #expect(instrument.sceneGroups.map(\.label) == ["产品生命周期数字化", "生产执行数字化", "供应链数字化", "管理决策数字化"])
    #expect(sizes == [4, 6, 2, 4])
  }

  @Test func theThresholdsAreThoseOfTheLaw() {
    let thresholds = instrument.levels.compactMap(\.threshold)
    #expect(instrument.levels.map(\.label) == ["未达一级", "初始级", "规范级", "集成级", "协同级"])
    #expect(thresholds.map(\.scoreMilli) == [20_000, 40_000, 60_000, 80_000])
    #expect(thresholds.map(\.scenes) == [6, 6, 8, 10])
    #expect(thresholds.map(\.constraintScenes) == [3, 3, 5, 6])
  }

  @Test func whatIsInDoubtSaysSo() {
    #expect(instrument.question(8)?.option("F")?.confidence?.grade == .doubtful)
    #expect(instrument.scene(12)?.confidence?.grade == .medium)
    #expect(instrument.levels.dropFirst().allSatisfy { $0.confidence?.grade == .medium })
    #expect(instrument.scenes.filter { $0.confidence != nil }.map(\.number) == [12])
  }

  @Test func everyLabelIsThereInBothLanguages() {
    let options = instrument.questions.flatMap(\.options)
    let levels = instrument.scenes.flatMap(\.levels)
    let chinese = instrument.questions.map(\.label) + options.map(\.label) + levels.map(\.label) + instrument.scenes.map(\.label)
    let english = instrument.questions.map(\.labelEn) + options.map(\.labelEn) + levels.map(\.labelEn) + instrument.scenes.map(\.labelEn)
    #expect(chinese.allSatisfy { !$0.isEmpty })
    #expect(english.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { $0 < 0x80 } })
    #expect(levels.allSatisfy { $0.wording == .own })
    #expect(instrument.questions.allSatisfy { !$0.evidence.isEmpty })
  }

  @Test(arguments: [
    (0, "A"), (10, "A"), (11, "B"), (20, "B"), (21, "C"), (40, "C"), (41, "D"), (60, "D"), (61, "E"), (100, "E"),
  ])
  func aBandIsOpenBelowAndClosedAbove(part: Int, letter: String) throws {
    for number in [2, 3, 11] {
      let question = try #require(instrument.question(number))
      #expect(question.letter(numerator: part, denominator: 100) == letter)
      #expect(question.letter(numerator: part * 1_000_000_000_000_000, denominator: 100_000_000_000_000_000) == letter)
    }
  }

  @Test func aRatioWithoutAWholeOrBeyondItPicksNoBand() throws {
    let question = try #require(instrument.question(2))
    #expect(question.letter(numerator: 0, denominator: 0) == nil)
    #expect(question.letter(numerator: 6, denominator: 5) == nil)
    #expect(question.letter(numerator: -1, denominator: 5) == nil)
    #expect(question.letter(numerator: 1, denominator: 5) == "B")
    #expect(instrument.question(5)?.letter(numerator: 1, denominator: 5) == nil)
    #expect(question.ratio == .init(numerator: "equipmentDigital", denominator: "equipmentTotal"))
    #expect(instrument.question(3)?.ratio?.denominator == "equipmentTotal")
  }

  @Test(arguments: [
    (#""format": 1"#, #""format": 2"#, "format"),
    (#""maxMilliPoints": 8000"#, #""maxMilliPoints": 8001"#, "options add up"),
    (#""milliPoints": 900"#, #""milliPoints": 700"#, "options add up"),
    (#""milliPoints": 10000"#, #""milliPoints": 9000"#, "best option"),
    (#""weightPercent": 30"#, #""weightPercent": 31"#, "dimension weights"),
    (#""number": 15"#, #""number": 16"#, "question numbers"),
    (#""letter": "B""#, #""letter": "C""#, "letters from A"),
    (#""group": "execution""#, #""group": "nowhere""#, "group known"),
    (#""level": 3"#, #""level": 4"#, "scene levels"),
    (#""scoreMilli": 60000"#, #""scoreMilli": 40000"#, "thresholds rise"),
    (#""constraintScenes": 6"#, #""constraintScenes": 11"#, "constraint scenes within reach"),
    (#""milliPoints": 700"#, #""milliPoints": -700"#, "points within the total"),
    (#""weightPercent": 50"#, #""weightPercent": 9223372036854775807"#, "percentages from 0 to 100"),
    (#""exclusive": true"#, #""exclusive": false"#, "only A excludes"),
    (#""denominator": "equipmentTotal""#, #""denominator": "nothing""#, "ratio fields known"),
  ])
  func aSlipInTheFileIsFoundOnLoading(right: String, wrong: String, rule: String) throws {
    let range = try #require(text.range(of: right))
    let spoilt = text.replacingCharacters(in: range, with: wrong)
    let error = #expect(throws: SurveyError.self) { try Instrument(json: Data(spoilt.utf8)) }
    #expect(error?.code == .instrumentInconsistent)
    #expect(error?.problems.contains { $0.details["rule"] == rule } == true, "\(String(describing: error?.problems))")
  }

  @Test func aFileOfAnotherFormNamesThePlace() throws {
    let spoilt = text.replacingOccurrences(of: #""kind": "single""#, with: #""kind": "double""#)
    let error = #expect(throws: SurveyError.self) { try Instrument(json: Data(spoilt.utf8)) }
    #expect(error?.code == .instrumentMalformed)
    #expect(error?.details["path"] == "questions.1.kind")
  }

  @Test(arguments: ["2022", "", "../2024", "２０２４", "latest"])
  func anEditionThatIsNotThereIsUnknown(edition: String) {
    let error = #expect(throws: SurveyError.self) { try Instrument.bundled(edition: edition) }
    #expect(error?.code == .instrumentUnknown)
    #expect(error?.details["edition"] == edition)
  }

  @Test func itemsRunThroughTheQuestionsAndThenTheScenes() throws {
    #expect(instrument.items.map(\.description) == (1...15).map { "q\($0)" } + (1...16).map { "scene\($0)" })
    #expect(instrument.items.shuffled().sorted() == instrument.items)
    #expect(try JSONEncoder().encode(instrument.items.suffix(1)) == Data(#"["scene16"]"#.utf8))
    #expect(instrument.items.allSatisfy { InstrumentItem($0.description) == $0 })
    #expect(["q", "q03", "Q3", "scene", "scene-1", "q３", "3"].allSatisfy { InstrumentItem($0) == nil })
  }
}
