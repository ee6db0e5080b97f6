import Testing

@testable import SurveyModel

@Suite struct RatingRangeTests {
  let engine: RatingEngine

  init() throws { engine = RatingEngine(try Instrument.bundled(edition: "2024")) }

  @Test func settledAnswersLeaveNoRange() throws {
    let answers = Answers(questions: [1: try AnswerCode(parsing: "BC")], scenes: [1: 2])
    let range = try engine.range(candidates: RatingCandidates(answers))
    #expect(range.lowest == range.highest)
    #expect(range.lowest == (try engine.rate(answers)))
    #expect(range.contested.isEmpty)
  }

  @Test func twoCandidatesForASceneOpenTheLevel() throws {
    var candidates = RatingCandidates()
    for question in engine.instrument.questions {
      let top = question.kind == .single ? question.options.suffix(1) : question.options.dropFirst()
      candidates.questions[question.number] = [try AnswerCode(letters: top.map(\.letter))]
    }
    for number in 1...16 { candidates.scenes[number] = [number <= 5 ? 2 : 0] }
    candidates.scenes[6] = [2, 3, 0]
    let range = try engine.range(candidates: candidates)
    #expect(range.levels == 0...2)
    #expect(range.scoresMilli == 100_000...100_000)
    #expect(range.contested == [.scene(6)])
  }

  @Test func candidatesAreNeverUnited() throws {
    let pair = [try AnswerCode(parsing: "GH"), try AnswerCode(parsing: "HN")]
    let range = try engine.range(candidates: RatingCandidates(questions: [4: pair]))
    #expect(range.scoresMilli == 1400...1400)
    #expect(range.contested == [.question(4)])
  }

  @Test func aWithdrawnAnswerMayEndUpUnanswered() throws {
    let range = try engine.range(
      candidates: RatingCandidates(questions: [2: [try AnswerCode(parsing: "A"), nil]], scenes: [1: [nil, 0], 2: [nil]]))
    #expect(range.contested == [.question(2), .scene(1)])
    #expect(range.lowest.unanswered.contains(.question(2)) && range.lowest.unanswered.contains(.scene(1)))
    #expect(!range.highest.unanswered.contains(.question(2)) && !range.highest.unanswered.contains(.scene(1)))
    #expect(range.highest.unanswered.contains(.scene(2)))
  }

  @Test func aCandidateThatTheInstrumentDoesNotTakeIsRefused() throws {
    let candidates = RatingCandidates(questions: [2: [try AnswerCode(parsing: "A"), try AnswerCode(parsing: "BC")]], scenes: [1: [2, 5]])
    let error = #expect(throws: SurveyError.self) { try engine.range(candidates: candidates) }
    #expect(error?.problems.map(\.code) == [.choiceSingle, .sceneLevelOutOfRange])
  }

  @Test(arguments: 1...40)
  func theRangeIsThatOfEveryCombination(seed: Int) throws {
    var generator = SampleSource(seed: UInt64(seed))
    var candidates = RatingCandidates()
    for question in engine.instrument.questions {
      candidates.questions[question.number] = [try code(for: question, &generator)]
    }
    let base = Int.random(in: 0...4, using: &generator)
    for number in 1...16 { candidates.scenes[number] = [min(4, base + Int.random(in: 0...1, using: &generator))] }
    for _ in 0..<3 {
      let question = engine.instrument.questions.randomElement(using: &generator) ?? engine.instrument.questions[0]
      candidates.questions[question.number]?.append(try code(for: question, &generator))
      let scene = Int.random(in: 1...16, using: &generator)
      candidates.scenes[scene]?.append(Bool.random(using: &generator) ? nil : Int.random(in: 0...4, using: &generator))
    }
    let ratings = try combinations(candidates).map { try engine.rate($0) }
    let range = try engine.range(candidates: candidates)
    #expect(range.levels.lowerBound == ratings.map(\.level).min())
    #expect(range.levels.upperBound == ratings.map(\.level).max())
    #expect(range.scoresMilli.lowerBound == ratings.map(\.scoreMilli).min())
    #expect(range.scoresMilli.upperBound == ratings.map(\.scoreMilli).max())
  }

  private func code(for question: Instrument.Question, _ generator: inout SampleSource) throws -> AnswerCode {
    let letters = question.options.dropFirst().map(\.letter).shuffled(using: &generator)
    let count = question.kind == .single ? 1 : Int.random(in: 1...letters.count, using: &generator)
    return try AnswerCode(letters: Array(letters.prefix(count)))
  }

  private func combinations(_ candidates: RatingCandidates) -> [Answers] {
    var all = [Answers()]
    for (number, codes) in candidates.questions {
      all = all.flatMap { answers in
        codes.map { code in
          var copy = answers
          copy.questions[number] = code
          return copy
        }
      }
    }
    for (number, levels) in candidates.scenes {
      all = all.flatMap { answers in
        levels.map { level in
          var copy = answers
          copy.scenes[number] = level
          return copy
        }
      }
    }
    return all
  }
}
