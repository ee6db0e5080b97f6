import GRDB
import SyncCore

/// A finding of a diagnosis: one observation in one business link, tagged with the objectives that it concerns.
public struct Finding: Codable, Hashable, Sendable, Identifiable {
  /// The identifier.
  public let id: String
  /// The enterprise.
  public let enterpriseID: String
  /// The diagnosis.
  public let diagnosisID: String?
  /// The business link.
  public let link: Stored<BusinessLink>
  /// The objectives, at least one. They are one value: two writers' tags are never united.
  public let objectives: [Stored<Objective>]
  /// What was found.
  public let text: String
  /// How grave it is.
  public let severity: Stored<Severity>?
  /// When it was recorded, in UTC.
  public let createdAt: String?
  /// Who recorded it.
  public let createdBy: String?
  /// What proves it.
  public let evidence: [Evidence]
  /// What is open between several writers.
  public let contested: [Contested]
}

extension Finding {
  init(_ row: Row, evidence: [Evidence], _ contests: Contests) {
    let id = row.string("id")
    self.init(
      id: id, enterpriseID: row.string("enterprise_id"), diagnosisID: row.text("diagnosis_id"), link: row.requiredTerm("link"),
      objectives: row.string("objectives").split(separator: ",").map { Stored(rawValue: String($0)) }, text: row.string("text"),
      severity: row.term("severity"), createdAt: row.text("created_at"), createdBy: row.text("created_by"), evidence: evidence,
      contested: contests.of("finding", [.text(id)]))
  }

  /// The objectives as a record holds them: each once, in the vocabulary's order, so that equal sets are equal values.
  static func encode(_ objectives: [Objective]) -> String {
    Objective.allCases.filter(objectives.contains).map(\.rawValue).joined(separator: ",")
  }
}

/// How grave a finding is.
public enum Severity: String, Term {
  case high
  case medium
  case low

  public var label: String {
    switch self {
    case .high: "严重"
    case .medium: "一般"
    case .low: "轻微"
    }
  }

  public var labelEn: String {
    switch self {
    case .high: "High"
    case .medium: "Medium"
    case .low: "Low"
    }
  }
}

/// What a finding says, to be recorded; in an edit, what is nil stays as it is.
public struct FindingDraft: Sendable {
  /// The business link.
  public var link: BusinessLink?
  /// The objectives; where given, at least one.
  public var objectives: [Objective]?
  /// What was found.
  public var text: String?
  /// How grave it is.
  public var severity: Severity?

  /// A finding, or the parts of one that change.
  public init(link: BusinessLink? = nil, objectives: [Objective]? = nil, text: String? = nil, severity: Severity? = nil) {
    self.link = link
    self.objectives = objectives
    self.text = text
    self.severity = severity
  }
}

/// A reference to a file that proves something: named by what it holds, not by where it lies.
public struct Evidence: Codable, Hashable, Sendable, Identifiable {
  /// The identifier of the reference.
  public let id: String
  /// The enterprise.
  public let enterpriseID: String
  /// The visit, where it is attached to one.
  public let visitID: String?
  /// The diagnosis.
  public let diagnosisID: String?
  /// The finding that it proves, while there is one.
  public let findingID: String?
  /// The SHA-256 of the file, in hexadecimal.
  public let sha256: String?
  /// The file's name when it was attached.
  public let fileName: String?
  /// The file's length.
  public let bytes: Int?
  /// The file's kind, as its beginning says.
  public let mediaType: String?
  /// When it was taken or attached, in UTC.
  public let takenAt: String?
  /// What it shows.
  public let caption: String?
  /// Who attached it.
  public let attachedBy: String?
}

extension Evidence {
  init(_ row: Row) {
    self.init(
      id: row.string("id"), enterpriseID: row.string("enterprise_id"), visitID: row.text("visit_id"), diagnosisID: row.text("diagnosis_id"),
      findingID: row.text("finding_id"), sha256: row.text("sha256"), fileName: row.text("file_name"), bytes: row.integer("bytes"),
      mediaType: row.text("media_type"), takenAt: row.text("taken_at"), caption: row.text("caption"), attachedBy: row.text("attached_by"))
  }
}
