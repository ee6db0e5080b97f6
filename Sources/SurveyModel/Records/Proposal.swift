import GRDB

/// What somebody would record that is another role's word: a verdict of the agency, a payment, a place on the list.
///
/// It travels with the case, is shown as what it is and never as the value, and nothing of it is lost: the role that has the say accepts it,
/// which records it under that role's name, or refuses it with a reason that its author reads.
public struct Proposal: Codable, Hashable, Sendable, Identifiable {
  /// The identifier.
  public let id: String
  /// The scope of the record: an enterprise's identifier, or the catalogue's name.
  public let scope: String
  /// The kind of record, by its table.
  public let table: String
  /// The record that would change; nil for a new one.
  public let recordID: String?
  /// The fields as they were typed.
  public let fields: [String: String]
  /// Why.
  public let reason: String?
  /// Who proposed it.
  public let proposedBy: String
  /// What they work as.
  public let proposedAs: Stored<WorkRole>?
  /// When, in UTC.
  public let proposedAt: String?
  /// What became of it.
  public let state: Stored<ProposalState>
  /// Who decided.
  public let decidedBy: String?
  /// When it was decided, in UTC.
  public let decidedAt: String?
  /// Why it was refused, or what was said when it was accepted.
  public let decision: String?
}

/// What became of a proposal.
public enum ProposalState: String, Term {
  case open
  case accepted
  case refused

  public var label: String {
    switch self {
    case .open: "待定"
    case .accepted: "已采纳"
    case .refused: "未采纳"
    }
  }

  public var labelEn: String {
    switch self {
    case .open: "Open"
    case .accepted: "Accepted"
    case .refused: "Refused"
    }
  }
}

extension Proposal {
  init(_ row: Row) {
    self.init(
      id: row.string("id"), scope: row.string("scope"), table: row.string("record_table"), recordID: row.text("record_id"),
      fields: ProposedFields.read(row.string("fields")), reason: row.text("reason"), proposedBy: row.string("proposed_by"),
      proposedAs: row.term("proposed_as"), proposedAt: row.text("proposed_at"), state: row.requiredTerm("state"),
      decidedBy: row.text("decided_by"), decidedAt: row.text("decided_at"), decision: row.text("decision"))
  }
}
