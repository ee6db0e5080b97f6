import GRDB

/// That something personal was taken out of a record, and had to be: the legal log.
///
/// It says what was erased and never what it was, nor anything by which a guess could be checked. The changesets that held it are named by their
/// dots, which stay.
public struct Erasure: Codable, Hashable, Sendable, Identifiable {
  /// The identifier.
  public let id: String
  /// The scope of the record.
  public let scope: String
  /// The record: its table, and its key, the parts with a space between.
  public let table: String
  public let record: String
  /// The column.
  public let column: String
  /// Why, in words that do not repeat what was erased.
  public let reason: String?
  /// Who decided, and when, in UTC.
  public let decidedBy: String?
  public let decidedAt: String?
  /// The changesets that held it when it was decided.
  public let changesets: [String]
}

/// How far a device has followed an erasure, by its own word.
public struct ErasureReceipt: Codable, Hashable, Sendable {
  /// The erasure.
  public let erasureID: String
  /// The device, and whose it is.
  public let device: String
  public let user: String
  /// When it heard of it and no longer showed it, in UTC.
  public let seenAt: String?
  /// When its log no longer held it and its file had been made anew, in UTC.
  public let cleanedAt: String?
}

extension Erasure {
  init(_ row: Row) {
    self.init(
      id: row.string("id"), scope: row.string("scope"), table: row.string("record_table"), record: row.string("record_key"),
      column: row.string("column_name"), reason: row.text("reason"), decidedBy: row.text("decided_by"), decidedAt: row.text("decided_at"),
      changesets: row.string("changesets").split(separator: " ").map(String.init))
  }
}

extension ErasureReceipt {
  init(_ row: Row) {
    self.init(
      erasureID: row.string("erasure_id"), device: row.string("device"), user: row.string("user"), seenAt: row.text("seen_at"),
      cleanedAt: row.text("cleaned_at"))
  }
}

/// What names people, by table: written in changesets of its own, so that it can be erased.
enum Personal {
  static let columns: [String: Set<String>] = [
    "enterprise": ["contact"], "survey_person": ["name", "contact"], "provider": ["contact"], "chain_leader": ["contact"],
  ]

  static func isNamed(_ column: String, in table: String) -> Bool { columns[table]?.contains(column) ?? false }
}
