import Foundation

/// What enterprises can draw on beside the pilot's own rules, as data: national, city and district policies with whom they concern, what
/// they give, where that is told and what is in doubt.
///
/// The file `policies-xiamen.json` ships with the program; what the office learns of later is a record of ``RecordType/policyFile``.
public struct PolicyList: Codable, Sendable {
  /// A policy.
  public struct Entry: Codable, Hashable, Sendable, Identifiable {
    /// The key by which commands name it; lower-case letters, digits and hyphens.
    public let id: String
    /// Whose it is.
    public let level: PolicyLevel
    /// The district or committee, of a district's.
    public let unit: ReportingUnit?
    /// Who issues it, where that is told.
    public let issuer: BilingualText?
    public let title: BilingualText
    /// The document's number, where it is known.
    public let document: String?
    /// The first and the last day on which it is in force, as 2024-01-01; nil where they are not known.
    public let effectiveFrom: String?
    public let effectiveTo: String?
    /// Whom it concerns.
    public let concerns: BilingualText
    /// What it gives.
    public let gives: BilingualText
    /// The ``Source/tag`` of where it is told.
    public let source: String
    /// How sure it is.
    public let confidence: PolicyConfidence
    /// What is not known of it, or not sure.
    public let doubts: [BilingualText]
  }

  /// Where policies are told of.
  public struct Source: Codable, Hashable, Sendable {
    public let tag: String
    public let name: BilingualText
    /// Its number or address.
    public let reference: String
  }

  /// The version of the file's form, which is 1.
  public let format: Int
  public let id: String
  public let sources: [Source]
  /// The policies, by whose they are, the nation's first.
  public let policies: [Entry]

  /// The list that comes with the program, read and checked.
  ///
  /// Throws ``SurveyError/Code/policyMalformed`` and ``SurveyError/Code/policyInconsistent``.
  public static func bundled(resources: ResourceFolder = .standard) throws(SurveyError) -> PolicyList {
    try PolicyList(json: resources.data(of: "policies-xiamen.json"))
  }

  /// Reads and checks a list.
  init(json: Data) throws(SurveyError) {
    do {
      self = try JSONDecoder().decode(PolicyList.self, from: json)
    } catch {
      throw SurveyError(.policyMalformed, DecodingPlace.details(of: error), underlying: error)
    }
    let problems = problems
    guard problems.isEmpty else { throw SurveyError(.policyInconsistent, ["policy": id], problems: problems) }
  }

  /// Where a policy is told: the document's name and number.
  public func source(of entry: Entry) -> BilingualText {
    let found = sources.first { $0.tag == entry.source }
    let (name, reference) = (found?.name ?? BilingualText(verbatim: entry.source), found.map { ", " + $0.reference } ?? "")
    return BilingualText(name.zh + reference, name.en + reference)
  }

  /// Every law that the list breaks.
  private var problems: [SurveyError] {
    var checker = PolicyChecker(sources: Set(sources.map(\.tag)))
    checker.expect(format == 1, "format 1", found: String(format), at: "format")
    checker.unique(sources.map(\.tag), at: "sources")
    checker.unique(policies.map(\.id), at: "policies")
    for (at, entry) in policies.enumerated() { checker.at("policies.\(at)") { entry.check(&$0) } }
    return checker.problems
  }
}

extension PolicyList.Entry {
  fileprivate func check(_ checker: inout PolicyChecker) {
    checker.source(source, at: "source")
    for (path, text) in [("title", title), ("concerns", concerns), ("gives", gives)] { checker.text(text, at: path) }
    for (at, doubt) in doubts.enumerated() { checker.text(doubt, at: "doubts.\(at)") }
    for (path, day) in [("effectiveFrom", effectiveFrom), ("effectiveTo", effectiveTo)] {
      if let day { checker.day(day, at: path) }
    }
    checker.expect((unit != nil) == (level == .district), "a district's policy, and no other, names it", found: level.rawValue, at: "unit")
    // Only what stands in a document in force is beyond doubt.
    checker.expect(confidence == .issued || !doubts.isEmpty, "says what is in doubt", found: "", at: "doubts")
  }
}
