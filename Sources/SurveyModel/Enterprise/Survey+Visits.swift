import GRDB
import SyncCore
import SyncKit

extension Survey {
  /// The longest name of a user, in bytes of UTF-8: it travels as an author.
  static let userBytes = Limits.authorBytes

  /// Assigns an enterprise to a user; assigning again changes role and day.
  ///
  /// Who may hold the case is the relay's to grant, beside this.
  ///
  /// Throws ``SurveyError/Code/valueMissing`` or ``SurveyError/Code/valueInvalid`` for an impossible user or day, and
  /// ``SurveyError/Code/notAuthorised``: whom a case is given to is the office's word, see ``proposeAssignment(_:to:role:dueOn:)``.
  public func assign(_ enterprise: String, to user: String, role: AssignmentRole = .lead, dueOn: String? = nil) throws -> Assignment {
    let input = Self.assignment(user, role, dueOn)
    return try write { db in
      try requireAuthority(.assignment)
      return try assign(enterprise, input, db)
    }
  }

  /// Proposes to the office to assign an enterprise to a user.
  public func proposeAssignment(_ enterprise: String, to user: String, role: AssignmentRole = .lead, dueOn: String? = nil) throws
    -> Proposal
  {
    let input = Self.assignment(user, role, dueOn)
    let id = try write { db in
      _ = try checked(input, db)
      return try propose(.assignment, nil, input, try Lookup.enterprise(db, enterprise).id, nil, db)
    }
    return try proposal(id)
  }

  private static func assignment(_ user: String, _ role: AssignmentRole, _ dueOn: String?) -> FieldInput {
    FieldInput([("user", user), ("role", role.rawValue)] + (dueOn.map { [("dueOn", $0)] } ?? []))
  }

  private func checked(_ input: FieldInput, _ db: Database) throws -> [(field: Field, value: DatabaseValue)] {
    let fields = try input.read(.assignment, isNew: true, reading(db))
    // It travels as an author.
    for (field, value) in fields where field.name == "user" {
      let user = String.fromDatabaseValue(value) ?? ""
      guard user.utf8.count <= Self.userBytes else { throw SurveyError(.valueInvalid, ["field": "user", "value": user]) }
    }
    return fields
  }

  /// Assigns within a transaction, as the office.
  func assign(_ enterprise: String, _ input: FieldInput, _ db: Database) throws -> Assignment {
    let enterprise = try Lookup.enterprise(db, enterprise)
    let fields = try checked(input, db) + [(.assignedAt, now.databaseValue)]
    let key = try insert(.assignment, fields, enterprise.id, db)
    let row = try Row.fetchOne(
      db, sql: "SELECT * FROM assignment WHERE enterprise_id = ? AND user = ?", arguments: StatementArguments(key))
    guard let row else { throw SurveyError(.recordUnknown, ["table": "assignment", "id": enterprise.id]) }
    let assignment = Assignment(row)
    try Handover.end(assignment, db)
    return assignment
  }

  /// Ends an assignment.
  ///
  /// - Returns: the assignment as it was; nil when there was none.
  ///
  /// Throws ``SurveyError/Code/notAuthorised``: that is the office's word.
  public func unassign(_ enterprise: String, from user: String) throws -> (enterprise: Enterprise, assignment: Assignment?) {
    let assignee = user.trimmingSpaces
    let now = now
    return try write { db in
      try requireAuthority(.assignment)
      let enterprise = try Lookup.enterprise(db, enterprise)
      let own: StatementArguments = [enterprise.id, assignee]
      let row = try Row.fetchOne(db, sql: "SELECT * FROM assignment WHERE enterprise_id = ? AND user = ?", arguments: own)
      try db.execute(sql: "DELETE FROM assignment WHERE enterprise_id = ? AND user = ?", arguments: own)
      if row != nil { try Handover.note(enterprise.id, from: assignee, at: now, by: self.user, db) }
      return (enterprise, row.map { Assignment($0) })
    }
  }

  /// Who is assigned to an enterprise; nil for all enterprises.
  public func assignments(of enterprise: String? = nil) throws -> [Assignment] {
    try replica.read { db in
      let id = try enterprise.map { try Lookup.enterprise(db, $0).id }
      return try Row.fetchAll(
        db, sql: "SELECT * FROM assignment WHERE ?1 IS NULL OR enterprise_id = ?1 ORDER BY enterprise_id, user", arguments: [id]
      ).map { Assignment($0) }
    }
  }

  /// Starts a visit now.
  public func startVisit(
    to enterprise: String, kind: VisitKind = .first, place: String? = nil, note: String? = nil
  ) throws -> Visit {
    let id = identifiers.next()
    let now = now
    return try write { db in
      let enterprise = try Lookup.enterprise(db, enterprise)
      try db.execute(
        sql: "INSERT INTO visit(id, enterprise_id, user, kind, started_at, place, note) VALUES(?, ?, ?, ?, ?, ?, ?)",
        arguments: [id, enterprise.id, user, kind.rawValue, now, place?.nonEmpty, note?.nonEmpty])
      return Visit(try Lookup.row(db, in: "visit", id))
    }
  }

  /// Ends a visit now. A note is put behind what the visit already says.
  ///
  /// Throws ``SurveyError/Code/visitEnded`` when it has ended before.
  public func endVisit(_ id: String, note: String? = nil) throws -> Visit {
    let now = now
    return try write { db in
      let visit = Visit(try Lookup.row(db, in: "visit", id))
      if let ended = visit.endedAt { throw SurveyError(.visitEnded, ["id": visit.id, "endedAt": ended]) }
      let notes = [visit.note, note?.nonEmpty].compactMap { $0 }
      try db.execute(
        sql: "UPDATE visit SET ended_at = ?, note = ? WHERE id = ?",
        arguments: [now, notes.isEmpty ? nil : notes.joined(separator: "\n"), visit.id])
      return Visit(try Lookup.row(db, in: "visit", visit.id))
    }
  }

  /// Says on which day a visit was in truth, with the reason. What its device's clock had shown stays beside it.
  ///
  /// Throws ``SurveyError/Code/valueInvalid`` for what is no day, ``SurveyError/Code/valueMissing`` without a reason, and
  /// ``SurveyError/Code/notAuthorised``: it is the word of who visited, and of the office.
  public func amendVisit(_ id: String, on day: String, because reason: String) throws -> Visit {
    guard let on = Moment.day(day) else { throw SurveyError(.valueInvalid, ["field": "visitedOn", "value": day]) }
    guard let reason = reason.nonEmpty else { throw SurveyError(.valueMissing, ["field": "reason"]) }
    return try write { db in
      let visit = Visit(try Lookup.row(db, in: "visit", id))
      if visit.user != user { try requireOffice("visit") }
      try db.execute(
        sql: "UPDATE visit SET visited_on = ?, amended_by = ?, amended_because = ? WHERE id = ?", arguments: [on, user, reason, visit.id])
      return Visit(try Lookup.row(db, in: "visit", visit.id))
    }
  }

  /// The visits to an enterprise, those of records that were merged into it among them, or all, oldest first.
  public func visits(to enterprise: String? = nil) throws -> [Visit] {
    try replica.read { db in
      let id = try enterprise.map { try Lookup.enterprise(db, $0).id }
      return try Row.fetchAll(db, sql: "SELECT * FROM visit WHERE ?1 IS NULL OR \(Lookup.inCases(of: "?1")) ORDER BY id", arguments: [id])
        .map { Visit($0) }
    }
  }
}
