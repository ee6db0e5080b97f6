import Foundation
import Testing

@testable import SurveyModel

@Suite struct RatingTests {
  let engine: RatingEngine

  init() throws { engine = RatingEngine(try Instrument.bundled(edition: "2024")) }

  /// Scene levels where the given scenes stand at a level and the others at 0.
  func scenes(_ numbers: some Sequence<Int>, at level: Int) -> [Int: Int] {
    var levels = Dictionary(uniqueKeysWithValues: (1...16).map { ($0, 0) })
    for number in numbers { levels[number] = level }
    return levels
  }

  func answers(_ codes: [Int: String], scenes: [Int: Int] = [:]) throws -> Answers {
    Answers(questions: try codes.mapValues { try AnswerCode(parsing: $0) }, scenes: scenes)
  }

  /// The best answer to every question: 100 points.
  let best: [Int: String] = [
    1: "BCDE", 2: "E", 3: "E", 4: "BCDEFGHIJKLMNO", 5: "E", 6: "BCDE", 7: "BCDE", 8: "F", 9: "BCDE", 10: "BCDEF", 11: "E", 12: "C", 13: "C",
    14: "C", 15: "C",
  ]

  // MARK: The vectors of G.5

  @Test func fortyPointsAndSixScenesAtTwoAreLevelTwo() {
    #expect(engine.level(scoreMilli: 40_000, sceneLevels: scenes(1...6, at: 2)) == 2)
  }

  @Test func aThousandthOfAPointLessIsLevelOne() {
    #expect(engine.level(scoreMilli: 39_999, sceneLevels: scenes(1...6, at: 2)) == 1)
  }

  @Test func sixtyPointsAndEightScenesAtThreeAreLevelThree() {
    #expect(engine.level(scoreMilli: 60_000, sceneLevels: scenes(1...8, at: 3)) == 3)
  }

  @Test func eightyFivePointsWithAllScenesAtThreeAreLevelThree() {
    #expect(engine.level(scoreMilli: 85_000, sceneLevels: scenes(1...16, at: 3)) == 3)
  }

  @Test func eightyFivePointsWithTheFirstTenScenesAtFourAreLevelFour() {
    #expect(engine.level(scoreMilli: 85_000, sceneLevels: scenes(1...10, at: 4)) == 4)
  }

  @Test func aHundredPointsWithoutAnySceneAreLevelNought() throws {
    let rating = try engine.rate(answers(best, scenes: scenes([], at: 0)))
    #expect(rating.scoreMilli == 100_000)
    #expect(rating.level == 0)
    #expect(rating.complete)
  }

  @Test func nineteenPointsWithAllScenesAtFourAreLevelNought() {
    #expect(engine.level(scoreMilli: 19_000, sceneLevels: scenes(1...16, at: 4)) == 0)
  }

  @Test func guidanceScenesAloneMakeNoLevel() {
    #expect(engine.level(scoreMilli: 60_000, sceneLevels: scenes([2, 4, 5, 14, 15, 16], at: 3)) == 0)
  }

  @Test(arguments: zip([20_000, 40_000, 60_000, 80_000], [(6, 3), (6, 3), (8, 5), (10, 6)]))
  func eachConditionBindsOnItsOwn(score: Int, counts: (Int, Int)) {
    let level = score / 20_000
    let guidance = [2, 4, 5, 14, 15, 16]
    let stars = [1, 3, 6, 7, 8, 9, 10, 11, 12, 13]
    func exactly(_ all: Int, _ starred: Int) -> [Int: Int] {
      scenes(Array(stars.prefix(starred)) + guidance.prefix(all - starred), at: level)
    }
    #expect(engine.level(scoreMilli: score, sceneLevels: exactly(counts.0, counts.1)) == level)
    #expect(engine.level(scoreMilli: score - 1, sceneLevels: exactly(counts.0, counts.1)) < level)
    #expect(engine.level(scoreMilli: score, sceneLevels: exactly(counts.0 - 1, counts.1)) < level)
    #expect(engine.level(scoreMilli: score, sceneLevels: exactly(counts.0, counts.1 - 1)) < level)
  }

  // MARK: Points and what is missing

  @Test func nothingAnsweredIsNothingScoredAndEverythingMissing() throws {
    let rating = try engine.rate(Answers())
    #expect(rating.scoreMilli == 0)
    #expect(rating.level == 0)
    #expect(!rating.complete)
    #expect(rating.unanswered.map(\.description) == (1...15).map { "q\($0)" } + (1...16).map { "scene\($0)" })
    #expect(rating.questionMilli.isEmpty)
  }

  @Test func noneIsAnAnswerAndUnansweredIsNot() throws {
    let rating = try engine.rate(answers([1: "A"], scenes: [3: 0]))
    #expect(rating.questionMilli == [1: 0])
    #expect(rating.sceneLevels == [3: 0])
    #expect(!rating.unanswered.contains(.question(1)) && !rating.unanswered.contains(.scene(3)))
    #expect(rating.unanswered.count == 29)
  }

  @Test func pointsAddUpByQuestionAndByDimension() throws {
    let rating = try engine.rate(answers([1: "BE", 4: "BCO", 9: "C", 11: "D", 12: "B", 15: "C"]))
    #expect(rating.questionMilli == [1: 4000, 4: 2300, 9: 1875, 11: 5625, 12: 3500, 15: 3000])
    #expect(rating.dimensions.map(\.milliPoints) == [6300, 7500, 6500])
    #expect(rating.dimensions.map(\.maxMilliPoints) == [50_000, 30_000, 20_000])
    #expect(rating.scoreMilli == 20_300)
    #expect(rating.edition == "2024")
  }

  // MARK: Why not the next level

  @Test func theNextLevelNamesEveryConditionThatFails() throws {
    // 基础 in full, nothing of 管理, and 11.5 points of 成效.
    var codes = best.filter { $0.key <= 7 }
    codes[12] = "C"
    codes[13] = "A"
    codes[14] = "C"
    codes[15] = "B"
    for number in 8...11 { codes[number] = "A" }
    let rating = try engine.rate(answers(codes, scenes: scenes([1, 2, 3, 4, 5, 6], at: 3)))
    #expect(rating.scoreMilli == 61_500)
    #expect(rating.level == 2)
    let next = try #require(rating.next)
    #expect(next.level == 3)
    #expect(
      next.shortfalls == [
        shortfall(.scenes, have: 6, need: 8), shortfall(.constraintScenes, have: 3, need: 5),
      ])
    #expect(next.shortfalls.map(\.missing) == [2, 2])
  }

  @Test func aShortfallKnowsWhichOpenItemsCouldCloseIt() throws {
    var codes = best
    codes[14] = nil
    for number in 1...5 { codes[number] = "A" }
    var levels = scenes(1...9, at: 4)
    levels[12] = nil
    levels[16] = nil
    let rating = try engine.rate(answers(codes, scenes: levels))
    #expect(rating.scoreMilli == 57_000)
    #expect(rating.level == 2)
    let next = try #require(rating.next)
    #expect(next.shortfalls == [shortfall(.score, have: 57_000, need: 60_000, open: [.question(14)], closable: true)])

    let poorer = try engine.rate(answers(codes.merging([15: "B"]) { $1 }, scenes: levels))
    #expect(poorer.next?.shortfalls == [shortfall(.score, have: 55_500, need: 60_000, open: [.question(14)])])

    let fewer = try engine.rate(answers(best, scenes: levels))
    #expect(fewer.level == 3)
    #expect(fewer.next?.shortfalls == [shortfall(.scenes, have: 9, need: 10, open: [.scene(12), .scene(16)], closable: true)])
  }

  @Test func theHighestLevelHasNoNext() throws {
    let rating = try engine.rate(answers(best, scenes: scenes(1...16, at: 4)))
    #expect(rating.level == 4)
    #expect(rating.next == nil)
  }

  @Test func aRatingSurvivesItsEncoding() throws {
    let rating = try engine.rate(answers([1: "BC"], scenes: [1: 2]))
    let bytes = try JSONEncoder().encode(rating)
    #expect(try JSONDecoder().decode(Rating.self, from: bytes) == rating)
    #expect(String(decoding: bytes, as: UTF8.self).contains(#""unanswered":["q2","q3""#))
  }

  func shortfall(_ kind: Shortfall.Kind, have: Int, need: Int, open: [InstrumentItem] = [], closable: Bool = false) -> Shortfall {
    Shortfall(kind: kind, have: have, need: need, openItems: open, closable: closable)
  }

  // MARK: The oracle

  private struct OracleCase: Decodable {
    struct File: Codable {
      let answers: [String: [String]]
      let scenes: [String: Int]
    }

    let file: File
    let scoreMilli: Int
    let level: Int
    let unanswered: [String]
  }

  /// `Fixtures/rating_oracle.py` shares nothing with the engine but the law.
  @Test func theEngineAgreesWithTheIndependentScorerOnEveryCase() throws {
    let url = try #require(Bundle.module.url(forResource: "ratings", withExtension: "json", subdirectory: "Fixtures"))
    let cases = try JSONDecoder().decode([OracleCase].self, from: Data(contentsOf: url))
    #expect(cases.count == 300)
    #expect(Set(cases.map(\.level)) == [0, 1, 2, 3, 4])
    for (index, expected) in cases.enumerated() {
      let rating = try engine.rate(Answers(json: JSONEncoder().encode(expected.file), instrument: engine.instrument))
      #expect(rating.scoreMilli == expected.scoreMilli, "case \(index)")
      #expect(rating.level == expected.level, "case \(index)")
      #expect(rating.unanswered.map(\.description) == expected.unanswered, "case \(index)")
      #expect(rating.complete == expected.unanswered.isEmpty, "case \(index)")
    }
  }
}
