import GRDB
import SyncKit

/// How many enterprises of the list a reporting unit has in a quarter.
public struct UnitTally: Codable, Hashable, Sendable {
  /// The unit; nil for enterprises that have none.
  public let unit: Stored<ReportingUnit>?
  /// How many.
  public let count: Int
}

extension Survey {
  /// The enterprises of the list by the unit under which they report on a quarter's last day, each in one unit alone: who moved within the
  /// quarter counts where it arrived.
  ///
  /// Throws ``SurveyError/Code/valueInvalid`` for what is no quarter.
  public func unitTally(in text: String) throws -> [UnitTally] {
    guard let quarter = Quarter(text) else { throw SurveyError(.valueInvalid, ["field": "quarter", "value": text]) }
    let plan = try IndicatorPlan.bundled(resources: resources)
    return try replica.read { db in
      try Row.fetchAll(
        db,
        sql: plan.prelude + """

          SELECT coalesce((SELECT unit FROM unit_transfer WHERE enterprise_id = listed.firm AND from_on <= :asOf
            ORDER BY from_on DESC LIMIT 1), enterprise.reporting_unit) AS unit, count(*) AS n
          FROM listed JOIN enterprise ON enterprise.id = listed.firm GROUP BY 1 ORDER BY 1
          """, arguments: ["asOf": quarter.lastDay]
      ).map { UnitTally(unit: $0.term("unit"), count: $0.integer("n") ?? 0) }
    }
  }
}
