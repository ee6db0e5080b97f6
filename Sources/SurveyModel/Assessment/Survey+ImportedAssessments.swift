import GRDB

extension Survey {
  /// Records the result of an assessment that was made elsewhere by an edition for which there is no instrument here: its score and its
  /// level, and nothing to compute them from. It is finalized as it stands.
  ///
  /// - Parameters:
  ///   - scoreMilli: the score in milli-points, 0…100,000.
  ///   - source: where the result is from.
  ///
  /// Throws ``SurveyError/Code/editionScored`` for an edition whose answers are scored here, ``SurveyError/Code/valueInvalid``,
  /// ``SurveyError/Code/levelUnlikeScore``, and ``SurveyError/Code/notAuthorised`` for an agency's result.
  public func importAssessment(
    of enterprise: String, edition: String, scoreMilli: Int, level: Int, phase: AssessmentPhase = .baseline,
    assessor: Assessor = .selfDeclared, source: String
  ) throws -> Assessment {
    let edition = edition.halfWidth.trimmingSpaces
    guard let imported = ImportedEdition.all.first(where: { $0.edition == edition }) else {
      let known = Instrument.knownEditions(resources: resources)
      if known.contains(edition) { throw SurveyError(.editionScored, ["edition": edition]) }
      let allowed = ImportedEdition.all.map(\.edition).joined(separator: "\n")
      throw SurveyError(.valueInvalid, ["field": "edition", "value": edition, "allowed": allowed])
    }
    guard (0...100_000).contains(scoreMilli) else {
      throw SurveyError(.valueInvalid, ["field": "score", "value": String(scoreMilli)])
    }
    guard (0...4).contains(level) else { throw SurveyError(.valueInvalid, ["field": "level", "value": String(level)]) }
    let levels = imported.levels(scoreMilli: scoreMilli)
    guard levels.contains(level) else {
      let allowed = levels.map(String.init).joined(separator: "\n")
      throw SurveyError(
        .levelUnlikeScore, ["edition": edition, "score": String(scoreMilli), "level": String(level), "allowed": allowed])
    }
    guard let source = source.nonEmpty else { throw SurveyError(.valueMissing, ["field": "source"]) }
    // The office enters results of agencies from before this tool was there.
    if assessor == .agency { try require([.agency, .office], "assessment") }
    let (id, now) = (identifiers.next(), now)
    return try write { db in
      let enterprise = try Lookup.enterprise(db, enterprise)
      try db.execute(
        sql: """
          INSERT INTO assessment(id, enterprise_id, edition, phase, assessor, state, started_at, started_by, finalized_at, finalized_by,
            score_milli, level, source)
          VALUES(?1, ?2, ?3, ?4, ?5, 'finalized', ?6, ?7, ?6, ?7, ?8, ?9, ?10)
          """, arguments: [id, enterprise.id, edition, phase.rawValue, assessor.rawValue, now, user, scoreMilli, level, source])
      return Assessment(try Lookup.row(db, in: "assessment", id))
    }
  }
}

extension SurveyError.Code {
  /// A result by an edition whose answers are scored here is not imported. Details: `edition`.
  public static let editionScored = Self("edition-scored")
}
