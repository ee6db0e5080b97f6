public import GRDB
public import SyncCore
public import SyncKit

/// The survey's tables: how they are made, and what SyncKit is told of them.
///
/// A table of cases carries the enterprise whose case the row belongs to, and that is its scope: a case is replicated, granted and read
/// as one. What all share lies in the scope ``catalogue``, what the office alone decides in ``office``. Keys say what people mean. An answer is named by assessment and question, so that two specialists who answer the same question
/// write the same row and their difference becomes visible; a finding or a need has an identifier of its own, so that two never collide.
///
/// ```swift
/// let configuration = ReplicaConfiguration(tables: SurveySchema.tables, author: "lin", schemaVersion: SurveySchema.version)
/// let replica = try Replica(path: path, configuration: configuration, migrate: SurveySchema.migrate)
/// ```
public enum SurveySchema {
  /// The schema's version, which travels with each changeset. It rises with every migration.
  public static let version = 6

  /// What SyncKit is told of the tables.
  ///
  /// A credit code is not declared unique: within one scope there is one enterprise, and a code that stands in two scopes is the
  /// office's finding, because nobody else may hold both.
  public static let tables: [SyncedTable] = captured + RecordType.all.map(\.synced) + kept

  /// What is captured in the field, by forms of their own.
  private static let captured: [SyncedTable] = [
    SyncedTable("enterprise", scope: .column("id"), policies: ["merged_into": .latest]),
    inCase("assignment", policies: ["assigned_at": .latest, "assigned_by": .latest], references: [ofEnterprise]),
    inCase("visit", references: [ofEnterprise]),
    inCase("assessment", policies: finalization, references: [ofEnterprise, Reference("visit_id", to: "visit")]),
    inCase("answer", references: [Reference("assessment_id", to: "assessment")]),
    inCase("scene", references: [Reference("assessment_id", to: "assessment")]),
    inCase("diagnosis", policies: finalization, references: [ofEnterprise, Reference("visit_id", to: "visit")]),
    inCase("diagnosis_link", references: [ofDiagnosis]),
    inCase("finding", references: [ofDiagnosis]),
    inCase("evidence", references: [ofDiagnosis, Reference("finding_id", to: "finding"), Reference("visit_id", to: "visit")]),
    inCase("need", references: [ofEnterprise, ofDiagnosis]),
  ]

  /// What the program writes by itself.
  private static let kept: [SyncedTable] = [
    SyncedTable("proposal", scope: .column("scope")),
    SyncedTable("handover", scope: .fixed(catalogue)),
    SyncedTable("erasure", scope: .column("scope")),
    SyncedTable("erasure_receipt", scope: .column("scope")),
    inCase("late_record", policies: ["noted_at": .latest], references: [ofEnterprise]),
    SyncedTable("attachment_policy", scope: .fixed(catalogue)),
    SyncedTable("alias", scope: .fixed(office)),
    SyncedTable("distinct_pair", scope: .fixed(office)),
    SyncedTable("snapshot", scope: .fixed(office)),
    SyncedTable("correction", scope: .fixed(office), references: [Reference("snapshot_id", to: "snapshot")]),
  ]

  /// The tables of a case beside the enterprise's own, parents before what refers to them.
  static let caseTables: [String] = tables.compactMap { table in
    guard case .column("enterprise_id") = table.scope else { return nil }
    return table.name
  }

  /// Where records name files that belong to them.
  public static let attachments = [
    AttachmentColumns("evidence", digest: "sha256", bytes: "bytes"), AttachmentColumns("dossier_file", digest: "sha256", bytes: "bytes"),
  ]

  /// The scope of what all share: providers, solutions, platforms, policies.
  public static let catalogue = ScopeID(literal: "catalogue")
  /// The scope of the office's own decisions.
  public static let office = ScopeID(literal: "office")

  private static let ofEnterprise = Reference("enterprise_id", to: "enterprise")
  private static let ofDiagnosis = Reference("diagnosis_id", to: "diagnosis")
  /// What the program notes by itself; two who finalize at once do not disagree.
  private static let finalization: [String: MergePolicy] = ["finalized_at": .latest, "finalized_by": .latest]

  private static func inCase(_ name: String, policies: [String: MergePolicy] = [:], references: [Reference]) -> SyncedTable {
    SyncedTable(name, scope: .column("enterprise_id"), policies: policies, references: references)
  }

  /// Registers the migrations, in their order.
  public static func migrate(_ migrator: inout DatabaseMigrator) {
    migrator.registerMigration("survey-1") { db in try db.execute(sql: first) }
    migrator.registerMigration("survey-2") { db in try db.execute(sql: programme) }
    migrator.registerMigration("survey-3") { db in try db.execute(sql: fees) }
    migrator.registerMigration("survey-4") { db in try db.execute(sql: policies) }
    migrator.registerMigration("survey-5") { db in try db.execute(sql: secondLooks) }
    migrator.registerMigration("survey-6") { db in try db.execute(sql: attached) }
  }

  /// Times are text in UTC, days are text, money is whole fen. Columns outside a key are nullable or have a default: a row may come
  /// from a version that did not know the column.
  private static let first = """
    CREATE TABLE enterprise(
      id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL DEFAULT '', uscc TEXT, district TEXT, reporting_unit TEXT, sub_sector TEXT,
      industry_code TEXT, address TEXT, contact TEXT, created_at TEXT, created_by TEXT);
    CREATE INDEX enterprise_by_uscc ON enterprise(uscc);
    CREATE TABLE assignment(
      enterprise_id TEXT NOT NULL, user TEXT NOT NULL, role TEXT NOT NULL DEFAULT 'lead', due_on TEXT, assigned_at TEXT,
      assigned_by TEXT, PRIMARY KEY(enterprise_id, user));
    CREATE TABLE visit(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', user TEXT NOT NULL DEFAULT '',
      kind TEXT NOT NULL DEFAULT 'first', started_at TEXT, ended_at TEXT, place TEXT, note TEXT);
    CREATE TABLE assessment(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', visit_id TEXT, edition TEXT NOT NULL DEFAULT '',
      phase TEXT NOT NULL DEFAULT 'baseline', assessor TEXT NOT NULL DEFAULT 'specialist', state TEXT NOT NULL DEFAULT 'draft',
      started_at TEXT, started_by TEXT, finalized_at TEXT, finalized_by TEXT);
    CREATE TABLE answer(
      assessment_id TEXT NOT NULL, question INTEGER NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', letters TEXT, note TEXT,
      PRIMARY KEY(assessment_id, question));
    CREATE TABLE scene(
      assessment_id TEXT NOT NULL, scene INTEGER NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', level INTEGER, note TEXT,
      PRIMARY KEY(assessment_id, scene));
    CREATE TABLE diagnosis(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', visit_id TEXT, state TEXT NOT NULL DEFAULT 'draft',
      started_at TEXT, started_by TEXT, finalized_at TEXT, finalized_by TEXT);
    CREATE TABLE diagnosis_link(
      diagnosis_id TEXT NOT NULL, link TEXT NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', current_state TEXT, problems TEXT,
      level INTEGER, recommendation TEXT, PRIMARY KEY(diagnosis_id, link));
    CREATE TABLE finding(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', diagnosis_id TEXT, link TEXT NOT NULL DEFAULT '',
      objectives TEXT NOT NULL DEFAULT '', text TEXT NOT NULL DEFAULT '', severity TEXT, created_at TEXT, created_by TEXT);
    CREATE TABLE evidence(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', diagnosis_id TEXT, finding_id TEXT, sha256 TEXT,
      file_name TEXT, bytes INTEGER, taken_at TEXT, caption TEXT);
    CREATE TABLE need(
      id TEXT PRIMARY KEY NOT NULL, enterprise_id TEXT NOT NULL DEFAULT '', diagnosis_id TEXT, scope TEXT NOT NULL DEFAULT 'individual',
      link TEXT NOT NULL DEFAULT '', objective TEXT, text TEXT NOT NULL DEFAULT '', priority INTEGER, budget_fen INTEGER,
      created_at TEXT, created_by TEXT);
    """
}
