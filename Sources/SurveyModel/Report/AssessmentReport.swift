import GRDB
import SyncKit

/// What the report of an assessment (评测报告) says, before it is set as text.
public struct AssessmentReport: Encodable, Hashable, Sendable {
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
