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
        let results = kind.type?.table == "assessment" ? try finalResults(db) : [:]
        let table = try kind.table(db, names, withContacts: withContacts) { row in
          row.text("id").flatMap { results[$0] }.map { Self.row(row, with: $0) } ?? row
        }
        try body(table)
      }
    }
  }

  /// What the finalized assessments come to, by their identifiers: no column keeps what follows from the answers.
  private func finalResults(_ db: Database) throws -> [String: AssessmentResult] {
    let all = try Row.fetchAll(db, sql: "SELECT * FROM assessment WHERE state = ? ORDER BY id", arguments: [RecordState.finalized.rawValue])
    let results = try self.results(db, of: all.map { Assessment($0) }, beside: nil).flatMap(\.results)
    return Dictionary(results.map { ($0.assessment.id, $0) }) { first, _ in first }
  }

  private static func row(_ row: Row, with result: AssessmentResult) -> Row {
    var values = Dictionary(row.map { ($0, $1) }) { first, _ in first }
    values["score_milli"] = result.scoreMilli?.databaseValue ?? .null
    values["level"] = result.level?.databaseValue ?? .null
    return Row(values)
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
