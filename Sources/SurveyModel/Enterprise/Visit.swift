import GRDB

/// A visit to an enterprise.
public struct Visit: Codable, Hashable, Sendable, Identifiable {
  /// The identifier.
  public let id: String
  /// The enterprise visited.
  public let enterpriseID: String
  /// Who visits.
  public let user: String
  /// What the visit is for.
  public let kind: Stored<VisitKind>
  /// When it began, in UTC.
  public let startedAt: String?
  /// When it ended, in UTC; nil while it lasts.
  public let endedAt: String?
  /// Where.
  public let place: String?
  /// Remarks.
  public let note: String?
  /// The day on which it was in truth, where the clock was wrong; what the clock showed stays in ``startedAt``.
  public let visitedOn: String?
  /// Who said so, and why.
  public let amendedBy: String?
  public let amendedBecause: String?
}

extension Visit {
  init(_ row: Row) {
    self.init(
      id: row.string("id"), enterpriseID: row.string("enterprise_id"), user: row.string("user"), kind: row.requiredTerm("kind"),
      startedAt: row.text("started_at"), endedAt: row.text("ended_at"), place: row.text("place"), note: row.text("note"),
      visitedOn: row.text("visited_on"), amendedBy: row.text("amended_by"), amendedBecause: row.text("amended_because"))
  }
}

/// What a visit is for.
public enum VisitKind: String, Term {
  case first
  case revisit
  case spotCheck
  case acceptance
  case benchmark

  public var label: String {
    switch self {
    case .first: "首次走访"
    case .revisit: "复访"
    case .spotCheck: "现场抽查"
    case .acceptance: "验收"
    case .benchmark: "标杆探访"
    }
  }

  public var labelEn: String {
    switch self {
    case .first: "First visit"
    case .revisit: "Revisit"
    case .spotCheck: "Spot check"
    case .acceptance: "Acceptance"
    case .benchmark: "Benchmark visit"
    }
  }
}
