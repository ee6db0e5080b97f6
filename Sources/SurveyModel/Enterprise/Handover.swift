import GRDB
import SyncCore
import SyncKit

/// That a case was taken from somebody, and to whom it went.
///
/// It lies in what all share, because whoever it was taken from does not hold the case any more and has to hear of it all the same.
public struct Handover: Codable, Hashable, Sendable {
  /// The enterprise.
  public let enterpriseID: String
  /// From whom it was taken.
  public let user: String
  /// When, in UTC.
  public let withdrawnAt: String?
  /// Who took it.
  public let withdrawnBy: String?
  /// To whom it went; nil while to nobody.
  public let successor: String?
  /// When it went there, in UTC.
  public let handedAt: String?
}

extension Handover {
  init(_ row: Row) {
    self.init(
      enterpriseID: row.string("enterprise_id"), user: row.string("user"), withdrawnAt: row.text("withdrawn_at"),
      withdrawnBy: row.text("withdrawn_by"), successor: row.text("successor"), handedAt: row.text("handed_at"))
  }

  /// That a case was taken from a user, as far as this device knows.
  static func of(_ enterprise: String, from user: String, _ db: Database) throws -> Handover? {
    try Row.fetchOne(db, sql: "SELECT * FROM handover WHERE enterprise_id = ? AND user = ?", arguments: [enterprise, user])
      .map { Handover($0) }
  }

  /// Notes that a case was taken from a user; whoever leads it now has it.
  static func note(_ enterprise: String, from user: String, at now: String, by office: String, _ db: Database) throws {
    let next = try Row.fetchOne(
      db, sql: "SELECT user, assigned_at FROM assignment WHERE enterprise_id = ? AND role = 'lead' ORDER BY assigned_at DESC, user LIMIT 1",
      arguments: [enterprise])
    try db.execute(
      sql: """
        INSERT INTO handover(enterprise_id, user, withdrawn_at, withdrawn_by, successor, handed_at) VALUES(?, ?, ?, ?, ?, ?)
        ON CONFLICT(enterprise_id, user) DO UPDATE SET withdrawn_at = excluded.withdrawn_at, withdrawn_by = excluded.withdrawn_by,
          successor = excluded.successor, handed_at = excluded.handed_at
        """, arguments: [enterprise, user, now, office, next?.text("user"), next?.text("assigned_at")])
  }

  /// Notes that a case was given to a user: it is taken from them no longer, and goes to who leads it where it had gone to nobody.
  static func end(_ assignment: Assignment, _ db: Database) throws {
    try db.execute(
      sql: "DELETE FROM handover WHERE enterprise_id = ? AND user = ?", arguments: [assignment.enterpriseID, assignment.user])
    guard assignment.role.term == .lead else { return }
    try db.execute(
      sql: "UPDATE handover SET successor = ?, handed_at = ? WHERE enterprise_id = ? AND successor IS NULL",
      arguments: [assignment.user, assignment.assignedAt, assignment.enterpriseID])
  }
}

extension Survey {
  /// The cases that were taken from this device's user.
  public func handovers() throws -> [Handover] {
    try replica.read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM handover WHERE user = ? ORDER BY withdrawn_at, enterprise_id", arguments: [user])
        .map { Handover($0) }
    }
  }

  /// From whom a case was taken.
  public func handovers(of enterprise: String) throws -> [Handover] {
    try replica.read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM handover WHERE enterprise_id = ? ORDER BY withdrawn_at, user", arguments: [enterprise])
        .map { Handover($0) }
    }
  }

  /// The handover by which somebody else's draft came to this user, who reads it and does not change it; nil for one's own.
  func handover(of diagnosis: Diagnosis, _ db: Database) throws -> Handover? {
    guard let author = diagnosis.startedBy, author != user, diagnosis.state.term != .finalized else { return nil }
    return try Handover.of(diagnosis.enterpriseID, from: author, db)
  }

  /// Refuses to change a draft that was handed over by its author.
  func requireOwn(_ diagnosis: Diagnosis, _ db: Database) throws {
    guard let handover = try handover(of: diagnosis, db) else { return }
    throw SurveyError(
      .recordHandedOver, ["table": "diagnosis", "id": diagnosis.id, "author": handover.user, "at": handover.withdrawnAt ?? ""])
  }

  /// As ``requireOwn(_:_:)``, of the diagnosis that a record belongs to, if it belongs to one.
  func requireOwn(diagnosisOf row: Row, _ db: Database) throws {
    guard let id = row.text("diagnosis_id"), let found = try Lookup.optionalRow(db, in: "diagnosis", id) else { return }
    try requireOwn(Diagnosis(found), db)
  }
}

extension SurveyError.Code {
  /// Another's draft, handed over with the case, which is read and not changed. Details: `table`, `id`, `author`, `at`.
  public static let recordHandedOver = Self("record-handed-over")
}
