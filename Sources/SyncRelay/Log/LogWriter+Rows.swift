import Foundation
import SyncCore

// MARK: - Rows

extension LogWriter {
  mutating func scopeRow(_ scope: ScopeID) throws -> Int64 {
    if let known = scopeRows[scope] { return known }
    // Not loaded, so not there: unless somebody else has opened it since, and then nothing that was decided holds.
    let row: Int64? = try db.value("INSERT INTO scope(name, arrival) VALUES (?, 0) ON CONFLICT DO NOTHING RETURNING id", [scope.name])
    guard let row else { throw StoreConflict() }
    scopeRows[scope] = row
    return row
  }

  mutating func siteRow(_ site: SiteID) throws -> Int64 {
    if let known = siteRows[site] { return known }
    try noteLife(site)
    try db.execute("INSERT INTO site(name) VALUES (?) ON CONFLICT DO NOTHING", [site.bytes])
    let row = try db.inserted("SELECT id FROM site WHERE name = ?", [site.bytes])
    siteRows[site] = row
    return row
  }

  /// A device that writes under another incarnation than before was copied or restored: the office is to know.
  private func noteLife(_ site: SiteID) throws {
    let device = Array(site.bytes.prefix(SiteID.deviceByteCount))
    guard try db.exists("SELECT 1 FROM site WHERE substr(name, 1, \(SiteID.deviceByteCount)) = ? LIMIT 1", [device]) else { return }
    let kind = site.incarnation >= SiteID.leastDerivedIncarnation ? "restamped" : "incarnation"
    try Audit.record(.newLife, at: now, device: device, user: principal.user, detail: "\(kind) \(site)", in: db)
  }

  func head(_ chain: Chain) -> Head { heads[chain.scope]?[chain.site] ?? Head(seq: 0, hash: []) }

  mutating func raise(_ chain: Chain, to head: Head) {
    heads[chain.scope, default: [:]][chain.site] = head
    raised.insert(chain)
  }

  /// What has to be passed over before a changeset can follow its chain's head: the asker says that it has been left out.
  func gap(after head: Head, before header: ChangesetHeader, _ chain: Chain) -> Omission.Run? {
    guard header.dot.seq > head.seq + 1,
      let run = gaps[chain]?.first(where: { $0.first <= head.seq + 1 && $0.last == header.dot.seq - 1 && $0.hash == header.previous })
    else { return nil }
    return Omission.Run(first: head.seq + 1, last: run.last, hash: run.hash)
  }

  /// Counts a run as held without being there.
  mutating func pass(_ run: Omission.Run, _ chain: Chain, scope: Int64, site: Int64) throws {
    // What lies here in part is among what has been left out.
    staged[chain] = nil
    try db.execute("DELETE FROM staged WHERE scope = ? AND site = ?", [scope, site])
    try db.execute("DELETE FROM part WHERE scope = ? AND site = ? AND seq >= ?", [scope, site, Int64(run.first)])
    let whole = try OmissionLog(db: db, scope: scope, site: site).note(run)
    try StatementLog(db: db, issuer: issuer)
      .state(Omission(scope: chain.scope, site: chain.site, run: whole), scope: scope, site: site)
    raise(chain, to: Head(seq: run.last, hash: run.hash))
  }

  /// The hash of a changeset that is held or was rejected, of those that were asked for; nil when it has been left out.
  func hash(of dot: Dot, _ chain: Chain) -> [UInt8]? { hashes[chain]?[dot.seq] ?? rejections[chain]?[dot.seq] }

  /// How the hash begins of a changeset up to its chain's head, as far as it is known; nil where nothing of it is.
  func start(of dot: Dot, _ chain: Chain) throws -> [UInt8]? {
    if let hash = hash(of: dot, chain) { return hash }
    guard dot.seq <= head(chain).seq else { return nil }
    guard let log = try OmissionLog(chain.scope, chain.site, in: db), try log.contains(dot.seq) else {
      throw RelayError(.damaged, "changeset \(dot)")
    }
    return try log.start(dot.seq)
  }

  /// Gives a changeset that is all there its place in the scope's order.
  mutating func complete(_ incoming: IncomingFragment, _ chain: Chain, scope: Int64, site: Int64) throws {
    let position = positions[chain.scope, default: 0] + 1
    positions[chain.scope] = position
    arriving.append(Arriving(incoming: incoming, scope: scope, site: site, position: position))
    hashes[chain, default: [:]][incoming.header.dot.seq] = incoming.hash
    raise(chain, to: Head(seq: incoming.header.dot.seq, hash: incoming.hash))
    if staged.removeValue(forKey: chain) != nil {
      try db.execute("DELETE FROM staged WHERE scope = ? AND site = ?", [scope, site])
    }
  }
}

// MARK: - Staging

extension LogWriter {
  mutating func stage(_ incoming: IncomingFragment, _ chain: Chain, held: Int, bytes: Int, scope: Int64, site: Int64) throws {
    staged[chain] = Staged(seq: incoming.header.dot.seq, hash: incoming.hash, held: held)
    try db.execute(
      """
      INSERT INTO staged(scope, site, seq, hash, header, held, bytes, device, touched_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (scope, site) DO UPDATE SET held = excluded.held, bytes = staged.bytes + excluded.bytes, device = excluded.device,
        touched_ms = excluded.touched_ms
      """,
      [
        scope, site, Int64(incoming.header.dot.seq), incoming.hash, incoming.fragment.header,
        held, bytes, principal.deviceBytes, now,
      ])
  }

  /// Whether the device that brings parts may leave them unfinished here; what it left long ago makes way.
  mutating func hasRoom(for parts: [[UInt8]], of chain: Chain) throws -> Bool {
    let wanted = parts.reduce(0) { $0 + $1.count }
    if try stagedBytes() + wanted <= limits.stagingBytesPerDevice { return true }
    let abandoned = try db.rows(
      "SELECT scope, site, seq FROM staged WHERE device = ? AND touched_ms < ?", [principal.deviceBytes, now - limits.stagingMilliseconds])
    for row in abandoned {
      let (scope, site): (Int64, Int64) = (try row["scope"], try row["site"])
      // What it goes on with is not abandoned.
      if scopeRows[chain.scope] == scope, siteRows[chain.site] == site { continue }
      // Whoever goes on with another at this moment holds its scope.
      _ = try db.rows("SELECT id FROM scope WHERE id = ?\(db.forUpdate)", [scope])
      try db.execute("DELETE FROM part WHERE scope = ? AND site = ? AND seq = ?", [scope, site, try row["seq"] as Int64])
      try db.execute("DELETE FROM staged WHERE scope = ? AND site = ?", [scope, site])
      staged = staged.filter { scopeRows[$0.key.scope] != scope || siteRows[$0.key.site] != site }
    }
    return try stagedBytes() + wanted <= limits.stagingBytesPerDevice
  }

  func stagedBytes() throws -> Int {
    try db.value("SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM staged WHERE device = ?", [principal.deviceBytes]) ?? 0
  }
}
