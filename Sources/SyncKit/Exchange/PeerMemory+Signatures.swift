import SyncCore

extension PeerMemory {
  /// Signs once more, many at once, what was written here and the other side is not known to hold: whoever takes it, then and later, judges
  /// one signature for all of it. Each had its own since it was written, so that nothing is lost where this is cut.
  /// - Parameter scopes: those with something that the other side is not known to hold.
  func signTogether(_ scopes: [ScopeID]) throws {
    guard replica.engine.signing != nil, !scopes.isEmpty else { return }
    let acknowledged = try acknowledged(scopes).map { ($0.scope, $0.holdings.vector) }
    let known = Dictionary(uniqueKeysWithValues: acknowledged)
    let isWorthIt = try replica.look { snapshot in
      let site = try snapshot.connection.site()
      return try snapshot.log.signedAlone(by: site, in: scopes, beyond: known, atMost: 2).count > 1
    }
    guard isWorthIt else { return }
    try replica.work { engine in
      guard let signer = engine.signing?.signer else { return }
      while true {
        let page = try engine.log.signedAlone(by: engine.site, in: scopes, beyond: known, atMost: Self.page)
        let all = try page.filter { entry in
          // Under an earlier certificate it was perhaps signed by another key.
          try ChangesetHeader(decoding: entry.header).certificate == engine.certificateHash
        }
        for start in stride(from: 0, to: all.count, by: Limits.signedTogether) {
          let some = all[start..<min(start + Limits.signedTogether, all.count)]
          if some.count < 2 { break }
          let signatures = try Seal.signatures(some.map { engine.codec.digest($0.header) }, by: signer, codec: engine.codec)
          for (entry, signature) in zip(some, signatures) { try engine.log.sign(entry.id, signature) }
        }
        if page.count < Self.page || all.count < 2 { return }
      }
    }
  }

  /// How many changesets are looked at together: an office that exchanges for the first time may have a hundred thousand.
  private static let page = 64 * Limits.signedTogether
}

extension Replica {
  /// Signs together what another side is not known to hold, as an exchange with it does first.
  package func signTogether(for peer: String) throws {
    let memory = PeerMemory(self, peer)
    try memory.signTogether(memory.unsentScopes())
  }
}

extension ChangeLog {
  /// A site's changesets in some scopes that are signed each alone, scope by scope: what is read together lies side by side in the tree.
  fileprivate func signedAlone(
    by site: SiteID, in scopes: [ScopeID], beyond known: [ScopeID: VersionVector], atMost count: Int
  ) throws -> [(id: Int64, header: [UInt8])] {
    guard let number = try catalog.known(site) else { return [] }
    let find = try connection.statement(
      fixed: """
        SELECT id, header FROM synckit_log WHERE scope = ?1 AND site = ?2 AND seq > ?3 AND part = 0 AND length(signature) = ?4 \
        ORDER BY seq LIMIT ?5
        """)
    var out: [(Int64, [UInt8])] = []
    for scope in scopes where out.count < count {
      guard let scopeNumber = try catalog.known(scope) else { continue }
      find.reset()
      find.bind(1, scopeNumber)
      find.bind(2, number)
      find.bind(3, known[scope]?[site] ?? 0)
      find.bind(4, Certificate.signatureBytes)
      find.bind(5, count)
      while try find.step() { out.append((find.int(0), find.blob(1))) }
    }
    return out
  }

  fileprivate func sign(_ id: Int64, _ signature: [UInt8]) throws {
    let put = try connection.statement(fixed: "UPDATE synckit_log SET signature = ?2 WHERE id = ?1")
    put.bind(1, id)
    put.bind(2, blob: signature)
    try put.run()
  }
}
