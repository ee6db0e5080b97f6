import Foundation
import GRDB
import SyncCore
import SyncKit

extension Survey {
  /// Records a finding of a diagnosis, with the files that prove it.
  ///
  /// - Parameter evidence: paths of files, which are attached to it (``attach(_:to:caption:)``).
  ///
  /// Throws ``SurveyError/Code/valueMissing`` without link, objectives or text, ``SurveyError/Code/fileUnreadable``,
  /// ``SurveyError/Code/inputTooLarge``, ``SurveyError/Code/mediaTypeUnknown`` and ``SurveyError/Code/recordFinalized``.
  public func addFinding(_ draft: FindingDraft, to diagnosis: String, evidence paths: [String] = []) throws -> Finding {
    guard let link = draft.link else { throw SurveyError(.valueMissing, ["field": "link"]) }
    guard let objectives = draft.objectives, !objectives.isEmpty else { throw SurveyError(.valueMissing, ["field": "objective"]) }
    guard let text = draft.text?.nonEmpty else { throw SurveyError(.valueMissing, ["field": "text"]) }
    let files = try paths.map { try take($0) }
    let id = identifiers.next()
    let now = now
    try write { db in
      let diagnosis = try self.draft(db, diagnosis)
      try db.execute(
        sql: """
          INSERT INTO finding(id, enterprise_id, diagnosis_id, link, objectives, text, severity, created_at, created_by)
          VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          id, diagnosis.enterpriseID, diagnosis.id, link.rawValue, Finding.encode(objectives), text, draft.severity?.rawValue, now, user,
        ])
      for file in files { try insert(file, for: Self.owner(id, diagnosis), caption: nil, db) }
    }
    return try finding(id)
  }

  /// Changes a finding; what the draft leaves nil stays as it is.
  ///
  /// - Parameter token: what the form had shown when it opened; nil for "now".
  ///
  /// Throws as ``addFinding(_:to:evidence:)`` does, and ``SurveyError/Code/nothingToChange``.
  public func editFinding(
    _ id: String, _ draft: FindingDraft, evidence paths: [String] = [], reading token: String? = nil
  ) throws -> Finding {
    if draft.objectives?.isEmpty == true { throw SurveyError(.valueMissing, ["field": "objective"]) }
    if let text = draft.text, text.nonEmpty == nil { throw SurveyError(.valueMissing, ["field": "text"]) }
    let files = try paths.map { try take($0) }
    let changes = Changes([
      ("link", draft.link?.rawValue.databaseValue), ("objectives", draft.objectives.map { Finding.encode($0).databaseValue }),
      ("text", draft.text?.trimmingSpaces.databaseValue), ("severity", draft.severity?.rawValue.databaseValue),
    ])
    let whole = try write(reading: token) { db, form in
      let (finding, diagnosis) = try editable(db, finding: id)
      try form.expect("finding", [.text(finding)], of: diagnosis.enterpriseID)
      if files.isEmpty || !changes.isEmpty { try changes.update("finding", finding, db) }
      for file in files { try insert(file, for: Self.owner(finding, diagnosis), caption: nil, db) }
      return finding
    }
    return try finding(whole)
  }

  /// Deletes a finding. Its evidence stays with the diagnosis: a photograph is never lost.
  ///
  /// - Returns: the finding as it was.
  public func deleteFinding(_ id: String, reading token: String? = nil) throws -> Finding {
    let before = try finding(id)
    try write(reading: token) { db, form in
      let (finding, diagnosis) = try editable(db, finding: before.id)
      try form.expect("finding", [.text(finding)], of: diagnosis.enterpriseID)
      try db.execute(sql: "UPDATE evidence SET finding_id = NULL WHERE finding_id = ?", arguments: [finding])
      try db.execute(sql: "DELETE FROM finding WHERE id = ?", arguments: [finding])
    }
    return before
  }

  /// A finding by the beginning of its identifier.
  public func finding(_ id: String) throws -> Finding {
    let (id, enterprise) = try replica.read { db in
      let row = try Lookup.row(db, in: "finding", id)
      return (row.string("id"), row.string("enterprise_id"))
    }
    let contests = try contests(in: enterprise)
    let found = try replica.read { db in try Self.findings(db, where: "id = ?", id, contests) }
    guard let finding = found.first else { throw SurveyError(.recordUnknown, ["table": "finding", "id": id]) }
    return finding
  }

  /// The findings of a diagnosis or of an enterprise, or all, in the links' order.
  ///
  /// - Parameter owner: the beginning of a diagnosis's identifier, or an enterprise as ``enterprise(_:)`` takes it.
  public func findings(of owner: String? = nil) throws -> [Finding] {
    let place = try replica.read { db in try Self.place(db, owner) }
    let contests = try contests(in: place.enterprise)
    return try replica.read { db in try Self.findings(db, where: place.condition, place.value, contests) }
  }

  static func findings(_ db: Database, where condition: String, _ value: String, _ contests: Contests) throws -> [Finding] {
    let rows = try Row.fetchAll(db, sql: "SELECT * FROM finding WHERE \(condition) ORDER BY id", arguments: [value])
    return try rows.map { row in
      let evidence = try Row.fetchAll(db, sql: "SELECT * FROM evidence WHERE finding_id = ? ORDER BY id", arguments: [row.string("id")])
      return Finding(row, evidence: evidence.map { Evidence($0) }, contests)
    }.sorted { ($0.link.order, $0.id) < ($1.link.order, $1.id) }
  }

  private func editable(_ db: Database, finding id: String) throws -> (String, Diagnosis) {
    let row = try Lookup.row(db, in: "finding", id)
    return (row.string("id"), try draft(db, row.string("diagnosis_id")))
  }

  private static func owner(_ finding: String, _ diagnosis: Diagnosis) -> AttachmentOwner {
    AttachmentOwner(enterprise: diagnosis.enterpriseID, diagnosis: diagnosis.id, finding: finding)
  }
}
