import SyncCore

extension Engine {
  /// Gives branches of forks other names, with all here that was written having read them, so that the branches which the relay has can
  /// take theirs. Every word stays, and stands beside the other branch's as what was written without having read it.
  /// - Parameters:
  ///   - scope: where.
  ///   - forks: who wrote both branches, with the last changeset that they have in common.
  func restamp(_ scope: UInt32, _ forks: [SiteID: UInt64]) throws {
    let all = try log.entries(inScope: scope).map { entry in
      let header = try ChangesetHeader(decoding: entry.header)
      return Branched(place: entry.dot, seal: try log.seal(entry, of: header), header: header, encoded: entry.header)
    }
    var branches = Self.branches(all, forks)
    var branched = all.filter { branches.contains($0.header.dot) }
    let parts = try branched.map { one in
      try one.header.parts.indices.map { try log.body(scope: scope, dot: one.place, part: $0) }
    }
    for (site, after) in branches { try forget(site, after: after, in: scope) }
    try rebuild(scope)
    if branches[site] != nil { try beginLife() }
    // Under its new name too a branch may part from what is here: copies of a copy have both given it that name, and each gone on.
    while !branches.isEmpty {
      for restamp in rename(&branched, branches) {
        try record(
          .restamped, scope: scope, count: branched.count { $0.header.dot.site == restamp.to }, restamp: restamp)
      }
      branches = Self.branches(branched, try taken(branched, in: scope))
    }
    let (_, refused) = try store(
      zip(branched, parts).map { Fragment(header: $0.encoded, signature: $0.seal, firstPart: 0, parts: $1) })
    guard refused.isEmpty else { throw SyncKitError(.damaged, ["restamp": refused[0].dot.description, "code": refused[0].code]) }
  }

  /// A changeset that is on its way to another name.
  private struct Branched {
    /// Where the log had it.
    let place: LocalDot
    let seal: [UInt8]
    var header: ChangesetHeader
    var encoded: [UInt8]
  }

  /// What belongs to branches: their own changesets, and those of others that were written having read one of theirs.
  private static func branches(_ all: [Branched], _ forks: [SiteID: UInt64]) -> [SiteID: UInt64] {
    var branches = forks
    var isGrowing = !forks.isEmpty
    while isGrowing {
      isGrowing = false
      for header in all.map(\.header) where !branches.contains(header.dot) && header.needs.entries.contains(where: branches.contains) {
        branches[header.dot.site] = header.dot.seq - 1
        isGrowing = true
      }
    }
    return branches
  }

  /// Gives what belongs to branches its new names.
  /// - Returns: which names these are.
  private func rename(_ all: inout [Branched], _ branches: [SiteID: UInt64]) -> [Restamp] {
    var restamps: [Restamp] = []
    var hashes: [Dot: [UInt8]] = [:]
    for one in all where branches[one.header.dot.site].map({ one.header.dot.seq == $0 + 1 }) ?? false {
      let restamp = Restamp(from: one.header.dot.site, after: one.header.dot.seq - 1, hash: codec.digest(one.encoded))
      restamps.append(restamp)
      if restamp.after > 0 { hashes[Dot(site: restamp.from, seq: restamp.after)] = one.header.previous }
    }
    for at in all.indices {
      guard let renamed = all[at].header.restamped(restamps, encoded: all[at].encoded, hashes: hashes) else { continue }
      (all[at].header, all[at].encoded) = (renamed, renamed.encoded)
      hashes[renamed.dot] = codec.digest(all[at].encoded)
    }
    return restamps
  }

  /// The names that something else here has already, each with the last changeset that is the same.
  private func taken(_ all: [Branched], in scope: UInt32) throws -> [SiteID: UInt64] {
    var taken: [SiteID: UInt64] = [:]
    for one in all {
      let dot = one.header.dot
      let place = LocalDot(site: try catalog.number(of: dot.site), seq: dot.seq)
      guard let known = try log.entry(scope: scope, dot: place), known.header != one.encoded else { continue }
      taken[dot.site] = min(taken[dot.site] ?? .max, dot.seq - 1)
    }
    return taken
  }

  /// Takes a site's changesets out of a scope, from one on, and what peers have said of them.
  private func forget(_ site: SiteID, after: UInt64, in scope: UInt32) throws {
    let number = try catalog.number(of: site)
    for sql in [
      "DELETE FROM synckit_log WHERE scope = ?1 AND site = ?2 AND seq > ?3",
      "DELETE FROM synckit_waiting WHERE scope = ?1 AND site = ?2 AND seq > ?3",
      "DELETE FROM synckit_refused WHERE scope = ?1 AND site = ?2 AND seq > ?3",
      "DELETE FROM synckit_acknowledged WHERE scope = ?1 AND site = ?2 AND seq > ?3 AND ?3 = 0",
      "UPDATE synckit_acknowledged SET seq = ?3 WHERE scope = ?1 AND site = ?2 AND seq > ?3",
    ] {
      let clear = try connection.statement(sql)
      clear.bind(1, scope)
      clear.bind(2, number)
      clear.bind(3, after)
      try clear.run()
    }
    log.forget()
    names.forget()
    forgetHeads()
  }
}

extension [SiteID: UInt64] {
  /// Whether a changeset is of a branch, where branches are told by the last changeset before each.
  fileprivate func contains(_ dot: Dot) -> Bool { self[dot.site].map { dot.seq > $0 } ?? false }
}
