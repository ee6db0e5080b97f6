import GRDB

/// A record that came to the office after the quarter of its day had been frozen.
///
/// The record stays where it is, and the quarter as it was frozen. The office decides whether the quarter is to be corrected by it, with a
/// reason that the record's author reads.
public struct LateRecord: Codable, Hashable, Sendable {
  /// The kind of record, by its table.
  public let table: String
  /// The record's key, its parts with a space between.
  public let record: String
  /// The enterprise of whose case it is.
  public let enterpriseID: String
  /// The day that the record tells.
  public let day: String
  /// The quarter that was frozen without it.
  public let quarter: String
  /// When the office noted it, in UTC.
  public let notedAt: String?
  /// What became of it.
  public let state: Stored<LateState>
  /// Why it was admitted or denied.
  public let reason: String?
  /// Who decided.
  public let decidedBy: String?
  /// When it was decided, in UTC.
  public let decidedAt: String?
}

/// What became of a record that came late.
public enum LateState: String, Term {
  case waiting
  case admitted
  case denied

  public var label: String {
    switch self {
    case .waiting: "迟到,等待决定"
    case .admitted: "迟到,已准予更正"
    case .denied: "迟到,不予更正"
    }
  }

  public var labelEn: String {
    switch self {
    case .waiting: "late, awaiting decision"
    case .admitted: "late, admitted"
    case .denied: "late, denied"
    }
  }
}

extension LateRecord {
  init(_ row: Row) {
    self.init(
      table: row.string("record_table"), record: row.string("record_key"), enterpriseID: row.string("enterprise_id"),
      day: row.string("day"), quarter: row.string("quarter"), notedAt: row.text("noted_at"), state: row.requiredTerm("state"),
      reason: row.text("reason"), decidedBy: row.text("decided_by"), decidedAt: row.text("decided_at"))
  }
}
