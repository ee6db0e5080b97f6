import Foundation
import SurveyModel
import Testing

@Suite struct AnswersTests {
  let instrument: Instrument

  init() throws { instrument = try Instrument.bundled(edition: "2024") }

  /// The reasons for which a file is refused, in order.
  func problems(_ json: String, _ location: SourceLocation = #_sourceLocation) -> [SurveyError] {
    let error = #expect(throws: SurveyError.self, sourceLocation: location) {
      try Answers(json: Data(json.utf8), instrument: instrument)
    }
    #expect(error?.code == .answersRefused, sourceLocation: location)
    #expect(error?.details["count"] == error.map { String($0.problems.count) }, sourceLocation: location)
    return error?.problems ?? []
  }

  @Test func aWholeFileIsRead() throws {
    let json = #"{"answers":{"1":["C","B"],"2":["C"]},"scenes":{"1":2,"2":0},"readToken":"t\u00e9\n\""}"#
    let answers = try Answers(json: Data(json.utf8), instrument: instrument)
    #expect(answers.questions.mapValues(\.text) == [1: "BC", 2: "C"])
    #expect(answers.scenes == [1: 2, 2: 0])
    #expect(answers.readToken == "té\n\"")
  }

  @Test(arguments: ["{}", #"{"answers":{}}"#, #"{"scenes":{}}"#, "\u{FEFF} {\n}\n"])
  func nothingFilledInIsNoFault(json: String) throws {
    #expect(try Answers(json: Data(json.utf8), instrument: instrument) == Answers())
  }

  @Test func fullWidthAndLowerCaseLettersAndFullWidthNumbersAreTaken() throws {
    let json = #"{"answers":{"１":["ｂ","Ｃ","d"],"１4":["c"]},"scenes":{"１６":4}}"#
    let answers = try Answers(json: Data(json.utf8), instrument: instrument)
    #expect(answers.questions.mapValues(\.text) == [1: "BCD", 14: "C"])
    #expect(answers.scenes == [16: 4])
  }

  @Test func whatIsWrittenIsReadBackAlike() throws {
    let answers = Answers(
      questions: [10: try AnswerCode(parsing: "FB"), 2: try AnswerCode(parsing: "A")], scenes: [3: 4, 1: 0], readToken: "a\"\\\u{1}\n厦门")
    #expect(try Answers(json: Data(answers.json.utf8), instrument: instrument) == answers)
    #expect(answers.json.hasPrefix(#"{"answers":{"2":["A"],"10":["B","F"]},"scenes":{"1":0,"3":4},"readToken":""#))
  }

  @Test func noneStandsAlone() {
    #expect(
      problems(#"{"answers":{"1":["A","B"]}}"#) == [
        SurveyError(.choiceExclusive, ["item": "q1", "letter": "A", "letters": "AB", "line": "1"])
      ])
  }

  @Test func aSingleChoiceTakesOneLetter() {
    #expect(problems(#"{"answers":{"2":["B","C"]}}"#) == [SurveyError(.choiceSingle, ["item": "q2", "letters": "BC", "line": "1"])])
  }

  @Test func aRepeatedLetterIsRefusedInWhateverForm() {
    #expect(problems(#"{"answers":{"1":["B","ｂ"]}}"#) == [SurveyError(.letterRepeated, ["item": "q1", "letter": "B", "line": "1"])])
  }

  @Test func anEmptyAnswerIsRefused() {
    #expect(problems(#"{"answers":{"1":[]}}"#) == [SurveyError(.answerEmpty, ["item": "q1", "line": "1"])])
  }

  @Test(arguments: ["F", "BC", "", "二", "1", " B", "B "])
  func anUnknownLetterIsRefused(letter: String) {
    #expect(
      problems(#"{"answers":{"1":["\#(letter)"]}}"#) == [SurveyError(.letterUnknown, ["item": "q1", "letter": letter, "line": "1"])])
  }

  @Test(arguments: ["0", "16", "99999999999999999999", "01", "+1", "-1", "1.0", "q1", " 1", "", "一", "٣"])
  func anUnknownQuestionNumberIsRefused(number: String) {
    let found = problems(#"{"answers":{"\#(number)":["A"]}}"#)
    #expect(found == [SurveyError(.questionUnknown, ["question": number, "line": "1"])])
  }

  @Test(arguments: ["0", "17", "x"])
  func anUnknownSceneIsRefused(number: String) {
    #expect(problems(#"{"scenes":{"\#(number)":1}}"#) == [SurveyError(.sceneUnknown, ["scene": number, "line": "1"])])
  }

  @Test(arguments: ["5", "-1", "99999999999999999999"])
  func aSceneIsRatedFromNoughtToFour(level: String) {
    let found = problems(#"{"scenes":{"1":\#(level)}}"#)
    #expect(found == [SurveyError(.sceneLevelOutOfRange, ["item": "scene1", "level": level, "line": "1"])])
  }

  @Test(arguments: [("2.5", "number"), ("2.0", "number"), ("2e0", "number"), ("\"2\"", "string"), ("true", "boolean"), ("null", "null")])
  func aSceneLevelIsAnInteger(value: String, type: String) {
    let found = problems(#"{"scenes":{"1":\#(value)}}"#)
    #expect(found == [SurveyError(.typeMismatch, ["path": "scenes.1", "expected": "integer", "found": type, "line": "1"])])
  }

  @Test(arguments: [
    ("[]", "", "object", "array"),
    (#"{"answers":[]}"#, "answers", "object", "array"),
    (#"{"answers":null}"#, "answers", "object", "null"),
    (#"{"answers":{"1":"B"}}"#, "answers.1", "array", "string"),
    (#"{"answers":{"1":[2]}}"#, "answers.1", "string", "integer"),
    (#"{"scenes":7}"#, "scenes", "object", "integer"),
    (#"{"readToken":{}}"#, "readToken", "string", "object"),
  ])
  func aWrongTypeIsRefusedWithItsPlace(json: String, path: String, expected: String, found: String) {
    #expect(problems(json) == [SurveyError(.typeMismatch, ["path": path, "expected": expected, "found": found, "line": "1"])])
  }

  @Test(arguments: [
    (#"{"answers":{"1":["B"],"1":["B"]}}"#, "answers.1"),
    (#"{"answers":{"1":["B"],"１":["C"]}}"#, "answers.1"),
    (#"{"answers":{"1":["B"],"\u0031":["C"]}}"#, "answers.1"),
    (#"{"scenes":{"7":2,"7":3}}"#, "scenes.7"),
    (#"{"answers":{},"answers":{}}"#, "answers"),
    (#"{"readToken":"a","readToken":"b"}"#, "readToken"),
  ])
  func aKeyTwiceIsRefused(json: String, path: String) {
    #expect(problems(json) == [SurveyError(.keyDuplicate, ["path": path, "line": "1"])])
  }

  @Test func anUnknownKeyAtTheTopIsRefused() {
    #expect(problems(#"{"Answers":{},"level":4}"#).map(\.code) == [.keyUnknown, .keyUnknown])
    #expect(problems(#"{"note":1}"#) == [SurveyError(.keyUnknown, ["key": "note", "line": "1"])])
  }

  @Test func textInAnotherEncodingIsRefused() throws {
    let utf16 = try #require(#"{"scenes":{"1":2}}"#.data(using: .utf16))
    for bytes in [utf16, Data([0x7B, 0xFF, 0x7D]), Data([0x22, 0xB5, 0xDA, 0x22])] {
      let error = #expect(throws: SurveyError.self) { try Answers(json: bytes, instrument: instrument) }
      #expect(error?.problems.map(\.code) == [.notUTF8])
    }
  }

  @Test func everyFaultIsReportedInTheOrderOfItsLine() {
    let json = """
      {
        "answers": {
          "99": ["A"],
          "1": ["A", "B"],
          "2": ["B", "Z", "?"],
          "3": []
        },
        "scenes": {
          "1": 2.5,
          "2": 9
        },
        "extra": 1
      }
      """
    let found = problems(json)
    #expect(
      found.map { "\($0.details["line"] ?? "?"): \($0.code)" } == [
        "3: question-unknown", "4: choice-exclusive", "5: letter-unknown", "5: letter-unknown", "5: choice-single", "6: answer-empty",
        "9: type-mismatch", "10: scene-level-out-of-range", "12: key-unknown",
      ])
  }

  @Test func anAnswerCodeIsItsLettersInOrder() throws {
    #expect(try AnswerCode(parsing: "ｃb").text == "BC")
    #expect(try AnswerCode(letters: ["O", "A"]).letters == ["A", "O"])
    #expect(try JSONDecoder().decode([AnswerCode].self, from: Data(#"["CB"]"#.utf8)).map(\.text) == ["BC"])
    #expect(throws: SurveyError(.answerEmpty)) { try AnswerCode(parsing: "") }
    #expect(throws: SurveyError(.letterRepeated, ["letter": "B"])) { try AnswerCode(parsing: "BCb") }
    #expect(throws: SurveyError(.letterUnknown, ["letter": ","])) { try AnswerCode(parsing: "B,C") }
  }

  @Test func answersFromElsewhereAreHeldAgainstTheInstrumentToo() throws {
    let answers = Answers(questions: [16: try AnswerCode(parsing: "A"), 1: try AnswerCode(parsing: "Z")], scenes: [1: 5, 0: 1])
    #expect(answers.problems(against: instrument).map(\.code) == [.letterUnknown, .questionUnknown, .sceneUnknown, .sceneLevelOutOfRange])
    #expect(throws: SurveyError.self) { try RatingEngine(instrument).rate(answers) }
  }
}
