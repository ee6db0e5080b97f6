/// Collects the laws that a policy breaks, each with its place in the file.
struct PolicyChecker {
  private(set) var problems: [SurveyError] = []
  /// The tags of the sources that figures may cite.
  private let sources: Set<String>
  /// Where the checker stands, as `rules.3.terms`.
  private var place = ""

  init(sources: Set<String>) { self.sources = sources }

  /// Checks what stands at a place within the present one.
  mutating func at(_ path: String, _ check: (inout PolicyChecker) -> Void) {
    let outer = place
    place = full(path)
    check(&self)
    place = outer
  }

  /// Notes a law that does not hold.
  mutating func expect(_ holds: Bool, _ law: String, found: String, at path: String) {
    if !holds { problems.append(SurveyError(.policyBroken, ["path": full(path), "law": law, "found": found])) }
  }

  /// That nothing stands twice.
  mutating func unique(_ keys: [String], at path: String) {
    let twice = Set(keys.filter { key in keys.count { $0 == key } > 1 })
    expect(twice.isEmpty, "each stands once", found: twice.sorted().joined(separator: ", "), at: path)
  }

  /// That a day is one, written as 2024-01-01.
  mutating func day(_ text: String, at path: String) {
    expect(Moment.day(text) == text, "a day as 2024-01-01", found: text, at: path)
  }

  /// That a figure counts what it should, and is in its unit's range.
  mutating func unit(_ unit: PolicyUnit, _ figure: PolicyFigure, at path: String) {
    expect(figure.unit == unit, "counts \(unit.rawValue)", found: figure.unit.rawValue, at: path)
    self.figure(figure, at: path)
  }

  /// That a threshold counts what it should, and is in its unit's range.
  mutating func unit(_ unit: PolicyUnit, _ threshold: PolicyThreshold, at path: String) {
    self.unit(unit, NamedFigure("", "", threshold).figure, at: path)
  }

  /// That a figure is in its unit's range and cites a source.
  mutating func figure(_ figure: PolicyFigure, at path: String) {
    let most = figure.unit == .percent ? 100 : Int.max
    expect((0...most).contains(figure.value), "0 or more, percentages up to 100", found: String(figure.value), at: path)
    source(figure.source, at: path)
  }

  /// That a condition has a key of its own form and cites a source.
  mutating func condition(_ condition: PolicyCondition, at path: String) {
    text(condition.name, at: "\(path).name")
    source(condition.source, at: path)
  }

  /// That a source is one of those listed.
  mutating func source(_ tag: String, at path: String) {
    expect(sources.contains(tag), "cites a source", found: tag, at: path)
  }

  /// That a text says something in both languages.
  mutating func text(_ text: BilingualText, at path: String) {
    expect(![text.zh, text.en].contains { $0.trimmingSpaces.isEmpty }, "a text in both languages", found: "", at: path)
  }

  private func full(_ path: String) -> String { place.isEmpty ? path : place + "." + path }
}
