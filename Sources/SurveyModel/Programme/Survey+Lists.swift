import GRDB
import SyncKit

/// A project as the list of projects (企业项目动态清单) has it.
public struct ProjectLine: Codable, Hashable, Sendable, Identifiable {
  /// The enterprise.
  public let id: String
  public let name: String
  public let creditCode: String?
  public let subSector: Stored<SubSector>?
  public let batch: Int?
  /// How far it came, and since when.
  public let step: Stored<EnrolmentStep>
  public let since: String
  /// The provider of the latest contract, and what the contracts come to.
  public let provider: String?
  public let contractFen: Int?
  /// The level of the acceptance that stands.
  public let level: Int?
  /// What keeps it off the list on the day.
  public let standing: Stored<StandingKind>?
}

/// A provider as the list of providers (服务商资源清单) has it, with what its standing in the pool goes by.
public struct ProviderLine: Codable, Hashable, Sendable, Identifiable {
  /// The provider.
  public let id: String
  public let name: String
  public let kind: Stored<ProviderKind>?
  /// How it stands in the pool on the day.
  public let state: Stored<PoolState>?
  /// How many solutions it has on offer.
  public let solutions: Int
  /// How many contracts, and how many of their enterprises passed or did not.
  public let contracts: Int
  public let passed: Int
  public let notPassed: Int
  /// How many warnings stand against it.
  public let warnings: Int
  /// The mean of the enterprises' satisfaction, 1 to 5, in tenths; nil where nobody said.
  public let satisfactionTenths: Int?
}

extension Survey {
  /// The projects, by how far they came and then by name.
  ///
  /// - Parameters:
  ///   - asOf: a day in Beijing's calendar; nil for today.
  ///   - step: only those that reached this step, however far they came since; nil for all.
  public func projects(asOf: String? = nil, reached step: EnrolmentStep? = nil) throws -> [ProjectLine] {
    let day = try day(asOf)
    let plan = try IndicatorPlan.bundled(resources: resources)
    let order = EnrolmentStep.allCases.enumerated().map { "WHEN '\($1.rawValue)' THEN \($0)" }.joined(separator: " ")
    // By what each case says of its merge: the office's desk, where merges are decided, is not on every laptop.
    let rows = try replica.read { db in
      try Row.fetchAll(
        try db.cachedStatement(
          sql: plan.prelude + """
            , up(id, firm) AS (
              SELECT id, merged_into FROM enterprise WHERE merged_into IS NOT NULL
              UNION SELECT up.id, next.merged_into FROM up JOIN enterprise AS next ON next.id = up.firm WHERE next.merged_into IS NOT NULL),
            whole(id, firm) AS (
              SELECT id, id FROM enterprise WHERE merged_into IS NULL
              UNION ALL SELECT up.id, firm FROM up JOIN enterprise ON enterprise.id = firm WHERE merged_into IS NULL),
            came AS (
              SELECT firm, step, happened_on, CASE step \(order) ELSE -1 END AS place
              FROM enrolment_step JOIN whole ON whole.id = enrolment_step.enterprise_id WHERE happened_on <= :asOf),
            furthest AS (
              SELECT *, row_number() OVER (PARTITION BY firm ORDER BY place DESC, happened_on) AS turn FROM came),
            batches AS (SELECT firm, min(batch) AS batch FROM enrolment JOIN whole ON whole.id = enterprise_id GROUP BY firm),
            agreed AS (
              SELECT firm, provider_id, sum(total_fen) OVER (PARTITION BY firm) AS fen,
                row_number() OVER (PARTITION BY firm ORDER BY signed_on DESC, contract.id DESC) AS turn
              FROM contract JOIN whole ON whole.id = enterprise_id WHERE signed_on <= :asOf),
            rated AS (
              SELECT whole.firm, level, row_number() OVER (PARTITION BY whole.firm ORDER BY accepted_on DESC) AS turn
              FROM passed JOIN whole ON whole.id = passed.firm WHERE level IS NOT NULL),
            standings AS (
              SELECT firm, kind, row_number() OVER (PARTITION BY firm ORDER BY from_on DESC) AS turn
              FROM standing JOIN whole ON whole.id = enterprise_id
              WHERE from_on <= :asOf AND (to_on IS NULL OR to_on > :asOf))
            SELECT enterprise.id, enterprise.name, enterprise.uscc, enterprise.sub_sector, step, happened_on, batch,
              provider.name AS provider,
              fen AS contract_fen, level, standings.kind AS standing
            FROM furthest JOIN enterprise ON enterprise.id = furthest.firm
            LEFT JOIN batches ON batches.firm = furthest.firm
            LEFT JOIN agreed ON agreed.firm = furthest.firm AND agreed.turn = 1
            LEFT JOIN provider ON provider.id = agreed.provider_id
            LEFT JOIN rated ON rated.firm = furthest.firm AND rated.turn = 1
            LEFT JOIN standings ON standings.firm = furthest.firm AND standings.turn = 1
            WHERE furthest.turn = 1 AND (:step IS NULL OR furthest.firm IN (SELECT firm FROM came WHERE step = :step))
            ORDER BY furthest.place DESC, enterprise.name, enterprise.id
            """), arguments: ["asOf": day, "step": step?.rawValue])
    }
    return rows.map { row in
      ProjectLine(
        id: row.string("id"), name: row.string("name"), creditCode: row.text("uscc"), subSector: row.term("sub_sector"),
        batch: row.integer("batch"), step: row.requiredTerm("step"), since: row.string("happened_on"), provider: row.text("provider"),
        contractFen: row.integer("contract_fen"), level: row.integer("level"), standing: row.term("standing"))
    }
  }

  /// The providers, by name, with what came of their work until a day.
  ///
  /// - Parameter asOf: a day in Beijing's calendar; nil for today.
  public func providerList(asOf: String? = nil) throws -> [ProviderLine] {
    let day = try day(asOf)
    let rows = try replica.read { db in
      try Row.fetchAll(
        try db.cachedStatement(
          sql: """
            WITH last AS (
              SELECT provider_id, contract.id, verdict, satisfaction FROM contract LEFT JOIN acceptance
                ON acceptance.enterprise_id = contract.enterprise_id AND acceptance.contract_id = contract.id AND accepted_on <= :asOf
                AND NOT EXISTS (SELECT 1 FROM acceptance AS later WHERE later.enterprise_id = acceptance.enterprise_id
                  AND later.supersedes_id = acceptance.id AND later.accepted_on <= :asOf)
              WHERE signed_on <= :asOf),
            work AS (
              SELECT provider_id, count(DISTINCT id) AS contracts, count(DISTINCT CASE WHEN verdict = 'passed' THEN id END) AS passed,
                count(DISTINCT CASE WHEN verdict IN ('rectify', 'failed') THEN id END) AS not_passed,
                (sum(satisfaction) * 20 + count(satisfaction)) / (2 * count(satisfaction)) AS satisfaction
              FROM last GROUP BY provider_id)
            SELECT provider.*, work.contracts, work.passed, work.not_passed, work.satisfaction,
              coalesce((SELECT state FROM provider_state WHERE provider_id = provider.id AND from_on <= :asOf
                ORDER BY from_on DESC, provider_state.id DESC LIMIT 1), CASE WHEN selected_on <= :asOf THEN 'inPool' ELSE 'candidate' END) AS state,
              (SELECT count(*) FROM solution WHERE solution.provider_id = provider.id AND listed_on <= :asOf
                AND (withdrawn_on IS NULL OR withdrawn_on > :asOf)) AS solutions,
              (SELECT count(*) FROM warning WHERE warning.provider_id = provider.id AND subject = 'provider' AND issued_on <= :asOf
                AND (withdrawn_on IS NULL OR withdrawn_on > :asOf)) AS warnings
            FROM provider LEFT JOIN work ON work.provider_id = provider.id ORDER BY provider.name, provider.id
            """), arguments: ["asOf": day])
    }
    return rows.map { row in
      ProviderLine(
        id: row.string("id"), name: row.string("name"), kind: row.term("kind"), state: row.term("state"),
        solutions: row.integer("solutions") ?? 0, contracts: row.integer("contracts") ?? 0, passed: row.integer("passed") ?? 0,
        notPassed: row.integer("not_passed") ?? 0, warnings: row.integer("warnings") ?? 0, satisfactionTenths: row.integer("satisfaction"))
    }
  }
}
