import GRDB
import SyncCore

/// A diagnosis (诊断) of an enterprise: five business links, findings by objective, needs. It rates nothing.
public struct Diagnosis: Codable, Hashable, Sendable, Identifiable {
  /// The identifier.
  public let id: String
  /// The enterprise.
  public let enterpriseID: String
  /// The visit during which it was made, if any.
  public let visitID: String?
  /// Who made it, where it was said.
  public let source: Stored<DiagnosisSource>?
  /// The provider that made it.
  public let providerID: String?
  /// What the enterprise paid for it, in fen; nil where nobody said.
  public let feeFen: Int?
  /// Whether it may still be changed.
  public let state: Stored<RecordState>
  /// When it was started, in UTC.
  public let startedAt: String?
  /// Who started it.
  public let startedBy: String?
  /// When it was last finalized, in UTC.
  public let finalizedAt: String?
  /// Who last finalized it.
  public let finalizedBy: String?
}

extension Diagnosis {
  init(_ row: Row) {
    self.init(
      id: row.string("id"), enterpriseID: row.string("enterprise_id"), visitID: row.text("visit_id"), source: row.term("source"),
      providerID: row.text("provider_id"), feeFen: row.integer("fee_fen"), state: row.requiredTerm("state"),
      startedAt: row.text("started_at"), startedBy: row.text("started_by"), finalizedAt: row.text("finalized_at"),
      finalizedBy: row.text("finalized_by"))
  }
}

/// What a diagnosis says of one business link.
public struct LinkSection: Codable, Hashable, Sendable {
  /// The diagnosis.
  public let diagnosisID: String
  /// The link.
  public let link: Stored<BusinessLink>
  /// How things stand.
  public let currentState: String?
  /// What is wrong.
  public let problems: String?
  /// The present level, 0…4, as judged.
  public let level: Int?
  /// What is recommended.
  public let recommendation: String?
  /// What is open between several writers.
  public let contested: [Contested]
}

extension LinkSection {
  init(_ row: Row, _ contests: Contests) {
    let diagnosis = row.string("diagnosis_id")
    let link = row.string("link")
    self.init(
      diagnosisID: diagnosis, link: Stored(rawValue: link), currentState: row.text("current_state"), problems: row.text("problems"),
      level: row.integer("level"), recommendation: row.text("recommendation"),
      contested: contests.of("diagnosis_link", [.text(diagnosis), .text(link)]))
  }
}

/// A diagnosis with everything that belongs to it.
public struct DiagnosisView: Codable, Hashable, Sendable, Identifiable {
  /// The diagnosis's identifier.
  public let id: String
  /// The diagnosis.
  public let diagnosis: Diagnosis
  /// The enterprise.
  public let enterprise: Enterprise
  /// The handover by which another's draft came here: then it is read and not changed. Nil for one's own.
  public let handover: Handover?
  /// The sections that were written, in the links' order.
  public let links: [LinkSection]
  /// The findings, in the links' order, oldest first.
  public let findings: [Finding]
  /// The needs, in the links' order, oldest first.
  public let needs: [Need]
  /// The recommendations, oldest first, as they stand against the pool of providers.
  public let recommendations: [RecommendationView]
  /// What is open between several writers of the diagnosis itself.
  public let contested: [Contested]
  /// What was shown here, for a later edit to say what it had read.
  public let readToken: String
}
