import GRDB
import SyncKit

/// What was recorded of one enterprise twice, and merged: the cases stay where they are, and are read as one.
extension Lookup {
  /// The condition that a row is of an enterprise's case, or of one that was merged into it, over any number of merges.
  ///
  /// - Parameter enterprise: the enterprise's identifier, as SQL.
  static func inCases(of enterprise: String) -> String {
    "enterprise_id IN (\(cases(of: enterprise)))"
  }

  private static func cases(of enterprise: String) -> String {
    "WITH RECURSIVE one(id) AS (VALUES(\(enterprise)) UNION SELECT enterprise.id FROM enterprise JOIN one ON merged_into = one.id)"
      + " SELECT id FROM one"
  }

  /// The records that were merged into an enterprise, over any number of merges.
  static func merged(_ db: Database, into enterprise: String) throws -> [Enterprise] {
    try Row.fetchAll(
      db, sql: "SELECT * FROM enterprise WHERE id IN (\(cases(of: "?1"))) AND id <> ?1 ORDER BY id", arguments: [enterprise]
    ).map { Enterprise($0) }
  }

  /// The record that stands for one that was merged, as far as it is here; else itself.
  static func canonical(_ db: Database, _ row: Row) throws -> Row {
    var row = row
    var passed: Set<String> = []
    while let next = row.text("merged_into"), passed.insert(row.string("id")).inserted,
      let canonical = try optionalRow(db, in: "enterprise", next)
    {
      row = canonical
    }
    return row
  }
}

extension Survey {
  /// The records of a kind of an enterprise, its own first, then those of the cases that were merged into it; nil for all.
  public func records(_ type: RecordType, throughMergesOf enterprise: String?) throws -> [Record] {
    guard let enterprise else { return try records(type) }
    let ids = try replica.read { db in
      let id = try Lookup.enterprise(db, enterprise).id
      return [id] + (try Lookup.merged(db, into: id).map(\.id))
    }
    return try ids.flatMap { try records(type, of: $0) }
  }
}
