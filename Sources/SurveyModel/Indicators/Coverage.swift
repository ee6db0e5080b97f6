import GRDB
import SyncKit

/// An enterprise above scale that is not on the pilot's list though it should be transformed (应改尽改), and what is known of why.
public struct UncoveredEnterprise: Codable, Hashable, Sendable, Identifiable {
  /// The enterprise.
  public let id: String
  public let name: String
  public let creditCode: String?
  public let subSector: Stored<SubSector>?
  public let reportingUnit: Stored<ReportingUnit>?
  /// How far it came, if it ever applied.
  public let lastStep: Stored<EnrolmentStep>?
  /// What took it off the list, if it was on it.
  public let standing: Stored<StandingKind>?
  /// Why, in the office's words.
  public let reason: String?
}

/// Which enterprises above scale of the pilot sub-sectors are covered, on a day.
public struct Coverage: Codable, Hashable, Sendable {
  /// The day, and the year whose register holds.
  public let asOf: String
  public let year: Int
  /// How many the register has.
  public let aboveScale: Int
  /// How many of them are on the list.
  public let covered: Int
  /// The rest.
  public let uncovered: [UncoveredEnterprise]
}

extension Survey {
  /// Which enterprises above scale of the pilot sub-sectors are covered.
  ///
  /// - Parameter asOf: a day in Beijing's calendar; nil for today. The register is that of its year, or of the latest before it.
  public func coverage(asOf: String? = nil) throws -> Coverage {
    let day = try day(asOf)
    let plan = try IndicatorPlan.bundled(resources: resources)
    return try replica.read { db in
      let year = Int(day.prefix(4)) ?? 0
      let rows = try Row.fetchAll(
        try db.cachedStatement(
          sql: plan.prelude + "\n" + """
            SELECT enterprise.*, listed.firm IS NOT NULL AS is_listed,
              (SELECT step FROM enrolment_step WHERE enterprise_id = enterprise.id AND happened_on <= :asOf
               ORDER BY happened_on DESC LIMIT 1) AS last_step,
              (SELECT kind || char(10) || coalesce(reason, '') FROM standing WHERE enterprise_id = enterprise.id AND from_on <= :asOf
               AND (to_on IS NULL OR to_on > :asOf) ORDER BY from_on DESC LIMIT 1) AS off,
              (SELECT note FROM enrolment WHERE enterprise_id = enterprise.id) AS note
            FROM pilot JOIN enterprise ON enterprise.id = pilot.firm LEFT JOIN listed ON listed.firm = pilot.firm
            WHERE (SELECT above_scale FROM enterprise_year WHERE enterprise_id = pilot.firm AND enterprise_year.year <= :year
              AND above_scale IS NOT NULL ORDER BY enterprise_year.year DESC LIMIT 1) = 1
            ORDER BY enterprise.name, enterprise.id
            """), arguments: ["asOf": day, "year": year])
      let missing = rows.filter { $0.integer("is_listed") == 0 }.map { row in
        let off = row.text("off")?.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return UncoveredEnterprise(
          id: row.string("id"), name: row.string("name"), creditCode: row.text("uscc"), subSector: row.term("sub_sector"),
          reportingUnit: row.term("reporting_unit"), lastStep: row.term("last_step"), standing: off?.first.map(Stored.init(rawValue:)),
          reason: off?.last?.nonEmpty ?? row.text("note"))
      }
      return Coverage(asOf: day, year: year, aboveScale: rows.count, covered: rows.count - missing.count, uncovered: missing)
    }
  }
}
