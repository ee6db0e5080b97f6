import GRDB
import SyncKit

/// How far the pilot's enterprises have come: how many reached each step by a day.
public struct Funnel: Codable, Hashable, Sendable {
  /// One step.
  public struct Step: Codable, Hashable, Sendable {
    /// The step.
    public let step: EnrolmentStep
    /// How many enterprises reached it, merged ones counted once.
    public let count: Int
    /// Of these, how many are off the list on the day.
    public let struck: Int
    /// How many reached it that never reached the first step: perhaps one was not recorded.
    public let withoutFirst: Int
    /// The share of those who reached the first step, in hundredths of a percent.
    public let ofFirst: Int?
  }

  /// The day, in Beijing's calendar.
  public let asOf: String
  /// The steps, in their order.
  public let steps: [Step]
}

extension Survey {
  /// How far the pilot's enterprises have come by a day.
  ///
  /// - Parameter asOf: a day in Beijing's calendar; nil for today.
  public func funnel(asOf: String? = nil) throws -> Funnel {
    let day = try day(asOf)
    let plan = try IndicatorPlan.bundled(resources: resources)
    let found = try replica.read { db in
      try Row.fetchAll(
        try db.cachedStatement(
          sql: plan.prelude + """
            , came AS (
            SELECT DISTINCT step, member.firm FROM enrolment_step JOIN member ON member.id = enrolment_step.enterprise_id
            WHERE happened_on <= :asOf)
            SELECT step, count(*) AS n, count(struck.firm) AS struck, count(*) - count(first.firm) AS without_first
            FROM came LEFT JOIN struck ON struck.firm = came.firm
            LEFT JOIN (SELECT firm FROM came WHERE step = 'applied') AS first ON first.firm = came.firm GROUP BY step
            """), arguments: ["asOf": day])
    }
    let byStep = Dictionary(found.map { ($0.string("step"), $0) }) { first, _ in first }
    let applied = byStep[EnrolmentStep.applied.rawValue]?.integer("n") ?? 0
    let steps = EnrolmentStep.allCases.map { step in
      let row = byStep[step.rawValue]
      let count = row?.integer("n") ?? 0
      return Funnel.Step(
        step: step, count: count, struck: row?.integer("struck") ?? 0, withoutFirst: row?.integer("without_first") ?? 0,
        ofFirst: Figure.share(count, of: applied)?.value)
    }
    return Funnel(asOf: day, steps: steps)
  }
}
