import SyncCore

extension Engine {
  /// Gives a branch of a fork another name, with all here that was written having read it, so that the branch which the relay has can take
  /// the name. Every word stays, and stands beside the other branch's as what was written without having read it.
  /// - Parameters:
  ///   - scope: where.
  ///   - site: who wrote both branches.
  ///   - after: the last changeset that they have in common.
  func restamp(_ scope: UInt32, site: SiteID, after: UInt64) throws {
    let entries = try log.entries(inScope: scope).map { (entry: $0, header: try ChangesetHeader(decoding: $0.header)) }
    let branches = Self.branches(entries.map(\.header), from: site, after: after)
    var restamps: [Restamp] = []
    for (entry, header) in entries where branches[header.dot.site].map({ header.dot.seq == $0 + 1 }) ?? false {
      restamps.append(Restamp(from: header.dot.site, after: header.dot.seq - 1, hash: codec.digest(entry.header)))
    }
    var fragments: [Fragment] = []
    var previous: [SiteID: [UInt8]] = [:]
    for (entry, header) in entries {
      guard let site = restamps.first(where: { $0.renamed(header.dot) != nil })?.to,
        let renamed = header.restamped(restamps, encoded: entry.header, previous: previous[site] ?? [])
      else { continue }
      let encoded = renamed.encoded
      previous[site] = codec.digest(encoded)
      let parts = try header.parts.indices.map { try log.body(scope: scope, dot: entry.dot, part: $0) }
      fragments.append(Fragment(header: encoded, signature: entry.signature, firstPart: 0, parts: parts))
    }
    for restamp in restamps { try forget(restamp.from, after: restamp.after, in: scope) }
    try rebuild(scope)
    if restamps.contains(where: { $0.from == self.site }) { try beginLife() }
    let (_, refused) = try store(fragments)
    guard refused.isEmpty else { throw SyncKitError(.damaged, ["restamp": refused[0].dot.description, "code": refused[0].code]) }
    for restamp in restamps {
      try record(
        .restamped, scope: scope, count: entries.count { restamp.renamed($0.header.dot) != nil }, restamp: restamp)
    }
  }

  /// What belongs to a branch: its own changesets, and those of others that were written having read one of it.
  private static func branches(_ headers: [ChangesetHeader], from site: SiteID, after: UInt64) -> [SiteID: UInt64] {
    var branches = [site: after]
    func isBranched(_ dot: Dot) -> Bool { branches[dot.site].map { dot.seq > $0 } ?? false }
    var isGrowing = true
    while isGrowing {
      isGrowing = false
      for header in headers where !isBranched(header.dot) && header.needs.entries.contains(where: isBranched) {
        branches[header.dot.site] = header.dot.seq - 1
        isGrowing = true
      }
    }
    return branches
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
