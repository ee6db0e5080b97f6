import GRDB

/// That a user works on an enterprise's case. Enterprise and user are its key: to assign twice is to assign once.
public struct Assignment: Codable, Hashable, Sendable {
  /// The enterprise.
  public let enterpriseID: String
  /// The user.
  public let user: String
  /// What the user is there for.
  public let role: Stored<AssignmentRole>
  /// The day by which it is due.
  public let dueOn: String?
  /// When it was assigned, in UTC.
  public let assignedAt: String?
  /// Who assigned it.
  public let assignedBy: String?
}

extension Assignment {
  init(_ row: Row) {
    self.init(
      enterpriseID: row.string("enterprise_id"), user: row.string("user"), role: row.requiredTerm("role"), dueOn: row.text("due_on"),
      assignedAt: row.text("assigned_at"), assignedBy: row.text("assigned_by"))
  }
}

extension RecordType {
  /// To whom a case is given: the office's word. It is not among ``all``: giving a case away has commands of its own.
  static let assignment = RecordType(
    "assignment", "任务分派", "Assignment", key: .meaning, authority: [.office],
    [
      Field("user", .text, "人员", "user", .key), Field("role", .term(TermList(AssignmentRole.self)), "角色", "role"),
      Field("dueOn", .day, "截止日期", "due on", mayLieAhead: true), .assignedAt, Field("assignedBy", .author, "分派人", "assigned by"),
    ])
}

extension Field {
  static let assignedAt = Field("assignedAt", .text, "分派时间", "assigned at")
}

/// What an assigned user is there for.
public enum AssignmentRole: String, Term {
  case lead
  case assist

  public var label: String {
    switch self {
    case .lead: "主办"
    case .assist: "协办"
    }
  }

  public var labelEn: String {
    switch self {
    case .lead: "Lead"
    case .assist: "Assist"
    }
  }
}
