import GRDB

/// A recommendation of a diagnosis as it stands against the pool of providers today. It is kept as it was written.
public struct RecommendationView: Codable, Hashable, Sendable, Identifiable {
  /// A solution of a provider.
  public struct Alternative: Codable, Hashable, Sendable {
    public let solutionID: String
    public let solution: String
    public let providerID: String
    public let provider: String
  }

  /// The identifier.
  public let id: String
  /// The link that it is for.
  public let link: Stored<BusinessLink>?
  /// What to do.
  public let text: String
  /// The solution that is recommended, by its name.
  public let solution: String?
  /// The provider that is recommended, or whose the solution is.
  public let provider: String?
  /// How the provider stands in the pool; nil where nothing is recorded.
  public let providerState: Stored<PoolState>?
  /// Whether the provider may not be worked with now: warned, suspended or removed.
  public let providerInactive: Bool
  /// Solutions of other providers for the same sub-sector, where this one's is inactive.
  public let alternatives: [Alternative]
}

extension RecommendationView {
  /// As many alternatives are worth reading.
  static let alternativesLimit = 5

  /// The recommendations of a diagnosis.
  ///
  /// - Parameter day: today in Beijing's calendar.
  static func all(_ db: Database, of diagnosis: String, sector: String?, on day: String) throws -> [RecommendationView] {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT recommendation.*, solution.name AS solution_name, solution.sub_sector AS solution_sector, provider.name AS provider_name,
          provider.id AS whose
        FROM recommendation LEFT JOIN solution ON solution.id = recommendation.solution_id
        LEFT JOIN provider ON provider.id = coalesce(recommendation.provider_id, solution.provider_id)
        WHERE recommendation.diagnosis_id = ? ORDER BY recommendation.id
        """, arguments: [diagnosis])
    return try rows.map { row in
      let provider = row.text("whose")
      let state = try provider.flatMap { try Self.state(db, of: $0, on: day) }
      let isInactive = state?.term.map { PoolState.inactive.contains($0) } ?? false
      return RecommendationView(
        id: row.string("id"), link: row.term("link"), text: row.string("text"), solution: row.text("solution_name"),
        provider: row.text("provider_name"), providerState: state, providerInactive: isInactive,
        alternatives: isInactive ? try alternatives(db, to: provider, sector: row.text("solution_sector") ?? sector, on: day) : [])
    }
  }

  private static func state(_ db: Database, of provider: String, on day: String) throws -> Stored<PoolState>? {
    try String.fetchOne(
      db, sql: "SELECT state FROM provider_state WHERE provider_id = ? AND from_on <= ? ORDER BY from_on DESC, id DESC LIMIT 1",
      arguments: [provider, day]
    ).map(Stored.init(rawValue:))
  }

  private static func alternatives(_ db: Database, to provider: String?, sector: String?, on day: String) throws -> [Alternative] {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT solution.id, solution.name, provider.id AS provider_id, provider.name AS provider_name
        FROM solution JOIN provider ON provider.id = solution.provider_id
        WHERE solution.sub_sector = ?1 AND provider.id IS NOT ?2 AND (withdrawn_on IS NULL OR withdrawn_on > ?3)
        ORDER BY solution.listed_on DESC, solution.id
        """, arguments: [sector, provider, day])
    let others = try rows.filter { row in
      let state = try state(db, of: row.string("provider_id"), on: day)?.term
      return !(state.map { PoolState.inactive.contains($0) } ?? false)
    }
    return others.prefix(alternativesLimit).map { row in
      Alternative(
        solutionID: row.string("id"), solution: row.string("name"), providerID: row.string("provider_id"),
        provider: row.string("provider_name"))
    }
  }
}

extension PoolState {
  /// The states in which a provider may not be worked with.
  static let inactive: Set<PoolState> = [.warned, .suspended, .removed]
}
