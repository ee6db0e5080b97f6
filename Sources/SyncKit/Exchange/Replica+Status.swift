public import SyncCore

/// What waits to be sent to a peer, and how the last exchanges with it went.
public struct ReplicaStatus: Sendable {
  /// Changesets of this device's own writing that the peer has not said it holds.
  public let unsentChangesets: Int
  /// How many bytes these take.
  public let unsentBytes: Int
  /// When the oldest of them was written, in milliseconds since 1970.
  public let oldestUnsent: Int64?
  /// Changesets of others, which came here by a bundle or another peer, that the peer has not said it holds.
  public let carriedChangesets: Int
  /// When an exchange last ended well, in milliseconds since 1970.
  public let lastSuccess: Int64?
  public let lastAttempt: Int64?
  /// Why the last exchange failed, as a code; nil when it did not.
  public let lastOutcome: String?
  /// Changesets that have arrived and wait for others.
  public let waiting: Int
  /// What the peer would not take, until it does.
  public let refused: [Refusal]
  /// Cells, rows and rules that wait for a decision.
  public let conflicts: Int
}

extension Replica {
  /// Tells where this replica stands toward a peer.
  public func status(peer: String) throws -> ReplicaStatus {
    try look { snapshot in
      let acknowledged = try snapshot.acknowledged(by: peer)
      var (count, bytes, oldest, carried) = (0, 0, Int64.max, 0)
      var refused: [Refusal] = []
      let unsent = try snapshot.connection.statement(
        """
        SELECT count(*) FILTER (WHERE part = 0), coalesce(sum(length(body) + coalesce(length(header), 0)), 0), min(arrived) \
        FROM synckit_log WHERE scope = ?1 AND site = ?2 AND seq > ?3 AND seq <= ?4
        """)
      for (scope, _) in try snapshot.catalog.allScopes() {
        let held = acknowledged[scope] ?? VersionVector()
        for site in try snapshot.log.sites(inScope: scope) {
          let author = try snapshot.catalog.site(site)
          let (seq, whole) = (held[author], try snapshot.log.lastSeq(scope: scope, site: site))
          // What counts for nothing since its device was revoked is not to be sent.
          let last = try min(whole, snapshot.log.ends(inScope: scope)[site] ?? whole)
          guard seq < last else { continue }
          guard author.isOfSameDevice(as: self.site) else {
            carried += Int(last - seq)
            continue
          }
          unsent.bind(1, scope)
          unsent.bind(2, site)
          unsent.bind(3, seq)
          unsent.bind(4, last)
          if try unsent.step() {
            count += Int(unsent.int(0))
            bytes += Int(unsent.int(1))
            oldest = min(oldest, unsent.int(2))
          }
          unsent.reset()
        }
      }
      let rejected = try snapshot.connection.statement("SELECT scope, site, seq, code FROM synckit_refused ORDER BY scope, site, seq")
      while try rejected.step() {
        let scope = UInt32(rejected.int(0))
        let dot = Dot(site: try snapshot.catalog.site(UInt32(rejected.int(1))), seq: UInt64(rejected.int(2)))
        if acknowledged[scope]?.contains(dot) ?? false { continue }
        refused.append(Refusal(scope: try snapshot.catalog.scope(scope), dot: dot, code: rejected.string(3)))
      }
      let waiting = try snapshot.connection.statement("SELECT count(*) FROM (SELECT 1 FROM synckit_waiting GROUP BY scope, site, seq)")
      let waitingCount = try waiting.step() ? Int(waiting.int(0)) : 0
      waiting.reset()
      let find = try snapshot.connection.statement("SELECT succeeded, attempted, outcome FROM synckit_peer WHERE name = ?1")
      find.bind(1, peer)
      let isKnown = try find.step()
      defer { find.reset() }
      return ReplicaStatus(
        unsentChangesets: count, unsentBytes: bytes, oldestUnsent: count > 0 ? oldest / 1000 : nil,
        carriedChangesets: carried,
        lastSuccess: isKnown && !find.isNull(0) ? find.int(0) : nil, lastAttempt: isKnown && !find.isNull(1) ? find.int(1) : nil,
        lastOutcome: isKnown && !find.isNull(2) ? find.string(2) : nil, waiting: waitingCount, refused: refused,
        conflicts: try snapshot.conflictCount(in: nil, table: nil))
    }
  }
}

extension SiteID {
  /// Whether the device is the same, whichever life of it: what an earlier one wrote is its own work.
  func isOfSameDevice(as other: SiteID) -> Bool { deviceHigh == other.deviceHigh && deviceLow == other.deviceLow }
}
