public import Foundation

extension Answers {
  /// Reads an answer file and holds it against an instrument.
  ///
  /// ```json
  /// {"answers": {"1": ["B", "C"], "2": ["C"]}, "scenes": {"1": 2, "2": 0}, "readToken": "…"}
  /// ```
  ///
  /// Each of the three keys may be left out, no other may stand. Letters and numbers may be full-width, letters lower case; nothing
  /// else is forgiven.
  ///
  /// Throws ``SurveyError/Code/answersRefused`` with every reason in ``SurveyError/problems``; a file that is no JSON at all gives
  /// the one reason that stopped its reading.
  public init(json: Data, instrument: Instrument) throws(SurveyError) {
    let document: StrictJSON
    do {
      document = try StrictJSON(bytes: json)
    } catch {
      throw SurveyError(.answersRefused, ["count": "1"], problems: [error])
    }
    var reader = AnswerReader()
    reader.read(document)
    let problems = reader.allProblems(against: instrument)
    guard problems.isEmpty else {
      throw SurveyError(.answersRefused, ["count": String(problems.count)], problems: problems)
    }
    self = reader.answers
  }

  /// The same answers as an answer file: half-width, by number, on one line. Equal answers give equal text.
  public var json: String {
    let questions = questions.sorted { $0.key < $1.key }.map { number, code in
      "\"\(number)\":[\(code.letters.map { "\"\($0)\"" }.joined(separator: ","))]"
    }
    let scenes = scenes.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
    var parts = ["\"answers\":{\(questions.joined(separator: ","))}", "\"scenes\":{\(scenes.joined(separator: ","))}"]
    if let readToken { parts.append("\"readToken\":\(Self.quoted(readToken))") }
    return "{\(parts.joined(separator: ","))}"
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 0x20: result += "\\u00" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

/// Walks an answer file's document and collects what it says and what is wrong with its form.
private struct AnswerReader {
  var answers = Answers()
  var problems: [SurveyError] = []
  /// The line of each item, for faults that only the instrument reveals.
  private var lines: [InstrumentItem: Int] = [:]

  /// The faults of form and those against an instrument, in the order of their lines.
  func allProblems(against instrument: Instrument) -> [SurveyError] {
    let found = answers.problems(against: instrument).map { problem in
      let item =
        problem.details["question"].map { "q\($0)" } ?? problem.details["scene"].map { "scene\($0)" } ?? problem.details["item"]
      guard let line = item.flatMap(InstrumentItem.init).flatMap({ lines[$0] }) else { return problem }
      return SurveyError(problem.code, problem.details.merging(["line": String(line)]) { $1 })
    }
    return (problems + found).sorted { Self.line(of: $0) < Self.line(of: $1) }
  }

  private static func line(of problem: SurveyError) -> Int {
    problem.details["line"].flatMap { Int($0) } ?? 0
  }

  mutating func read(_ document: StrictJSON) {
    guard case .object(let members) = document else {
      return mismatch(document, expected: "object", path: "", line: 1)
    }
    var seen: Set<String> = []
    for member in members {
      // Both of two members are read, so that faults of either are reported beside the repetition.
      if !seen.insert(member.key).inserted { duplicate(path: member.key, line: member.line) }
      switch member.key {
      case "answers": readEntries(member, unknown: .questionUnknown, label: "question") { $0.readQuestion($1, $2) }
      case "scenes": readEntries(member, unknown: .sceneUnknown, label: "scene") { $0.readScene($1, $2) }
      case "readToken":
        if case .string(let token) = member.value {
          answers.readToken = token
        } else {
          mismatch(member.value, expected: "string", path: member.key, line: member.line)
        }
      default: problems.append(SurveyError(.keyUnknown, ["key": member.key, "line": String(member.line)]))
      }
    }
  }

  /// Reads an object whose keys are numbers.
  private mutating func readEntries(
    _ parent: StrictJSON.Member, unknown: SurveyError.Code, label: String,
    each: (inout AnswerReader, Int, StrictJSON.Member) -> Void
  ) {
    guard case .object(let members) = parent.value else {
      return mismatch(parent.value, expected: "object", path: parent.key, line: parent.line)
    }
    var seen: Set<Int> = []
    for member in members {
      guard let number = member.key.plainNumber else {
        problems.append(SurveyError(unknown, [label: member.key, "line": String(member.line)]))
        continue
      }
      if !seen.insert(number).inserted { duplicate(path: "\(parent.key).\(number)", line: member.line) }
      each(&self, number, member)
    }
  }

  private mutating func readQuestion(_ number: Int, _ member: StrictJSON.Member) {
    let path = "answers.\(number)"
    guard case .array(let elements) = member.value else {
      return mismatch(member.value, expected: "array", path: path, line: member.line)
    }
    lines[.question(number)] = member.line
    let facts = ["item": InstrumentItem.question(number).description, "line": String(member.line)]
    if elements.isEmpty { problems.append(SurveyError(.answerEmpty, facts)) }
    var letters: Set<String> = []
    for element in elements {
      guard case .string(let text) = element else {
        mismatch(element, expected: "string", path: path, line: member.line)
        continue
      }
      guard let letter = AnswerCode.letter(text) else {
        problems.append(SurveyError(.letterUnknown, facts.merging(["letter": text]) { $1 }))
        continue
      }
      if !letters.insert(letter).inserted {
        problems.append(SurveyError(.letterRepeated, facts.merging(["letter": letter]) { $1 }))
      }
    }
    // The good letters go on to be held against the instrument, even if others were refused here.
    if let code = AnswerCode(canonical: letters) { answers.questions[number] = code }
  }

  private mutating func readScene(_ number: Int, _ member: StrictJSON.Member) {
    guard member.value.typeName == "integer" else {
      return mismatch(member.value, expected: "integer", path: "scenes.\(number)", line: member.line)
    }
    lines[.scene(number)] = member.line
    if let level = member.value.integer {
      answers.scenes[number] = level
    } else if case .number(let text) = member.value {
      // A number too long for a machine word.
      let item = InstrumentItem.scene(number).description
      problems.append(SurveyError(.sceneLevelOutOfRange, ["item": item, "level": text, "line": String(member.line)]))
    }
  }

  private mutating func duplicate(path: String, line: Int) {
    problems.append(SurveyError(.keyDuplicate, ["path": path, "line": String(line)]))
  }

  private mutating func mismatch(_ value: StrictJSON, expected: String, path: String, line: Int) {
    let details = ["path": path, "expected": expected, "found": value.typeName, "line": String(line)]
    problems.append(SurveyError(.typeMismatch, details))
  }
}
