import GRDB
import SyncCore

extension Snapshot {
  func lastSeq(of site: SiteID, in scope: ScopeID) throws -> UInt64 {
    guard let number = try catalog.known(scope), let site = try catalog.known(site) else { return 0 }
    return try log.lastSeq(scope: number, site: site)
  }

  /// The beginning of a changeset's hash; nil when it has been left out of the log, and was not the last before one that is there.
  func end(_ scope: UInt32, _ dot: LocalDot, length: Int = Holdings.endBytes) throws -> [UInt8]? {
    if let entry = try log.entry(scope: scope, dot: dot) { return Array(codec.digest(entry.header).prefix(length)) }
    guard let run = try log.omission(scope: scope, dot: dot), run.last == dot.seq else { return nil }
    return Array(run.hash.prefix(length))
  }

  /// Where another side does not hold the same as this one under the same name, or something that only this one can have written and has not.
  func forks(_ remote: [ScopeHoldings]) throws -> [Fork] {
    let own = try connection.site()
    var out: [Fork] = []
    for there in remote {
      let scope = try catalog.known(there.scope)
      for (at, dot) in there.holdings.vector.entries.enumerated() {
        let here = try lastSeq(of: dot.site, in: there.scope)
        let isForked: Bool
        if here < dot.seq {
          isForked = dot.site == own
        } else if let scope, let number = try catalog.known(dot.site), at < there.holdings.ends.count {
          isForked = try end(scope, LocalDot(site: number, seq: dot.seq)).map { $0 != there.holdings.ends[at] } ?? false
        } else {
          isForked = false
        }
        if isForked { out.append(Fork(scope: there.scope, site: dot.site, here: here, there: dot.seq)) }
      }
    }
    return out
  }
}

extension Replica {
  /// Gives this side's branch of each fork another name, and this replica a new life where it is itself that was copied or restored.
  func resolve(_ forks: [Fork], over transport: any ExchangeTransport, _ memory: PeerMemory) throws {
    for fork in forks {
      let common = try common(fork, over: transport, memory)
      try work { engine in
        let scope = try engine.catalog.number(of: fork.scope)
        try engine.reloadSite()
        let isOwn = engine.site == fork.site
        let last = try engine.log.lastSeq(scope: scope, site: engine.catalog.number(of: fork.site))
        if last > common { try engine.restamp(scope, site: fork.site, after: common) } else if isOwn { try engine.beginLife() }
        if isOwn { try engine.record(.wentBack, scope: scope) }
      }
    }
    try pool.write { db in try db.notifyChanges(in: .fullDatabase) }
  }

  /// The last changeset that both sides of a fork have in common.
  private func common(_ fork: Fork, over transport: any ExchangeTransport, _ memory: PeerMemory) throws -> UInt64 {
    func ask(_ request: ExchangeRequest) throws -> ExchangeResponse {
      let answer = try transport.roundTrip(path: request.path, body: request.encoded(codec: .standard))
      return try ExchangeResponse(decoding: answer, codec: .standard)
    }
    let (epoch, token) = try memory.known()
    guard case .heads(_, _, let scopes, _) = try ask(.hello(epoch: epoch, token: token, scopes: [fork.scope])),
      let known = scopes.first(where: { $0.scope == fork.scope })?.holdings.vector
    else { throw SyncCoreError(.unexpected, "heads") }
    var search = ForkSearch(fork, known: known)
    while let request = search.next() {
      try search.answered(try ask(request)) { seq in
        try look { snapshot in
          guard let scope = try snapshot.catalog.known(fork.scope), let site = try snapshot.catalog.known(fork.site),
            let entry = try snapshot.log.entry(scope: scope, dot: LocalDot(site: site, seq: seq))
          else { throw SyncKitError(.damaged, ["log": "\(fork.site)#\(seq)"]) }
          return snapshot.codec.digest(entry.header)
        }
      }
    }
    return search.common
  }
}
