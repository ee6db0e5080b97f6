import GRDB
import SyncKit

extension Survey {
  /// Hands out what is recorded as tables, one kind after the other, all of one moment.
  ///
  /// The same state makes the same tables, on any device that holds the same records.
  ///
  /// - Parameters:
  ///   - withContacts: whether personal data is among it.
  ///   - body: takes a table; what it throws is thrown on.
  public func export(_ kinds: [ExportKind], withContacts: Bool = false, _ body: (ExportTable) throws -> Void) throws {
    try replica.read { db in
      let names = try ExportNames(db)
      for kind in kinds {
        let computed = try computed(kind.type?.table, db)
        let table = try kind.table(db, names, withContacts: withContacts) { row in
          row.text("id").flatMap { computed[$0] }.map { Self.row(row, with: $0) } ?? row
        }
        try body(table)
      }
    }
  }

  /// What no column of a table keeps because it follows from other records, by the rows' identifiers and its names.
  private func computed(_ table: String?, _ db: Database) throws -> [String: [String: DatabaseValue]] {
    switch table {
    case "assessment":
      try finalResults(db).mapValues {
        ["score_milli": $0.scoreMilli?.databaseValue ?? .null, "level": $0.level?.databaseValue ?? .null]
      }
    case "enterprise":
      try sizes(db).mapValues { ["size_class": $0.sizeClass.rawValue.databaseValue] }
    default: [:]
    }
  }

  /// How large enterprises are, by their own figures and those of cases that were merged into them.
  private func sizes(_ db: Database) throws -> [String: SizeOfYear] {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT enterprise_year.*, merged_into FROM enterprise_year JOIN enterprise ON enterprise.id = enterprise_id
        ORDER BY year, merged_into IS NULL, enterprise_id
        """)
    return try Dictionary(grouping: rows) { row in
      let own = row.string("enterprise_id")
      return row.text("merged_into") == nil ? own : try Lookup.canonical(db, Lookup.row(db, in: "enterprise", own)).string("id")
    }.compactMapValues { SizeOfYear(latestOf: $0) }
  }

  /// What the finalized assessments come to, by their identifiers: no column keeps what follows from the answers.
  private func finalResults(_ db: Database) throws -> [String: AssessmentResult] {
    let all = try Row.fetchAll(db, sql: "SELECT * FROM assessment WHERE state = ? ORDER BY id", arguments: [RecordState.finalized.rawValue])
    let results = try self.results(db, of: all.map { Assessment($0) }, beside: nil).flatMap(\.results)
    return Dictionary(results.map { ($0.assessment.id, $0) }) { first, _ in first }
  }

  private static func row(_ row: Row, with computed: [String: DatabaseValue]) -> Row {
    Row(Dictionary(row.map { ($0, $1) }) { first, _ in first }.merging(computed) { _, new in new })
  }

  /// The sites that have coordinates, for a map.
  public func mappedSites() throws -> [MappedSite] {
    try replica.read { db in
      let names = try ExportNames(db)
      return try Row.fetchAll(
        db, sql: "SELECT * FROM site WHERE longitude_micro IS NOT NULL AND latitude_micro IS NOT NULL ORDER BY id"
      ).compactMap { row in
        guard let longitude = row.integer("longitude_micro"), let latitude = row.integer("latitude_micro") else { return nil }
        let enterprise = names.enterprises[row.string("enterprise_id")]
        return MappedSite(
          longitudeMicro: longitude, latitudeMicro: latitude,
          properties: MappedSite.Properties(
            id: row.string("id"), enterpriseID: row.string("enterprise_id"), enterpriseName: enterprise?.name, creditCode: enterprise?.code,
            name: row.text("name"), district: row.text("district"), address: row.text("address"), validFrom: row.text("valid_from"),
            validTo: row.text("valid_to")))
      }
    }
  }
}

/// A site with its place in WGS 84.
public struct MappedSite: Sendable {
  /// What is known of it.
  public struct Properties: Encodable, Sendable {
    public let id: String
    public let enterpriseID: String
    public let enterpriseName: String?
    public let creditCode: String?
    public let name: String?
    /// The division's code (GB/T 2260).
    public let district: String?
    public let address: String?
    public let validFrom: String?
    public let validTo: String?
  }

  /// Degrees east, in millionths.
  public let longitudeMicro: Int
  /// Degrees north, in millionths.
  public let latitudeMicro: Int
  public let properties: Properties
}
