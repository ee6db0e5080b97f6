import GRDB
import SyncCore
import SyncKit

extension Survey {
  /// Records an enterprise and so opens its case.
  ///
  /// The credit code is examined and kept even if its checks fail, in canonical form: real codes exist that fail. What looks like the same
  /// enterprise on this device is returned, not refused, for nobody in the field can tell.
  ///
  /// Throws ``SurveyError/Code/valueMissing`` for an empty name, ``SurveyError/Code/valueInvalid`` for an impossible industry code, day or
  /// amount, ``SurveyError/Code/creditCodeImpossible``, and ``SurveyError/Code/recordRefused`` for several faults among the facts.
  public func addEnterprise(_ draft: EnterpriseDraft) throws -> AddedEnterprise {
    guard draft.name?.nonEmpty != nil else { throw SurveyError(.valueMissing, ["field": "name"]) }
    var draft = draft
    draft.reportingUnit = draft.reportingUnit ?? draft.district.map(ReportingUnit.init)
    let contact = draft.contact
    draft.contact = nil
    let id = identifiers.next()
    let now = now
    return try write { db in
      let changes = try self.changes(draft, db)
      let columns = ["id", "created_at", "created_by"] + changes.columns
      let values = [id, now, user].map(\.databaseValue) + changes.values
      try db.execute(
        sql: """
          INSERT INTO enterprise(\(columns.joined(separator: ", "))) VALUES(\(columns.map { _ in "?" }.joined(separator: ", ")))
          """, arguments: StatementArguments(values))
      try writePersonal([("enterprise", id, contact?.nonEmpty.map { [("contact", $0.databaseValue)] } ?? [])], db)
      return try Self.added(db, id)
    }
  }

  /// Changes an enterprise; what the draft leaves nil stays as it is. The sub-sector of an enterprise that was selected is the office's word:
  /// another's becomes a proposal, and the rest is written.
  ///
  /// - Parameter token: what the form had shown when it opened; nil for "now".
  ///
  /// Throws as ``addEnterprise(_:)`` does, and ``SurveyError/Code/nothingToChange``.
  public func editEnterprise(_ id: String, _ draft: EnterpriseDraft, reading token: String? = nil) throws -> AddedEnterprise {
    if let name = draft.name, name.nonEmpty == nil { throw SurveyError(.valueMissing, ["field": "name"]) }
    let (proposed, enterprise) = try write(reading: token) { db, form in
      let enterprise = try Lookup.enterprise(db, id)
      try form.expect("enterprise", [.text(enterprise.id)], of: enterprise.id)
      var draft = draft
      var proposed: String?
      if let subSector = draft.subSector, try !isAuthorised(.enterprise, [.subSector], enterprise.id, db) {
        let input = FieldInput([(Field.subSector.name, subSector.rawValue)])
        proposed = try propose(.enterprise, enterprise.id, input, enterprise.id, nil, db)
        draft.subSector = nil
      }
      let changes = try self.changes(draft, db)
      if proposed == nil || !changes.columns.isEmpty { try changes.update("enterprise", enterprise.id, db) }
      return (proposed, enterprise.id)
    }
    return try replica.read { db in
      var edited = try Self.added(db, enterprise)
      edited.proposal = try proposed.map { Proposal(try Lookup.row(db, in: "proposal", $0)) }
      return edited
    }
  }

  /// What a draft says, as typed fields: an empty code, address or contact is taken away.
  private func changes(_ draft: EnterpriseDraft, _ db: Database) throws -> Changes {
    let own: [(String, String?)] = [
      ("name", draft.name), ("uscc", draft.creditCode), ("district", draft.district?.rawValue),
      ("reportingUnit", draft.reportingUnit?.rawValue), (Field.subSector.name, draft.subSector?.rawValue),
      ("industryCode", draft.industryCode?.nonEmpty), ("address", draft.address), ("contact", draft.contact),
    ]
    let input = FieldInput(own.compactMap { name, text in text.map { (name, $0) } } + draft.facts.entries)
    return Changes(try input.read(.enterprise, isNew: false, reading(db)).map { ($0.field.column, $0.value) })
  }

  /// An enterprise as it stands, with what looks like the same one.
  private static func added(_ db: Database, _ id: String) throws -> AddedEnterprise {
    let enterprise = Enterprise(try Lookup.row(db, in: "enterprise", id))
    return AddedEnterprise(
      id: id, enterprise: enterprise, creditCodeCheck: enterprise.creditCode.map(CreditCode.check),
      similar: try similar(db, to: enterprise))
  }

  /// The other enterprises on this device that carry the same code or the same name.
  private static func similar(_ db: Database, to enterprise: Enterprise) throws -> [Enterprise] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT * FROM enterprise WHERE (uscc = ?1 OR name = ?2) AND id <> ?3
        AND merged_into IS NOT ?3 AND id IS NOT ?4 ORDER BY id
        """, arguments: [enterprise.creditCode, enterprise.name, enterprise.id, enterprise.mergedInto]
    ).map { Enterprise($0) }
  }

  /// The enterprises on this device, by name: of each what a list shows.
  ///
  /// - Parameter text: what must occur in the name, the credit code or the address; nil for all.
  public func enterprises(matching text: String? = nil) throws -> [EnterpriseLine] {
    let wanted = text?.halfWidth.trimmingSpaces.lowercased() ?? ""
    let all = try replica.read { db in try EnterpriseLine.all(db) }
    guard !wanted.isEmpty else { return all }
    return all.filter { enterprise in
      [enterprise.name, enterprise.creditCode ?? "", enterprise.address ?? ""].contains { $0.halfWidth.lowercased().contains(wanted) }
    }
  }

  /// How many enterprises are on this device, those that were merged into others among them.
  public func enterpriseCount() throws -> Int {
    try replica.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM enterprise") ?? 0 }
  }

  /// An enterprise with everything that its case holds, and what the cases hold that were merged into it.
  ///
  /// - Parameter id: the beginning of its identifier, or its whole credit code.
  public func enterprise(_ id: String) throws -> EnterpriseView {
    let enterprise = try replica.read { db in try Lookup.enterprise(db, id) }
    let token = try readToken([("enterprise", [.text(enterprise.id)])], in: enterprise.id)
    let contests = try contests(in: enterprise.id)
    let today = try day(nil)
    return try replica.read { db in
      let merged = try Lookup.merged(db, into: enterprise.id)
      let ids = [enterprise.id] + merged.map(\.id)
      func all(_ table: String, order: String) throws -> [Row] {
        let marks = databaseQuestionMarks(count: ids.count)
        return try Row.fetchAll(
          db, sql: "SELECT * FROM \(table) WHERE enterprise_id IN (\(marks)) ORDER BY \(order)", arguments: StatementArguments(ids))
      }
      let assessments = try all("assessment", order: "id").map { Assessment($0) }
      let programme = try ProgrammeView(db, of: ids, on: today, contests)
      return EnterpriseView(
        id: enterprise.id, enterprise: try Lookup.enterprise(db, enterprise.id),
        creditCodeCheck: enterprise.creditCode.map(CreditCode.check), size: try SizeOfYear(db, of: ids),
        assignments: try all("assignment", order: "user").map { Assignment($0) },
        handovers: try all("handover", order: "withdrawn_at, user").map { Handover($0) },
        visits: try all("visit", order: "id").map { Visit($0) },
        assessments: assessments, editions: try results(db, of: assessments, beside: programme.rating),
        diagnoses: try all("diagnosis", order: "id").map { Diagnosis($0) },
        programme: programme, late: try all("late_record", order: "quarter, record_table, record_key").map { LateRecord($0) },
        merged: merged, similar: try Self.similar(db, to: enterprise),
        contested: contests.of("enterprise", [.text(enterprise.id)]),
        readToken: token)
    }
  }
}

/// An enterprise with everything that its case holds.
public struct EnterpriseView: Encodable, Sendable, Identifiable {
  /// The enterprise's identifier.
  public let id: String
  /// The enterprise.
  public let enterprise: Enterprise
  /// What the examination of its credit code finds; nil when it has none.
  public let creditCodeCheck: CreditCode.Check?
  /// How large it is, by the latest year with employees and revenue; nil where none has both.
  public let size: SizeOfYear?
  /// Who is assigned.
  public let assignments: [Assignment]
  /// From whom the case was taken, and to whom it went, oldest first.
  public let handovers: [Handover]
  /// The visits, oldest first.
  public let visits: [Visit]
  /// The assessments, oldest first.
  public let assessments: [Assessment]
  /// What they come to, edition by edition.
  public let editions: [EditionResults]
  /// The diagnoses, oldest first.
  public let diagnoses: [Diagnosis]
  /// What the programme has of it.
  public let programme: ProgrammeView
  /// Which of its records came after their quarter had been frozen, and what the office says to that.
  public let late: [LateRecord]
  /// Records of the same enterprise that were merged into it; what their cases hold is among the above.
  public let merged: [Enterprise]
  /// Other enterprises on this device that carry the same code or the same name: perhaps the same one, recorded twice.
  public let similar: [Enterprise]
  /// What is open between several writers of the enterprise itself.
  public let contested: [Contested]
  /// What was shown here, for a later edit to say what it had read.
  public let readToken: String
}
