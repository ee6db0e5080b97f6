import GRDB
import SyncKit

/// What the report of a diagnosis (企业数字化诊断报告) says, before it is set.
public struct DiagnosisReport: Sendable, Encodable {
  /// The diagnosis with its sections, findings and needs.
  public let diagnosis: DiagnosisView
  /// What it tells beside them, by the fields of ``RecordType/diagnosis``.
  public let profile: Record
  /// The enterprise's own fields.
  public let enterprise: Record
  /// The enterprise's figures, by year.
  public let years: [Record]
  /// How large it is, by the latest year with employees and revenue.
  public let size: SizeOfYear?
  /// What it is recognised as.
  public let tiers: [Record]
  /// The visit during which the diagnosis was made, if any.
  public let visit: Visit?
  /// The assessment that the diagnosis starts from: the one that it names, else the enterprise's before its transformation.
  public let baseline: AssessmentSummary?
  /// What is recommended, in the links' order.
  public let recommendations: [Record]
  /// What proves the findings.
  public let evidence: [Evidence]
  /// Who took part on site.
  public let people: [Record]
  /// How many findings there are in each link for each objective.
  public let matrix: ObjectiveMatrix
  /// What is open between several writers, with every value.
  public let contests: [OpenContest]
  /// When the report was made, in UTC.
  public let madeAt: String
  /// Who made it.
  public let madeBy: String
  let names: ReferenceNames

  private enum CodingKeys: CodingKey {
    case diagnosis, profile, enterprise, years, size, tiers, visit, baseline, recommendations, evidence, people, matrix, contests, madeAt,
      madeBy
  }
}

extension Survey {
  /// The report of a diagnosis.
  ///
  /// - Parameter enrolled: what accounts were enrolled as, where that is known.
  ///
  /// ```swift
  /// let paper = try survey.report(onDiagnosis: "0193a").paper
  /// ```
  public func report(onDiagnosis id: String, enrolled: [String: String] = [:]) throws -> DiagnosisReport {
    let view = try diagnosis(id)
    let enterprise = view.enterprise.id
    let profile = try record(.diagnosis, view.id)
    let facts = try record(.enterprise, enterprise)
    let summaries = try assessmentSummaries(of: enterprise)
    let named = profile["assessment"]?.text
    let baseline = summaries.first { $0.assessment.id == named } ?? AssessmentSummary.chosen(.baseline, among: summaries)
    let years = try records(.enterpriseYear, of: enterprise)
    let tiers = try records(.tier, of: enterprise)
    let order = BusinessLink.allCases.map(\.rawValue)
    let recommendations = try records(.recommendation, of: enterprise)
      .filter { $0["diagnosis"]?.text == view.id }
      .sorted { order.firstIndex(of: $0["link"]?.text ?? "") ?? order.count < order.firstIndex(of: $1["link"]?.text ?? "") ?? order.count }
    let people = try records(.surveyPerson, of: enterprise).filter { $0["diagnosis"]?.text == view.id }
    var contests = OpenContest.all(profile.contested, of: "diagnosis", named: "诊断")
    contests += view.links.flatMap { OpenContest.all($0.contested, of: "diagnosis_link", named: "环节诊断·\($0.link.label)") }
    contests += view.findings.enumerated().flatMap { OpenContest.all($1.contested, of: "finding", named: "发现\($0 + 1)·\($1.link.label)") }
    contests += view.needs.enumerated().flatMap { OpenContest.all($1.contested, of: "need", named: "需求·\($1.link.label)") }
    contests += OpenContest.all(facts.contested, of: "enterprise", named: "企业")
    contests += (years + tiers + recommendations + people).flatMap(OpenContest.all)
    contests += baseline?.view?.openContests ?? []
    let writers = try accounts(in: [enterprise])
    return try replica.read { db in
      let evidence = try Row.fetchAll(db, sql: "SELECT * FROM evidence WHERE diagnosis_id = ? ORDER BY id", arguments: [view.id])
      return DiagnosisReport(
        diagnosis: view, profile: profile, enterprise: facts, years: years,
        size: try SizeOfYear(db, of: [enterprise] + Lookup.merged(db, into: enterprise).map(\.id)), tiers: tiers,
        visit: try view.diagnosis.visitID.flatMap { try Lookup.optionalRow(db, in: "visit", $0).map { Visit($0) } }, baseline: baseline,
        recommendations: recommendations, evidence: evidence.map { Evidence($0) }, people: people, matrix: ObjectiveMatrix(view.findings),
        contests: contests, madeAt: now, madeBy: user,
        names: try ReferenceNames(
          db, of: [profile] + recommendations, people: try PersonNames(db, in: enterprise, accounts: writers, enrolled: enrolled)))
    }
  }
}
