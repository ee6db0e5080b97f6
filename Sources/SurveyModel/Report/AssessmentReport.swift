import GRDB
import SyncKit

/// What the report of an assessment (评测报告) says, before it is set as text.
public struct AssessmentReport: Hashable, Sendable {
  /// The language of a report's text.
  public enum Language: String, Sendable, CaseIterable {
    case chinese = "zh"
    case english = "en"
  }

  /// The assessment with its answers, rating and open conflicts.
  public let assessment: AssessmentView
  /// The instrument's title and provenance, and what its labels, levels and points are.
  public let instrument: Instrument
  /// The visit during which it was made, if any.
  public let visit: Visit?
  /// The enterprise's findings, of every diagnosis, in the links' order.
  public let findings: [Finding]
  /// The enterprise's needs, in the links' order.
  public let needs: [Need]
  /// The evidence of the enterprise's diagnoses.
  public let evidence: [Evidence]
  /// When the report was made, in UTC.
  public let madeAt: String
  /// Who made it.
  public let madeBy: String
}

extension AssessmentReport: Encodable {
  private enum CodingKeys: String, CodingKey {
    case assessment, title, titleEn, provenance, visit, findings, needs, evidence, madeAt, madeBy
  }

  /// Of the instrument only what names it: the rest is the same in every report.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(assessment, forKey: .assessment)
    try container.encode(instrument.title, forKey: .title)
    try container.encode(instrument.titleEn, forKey: .titleEn)
    try container.encode(instrument.provenance, forKey: .provenance)
    try container.encodeIfPresent(visit, forKey: .visit)
    try container.encode(findings, forKey: .findings)
    try container.encode(needs, forKey: .needs)
    try container.encode(evidence, forKey: .evidence)
    try container.encode(madeAt, forKey: .madeAt)
    try container.encode(madeBy, forKey: .madeBy)
  }
}

extension Survey {
  /// The report of an assessment.
  ///
  /// ```swift
  /// let text = try survey.report(on: "0193a").markdown(in: .chinese)
  /// ```
  public func report(on id: String) throws -> AssessmentReport {
    let view = try assessment(id)
    let contests = try contests(in: view.enterprise.id)
    let instrument = try instrument(view.assessment.edition)
    return try replica.read { db in
      let evidence = try Row.fetchAll(
        db, sql: "SELECT * FROM evidence WHERE enterprise_id = ? ORDER BY id", arguments: [view.enterprise.id])
      return AssessmentReport(
        assessment: view, instrument: instrument,
        visit: try view.assessment.visitID.flatMap { try Lookup.optionalRow(db, in: "visit", $0).map { Visit($0) } },
        findings: try Self.findings(db, where: "enterprise_id = ?", view.enterprise.id, contests),
        needs: try Self.needs(db, where: "enterprise_id = ?", view.enterprise.id, contests),
        evidence: evidence.map { Evidence($0) }, madeAt: now, madeBy: user)
    }
  }
}
