import GRDB
import SyncKit

/// That a chain leader claims to have completed an enterprise's transformation, and what becomes of it.
public struct ChainClaim: Codable, Hashable, Sendable {
  /// What becomes of a claim.
  public enum State: String, Term {
    /// Nobody else claims the enterprise.
    case sole
    /// Several claim it, and the office said that it is this leader's.
    case attributed
    /// Several claim it, and the office has not said whose it is: nobody is rewarded.
    case contested
    /// Several claim it, and the office said that it is another's.
    case ceded

    public var label: String {
      switch self {
      case .sole: "无争议"
      case .attributed: "已认定归属"
      case .contested: "有争议"
      case .ceded: "已认定归他方"
      }
    }

    public var labelEn: String {
      switch self {
      case .sole: "Sole"
      case .attributed: "Attributed"
      case .contested: "Contested"
      case .ceded: "Attributed to another"
      }
    }
  }

  /// The enterprise that it is about: the one that stands for all that were merged.
  public let firm: String
  /// The record of the enterprise that the claim was written in.
  public let enterpriseID: String
  /// The enterprise's name.
  public let enterprise: String
  /// The leader.
  public let leaderID: String
  /// The leader's name.
  public let leader: String
  /// What becomes of it.
  public let state: Stored<State>
}

/// What a chain leader claims, as the reward of R4 counts it.
public struct LeaderClaims: Codable, Hashable, Sendable, Identifiable {
  /// The leader.
  public let id: String
  /// The leader's name.
  public let leader: String
  /// How many enterprises it claims that are not found to be another's.
  public let completed: Int
  /// Of these, how many the office attributed to it.
  public let attributed: Int
  /// Of these, how many another leader claims too.
  public let contested: Int
  /// The claims.
  public let claims: [ChainClaim]
}

extension Survey {
  /// The claims of chain leaders to completed transformations: two records of one enterprise are one.
  public func chainClaims() throws -> [ChainClaim] {
    let plan = try IndicatorPlan.bundled(resources: resources)
    let rows = try replica.read { db in
      try Row.fetchAll(
        db,
        sql: plan.prelude + """

          SELECT chain_link.*, member.firm, enterprise.name AS enterprise, coalesce(chain_leader.name, leader_id) AS leader
          FROM chain_link JOIN member ON member.id = chain_link.enterprise_id JOIN enterprise ON enterprise.id = chain_link.enterprise_id
          LEFT JOIN chain_leader ON chain_leader.id = leader_id
          WHERE completed_on IS NOT NULL AND :asOf = '' ORDER BY leader_id, chain_link.enterprise_id
          """, arguments: ["asOf": ""])
    }
    let byFirm = Dictionary(grouping: rows) { $0.string("firm") }
    return rows.map { row in
      let rivals = byFirm[row.string("firm")] ?? []
      let attributed = Set(rivals.filter { $0.integer("attributed") == 1 }.map { $0.string("leader_id") })
      let leader = row.string("leader_id")
      let state: ChainClaim.State =
        if Set(rivals.map { $0.string("leader_id") }).count == 1 {
          .sole
        } else if attributed.count != 1 {
          .contested
        } else {
          attributed.contains(leader) ? .attributed : .ceded
        }
      return ChainClaim(
        firm: row.string("firm"), enterpriseID: row.string("enterprise_id"), enterprise: row.string("enterprise"), leaderID: leader,
        leader: row.string("leader"),
        state: Stored(state))
    }
  }

  /// The claims, leader by leader.
  public func leaderClaims() throws -> [LeaderClaims] {
    Dictionary(grouping: try chainClaims(), by: \.leaderID).sorted { $0.key < $1.key }.map { id, claims in
      func count(_ state: ChainClaim.State) -> Int { claims.count { $0.state.term == state } }
      return LeaderClaims(
        id: id, leader: claims[0].leader, completed: claims.count - count(.ceded), attributed: count(.attributed),
        contested: count(.contested), claims: claims)
    }
  }
}
