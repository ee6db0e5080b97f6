import GRDB
import SyncCore

extension Snapshot {
  func lastSeq(of site: SiteID, in scope: ScopeID) throws -> UInt64 {
    guard let number = try catalog.known(scope), let site = try catalog.known(site) else { return 0 }
    return try log.lastSeq(scope: number, site: site)
  }

  /// The beginning of a changeset's hash, as holdings tell it; nil where it is not known.
  func end(_ scope: UInt32, _ dot: LocalDot) throws -> [UInt8]? {
    try log.hash(scope: scope, dot: dot).map { Array($0.prefix(Holdings.endBytes)) }
  }

  /// Where another side does not hold the same as this one under the same name, or may not: it has more there than this one, of a site that
  /// is this one itself, or of one from whom this has more than the other side was ever known to hold. Who pushes before that is told would
  /// hand on what was written having read one branch as if it had read the other.
  /// - Parameter acknowledged: what the other side has been known to hold.
  func forks(_ remote: [ScopeHoldings], acknowledged: [ScopeHoldings]) throws -> [Fork] {
    let own = try connection.site()
    var out: [Fork] = []
    for there in remote {
      let scope = try catalog.known(there.scope)
      let known = acknowledged.first { $0.scope == there.scope }?.holdings.vector ?? VersionVector()
      for (at, dot) in there.holdings.vector.entries.enumerated() {
        let here = try lastSeq(of: dot.site, in: there.scope)
        let isForked: Bool
        if here < dot.seq {
          let comesBack = try dot.site == own && scope.map { try removedSeq(of: $0) >= dot.seq } ?? false
          isForked = dot.site == own && !comesBack || here > known[dot.site]
        } else if let scope, let number = try catalog.known(dot.site), at < there.holdings.ends.count {
          isForked = try end(scope, LocalDot(site: number, seq: dot.seq)).map { $0 != there.holdings.ends[at] } ?? false
        } else {
          isForked = false
        }
        if isForked {
          out.append(Fork(scope: there.scope, site: dot.site, here: here, there: dot.seq, acknowledged: known[dot.site]))
        }
      }
    }
    return out
  }
}

extension Replica {
  /// Gives this side's branches of forks other names, and this replica a new life where it is itself that was copied or restored: all of
  /// them at once, so that a cut on the way leaves either everything as it was or nothing to be done.
  func resolve(_ forks: [Fork], over transport: any ExchangeTransport, _ memory: PeerMemory) throws {
    var found: [ScopeID: [SiteID: UInt64]] = [:]
    for fork in forks where found[fork.scope]?[fork.site] == nil {
      found[fork.scope, default: [:]][fork.site] = try common(fork, over: transport, memory)
    }
    try work { engine in
      try engine.reloadSite()
      let own = engine.site
      for (scope, common) in found.sorted(by: { $0.key < $1.key }) {
        let number = try engine.catalog.number(of: scope)
        let vector = try engine.log.vector(ofScope: number)
        let branches = common.filter { vector[$0.key] > $0.value }
        if !branches.isEmpty { try engine.restamp(number, branches) }
        if common[own] != nil {
          if engine.site == own { try engine.beginLife() }
          try engine.record(.wentBack, scope: number)
        }
      }
    }
    // Up to there both sides hold the same.
    _ = try memory.acknowledge(
      found.map { scope, common in
        ScopeHoldings(scope: scope, holdings: Holdings(vector: VersionVector(common.map { Dot(site: $0.key, seq: $0.value) })))
      })
    try pool.write { db in try db.notifyChanges(in: .fullDatabase) }
  }

  /// The last changeset that both sides of a fork have in common.
  private func common(_ fork: Fork, over transport: any ExchangeTransport, _ memory: PeerMemory) throws -> UInt64 {
    func ask(_ request: ExchangeRequest) throws -> ExchangeResponse {
      let answer = try transport.roundTrip(path: request.path, body: request.encoded(codec: .standard))
      return try ExchangeResponse(decoding: answer, codec: .standard)
    }
    let (epoch, token) = try memory.known()
    guard case .heads(_, _, let scopes, _, _, _) = try ask(.hello(epoch: epoch, token: token, scopes: [fork.scope])),
      let known = scopes.first(where: { $0.scope == fork.scope })?.holdings.vector
    else { throw SyncCoreError(.unexpected, "heads") }
    var search = ForkSearch(fork, known: known, isOwn: try look { try $0.connection.site() } == fork.site)
    while let request = search.next() {
      try search.answered(try ask(request), digest: Codec.standard.digest, hash: { try hash(fork, $0) })
    }
    return search.common
  }

  /// The hash of one of a forked site's changesets; nil when it has been left out of the log.
  private func hash(_ fork: Fork, _ seq: UInt64) throws -> [UInt8]? {
    try look { snapshot in
      if let scope = try snapshot.catalog.known(fork.scope), let site = try snapshot.catalog.known(fork.site) {
        let dot = LocalDot(site: site, seq: seq)
        if let hash = try snapshot.log.hash(scope: scope, dot: dot) { return hash }
        if try snapshot.log.omission(scope: scope, dot: dot) != nil { return nil }
      }
      throw SyncKitError(.damaged, ["log": "\(fork.site)#\(seq)"])
    }
  }
}
