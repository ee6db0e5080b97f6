import GRDB

/// A rating (评测) of an enterprise by one edition of the instrument: who fills it in, and at which point of the transformation.
///
/// It is neither a diagnosis nor an acceptance, and assessments of different assessors, phases or editions are never merged.
public struct Assessment: Codable, Hashable, Sendable, Identifiable {
  /// The identifier.
  public let id: String
  /// The enterprise.
  public let enterpriseID: String
  /// The visit during which it was made, if any.
  public let visitID: String?
  /// The instrument's edition.
  public let edition: String
  /// At which point of the transformation.
  public let phase: Stored<AssessmentPhase>
  /// Who fills it in.
  public let assessor: Stored<Assessor>
  /// Whether it may still be changed.
  public let state: Stored<RecordState>
  /// When it was started, in UTC.
  public let startedAt: String?
  /// Who started it.
  public let startedBy: String?
  /// When it was last finalized, in UTC.
  public let finalizedAt: String?
  /// Who last finalized it.
  public let finalizedBy: String?
  /// The score of an imported result, in milli-points; nil for one whose answers are here.
  public let scoreMilli: Int?
  /// The level of an imported result.
  public let level: Int?
  /// Where an imported result is from.
  public let source: String?
}

extension Assessment {
  init(_ row: Row) {
    self.init(
      id: row.string("id"), enterpriseID: row.string("enterprise_id"), visitID: row.text("visit_id"), edition: row.string("edition"),
      phase: row.requiredTerm("phase"), assessor: row.requiredTerm("assessor"), state: row.requiredTerm("state"),
      startedAt: row.text("started_at"), startedBy: row.text("started_by"), finalizedAt: row.text("finalized_at"),
      finalizedBy: row.text("finalized_by"), scoreMilli: row.integer("score_milli"), level: row.integer("level"),
      source: row.text("source"))
  }
}

/// An assessment that was started, with what a person should look at again.
public struct StartedAssessment: Codable, Hashable, Sendable, Identifiable {
  /// The assessment's identifier.
  public let id: String
  /// The assessment.
  public let assessment: Assessment
  /// Drafts of the same enterprise, edition and phase: perhaps a colleague has begun the same one.
  public let otherDrafts: [Assessment]
}

/// Whether a record may still be changed.
public enum RecordState: String, Term {
  case draft
  case finalized

  public var label: String {
    switch self {
    case .draft: "草稿"
    case .finalized: "已定稿"
    }
  }

  public var labelEn: String {
    switch self {
    case .draft: "Draft"
    case .finalized: "Finalized"
    }
  }
}

/// At which point of the transformation an assessment is made.
public enum AssessmentPhase: String, Term {
  case baseline
  case postTransformation
  case recheck

  public var label: String {
    switch self {
    case .baseline: "改造前"
    case .postTransformation: "改造后"
    case .recheck: "复核"
    }
  }

  public var labelEn: String {
    switch self {
    case .baseline: "Baseline"
    case .postTransformation: "After transformation"
    case .recheck: "Recheck"
    }
  }
}

/// Who fills in an assessment.
public enum Assessor: String, Term {
  case selfDeclared
  case specialist
  case agency

  public var label: String {
    switch self {
    case .selfDeclared: "企业自评"
    case .specialist: "数字专员"
    case .agency: "第三方专业机构"
    }
  }

  public var labelEn: String {
    switch self {
    case .selfDeclared: "The enterprise itself"
    case .specialist: "Digital specialist"
    case .agency: "Third-party agency"
    }
  }
}
