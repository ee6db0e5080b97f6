import GRDB
import SyncCore
import SyncKit

extension Survey {
  /// The ranks that a need may have; 1 is first.
  public static let priorities = 1...99

  /// Records a need of an enterprise.
  ///
  /// - Parameter owner: the beginning of a diagnosis's identifier, or an enterprise as ``enterprise(_:)`` takes it.
  ///
  /// Throws ``SurveyError/Code/valueMissing`` without link or text, ``SurveyError/Code/valueInvalid`` for a negative budget or an
  /// impossible priority, and ``SurveyError/Code/recordFinalized``.
  public func addNeed(_ draft: NeedDraft, to owner: String) throws -> Need {
    guard let link = draft.link else { throw SurveyError(.valueMissing, ["field": "link"]) }
    guard let text = draft.text?.nonEmpty else { throw SurveyError(.valueMissing, ["field": "text"]) }
    try Self.check(draft)
    let id = identifiers.next()
    let now = now
    try write { db in
      let (enterprise, diagnosis) = try Self.owner(db, owner)
      if let diagnosis { _ = try self.draft(db, diagnosis) }
      try db.execute(
        sql: """
          INSERT INTO need(id, enterprise_id, diagnosis_id, scope, link, objective, text, priority, budget_fen, created_at, created_by)
          VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          id, enterprise, diagnosis, (draft.scope ?? .individual).rawValue, link.rawValue, draft.objective?.rawValue, text,
          draft.priority, draft.budgetFen, now, user,
        ])
    }
    return try need(id)
  }

  /// Changes a need; what the draft leaves nil stays as it is.
  ///
  /// - Parameter token: what the form had shown when it opened; nil for "now".
  ///
  /// Throws as ``addNeed(_:to:)`` does, and ``SurveyError/Code/nothingToChange``.
  public func editNeed(_ id: String, _ draft: NeedDraft, reading token: String? = nil) throws -> Need {
    if let text = draft.text, text.nonEmpty == nil { throw SurveyError(.valueMissing, ["field": "text"]) }
    try Self.check(draft)
    let changes = Changes([
      ("scope", draft.scope?.rawValue.databaseValue), ("link", draft.link?.rawValue.databaseValue),
      ("objective", draft.objective?.rawValue.databaseValue), ("text", draft.text?.trimmingSpaces.databaseValue),
      ("priority", draft.priority?.databaseValue), ("budget_fen", draft.budgetFen?.databaseValue),
    ])
    let whole = try write(reading: token) { db, form in
      let need = try editable(db, need: id, form)
      try changes.update("need", need, db)
      return need
    }
    return try need(whole)
  }

  /// Deletes a need.
  ///
  /// - Returns: the need as it was.
  public func deleteNeed(_ id: String, reading token: String? = nil) throws -> Need {
    let before = try need(id)
    try write(reading: token) { db, form in
      try db.execute(sql: "DELETE FROM need WHERE id = ?", arguments: [try editable(db, need: before.id, form)])
    }
    return before
  }

  /// A need by the beginning of its identifier.
  public func need(_ id: String) throws -> Need {
    let (id, enterprise) = try replica.read { db in
      let row = try Lookup.row(db, in: "need", id)
      return (row.string("id"), row.string("enterprise_id"))
    }
    let contests = try contests(in: enterprise)
    let found = try replica.read { db in try Self.needs(db, where: "id = ?", id, contests) }
    guard let need = found.first else { throw SurveyError(.recordUnknown, ["table": "need", "id": id]) }
    return need
  }

  /// The needs of a diagnosis or of an enterprise, or all, in the links' order.
  ///
  /// - Parameter owner: as ``addNeed(_:to:)`` takes it.
  public func needs(of owner: String? = nil) throws -> [Need] {
    let place = try replica.read { db in try Self.place(db, owner) }
    let contests = try contests(in: place.enterprise)
    return try replica.read { db in try Self.needs(db, where: place.condition, place.value, contests) }
  }

  static func needs(_ db: Database, where condition: String, _ value: String, _ contests: Contests) throws -> [Need] {
    try Row.fetchAll(db, sql: "SELECT * FROM need WHERE \(condition) ORDER BY id", arguments: [value]).map { Need($0, contests) }
      .sorted { ($0.link.order, $0.priority ?? .max, $0.id) < ($1.link.order, $1.priority ?? .max, $1.id) }
  }

  private static func check(_ draft: NeedDraft) throws(SurveyError) {
    if let fen = draft.budgetFen, fen < 0 { throw SurveyError(.valueInvalid, ["field": "budget", "value": String(fen)]) }
    if let priority = draft.priority, !priorities.contains(priority) {
      throw SurveyError(.valueInvalid, ["field": "priority", "value": String(priority)])
    }
  }

  /// Where to look for the records of a diagnosis, of an enterprise, or of all.
  static func place(_ db: Database, _ owner: String?) throws -> (enterprise: String?, condition: String, value: String) {
    guard let owner else { return (nil, "? = ''", "") }
    let (enterprise, diagnosis) = try self.owner(db, owner)
    return diagnosis.map { (enterprise, "diagnosis_id = ?", $0) } ?? (enterprise, Lookup.inCases(of: "?"), enterprise)
  }

  /// The enterprise, and the diagnosis if one was named.
  private static func owner(_ db: Database, _ text: String) throws -> (enterprise: String, diagnosis: String?) {
    guard let id = try Lookup.optionalID(db, in: "diagnosis", text) else {
      guard let enterprise = try Lookup.optionalEnterprise(db, text) else {
        throw SurveyError(.recordUnknown, ["table": "diagnosis", "id": text])
      }
      return (enterprise.id, nil)
    }
    let diagnosis = Diagnosis(try Lookup.row(db, in: "diagnosis", id))
    if let enterprise = try Lookup.optionalEnterprise(db, text) {
      throw SurveyError(.recordAmbiguous, ["table": "diagnosis", "id": text, "matches": "\(id)\n\(enterprise.id)"])
    }
    return (diagnosis.enterpriseID, id)
  }

  private func editable(_ db: Database, need id: String, _ form: ReadForm) throws -> String {
    let row = try Lookup.row(db, in: "need", id)
    if let diagnosis = row.text("diagnosis_id") { _ = try draft(db, diagnosis) }
    try form.expect("need", [.text(row.string("id"))], of: row.string("enterprise_id"))
    return row.string("id")
  }
}
