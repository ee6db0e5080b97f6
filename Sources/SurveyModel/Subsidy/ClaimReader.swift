/// Reads an object of a claim by its fields, and collects everything that is wrong with it.
///
/// What a reading function gives in place of a faulty value is of no account: a claim with faults is refused as a whole.
struct ClaimReader {
  /// What was found wrong so far.
  private(set) var problems: [SurveyError] = []
  private var members: [String: StrictJSON.Member] = [:]
  private let prefix: String

  /// Reads a whole document.
  init(_ document: StrictJSON, fields: [ClaimField]) { self.init(document, fields: fields, path: "", line: 1) }

  private init(_ value: StrictJSON, fields: [ClaimField], path: String, line: Int) {
    prefix = path.isEmpty ? "" : path + "."
    guard case .object(let all) = value else {
      mismatch(value, expected: "object", path: path, line: line)
      return
    }
    for member in all {
      if !fields.contains(where: { $0.key == member.key }) {
        problems.append(SurveyError(.keyUnknown, ["key": prefix + member.key, "line": String(member.line)]))
      } else if members[member.key] != nil {
        problems.append(SurveyError(.keyDuplicate, ["path": prefix + member.key, "line": String(member.line)]))
      } else {
        members[member.key] = member
      }
    }
    for field in fields where field.required && members[field.key] == nil {
      problems.append(SurveyError(.keyMissing, ["path": prefix + field.key]))
    }
  }

  /// Whether the claim has a key at all.
  func has(_ key: String) -> Bool { members[key] != nil }

  /// Amounts in fen: one, or a list of at least one. Empty where the key is not there.
  mutating func amounts(_ key: String) -> [Int] {
    guard let member = members[key] else { return [] }
    guard case .array(let elements) = member.value else {
      return [integer(member.value, path: prefix + key, line: member.line) ?? 0]
    }
    if elements.isEmpty { problems.append(SurveyError(.valueMissing, ["field": prefix + key, "line": String(member.line)])) }
    return elements.enumerated().compactMap { at, element in integer(element, path: "\(prefix)\(key).\(at)", line: member.line) }
  }

  /// A whole number of 0 or more; nil where the key is not there.
  mutating func count(_ key: String) -> Int? {
    members[key].flatMap { integer($0.value, path: prefix + key, line: $0.line) }
  }

  /// True or false; nil where the key is not there.
  mutating func flag(_ key: String) -> Bool? {
    guard let member = members[key] else { return nil }
    guard case .bool(let value) = member.value else {
      mismatch(member.value, expected: "boolean", path: prefix + key, line: member.line)
      return nil
    }
    return value
  }

  /// Which conditions are stated, and whether they hold, by key.
  mutating func stated(_ conditions: [PolicyCondition]) -> [String: Bool] {
    var stated: [String: Bool] = [:]
    for condition in conditions { stated[condition.key] = flag(condition.key) }
    return stated
  }

  /// Text that is not blank; empty where the key is not there.
  mutating func text(_ key: String) -> String {
    guard let member = members[key] else { return "" }
    guard case .string(let text) = member.value else {
      mismatch(member.value, expected: "string", path: prefix + key, line: member.line)
      return ""
    }
    let trimmed = text.trimmingSpaces
    if trimmed.isEmpty { problems.append(SurveyError(.valueMissing, ["field": prefix + key, "line": String(member.line)])) }
    return trimmed
  }

  /// One level, a list of those in dispute or a range of them; in rising order, each once.
  mutating func levels(_ key: String, known: [Int]) -> [Int] {
    guard let member = members[key] else { return [] }
    let path = prefix + key
    var levels: [Int] = []
    switch member.value {
    case .array(let elements):
      if elements.isEmpty { problems.append(SurveyError(.valueMissing, ["field": path, "line": String(member.line)])) }
      levels = elements.enumerated().compactMap { at, element in level(element, known, path: "\(path).\(at)", line: member.line) }
    case .object:
      var range = ClaimReader(
        member.value, fields: [ClaimField("from", .level, "", "", example: ""), ClaimField("to", .level, "", "", example: "")], path: path,
        line: member.line)
      let ends = ["from", "to"].compactMap { end in
        range.members[end].flatMap { range.level($0.value, known, path: "\(path).\(end)", line: $0.line) }
      }
      problems += range.problems
      guard ends.count == 2 else { break }
      if ends[0] > ends[1] {
        problems.append(SurveyError(.valueInvalid, ["field": path, "value": "\(ends[0])…\(ends[1])", "line": String(member.line)]))
      } else {
        levels = known.filter { (ends[0]...ends[1]).contains($0) }
      }
    default:
      levels = level(member.value, known, path: path, line: member.line).map { [$0] } ?? []
    }
    return Set(levels).sorted()
  }

  /// A list of keys, each one of the allowed and there once.
  mutating func keys(_ key: String, allowed: [String]) -> [String] {
    var seen: [String] = []
    for (path, element, line) in elements(key) {
      guard case .string(let text) = element else {
        mismatch(element, expected: "string", path: path, line: line)
        continue
      }
      if !allowed.contains(text) {
        let details = ["field": path, "value": text, "allowed": allowed.joined(separator: "\n"), "line": String(line)]
        problems.append(SurveyError(.valueInvalid, details))
      } else if seen.contains(text) {
        problems.append(SurveyError(.valueRepeated, ["path": path, "value": text, "line": String(line)]))
      } else {
        seen.append(text)
      }
    }
    return seen
  }

  /// A number for each month.
  mutating func months(_ key: String) -> [CalendarMonth: Int] {
    guard let member = members[key] else { return [:] }
    let path = prefix + key
    guard case .object(let all) = member.value else {
      mismatch(member.value, expected: "object", path: path, line: member.line)
      return [:]
    }
    var months: [CalendarMonth: Int] = [:]
    for entry in all {
      let line = String(entry.line)
      guard let month = CalendarMonth(entry.key) else {
        problems.append(SurveyError(.monthInvalid, ["path": path, "month": entry.key, "line": line]))
        continue
      }
      let number = integer(entry.value, path: "\(path).\(entry.key)", line: entry.line) ?? 0
      if months.updateValue(number, forKey: month) != nil {
        problems.append(SurveyError(.keyDuplicate, ["path": "\(path).\(month)", "line": line]))
      }
    }
    return months
  }

  /// A list of objects, each read by its own fields.
  mutating func list<Element>(_ key: String, parts: [ClaimField], each: (inout ClaimReader) -> Element) -> [Element] {
    elements(key).map { path, value, line in
      var reader = ClaimReader(value, fields: parts, path: path, line: line)
      let element = each(&reader)
      problems += reader.problems
      return element
    }
  }

  /// Notes what the claim as a whole lacks.
  mutating func note(_ problem: SurveyError) { problems.append(problem) }

  // MARK: Values

  private mutating func elements(_ key: String) -> [(path: String, value: StrictJSON, line: Int)] {
    guard let member = members[key] else { return [] }
    guard case .array(let elements) = member.value else {
      mismatch(member.value, expected: "array", path: prefix + key, line: member.line)
      return []
    }
    return elements.enumerated().map { at, element in ("\(prefix)\(key).\(at)", element, member.line) }
  }

  private mutating func level(_ value: StrictJSON, _ known: [Int], path: String, line: Int) -> Int? {
    guard case .number(let text) = value, value.typeName == "integer" else {
      mismatch(value, expected: "integer", path: path, line: line)
      return nil
    }
    guard let level = value.integer, known.contains(level) else {
      let allowed = known.map(String.init).joined(separator: "\n")
      problems.append(SurveyError(.levelUnknown, ["path": path, "level": text, "allowed": allowed, "line": String(line)]))
      return nil
    }
    return level
  }

  private mutating func integer(_ value: StrictJSON, path: String, line: Int) -> Int? {
    guard case .number(let text) = value, value.typeName == "integer" else {
      mismatch(value, expected: "integer", path: path, line: line)
      return nil
    }
    let details = ["path": path, "value": text, "line": String(line)]
    guard !text.hasPrefix("-") || value.integer == 0 else {
      problems.append(SurveyError(.numberNegative, details))
      return nil
    }
    guard let number = value.integer else {
      problems.append(SurveyError(.numberTooLarge, details))
      return nil
    }
    return number
  }

  private mutating func mismatch(_ value: StrictJSON, expected: String, path: String, line: Int) {
    let details = ["path": path, "expected": expected, "found": value.typeName, "line": String(line)]
    problems.append(SurveyError(.typeMismatch, details))
  }
}
