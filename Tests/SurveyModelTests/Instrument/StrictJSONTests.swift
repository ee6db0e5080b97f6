import Testing

@testable import SurveyModel

@Suite struct StrictJSONTests {
  func parse(_ text: String) throws -> StrictJSON { try StrictJSON(bytes: text.utf8) }

  @Test func everyKindOfValueIsRead() throws {
    let document = try parse(#" {"a":[1,-0.5e+3,true,false,null,"x"],"a":{}} "#)
    #expect(
      document
        == .object([
          .init(
            key: "a", value: .array([.number("1"), .number("-0.5e+3"), .bool(true), .bool(false), .null, .string("x")]), line: 1),
          .init(key: "a", value: .object([]), line: 1),
        ]))
  }

  @Test func escapesAreResolved() throws {
    #expect(try parse(#""\"\\\/\b\f\n\r\t\u4E00\ud83d\udE00""#) == .string("\"\\/\u{8}\u{C}\n\r\t一😀"))
  }

  @Test(arguments: [
    "", " ", "{", "[", "[1", "[1,]", "[,1]", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "{a:1}", "{'a':1}", "01", "-", "+1", ".5", "1.",
    "1e",
    "1e+", "0x1", "NaN", "Infinity", "tru", "nul", "\"a", #""\x""#, #""\u12"#, #""\u12G4""#, #""\ud800""#, #""\ud800\u0041""#,
    #""\udc00""#, "\"a\nb\"", "1 2", "{} x", "/* */ 1", "１", "[1;2]",
  ])
  func whatIsNoJSONIsRefused(text: String) {
    let error = #expect(throws: SurveyError.self) { try parse(text) }
    #expect(error?.code == .jsonMalformed)
  }

  @Test func aFaultNamesItsLineAndColumn() {
    let error = #expect(throws: SurveyError.self) { try parse("{\n  \"a\": 1\n  \"b\": 2\n}") }
    #expect(error == SurveyError(.jsonMalformed, ["line": "3", "column": "3", "expected": "comma"]))
  }

  @Test func depthAndLengthEndWhereTheLimitsSay() throws {
    func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    _ = try parse(nested(StrictJSON.depthLimit))
    #expect(throws: SurveyError.self) { try parse(nested(StrictJSON.depthLimit + 1)) }
    #expect(throws: SurveyError.self) { try parse(String(repeating: "[", count: 1_000_000)) }

    func padded(_ bytes: Int) -> String { "1" + String(repeating: " ", count: bytes - 1) }
    _ = try parse(padded(StrictJSON.byteLimit))
    let error = #expect(throws: SurveyError.self) { try parse(padded(StrictJSON.byteLimit + 1)) }
    #expect(error?.code == .inputTooLarge)
  }
}
