import GRDB
import SyncKit

extension Survey {
  /// The indicators as they stand on a day, computed from what this replica holds.
  ///
  /// - Parameter asOf: a day in Beijing's calendar; nil for today.
  ///
  /// Throws ``SurveyError/Code/valueInvalid`` for what is no day.
  public func indicators(asOf: String? = nil, plan: IndicatorPlan? = nil) throws -> IndicatorTable {
    let day = try self.day(asOf)
    let plan = try plan ?? .bundled(resources: resources)
    return try replica.read { db in try Self.indicators(db, plan, day) }
  }

  /// A day that was typed, or today in Beijing.
  func day(_ text: String?) throws(SurveyError) -> String {
    guard let text else { return Moment(milliseconds: clock()).beijingDay }
    guard let day = Moment.day(text) else { throw SurveyError(.valueInvalid, ["field": "asOf", "value": text]) }
    return day
  }

  static func indicators(_ db: Database, _ plan: IndicatorPlan, _ day: String) throws -> IndicatorTable {
    let counts = try self.counts(db, plan, day)
    let rows = plan.indicators.map { row($0, plan, counts) }
    return IndicatorTable(
      plan: plan.id, asOf: day, denominators: try plan.denominators.map { try denominator($0, db, plan) }, rows: rows,
      omissions: try plan.omissions.map { try omitted($0, db, plan, day) }.filter { $0.count > 0 },
      targets: try plan.targets.map { try target($0, rows, db, plan, day) })
  }

  /// How many of each indicator, by period.
  private static func counts(_ db: Database, _ plan: IndicatorPlan, _ day: String) throws -> [String: [String: Int]] {
    var counts: [String: [String: Int]] = [:]
    let rows = try Row.fetchCursor(try db.cachedStatement(sql: plan.countingSQL), arguments: ["asOf": day])
    while let row = try rows.next() { counts[row.string("indicator"), default: [:]][row.string("period")] = row.integer("n") ?? 0 }
    return counts
  }

  private static func row(_ indicator: IndicatorPlan.Indicator, _ plan: IndicatorPlan, _ counts: [String: [String: Int]]) -> IndicatorRow {
    let isShare = indicator.share != nil
    let counted = counts[indicator.share?.of ?? indicator.id] ?? [:]
    // What is counted over the whole programme has no years.
    let hasYears = indicator.target.y1 != nil
    let total = hasYears ? plan.periods.reduce(0) { $0 + (counted[$1.id] ?? 0) } : counted["total"] ?? 0
    let whole = indicator.share.flatMap { share in plan.denominators.first { $0.id == share.denominator }?.value }
    func actual(_ count: Int) -> Figure? {
      whole.map { Figure.share(count, of: $0) } ?? Figure(value: count, isShare: false)
    }
    func aimed(_ value: Int?) -> Figure? { value.map { Figure(value: $0, isShare: isShare) } }
    let target = Figures(y1: aimed(indicator.target.y1), y2: aimed(indicator.target.y2), total: aimed(indicator.target.total))
    let reached = Figures(
      y1: hasYears ? actual(counted["Y1"] ?? 0) : nil, y2: hasYears ? actual(counted["Y2"] ?? 0) : nil, total: actual(total))
    return IndicatorRow(
      id: indicator.id, group: indicator.group, label: indicator.label, labelEn: indicator.labelEn, unit: indicator.unit,
      unitEn: indicator.unitEn, target: target,
      actual: reached, gap: .gap(target, reached), count: isShare ? total : nil, of: whole, definition: indicator.definition,
      definitionEn: indicator.definitionEn, confidence: indicator.confidence, doubt: indicator.doubt, doubtEn: indicator.doubtEn)
  }

  private static func denominator(_ denominator: IndicatorPlan.Denominator, _ db: Database, _ plan: IndicatorPlan) throws
    -> DenominatorFigure
  {
    let statement = try db.cachedStatement(sql: plan.prelude + "\n" + denominator.sql.joined(separator: "\n"))
    var registered: [String: Int] = [:]
    for period in plan.periods {
      registered[String(period.year)] = try Int.fetchOne(statement, arguments: ["asOf": period.last, "year": period.year])
    }
    return DenominatorFigure(
      id: denominator.id, label: denominator.label, labelEn: denominator.labelEn, value: denominator.value,
      provenance: denominator.provenance, confidence: denominator.confidence, registered: registered)
  }

  private static func omitted(_ omission: IndicatorPlan.Omission, _ db: Database, _ plan: IndicatorPlan, _ day: String) throws
    -> OmittedFigure
  {
    let statement = try db.cachedStatement(sql: plan.prelude + "\n" + omission.sql.joined(separator: "\n"))
    return OmittedFigure(
      id: omission.id, label: omission.label, labelEn: omission.labelEn, count: try Int.fetchOne(statement, arguments: ["asOf": day]) ?? 0)
  }

  private static func target(
    _ target: IndicatorPlan.SectionTarget, _ rows: [IndicatorRow], _ db: Database, _ plan: IndicatorPlan, _ day: String
  ) throws -> SectionFigure {
    let row = target.row.flatMap { id in rows.first { $0.id == id } }
    var actual = row?.actual.total
    if let sql = target.sql {
      let counted = try Row.fetchOne(
        try db.cachedStatement(sql: plan.prelude + "\n" + sql.joined(separator: "\n")), arguments: ["asOf": day])
      actual = Figure.share(counted?.integer("n") ?? 0, of: counted?.integer("of") ?? 0)
    }
    let isShare = target.unit == "%"
    let isReached: Bool? = target.target.flatMap { aimed in
      actual.map { target.bound == "above" ? $0.value > aimed : $0.value >= aimed }
    }
    return SectionFigure(
      id: target.id, label: target.label, labelEn: target.labelEn, text: target.text,
      target: target.target.map { Figure(value: $0, isShare: isShare) }, actual: actual, isReached: isReached,
      definition: target.definition ?? row?.definition, definitionEn: target.definitionEn ?? row?.definitionEn,
      confidence: target.confidence ?? row?.confidence ?? "own", doubt: target.doubt ?? row?.doubt, doubtEn: target.doubtEn ?? row?.doubtEn)
  }
}
