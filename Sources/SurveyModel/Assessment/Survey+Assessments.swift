import GRDB
import SyncCore
import SyncKit

extension Survey {
  /// Starts an assessment of an enterprise.
  ///
  /// Drafts of the same edition and phase are returned beside it, for perhaps a colleague has begun the same one.
  ///
  /// Throws ``SurveyError/Code/instrumentUnknown`` for an edition that is not installed, and ``SurveyError/Code/notAuthorised`` for the
  /// word of an agency that is not the user's.
  public func startAssessment(
    of enterprise: String, visit: String? = nil, edition: String = Instrument.current, phase: AssessmentPhase = .baseline,
    assessor: Assessor = .specialist
  ) throws -> StartedAssessment {
    try require(assessor: assessor)
    let edition = try instrument(edition.halfWidth.trimmingSpaces).edition
    let id = identifiers.next()
    let now = now
    return try write { db in
      let enterprise = try Lookup.enterprise(db, enterprise)
      let visit = try Lookup.visit(db, visit, to: enterprise)
      let others = try Row.fetchAll(
        db, sql: "SELECT * FROM assessment WHERE enterprise_id = ? AND edition = ? AND phase = ? AND state = 'draft' ORDER BY id",
        arguments: [enterprise.id, edition, phase.rawValue]
      ).map { Assessment($0) }
      try db.execute(
        sql: """
          INSERT INTO assessment(id, enterprise_id, visit_id, edition, phase, assessor, state, started_at, started_by)
          VALUES(?, ?, ?, ?, ?, ?, 'draft', ?, ?)
          """, arguments: [id, enterprise.id, visit, edition, phase.rawValue, assessor.rawValue, now, user])
      return StartedAssessment(id: id, assessment: Assessment(try Lookup.row(db, in: "assessment", id)), otherDrafts: others)
    }
  }

  /// The assessments of an enterprise, those of records that were merged into it among them, or all, oldest first.
  public func assessments(of enterprise: String? = nil) throws -> [Assessment] {
    try replica.read { db in
      let id = try enterprise.map { try Lookup.enterprise(db, $0).id }
      return try Row.fetchAll(
        db, sql: "SELECT * FROM assessment WHERE ?1 IS NULL OR \(Lookup.inCases(of: "?1")) ORDER BY id", arguments: [id]
      )
      .map { Assessment($0) }
    }
  }

  /// An assessment's own record, without its answers.
  public func assessmentRecord(_ id: String) throws -> Assessment {
    try replica.read { db in Assessment(try Lookup.row(db, in: "assessment", id)) }
  }

  /// Records answers and scene levels in one transaction; what is not among them stays as it is.
  ///
  /// - Parameters:
  ///   - answers: what was filled in. Its read token, if there is one, says what the form had shown.
  ///   - notes: remarks on single items; an empty one takes a remark away.
  ///   - clearing: items whose answer is withdrawn.
  /// - Returns: what was written. An answer that the assessment already shows is not written again.
  ///
  /// Throws ``SurveyError/Code/answersRefused`` with every reason, ``SurveyError/Code/recordFinalized`` for a finalized assessment,
  /// ``SurveyError/Code/notAuthorised`` for an agency's that is not the user's, and
  /// SyncKit's `bad-token` for a read token that is none and `other-form` for another assessment's. Nothing is written then.
  @discardableResult
  public func answer(
    _ assessment: String, with answers: Answers, notes: [InstrumentItem: String] = [:], clearing: Set<InstrumentItem> = []
  ) throws -> RecordedAnswers {
    let recorded = try write(reading: answers.readToken) { db, form in
      let assessment = Assessment(try Lookup.row(db, in: "assessment", assessment))
      try require(assessor: assessment.assessor.term)
      let instrument = try instrument(assessment.edition)
      let problems = answers.problems(against: instrument) + Self.unknown(Array(notes.keys) + clearing, in: instrument)
      guard problems.isEmpty else {
        throw SurveyError(.answersRefused, ["count": String(problems.count)], problems: problems)
      }
      guard assessment.state.term != .finalized else {
        throw SurveyError(.recordFinalized, ["table": "assessment", "id": assessment.id])
      }
      try form.expect("assessment", [.text(assessment.id)], of: assessment.enterpriseID)
      var writer = try AnswerWriter(db, assessment, isJudgedByToken: answers.readToken != nil)
      for item in instrument.items { try writer.write(item, answers: answers, note: notes[item], isCleared: clearing.contains(item)) }
      return (id: assessment.id, values: writer.values, notes: writer.notes)
    }
    let view = try self.assessment(recorded.id)
    // By a read token, what differs from the form's opening is written, and what only differs from what has arrived since is not.
    let written = Set(
      recorded.values.filter { item in
        clearing.contains(item) || view.item(item)?.holds(answers.text(of: item)) ?? false
      } + recorded.notes)
    return RecordedAnswers(
      assessment: view.assessment, written: written.sorted(), rating: view.rating, contested: view.range.contested)
  }

  /// Finalizes an assessment: it says what its assessor stands for, and is no longer edited. Open conflicts do not hinder it.
  ///
  /// - Parameter incomplete: finalizes even though something is unanswered.
  ///
  /// Throws ``SurveyError/Code/assessmentIncomplete`` and ``SurveyError/Code/recordFinalized``.
  public func finalizeAssessment(_ id: String, incomplete: Bool = false) throws -> Assessment {
    let now = now
    return try write { db in
      let assessment = Assessment(try Lookup.row(db, in: "assessment", id))
      try require(assessor: assessment.assessor.term)
      guard assessment.state.term != .finalized else {
        throw SurveyError(.recordFinalized, ["table": "assessment", "id": assessment.id])
      }
      let instrument = try instrument(assessment.edition)
      let answers = try StoredAnswers(db, of: assessment.id).answers.taken(by: instrument)
      let open = instrument.items.filter { !answers.contains($0) }
      guard open.isEmpty || incomplete else {
        let names = open.map(\.description).joined(separator: ",")
        throw SurveyError(.assessmentIncomplete, ["id": assessment.id, "count": String(open.count), "unanswered": names])
      }
      return Assessment(try Self.finalize("assessment", assessment.id, db, at: now, by: user))
    }
  }

  /// Makes a finalized assessment a draft again; an agency's stands, for a level and money rest on it: another is begun instead.
  ///
  /// Throws ``SurveyError/Code/recordNotFinalized``, ``SurveyError/Code/recordAppendOnly`` and ``SurveyError/Code/notAuthorised``.
  public func reopenAssessment(_ id: String) throws -> Assessment {
    try write { db in
      let assessment = Assessment(try Lookup.row(db, in: "assessment", id))
      try require(assessor: assessment.assessor.term)
      if assessment.assessor.term == .agency, assessment.state.term == .finalized {
        throw SurveyError(.recordAppendOnly, ["table": "assessment", "id": assessment.id])
      }
      return Assessment(try Self.reopen("assessment", assessment.id, assessment.state, db))
    }
  }

  static func finalize(_ table: String, _ id: String, _ db: Database, at now: String, by user: String) throws -> Row {
    try db.execute(
      sql: "UPDATE \(table) SET state = 'finalized', finalized_at = ?, finalized_by = ? WHERE id = ?", arguments: [now, user, id])
    return try Lookup.row(db, in: table, id)
  }

  static func reopen(_ table: String, _ id: String, _ state: Stored<RecordState>, _ db: Database) throws -> Row {
    guard state.term == .finalized else { throw SurveyError(.recordNotFinalized, ["table": table, "id": id]) }
    try db.execute(sql: "UPDATE \(table) SET state = 'draft' WHERE id = ?", arguments: [id])
    return try Lookup.row(db, in: table, id)
  }

  private static func unknown(_ items: [InstrumentItem], in instrument: Instrument) -> [SurveyError] {
    Set(items).subtracting(instrument.items).sorted().map { item in
      switch item {
      case .question(let number): SurveyError(.questionUnknown, ["question": String(number)])
      case .scene(let number): SurveyError(.sceneUnknown, ["scene": String(number)])
      }
    }
  }
}

/// What recording answers did. As JSON it has the rating's keys beside its own.
public struct RecordedAnswers: Hashable, Sendable, Identifiable {
  /// The assessment's identifier.
  public var id: String { assessment.id }
  /// The assessment.
  public let assessment: Assessment
  /// The items that were written, in the instrument's order; what the assessment already showed is not among them.
  public let written: [InstrumentItem]
  /// The rating by what the assessment shows now.
  public let rating: Rating
  /// The items that are open between several assessors.
  public let contested: [InstrumentItem]
}
