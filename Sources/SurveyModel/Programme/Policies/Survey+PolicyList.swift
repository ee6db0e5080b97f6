import GRDB

/// A policy as the list of policies (政策资源清单) has it: a version of the pilot's rules, one that comes with the program, or one that
/// the office recorded.
public struct PolicyLine: Codable, Hashable, Sendable, Identifiable {
  /// Where a line of the list is from.
  public enum Origin: String, Codable, Sendable {
    case rules, bundled, recorded
  }

  /// The version's, the list's or the record's identifier.
  public let id: String
  public let origin: Origin
  public let level: Stored<PolicyLevel>
  /// The district or committee, of a district's.
  public let unit: Stored<ReportingUnit>?
  public let issuer: BilingualText?
  public let title: BilingualText
  /// The document's number.
  public let document: String?
  /// The first and the last day on which it is in force; nil where they are not known.
  public let effectiveFrom: String?
  public let effectiveTo: String?
  /// Whom it concerns, and what it gives.
  public let concerns: BilingualText?
  public let gives: BilingualText?
  /// Where it is told.
  public let source: BilingualText?
  /// How sure it is; nil for what the office recorded.
  public let confidence: PolicyConfidence?
  /// What is not known of it, or not sure.
  public let doubts: [BilingualText]
}

extension Survey {
  /// The policies by level, the nation's first, of one level in the order of their files, then those that were recorded.
  ///
  /// - Parameters:
  ///   - level: only those of this level; nil for all.
  ///   - unit: only what applies there: its own, and the policies of whom it is a part; nil for all.
  public func policies(of level: PolicyLevel? = nil, in unit: ReportingUnit? = nil) throws -> [PolicyLine] {
    let rules = try SubsidyPolicies.bundled(resources: resources).all.map { PolicyLine($0) }
    let list = try PolicyList.bundled(resources: resources)
    let recorded = try records(.policyFile).map { PolicyLine($0) }
    let lines = rules + list.policies.map { PolicyLine($0, list) } + recorded
    let chosen = lines.filter { line in
      (level == nil || line.level.term == level) && (unit == nil || line.unit == nil || line.unit?.term == unit)
    }
    // One that a newer version recorded under a level of its own comes last.
    return PolicyLevel.allCases.flatMap { level in chosen.filter { $0.level.term == level } } + chosen.filter { $0.level.term == nil }
  }
}

extension PolicyLine {
  /// A policy of the list that comes with the program, by its identifier; nil where there is none.
  public static func bundled(_ id: String, resources: ResourceFolder = .standard) throws(SurveyError) -> PolicyLine? {
    let (list, wanted) = (try PolicyList.bundled(resources: resources), id.halfWidth.trimmingSpaces.lowercased())
    return list.policies.first { $0.id == wanted }.map { PolicyLine($0, list) }
  }

  /// A version of the pilot's rules, which is the city's.
  init(_ policy: SubsidyPolicy) {
    let recipients = policy.rules.map(\.recipient).reduce(into: [BilingualText]()) { all, one in if !all.contains(one) { all.append(one) } }
    self.init(
      id: policy.id, origin: .rules, level: Stored(.city), unit: nil, issuer: policy.issuer, title: policy.title, document: policy.document,
      effectiveFrom: policy.effectiveFrom, effectiveTo: policy.effectiveTo, concerns: Self.list(recipients),
      gives: Self.list(policy.rules.map { BilingualText("\($0.id) \($0.name.zh)", "\($0.id) \($0.name.en)") }),
      source: Self.list(policy.sources.prefix(1).map(\.name)), confidence: policy.confidence, doubts: [policy.caution])
  }

  init(_ entry: PolicyList.Entry, _ list: PolicyList) {
    self.init(
      id: entry.id, origin: .bundled, level: Stored(entry.level), unit: entry.unit.map(Stored.init), issuer: entry.issuer,
      title: entry.title, document: entry.document, effectiveFrom: entry.effectiveFrom, effectiveTo: entry.effectiveTo,
      concerns: entry.concerns, gives: entry.gives, source: list.source(of: entry), confidence: entry.confidence, doubts: entry.doubts)
  }

  /// What the office recorded, in the language in which it did.
  public init(_ record: Record) {
    func text(_ name: String) -> String? { record[name]?.text }
    func said(_ name: String) -> BilingualText? { text(name).map { BilingualText(verbatim: $0) } }
    self.init(
      id: record.id ?? "", origin: .recorded, level: Stored(rawValue: text("level") ?? ""), unit: text("unit").map(Stored.init(rawValue:)),
      issuer: said("adoptedBy"), title: said("title") ?? BilingualText(verbatim: record.title), document: text("document"),
      effectiveFrom: text("validFrom"), effectiveTo: text("validTo"), concerns: said("concerns"), gives: said("gives"),
      source: said("source"), confidence: nil, doubts: [said("doubt")].compactMap { $0 })
  }

  private static func list(_ all: [BilingualText]) -> BilingualText {
    BilingualText(all.map(\.zh).joined(separator: "、"), all.map(\.en).joined(separator: ", "))
  }
}
