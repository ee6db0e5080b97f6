public import Foundation

extension SubsidyPolicy {
  /// The version of the file's form.
  private static let format = 1

  /// Reads and checks a policy file.
  ///
  /// Throws ``SurveyError/Code/policyMalformed`` for a file of another form, also for one with a key that has no meaning or stands
  /// twice, and ``SurveyError/Code/policyInconsistent`` for one that breaks a law of ``problems``.
  public init(json: Data) throws(SurveyError) {
    let document: StrictJSON
    do {
      document = try StrictJSON(bytes: json)
    } catch {
      throw SurveyError(.policyMalformed, problems: [error])
    }
    // The decoder would not say where a fraction stands.
    let fractions = document.fractions(path: "")
    guard fractions.isEmpty else { throw SurveyError(.policyMalformed, problems: fractions) }
    do {
      self = try JSONDecoder().decode(SubsidyPolicy.self, from: json)
    } catch {
      throw SurveyError(.policyMalformed, DecodingPlace.details(of: error), underlying: error)
    }
    let strays = strays(in: document)
    guard strays.isEmpty else { throw SurveyError(.policyMalformed, problems: strays) }
    let problems = problems
    guard problems.isEmpty else { throw SurveyError(.policyInconsistent, ["policy": id], problems: problems) }
  }

  /// Every law that the contents break, each of ``SurveyError/Code/policyBroken``; empty for a sound policy.
  ///
  /// A slip of the keyboard in a data file must never become somebody's money.
  public var problems: [SurveyError] {
    var checker = PolicyChecker(sources: Set(sources.map(\.tag)))
    checker.expect(format == Self.format, "format \(Self.format)", found: String(format), at: "format")
    let isPlain = !id.isEmpty && id.utf8.allSatisfy { Self.idLetters.contains($0) }
    checker.expect(isPlain, "lower-case letters, digits and hyphens", found: id, at: "id")
    for (path, text) in [("version", version), ("title", title), ("issuer", issuer), ("caution", caution)] { checker.text(text, at: path) }
    checker.day(effectiveFrom, at: "effectiveFrom")
    if let effectiveTo {
      checker.day(effectiveTo, at: "effectiveTo")
      checker.expect(effectiveFrom <= effectiveTo, "ends no earlier than it begins", found: effectiveTo, at: "effectiveTo")
    }
    checker.source(effectiveBasis.source, at: "effectiveBasis")
    checker.unique(sources.map(\.tag), at: "sources")
    for (at, named) in frame.enumerated() { checker.figure(named.figure, at: "frame.\(at)") }
    checker.unique(rules.map(\.id), at: "rules")
    for (at, rule) in rules.enumerated() { checker.at("rules.\(at)") { rule.check(&$0) } }
    return checker.problems
  }

  private static let idLetters = Set("abcdefghijklmnopqrstuvwxyz0123456789-".utf8)

  /// The keys that nobody read, and those that stand twice: in money, a slip that is passed over in silence is the worst.
  private func strays(in document: StrictJSON) -> [SurveyError] {
    // What was read is what would be written.
    guard let data = try? JSONEncoder().encode(self), let read = try? StrictJSON(bytes: data) else { return [] }
    return document.strays(beyond: read, path: "")
  }
}

extension SubsidyPolicy.Rule {
  fileprivate func check(_ checker: inout PolicyChecker) {
    let number = id.dropFirst()
    checker.expect(id.hasPrefix("R") && String(number).plainNumber != nil, "an identifier as R8", found: id, at: "id")
    for (path, text) in [("name", name), ("recipient", recipient), ("payer", payer), ("per", per)] { checker.text(text, at: path) }
    checker.unique(questions.map(\.key), at: "questions")
    for (at, question) in questions.enumerated() { checker.text(question.text, at: "questions.\(at)") }
    guard let terms = terms.body else { return }
    checker.unique(terms.fields.map(\.key), at: "terms")
    checker.at("terms") { checker in
      for (at, condition) in terms.conditions.enumerated() { checker.condition(condition, at: "conditions.\(at)") }
      terms.check(&checker)
    }
  }
}

extension StrictJSON {
  /// The numbers that are not whole, or larger than any machine word.
  fileprivate func fractions(path: String) -> [SurveyError] {
    func inner(_ key: String) -> String { path.isEmpty ? key : path + "." + key }
    return switch self {
    case .object(let members): members.flatMap { $0.value.fractions(path: inner($0.key)) }
    case .array(let elements): elements.enumerated().flatMap { at, element in element.fractions(path: inner(String(at))) }
    case .number where integer == nil: [SurveyError(.typeMismatch, ["path": path, "expected": "integer", "found": "number"])]
    default: []
    }
  }

  /// The members that another document of the same form has not, and those that stand twice.
  fileprivate func strays(beyond other: StrictJSON, path: String) -> [SurveyError] {
    func inner(_ key: String) -> String { path.isEmpty ? key : path + "." + key }
    switch (self, other) {
    case (.object(let members), .object(let others)):
      var seen: Set<String> = []
      return members.flatMap { member in
        let facts = ["path": inner(member.key), "line": String(member.line)]
        if !seen.insert(member.key).inserted { return [SurveyError(.keyDuplicate, facts)] }
        guard let twin = others.first(where: { $0.key == member.key }) else {
          return [SurveyError(.keyUnknown, ["key": inner(member.key), "line": String(member.line)])]
        }
        return member.value.strays(beyond: twin.value, path: inner(member.key))
      }
    case (.array(let elements), .array(let others)):
      return zip(elements, others).enumerated().flatMap { at, pair in pair.0.strays(beyond: pair.1, path: inner(String(at))) }
    default: return []
    }
  }
}
