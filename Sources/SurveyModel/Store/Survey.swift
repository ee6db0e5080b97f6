import GRDB
import SyncCore
public import SyncKit

/// The survey on one device: what specialists and the office do, as operations on a replica.
///
/// Each operation checks its input, takes identifiers by any unique prefix, and is one transaction. What is wrong comes back as a
/// ``SurveyError`` or as SyncKit's own error, never half done.
///
/// ```swift
/// let survey = try Survey(path: "survey.sqlite", user: "lin")
/// let added = try survey.addEnterprise(EnterpriseDraft(name: "鹭岛精密电子（虚构）", creditCode: "91350206MAX000015L"))
/// let assessment = try survey.startAssessment(of: added.enterprise.id)
/// try survey.answer(assessment.assessment.id, with: Answers(questions: [1: AnswerCode(parsing: "BC")]))
/// ```
///
/// ## Topics
/// - Cases: ``addEnterprise(_:)``, ``editEnterprise(_:_:reading:)``, ``enterprises(matching:)``, ``enterprise(_:)``, ``assign(_:to:role:dueOn:)``
/// - Visits: ``startVisit(to:kind:place:note:)``, ``endVisit(_:note:)``, ``visits(to:)``
/// - Assessments: ``startAssessment(of:visit:edition:phase:assessor:)``, ``answer(_:with:notes:clearing:reading:)``, ``assessment(_:)``
/// - Diagnoses: ``startDiagnosis(of:visit:)``, ``addFinding(_:to:)``, ``addNeed(_:to:)``
/// - The programme: ``addRecord(_:_:of:because:)``, ``editRecord(_:_:_:reading:because:)``, ``records(_:of:)``, ``proposals(of:)``, ``accept(_:saying:)``
/// - Conflicts: ``impact(of:)``, ``describe(_:)``
public final class Survey: Sendable {
  /// The replica that holds the survey.
  public let replica: Replica
  /// Who works here.
  public let user: String
  /// What the user works as: whose word some records are.
  public let role: WorkRole
  /// Where instruments are found.
  public let resources: ResourceFolder
  let clock: @Sendable () -> Int64
  let identifiers: IdentifierSource

  /// A survey over a replica that was opened with ``SurveySchema``.
  ///
  /// - Parameters:
  ///   - user: the replica's author.
  ///   - role: what the user works as.
  ///   - clock: the wall clock, in milliseconds since 1970.
  ///   - random: random bytes, as many as asked for.
  public init(
    _ replica: Replica, user: String, role: WorkRole = .specialist, resources: ResourceFolder = .standard,
    clock: @escaping @Sendable () -> Int64 = ReplicaConfiguration.systemClock,
    random: @escaping @Sendable (Int) -> [UInt8] = { count in (0..<count).map { _ in UInt8.random(in: .min ... .max) } }
  ) {
    self.replica = replica
    self.user = user
    self.role = role
    self.resources = resources
    self.clock = clock
    identifiers = IdentifierSource(clock: clock, random: random)
  }

  /// Opens the survey in a file, or makes one.
  ///
  /// Throws what opening a replica throws.
  public convenience init(path: String, user: String, role: WorkRole = .specialist) throws {
    var configuration = ReplicaConfiguration(tables: SurveySchema.tables, author: user, schemaVersion: SurveySchema.version)
    configuration.attachments = SurveySchema.attachments
    self.init(try Replica(path: path, configuration: configuration, migrate: SurveySchema.migrate), user: user, role: role)
  }

  /// The time now, as records hold it.
  var now: String { Moment(milliseconds: clock()).text }

  /// The instrument of an edition.
  func instrument(_ edition: String) throws(SurveyError) -> Instrument {
    try Instrument.bundled(edition: edition, resources: resources)
  }
}
