import SyncCore

/// Where the writing of revoked devices ends.
extension ChangeLog {
  /// The last that counts of each site that ends in a scope.
  func ends(inScope scope: UInt32) throws -> [UInt32: UInt64] {
    if let known = ended[scope] { return known }
    let all = try connection.statement(fixed: "SELECT site, first FROM synckit_statement WHERE scope = ?1 AND kind = 5")
    all.bind(1, scope)
    var out: [UInt32: UInt64] = [:]
    while try all.step() { out[UInt32(all.int(0))] = UInt64(all.int(1)) }
    ended[scope] = out
    return out
  }

  /// Every revocation that is known, and what was taken back of them.
  func revocations() throws -> [SignedStatement] {
    try signed(
      connection.statement(
        fixed: "SELECT bytes, signature FROM synckit_statement WHERE scope = 0 AND site = 0 AND kind = 4 ORDER BY first"))
  }

  func forgetRevocations() {
    ended.removeAll()
    revoked = nil
  }

  /// Whether a changeset stands beyond the end of its site.
  func isBeyondEnd(scope: UInt32, dot: LocalDot) throws -> Bool {
    guard let end = try ends(inScope: scope)[dot.site] else { return false }
    return dot.seq > end
  }

  /// Whether a changeset that comes is not taken, since its device was revoked: it stands beyond the end, or none is told, and so the relay had
  /// nothing of the site's in this scope.
  func isWithdrawn(_ site: SiteID, scope: UInt32, dot: LocalDot) throws -> Bool {
    if let end = try ends(inScope: scope)[dot.site] { return dot.seq > end }
    return try revokedDevices().contains(Array(site.bytes.prefix(SiteID.deviceByteCount)))
  }

  private func revokedDevices() throws -> Set<[UInt8]> {
    if let revoked { return revoked }
    var out: Set<[UInt8]> = []
    for signed in try revocations() {
      guard case .revoked(let said) = try IssuerStatement(decoding: signed.bytes).content, said.isRevoked else { continue }
      out.insert(said.device)
    }
    revoked = out
    return out
  }

  /// Whether all that an author had read is applied here.
  func hasApplied(_ needs: VersionVector, inScope scope: UInt32) throws -> Bool {
    try covers(try vector(ofScope: scope), needs, inScope: scope)
  }

  /// Whether a vector has all that an author had read: what counts for nothing is not waited for.
  func covers(_ vector: VersionVector, _ needs: VersionVector, inScope scope: UInt32) throws -> Bool {
    if vector.covers(needs) { return true }
    let ends = try ends(inScope: scope)
    return try needs.entries.allSatisfy { need in
      try vector[need.site] >= min(need.seq, ends[catalog.number(of: need.site)] ?? need.seq)
    }
  }

  /// Whether something later is known of the same device or chain.
  func isOutdated(_ content: IssuerStatement.Content) throws -> Bool {
    switch content {
    case .revoked(let said): try latestRevocation(of: said.device).map { $0.arrival >= said.arrival } ?? false
    case .ended(let end):
      if let said = try latestRevocation(of: Array(end.site.bytes.prefix(SiteID.deviceByteCount))), !said.isRevoked,
        said.arrival > end.arrival
      {
        true
      } else {
        try self.end(of: end.site, in: end.scope).map { $0.arrival >= end.arrival } ?? false
      }
    case .omitted, .rejected, .superseded: false
    }
  }

  /// Makes room for what is said later of the same device or chain.
  func forgetEarlier(_ content: IssuerStatement.Content) throws {
    switch content {
    case .revoked(let said):
      let clear = try connection.statement(fixed: "DELETE FROM synckit_statement WHERE scope = 0 AND site = 0 AND kind = 4 AND hash = ?1")
      clear.bind(1, blob: said.device)
      try clear.run()
    case .ended(let end): try forgetEnd(scope: try catalog.number(of: end.scope), site: try catalog.number(of: end.site))
    case .omitted, .rejected, .superseded: return
    }
    forgetRevocations()
  }

  func forgetEnd(scope: UInt32, site: UInt32) throws {
    let clear = try connection.statement(fixed: "DELETE FROM synckit_statement WHERE scope = ?1 AND site = ?2 AND kind = 5")
    clear.bind(1, scope)
    clear.bind(2, site)
    try clear.run()
    forgetRevocations()
  }

  /// Every end of a device's sites that was stated before an arrival.
  func ends(of device: [UInt8], before arrival: UInt64) throws -> [(scope: UInt32, site: UInt32)] {
    let all = try connection.statement(fixed: "SELECT scope, site, bytes FROM synckit_statement WHERE kind = 5")
    var out: [(UInt32, UInt32)] = []
    while try all.step() {
      guard case .ended(let end) = try IssuerStatement(decoding: all.blob(2)).content, end.site.bytes.starts(with: device),
        end.arrival < arrival
      else { continue }
      out.append((UInt32(all.int(0)), UInt32(all.int(1))))
    }
    return out
  }

  private func latestRevocation(of device: [UInt8]) throws -> Revocation? {
    let find = try connection.statement(
      fixed: "SELECT bytes FROM synckit_statement WHERE scope = 0 AND site = 0 AND kind = 4 AND hash = ?1 ORDER BY first DESC LIMIT 1")
    find.bind(1, blob: device)
    defer { find.reset() }
    guard try find.step(), case .revoked(let said) = try IssuerStatement(decoding: find.blob(0)).content else { return nil }
    return said
  }

  private func end(of site: SiteID, in scope: ScopeID) throws -> ChainEnd? {
    let find = try connection.statement(fixed: "SELECT bytes FROM synckit_statement WHERE scope = ?1 AND site = ?2 AND kind = 5")
    find.bind(1, try catalog.number(of: scope))
    find.bind(2, try catalog.number(of: site))
    defer { find.reset() }
    guard try find.step(), case .ended(let end) = try IssuerStatement(decoding: find.blob(0)).content else { return nil }
    return end
  }
}

extension Engine {
  /// Has what stands beyond the end of a revoked device's writing count for nothing, and count again where the device takes part again.
  /// - Returns: the scopes in which something counts, or does not, that did not, or did.
  func follow(_ content: IssuerStatement.Content) throws -> [UInt32] {
    var places: [(scope: UInt32, site: UInt32)] = []
    switch content {
    case .ended(let end): places = [(try catalog.number(of: end.scope), try catalog.number(of: end.site))]
    case .revoked(let said) where !said.isRevoked:
      places = try log.ends(of: said.device, before: said.arrival)
      for place in places { try log.forgetEnd(scope: place.scope, site: place.site) }
    case .omitted, .rejected, .superseded, .revoked: return []
    }
    names.forget()
    forgetHeads()
    for (scope, site) in places {
      let ends = try log.ends(inScope: scope)
      let last = try log.lastEntry(scope: scope, site: site)
      // Made anew in any case where something came after: what is here may have counted before.
      if case .ended = content, last <= ends[site] ?? last { continue }
      if let end = ends[site] { try record(.rejected, scope: scope, count: Int(last - end)) }
      misnamed.insert(scope)
    }
    return places.map(\.scope)
  }
}
