import GRDB
import SyncCore
import SyncKit

extension Survey {
  /// Starts a diagnosis of an enterprise.
  public func startDiagnosis(of enterprise: String, visit: String? = nil) throws -> Diagnosis {
    let id = identifiers.next()
    let now = now
    return try write { db in
      let enterprise = try Lookup.enterprise(db, enterprise)
      let visit = try Lookup.visit(db, visit, to: enterprise)
      try db.execute(
        sql: "INSERT INTO diagnosis(id, enterprise_id, visit_id, state, started_at, started_by) VALUES(?, ?, ?, 'draft', ?, ?)",
        arguments: [id, enterprise.id, visit, now, user])
      return Diagnosis(try Lookup.row(db, in: "diagnosis", id))
    }
  }

  /// The diagnoses of an enterprise, those of records that were merged into it among them, or all, oldest first.
  public func diagnoses(of enterprise: String? = nil) throws -> [Diagnosis] {
    try replica.read { db in
      let id = try enterprise.map { try Lookup.enterprise(db, $0).id }
      return try Row.fetchAll(
        db, sql: "SELECT * FROM diagnosis WHERE ?1 IS NULL OR \(Lookup.inCases(of: "?1")) ORDER BY id", arguments: [id]
      )
      .map { Diagnosis($0) }
    }
  }

  /// A diagnosis with its sections, findings and needs.
  public func diagnosis(_ id: String) throws -> DiagnosisView {
    let (diagnosis, findings, needs) = try replica.read { db in
      let diagnosis = Diagnosis(try Lookup.row(db, in: "diagnosis", id))
      func all(_ table: String) throws -> [String] {
        try String.fetchAll(db, sql: "SELECT id FROM \(table) WHERE diagnosis_id = ?", arguments: [diagnosis.id])
      }
      return (diagnosis, try all("finding"), try all("need"))
    }
    var rows: [(table: String, key: [Value])] = [("diagnosis", [.text(diagnosis.id)])]
    for link in BusinessLink.allCases { rows.append(("diagnosis_link", [.text(diagnosis.id), .text(link.rawValue)])) }
    for id in findings { rows.append(("finding", [.text(id)])) }
    for id in needs { rows.append(("need", [.text(id)])) }
    let token = try readToken(rows, in: diagnosis.enterpriseID)
    let contests = try contests(in: diagnosis.enterpriseID)
    let today = try day(nil)
    return try replica.read { db in
      let enterprise = try Lookup.enterprise(db, diagnosis.enterpriseID)
      let sections = try Row.fetchAll(db, sql: "SELECT * FROM diagnosis_link WHERE diagnosis_id = ?", arguments: [diagnosis.id])
      let diagnosis = Diagnosis(try Lookup.row(db, in: "diagnosis", diagnosis.id))
      return DiagnosisView(
        id: diagnosis.id, diagnosis: diagnosis, enterprise: enterprise, handover: try handover(of: diagnosis, db),
        links: sections.map { LinkSection($0, contests) }.sorted { $0.link.order < $1.link.order },
        findings: try Self.findings(db, where: "diagnosis_id = ?", diagnosis.id, contests),
        needs: try Self.needs(db, where: "diagnosis_id = ?", diagnosis.id, contests),
        recommendations: try RecommendationView.all(db, of: diagnosis.id, sector: enterprise.subSector?.rawValue, on: today),
        contested: contests.of("diagnosis", [.text(diagnosis.id)]), readToken: token)
    }
  }

  /// Writes what a diagnosis says of one link; what is nil stays as it is.
  ///
  /// Throws ``SurveyError/Code/valueInvalid`` for a level outside 0…4, ``SurveyError/Code/nothingToChange``,
  /// ``SurveyError/Code/recordFinalized`` and, for a draft that its author handed over, ``SurveyError/Code/recordHandedOver``.
  public func describeLink(
    _ link: BusinessLink, in diagnosis: String, currentState: String? = nil, problems: String? = nil, level: Int? = nil,
    recommendation: String? = nil, reading token: String? = nil
  ) throws -> LinkSection {
    if let level, !(0...4).contains(level) { throw SurveyError(.valueInvalid, ["field": "level", "value": String(level)]) }
    let changes = Changes([
      ("current_state", currentState?.trimmingSpaces.databaseValue), ("problems", problems?.trimmingSpaces.databaseValue),
      ("level", level?.databaseValue), ("recommendation", recommendation?.trimmingSpaces.databaseValue),
    ])
    let found = try write(reading: token) { db, form in
      let diagnosis = try draft(db, diagnosis)
      try form.expect("diagnosis_link", [.text(diagnosis.id), .text(link.rawValue)], of: diagnosis.enterpriseID)
      guard !changes.isEmpty else { throw SurveyError(.nothingToChange, ["table": "diagnosis_link", "id": link.rawValue]) }
      let columns = changes.columns
      try db.execute(
        sql: """
          INSERT INTO diagnosis_link(diagnosis_id, link, enterprise_id, \(columns.joined(separator: ", ")))
          VALUES(?, ?, ?, \(columns.map { _ in "?" }.joined(separator: ", ")))
          ON CONFLICT(diagnosis_id, link) DO UPDATE SET \(columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", "))
          """,
        arguments: StatementArguments([diagnosis.id, link.rawValue, diagnosis.enterpriseID].map(\.databaseValue) + changes.values))
      return diagnosis
    }
    let view = try self.diagnosis(found.id)
    guard let section = view.links.first(where: { $0.link.term == link }) else {
      throw SurveyError(.recordUnknown, ["table": "diagnosis_link", "id": link.rawValue])
    }
    return section
  }

  /// Writes what a diagnosis tells beside its sections, by the fields of ``RecordType/diagnosis``; what is not given stays as it is.
  ///
  /// Throws as ``editRecord(_:_:_:reading:because:)`` does, and ``SurveyError/Code/recordFinalized``.
  public func describeDiagnosis(_ id: String, _ input: FieldInput, reading token: String? = nil) throws -> Record {
    let whole = try write(reading: token) { db, form in
      let diagnosis = try draft(db, id)
      try form.expect("diagnosis", [.text(diagnosis.id)], of: diagnosis.enterpriseID)
      let fields = try input.read(.diagnosis, isNew: false, reading(db))
      try requireOneCase(.diagnosis, fields, diagnosis.enterpriseID, db)
      try Changes(fields.map { ($0.field.column, $0.value) }).update("diagnosis", diagnosis.id, db)
      return diagnosis.id
    }
    return try record(.diagnosis, whole)
  }

  /// Finalizes a diagnosis: it is no longer edited. Open conflicts do not hinder it.
  ///
  /// Throws ``SurveyError/Code/recordFinalized``.
  public func finalizeDiagnosis(_ id: String) throws -> Diagnosis {
    let now = now
    return try write { db in Diagnosis(try Self.finalize("diagnosis", try draft(db, id).id, db, at: now, by: user)) }
  }

  /// Makes a finalized diagnosis a draft again.
  ///
  /// Throws ``SurveyError/Code/recordNotFinalized``.
  public func reopenDiagnosis(_ id: String) throws -> Diagnosis {
    try write { db in
      let diagnosis = Diagnosis(try Lookup.row(db, in: "diagnosis", id))
      return Diagnosis(try Self.reopen("diagnosis", diagnosis.id, diagnosis.state, db))
    }
  }

  /// Deletes a draft with its sections, findings, recommendations and surveyors. Its evidence and needs stay with the enterprise: a photograph
  /// is never lost.
  ///
  /// - Returns: the diagnosis as it was.
  ///
  /// Throws ``SurveyError/Code/recordFinalized``, ``SurveyError/Code/recordSubmitted`` for one that was ever finalized,
  /// ``SurveyError/Code/recordReferenced`` and ``SurveyError/Code/recordHandedOver``.
  public func deleteDiagnosis(_ id: String) throws -> Diagnosis {
    try write { db in
      let diagnosis = try draft(db, id)
      if let at = diagnosis.finalizedAt { throw SurveyError(.recordSubmitted, ["table": "diagnosis", "id": diagnosis.id, "at": at]) }
      try requireUnreferenced(.diagnosis, diagnosis.id, db)
      try db.execute(sql: "UPDATE evidence SET diagnosis_id = NULL, finding_id = NULL WHERE diagnosis_id = ?", arguments: [diagnosis.id])
      try db.execute(sql: "UPDATE need SET diagnosis_id = NULL WHERE diagnosis_id = ?", arguments: [diagnosis.id])
      for table in ["diagnosis_link", "finding", "recommendation", "survey_person"] {
        try db.execute(sql: "DELETE FROM \(table) WHERE diagnosis_id = ?", arguments: [diagnosis.id])
      }
      try db.execute(sql: "DELETE FROM diagnosis WHERE id = ?", arguments: [diagnosis.id])
      return diagnosis
    }
  }

  /// A diagnosis that this user may edit.
  func draft(_ db: Database, _ id: String) throws -> Diagnosis {
    let diagnosis = Diagnosis(try Lookup.row(db, in: "diagnosis", id))
    guard diagnosis.state.term != .finalized else { throw SurveyError(.recordFinalized, ["table": "diagnosis", "id": diagnosis.id]) }
    try requireOwn(diagnosis, db)
    return diagnosis
  }
}

extension Stored where T: CaseIterable {
  /// The term's place in its list; after all of them for one that this version does not know.
  var order: Int { term.flatMap { Array(T.allCases).firstIndex(of: $0) } ?? T.allCases.count }
}

/// The columns that an edit names, with their values.
struct Changes {
  private let given: [(column: String, value: DatabaseValue)]

  /// Leaves out the columns whose value is nil: these stay as they are.
  init(_ all: [(String, DatabaseValue?)]) {
    given = all.compactMap { column, value in value.map { (column, $0) } }
  }

  var isEmpty: Bool { given.isEmpty }
  var columns: [String] { given.map(\.column) }
  var values: [DatabaseValue] { given.map(\.value) }

  /// Writes them into the row of that identifier.
  func update(_ table: String, _ id: String, _ db: Database) throws {
    guard !isEmpty else { throw SurveyError(.nothingToChange, ["table": table, "id": id]) }
    try db.execute(
      sql: "UPDATE \(table) SET \(columns.map { "\($0) = ?" }.joined(separator: ", ")) WHERE id = ?",
      arguments: StatementArguments(values + [id.databaseValue]))
  }
}
