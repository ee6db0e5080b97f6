import Foundation

/// The indicators of a programme as data: what is counted, how, and what is aimed at.
///
/// Each counting rule is SQL over the replica's tables, beside its definition in words; what several rules share stands in ``views``. The
/// file ships with the program (`Resources/indicators-….json`), so that its SQL is as trusted as the program.
public struct IndicatorPlan: Decodable, Sendable {
  /// A span of days in which something counts, both ends included.
  public struct Period: Codable, Hashable, Sendable {
    public let id: String
    public let label: String
    public let labelEn: String
    /// The year whose register of enterprises above scale holds for it.
    public let year: Int
    public let first: String
    public let last: String
  }

  /// What a share is of: a number of the plan, with where it comes from, beside what the replica itself has.
  public struct Denominator: Decodable, Sendable {
    public let id: String
    public let value: Int
    public let label: String
    public let labelEn: String
    public let provenance: String
    public let confidence: String
    let sql: [String]
  }

  /// Something that several rules count from.
  public struct View: Decodable, Sendable {
    public let name: String
    /// What a row of it is.
    public let what: String
    let sql: [String]
  }

  /// One indicator.
  public struct Indicator: Decodable, Sendable {
    /// That it is a share of a denominator, of another indicator's count or its own.
    public struct Share: Decodable, Sendable {
      public let of: String
      public let denominator: String
    }

    /// What is aimed at: a number, or hundredths of a percent.
    public struct Target: Decodable, Sendable {
      public let y1: Int?
      public let y2: Int?
      public let total: Int?
    }

    public let id: String
    public let group: String
    public let groupEn: String
    public let label: String
    public let labelEn: String
    public let unit: String
    public let unitEn: String
    public let target: Target
    /// Whether the target is a least one, so that more is no surplus.
    public let atLeast: Bool?
    public let share: Share?
    public let definition: String
    public let definitionEn: String
    /// How sure the counting rule is: `own`, `low`, `derived`.
    public let confidence: String
    public let doubt: String?
    public let doubtEn: String?
    let sql: [String]?
  }

  /// What a reader may look for in the figures and what their rules leave out.
  public struct Omission: Decodable, Sendable {
    public let id: String
    public let label: String
    public let labelEn: String
    let sql: [String]
  }

  /// A target of the plan's section 三, kept apart from the table.
  public struct SectionTarget: Decodable, Sendable {
    public let id: String
    public let label: String
    public let labelEn: String
    public let unit: String
    public let unitEn: String
    /// The target as the plan words it.
    public let text: String
    /// The number, or hundredths of a percent; nil where the plan gives none.
    public let target: Int?
    /// `above`, `atLeast` or `about`.
    public let bound: String?
    /// The indicator that measures it.
    public let row: String?
    public let definition: String?
    public let definitionEn: String?
    public let confidence: String?
    public let doubt: String?
    public let doubtEn: String?
    let sql: [String]?
  }

  public let id: String
  public let title: String
  public let titleEn: String
  public let periods: [Period]
  public let denominators: [Denominator]
  public let views: [View]
  public let indicators: [Indicator]
  public let omissions: [Omission]
  public let targets: [SectionTarget]

  /// The plan that ships with the program.
  ///
  /// Throws ``SurveyError/Code/resourceMissing``, ``SurveyError/Code/resourceUnreadable`` or ``SurveyError/Code/planMalformed``.
  public static func bundled(resources: ResourceFolder = .standard) throws(SurveyError) -> IndicatorPlan {
    let data = try resources.data(of: "indicators-xiamen-pilot.json")
    do {
      return try JSONDecoder().decode(IndicatorPlan.self, from: data)
    } catch {
      throw SurveyError(.planMalformed, DecodingPlace.details(of: error), underlying: error)
    }
  }

  /// An indicator by its identifier, of any case and width.
  ///
  /// Throws ``SurveyError/Code/indicatorUnknown``.
  public func indicator(_ id: String) throws(SurveyError) -> Indicator {
    let wanted = id.halfWidth.trimmingSpaces.uppercased()
    guard let found = indicators.first(where: { $0.id == wanted }) else { throw SurveyError(.indicatorUnknown, ["id": id]) }
    return found
  }

  /// The rule that counts an indicator, as it may be run on the replica with `:asOf` set to a day.
  public func sql(of indicator: Indicator) -> String? {
    let counted = indicator.sql ?? indicator.share.flatMap { share in indicators.first { $0.id == share.of }?.sql }
    return counted.map { prelude + "\n" + $0.joined(separator: "\n") }
  }
}

extension IndicatorPlan {
  /// The periods and the views, as the beginning of a statement.
  var prelude: String {
    let days = periods.map { "('\($0.id)', \($0.year), '\($0.first)', '\($0.last)')" }.joined(separator: ", ")
    let parts = views.map { "\($0.name) AS (\n\($0.sql.joined(separator: "\n")))" }
    return "WITH " + (["period(id, year, first, last) AS (VALUES \(days))"] + parts).joined(separator: ",\n")
  }

  /// All counts in one statement, so that what rules share is worked out once.
  var countingSQL: String {
    let counts = indicators.compactMap { indicator in
      indicator.sql.map { "SELECT '\(indicator.id)' AS indicator, period, n FROM (\($0.joined(separator: "\n")))" }
    }
    return prelude + "\n" + counts.joined(separator: "\nUNION ALL ")
  }
}

extension SurveyError.Code {
  /// The file of indicators is not of the expected form. Details: `path` within the file, where known.
  public static let planMalformed = Self("plan-malformed")
  /// There is no indicator of that identifier. Details: `id`.
  public static let indicatorUnknown = Self("indicator-unknown")
}
