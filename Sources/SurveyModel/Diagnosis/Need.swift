import GRDB
import SyncCore

/// A need for transformation (改造需求), of a whole sub-sector or of one enterprise.
public struct Need: Codable, Hashable, Sendable, Identifiable {
  /// The identifier.
  public let id: String
  /// The enterprise.
  public let enterpriseID: String
  /// The diagnosis that it came from, if any.
  public let diagnosisID: String?
  /// Whose need it is.
  public let scope: Stored<RequirementScope>
  /// The business link.
  public let link: Stored<BusinessLink>
  /// The objective, if one stands out.
  public let objective: Stored<Objective>?
  /// What is needed.
  public let text: String
  /// 1 is first; nil when not ranked.
  public let priority: Int?
  /// The budget in fen, a hundredth of a yuan; nil when unknown.
  public let budgetFen: Int?
  /// When it was recorded, in UTC.
  public let createdAt: String?
  /// Who recorded it.
  public let createdBy: String?
  /// What is open between several writers.
  public let contested: [Contested]
}

extension Need {
  init(_ row: Row, _ contests: Contests) {
    let id = row.string("id")
    self.init(
      id: id, enterpriseID: row.string("enterprise_id"), diagnosisID: row.text("diagnosis_id"), scope: row.requiredTerm("scope"),
      link: row.requiredTerm("link"), objective: row.term("objective"), text: row.string("text"), priority: row.integer("priority"),
      budgetFen: row.integer("budget_fen"), createdAt: row.text("created_at"), createdBy: row.text("created_by"),
      contested: contests.of("need", [.text(id)]))
  }
}

/// What a need says, to be recorded; in an edit, what is nil stays as it is.
public struct NeedDraft: Sendable {
  /// Whose need it is; ``RequirementScope/individual`` where a new one does not say.
  public var scope: RequirementScope?
  /// The business link.
  public var link: BusinessLink?
  /// The objective, if one stands out.
  public var objective: Objective?
  /// What is needed.
  public var text: String?
  /// 1 is first.
  public var priority: Int?
  /// The budget in fen, a hundredth of a yuan.
  public var budgetFen: Int?

  /// A need, or the parts of one that change.
  public init(
    scope: RequirementScope? = nil, link: BusinessLink? = nil, objective: Objective? = nil, text: String? = nil, priority: Int? = nil,
    budgetFen: Int? = nil
  ) {
    self.scope = scope
    self.link = link
    self.objective = objective
    self.text = text
    self.priority = priority
    self.budgetFen = budgetFen
  }
}
