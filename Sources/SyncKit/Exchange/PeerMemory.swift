import SyncCore

/// What a replica remembers of one other side: who it was, where to go on, and what it has said that it holds.
struct PeerMemory {
  let replica: Replica
  let name: String

  init(_ replica: Replica, _ name: String) {
    self.replica = replica
    self.name = name
  }

  func known() throws -> (epoch: [UInt8], token: [UInt8]) {
    try replica.look { snapshot in
      let find = try snapshot.connection.statement("SELECT epoch, token FROM synckit_peer WHERE name = ?1")
      find.bind(1, name)
      guard try find.step() else { return ([], []) }
      defer { find.reset() }
      return (find.blob(0), find.blob(1))
    }
  }

  /// The scopes with something that the other side is not known to hold, or all with anything; in the order of their names.
  func unsentScopes(orAll isAll: Bool = false) throws -> [ScopeID] {
    try replica.look { snapshot in
      try snapshot.scopesWithEnds(beyond: isAll ? nil : name).filter { number in
        let vector = try snapshot.log.vector(ofScope: number)
        return try !vector.isEmpty && (isAll || !snapshot.acknowledged(by: name, of: number).covers(vector))
      }.map { try snapshot.catalog.scope($0) }.sorted()
    }
  }

  /// What the other side has said that it holds of some scopes.
  func acknowledged(_ scopes: [ScopeID]) throws -> [ScopeHoldings] {
    try replica.look { snapshot in
      try scopes.compactMap { scope in
        guard let number = try snapshot.catalog.known(scope) else { return nil }
        let vector = try snapshot.acknowledged(by: name, of: number)
        return vector.isEmpty ? nil : ScopeHoldings(scope: scope, holdings: Holdings(vector: vector))
      }
    }
  }

  /// Forgets what the other side has said that it holds, and that it was another than it is now.
  func forget(isNow epoch: [UInt8], isRelay: Bool) throws {
    try replica.work { engine in
      let peer = try id(engine)
      if isRelay { try engine.record(.relayRestored) }
      let clear = try engine.connection.statement("DELETE FROM synckit_acknowledged WHERE peer = ?1")
      clear.bind(1, peer)
      try clear.run()
      try remember(epoch, [], of: peer, engine)
    }
  }

  /// Notes what the other side has said that it holds, as far as it is here too.
  /// - Parameter isAfterPush: whether a relay says so after a push. The token was told before: were the relay set back to where it was then,
  ///   the token would not show it, and what was pushed would count as held for ever. So it is forgotten, until another is told.
  /// - Returns: what could not be noted, since it is not.
  func acknowledge(_ held: [ScopeHoldings], isAfterPush: Bool = false) throws -> [ScopeHoldings] {
    try replica.work { engine in
      let peer = try id(engine)
      if isAfterPush {
        let clear = try engine.connection.statement("UPDATE synckit_peer SET token = x'' WHERE id = ?1")
        clear.bind(1, peer)
        try clear.run()
      }
      var left: [ScopeHoldings] = []
      let put = try engine.connection.statement("INSERT OR REPLACE INTO synckit_acknowledged VALUES(?1, ?2, ?3, ?4)")
      for there in held {
        // A scope that the other side alone has is not worth a number here before its changes come.
        guard let scope = try engine.catalog.known(there.scope) else {
          left.append(there)
          continue
        }
        var beyond = VersionVector()
        for dot in there.holdings.vector.entries {
          let site = try engine.catalog.known(dot.site)
          let here = try site.map { try engine.log.lastSeq(scope: scope, site: $0) } ?? 0
          // What is not here yet may yet come from elsewhere, and be another branch than the other side's.
          if here < dot.seq { beyond.insert(dot) }
          guard let site, here > 0 else { continue }
          put.reset()
          put.bind(1, peer)
          put.bind(2, scope)
          put.bind(3, site)
          put.bind(4, min(here, dot.seq))
          try put.run()
        }
        if !beyond.isEmpty { left.append(ScopeHoldings(scope: there.scope, holdings: Holdings(vector: beyond))) }
      }
      return left
    }
  }

  func remember(_ epoch: [UInt8], _ token: [UInt8]) throws {
    let (oldEpoch, oldToken) = try known()
    if oldEpoch == epoch, oldToken == token { return }
    try replica.work { engine in try remember(epoch, token, of: id(engine), engine) }
  }

  private func remember(_ epoch: [UInt8], _ token: [UInt8], of peer: Int64, _ engine: Engine) throws {
    let put = try engine.connection.statement("UPDATE synckit_peer SET epoch = ?2, token = ?3 WHERE id = ?1")
    put.bind(1, peer)
    put.bind(2, blob: epoch)
    put.bind(3, blob: token)
    try put.run()
  }

  /// How large a batch the link to the other side has borne; nil where nothing is known of it.
  func batchBytes() throws -> Int? {
    try replica.look { snapshot in
      guard case .integer(let bytes)? = try snapshot.connection.meta("batch:\(name)") else { return nil }
      return Int(clamping: bytes)
    }
  }

  func note(batchBytes: Int) throws {
    try replica.work { engine in try engine.connection.setMeta("batch:\(name)", .integer(Int64(batchBytes))) }
  }

  func noteRefused(_ refused: [Refusal]) throws {
    guard !refused.isEmpty else { return }
    try replica.work { engine in
      let put = try engine.connection.statement("INSERT OR REPLACE INTO synckit_refused VALUES(?1, ?2, ?3, ?4)")
      for refusal in refused {
        put.reset()
        put.bind(1, try engine.catalog.number(of: refusal.scope))
        put.bind(2, try engine.catalog.number(of: refusal.dot.site))
        put.bind(3, refusal.dot.seq)
        put.bind(4, refusal.code)
        try put.run()
      }
    }
  }

  /// Notes when an exchange was tried and how it ended; nil for well.
  func noteOutcome(_ code: String?) throws {
    try replica.work { engine in
      let peer = try id(engine)
      let put = try engine.connection.statement(
        "UPDATE synckit_peer SET attempted = ?2, succeeded = iif(?3 IS NULL, ?2, succeeded), outcome = ?3 WHERE id = ?1")
      put.bind(1, peer)
      put.bind(2, engine.clock())
      put.bind(3, code.map { Value.text($0) } ?? .null)
      try put.run()
    }
  }

  func id(_ engine: Engine) throws -> Int64 {
    let find = try engine.connection.statement("SELECT id FROM synckit_peer WHERE name = ?1")
    find.bind(1, name)
    if try find.step() {
      defer { find.reset() }
      return find.int(0)
    }
    let make = try engine.connection.statement("INSERT INTO synckit_peer(name, epoch, token) VALUES(?1, x'', x'') RETURNING id")
    make.bind(1, name)
    guard try make.step() else { throw SyncKitError(.damaged, ["peer": name]) }
    let id = make.int(0)
    try make.run()
    return id
  }
}

extension Snapshot {
  /// The scopes in which a chain of changesets ends beyond what a peer has said that it holds, or all in which there is any. What was left
  /// out or rejected may not count yet, so that there may be more of them than have something to send.
  ///
  /// One pass over an index for all scopes together: an exchange that has nothing to do should not look at each of ten thousand.
  fileprivate func scopesWithEnds(beyond peer: String?) throws -> [UInt32] {
    let find = try connection.statement(
      """
      SELECT DISTINCT ends.scope FROM (
        SELECT scope, site, max(seq) AS seq FROM synckit_log GROUP BY scope, site
        UNION ALL SELECT scope, site, max(last) FROM synckit_omission GROUP BY scope, site
        UNION ALL SELECT scope, site, max(seq) FROM synckit_rejection GROUP BY scope, site) AS ends
      LEFT JOIN synckit_acknowledged AS held ON held.peer = (SELECT id FROM synckit_peer WHERE name = ?1)
        AND held.scope = ends.scope AND held.site = ends.site
      WHERE ends.seq > coalesce(held.seq, 0)
      """)
    find.bind(1, peer.map { Value.text($0) } ?? .null)
    var out: [UInt32] = []
    while try find.step() { out.append(UInt32(find.int(0))) }
    return out
  }

  /// What a peer has said that it holds of a scope.
  fileprivate func acknowledged(by peer: String, of scope: UInt32) throws -> VersionVector {
    let find = try connection.statement(
      "SELECT site, seq FROM synckit_acknowledged WHERE peer = (SELECT id FROM synckit_peer WHERE name = ?1) AND scope = ?2")
    find.bind(1, peer)
    find.bind(2, scope)
    var out = VersionVector()
    while try find.step() { out.insert(Dot(site: try catalog.site(UInt32(find.int(0))), seq: UInt64(find.int(1)))) }
    return out
  }

  /// What a peer has said that it holds, by scope.
  func acknowledged(by peer: String) throws -> [UInt32: VersionVector] {
    let find = try connection.statement(
      "SELECT scope, site, seq FROM synckit_acknowledged WHERE peer = (SELECT id FROM synckit_peer WHERE name = ?1)")
    find.bind(1, peer)
    var out: [UInt32: VersionVector] = [:]
    while try find.step() {
      let dot = Dot(site: try catalog.site(UInt32(find.int(1))), seq: UInt64(find.int(2)))
      out[UInt32(find.int(0)), default: VersionVector()].insert(dot)
    }
    return out
  }
}
