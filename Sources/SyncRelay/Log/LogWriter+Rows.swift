import Foundation
import SyncCore

// MARK: - Rows

extension LogWriter {
  mutating func scopeRow(_ scope: ScopeID) throws -> Int64 {
    if let known = scopeRows[scope] { return known }
    let found: Int64? = try db.value("SELECT id FROM scope WHERE name = ?", [scope.name])
    let row: Int64
    if let found {
      row = found
    } else {
      row = try db.inserted("INSERT INTO scope(name, arrival) VALUES (?, ?) RETURNING id", [scope.name, try Relay.nextArrival(db)])
    }
    scopeRows[scope] = row
    return row
  }

  mutating func siteRow(_ site: SiteID) throws -> Int64 {
    if let known = siteRows[site] { return known }
    let found: Int64? = try db.value("SELECT id FROM site WHERE name = ?", [site.bytes])
    let row: Int64
    if let found {
      row = found
    } else {
      try noteLife(site)
      row = try db.inserted("INSERT INTO site(name) VALUES (?) RETURNING id", [site.bytes])
    }
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

  mutating func head(_ chain: Chain) throws -> Head {
    if let known = heads[chain] { return known }
    let row = try db.row(
      """
      SELECT head.seq, head.hash FROM head JOIN scope ON scope.id = head.scope JOIN site ON site.id = head.site
      WHERE scope.name = ? AND site.name = ?
      """, [chain.scope.name, chain.site.bytes])
    let head = Head(seq: UInt64(try row?["seq"] as Int64? ?? 0), hash: try row?.bytes("hash") ?? [])
    heads[chain] = head
    return head
  }

  /// What has to be passed over before a changeset can follow its chain's head: the asker says that it has been left out.
  func gap(after head: Head, before header: ChangesetHeader, _ chain: Chain) -> Omission.Run? {
    guard header.dot.seq > head.seq + 1,
      let run = gaps[chain]?.first(where: { $0.first <= head.seq + 1 && $0.last == header.dot.seq - 1 && $0.hash == header.previous })
    else { return nil }
    return Omission.Run(first: head.seq + 1, last: run.last, hash: run.hash)
  }

  /// Counts a run as held without being there.
  func pass(_ run: Omission.Run, scope: Int64, site: Int64) throws {
    // What lies here in part is among what has been left out.
    try db.execute("DELETE FROM staged WHERE scope = ? AND site = ?", [scope, site])
    try db.execute("DELETE FROM part WHERE scope = ? AND site = ? AND seq >= ?", [scope, site, Int64(run.first)])
    try OmissionLog(db: db, scope: scope, site: site).note(run)
    try raiseHead(scope, site, run.last, run.hash)
  }

  func raiseHead(_ scope: Int64, _ site: Int64, _ seq: UInt64, _ hash: [UInt8]) throws {
    try db.execute(
      """
      INSERT INTO head(scope, site, seq, hash) VALUES (?, ?, ?, ?)
      ON CONFLICT (scope, site) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
      """, [scope, site, Int64(seq), hash])
  }

  /// The hash of a changeset that is held or was rejected; nil when it has been left out.
  func hash(of dot: Dot, _ chain: Chain) throws -> [UInt8]? {
    try db.value(
      """
        SELECT coalesce(
          (SELECT hash FROM changeset WHERE scope = scope.id AND site = site.id AND seq = ?3),
          (SELECT hash FROM rejection WHERE scope = scope.id AND site = site.id AND seq = ?3))
        FROM scope, site WHERE scope.name = ?1 AND site.name = ?2
      """, [chain.scope.name, chain.site.bytes, Int64(dot.seq)])
  }

  /// How the hash begins of a changeset up to its chain's head, as far as it is known; nil where nothing of it is.
  mutating func start(of dot: Dot, _ chain: Chain) throws -> [UInt8]? {
    if let hash = try hash(of: dot, chain) { return hash }
    guard try dot.seq <= head(chain).seq else { return nil }
    guard let log = try OmissionLog(chain.scope, chain.site, in: db), try log.contains(dot.seq) else {
      throw RelayError(.damaged, "changeset \(dot)")
    }
    return try log.start(dot.seq)
  }

  func staged(_ chain: Chain) throws -> StoreRow? {
    try db.row(
      """
        SELECT staged.hash, staged.held FROM staged
        JOIN scope ON scope.id = staged.scope JOIN site ON site.id = staged.site WHERE scope.name = ? AND site.name = ?
      """, [chain.scope.name, chain.site.bytes])
  }

  func insert(_ parts: [[UInt8]], from first: Int, scope: Int64, site: Int64, seq: UInt64) throws {
    try db.insert(
      into: "part", ["scope", "site", "seq", "part", "body"],
      parts.enumerated().map { offset, body in [scope, site, Int64(seq), first + offset, body] })
  }

  /// Gives a changeset that is all there its place in the scope's order.
  mutating func complete(_ incoming: IncomingFragment, staged: StoreRow?, scope: Int64, site: Int64) throws {
    let header = incoming.header
    let arrival = try Relay.nextArrival(db)
    let lineage = RelayToken.lineage(
      after: try lineage ?? Relay.latestLineage(db), hash: incoming.hash, codec: codec)
    self.lineage = lineage
    let position = try db.inserted("UPDATE scope SET head = head + 1, arrival = ? WHERE id = ? RETURNING head", [arrival, scope])
    try db.execute(
      """
      INSERT INTO changeset(arrival, scope, position, site, seq, time, author, hash, header, signature, bytes, device, received_ms,
        lineage, certificate)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        arrival, scope, position, site, Int64(header.dot.seq), Int64(header.time.rawValue), header.author, incoming.hash,
        incoming.fragment.header, incoming.unsealed.signature, incoming.changesetBytes,
        principal.deviceBytes, now, lineage, try Self.keep(incoming.unsealed.certificate, header.certificate, in: db),
      ])
    try raiseHead(scope, site, header.dot.seq, incoming.hash)
    if staged != nil {
      try db.execute("DELETE FROM staged WHERE scope = ? AND site = ?", [scope, site])
    }
  }
}

extension LogWriter {
  /// Keeps a certificate, once.
  /// - Returns: its hash, by which changesets name it.
  @discardableResult
  static func keep(_ certificate: SignedCertificate?, _ hash: [UInt8], in db: any StoreTransaction) throws -> [UInt8]? {
    guard let certificate else { return nil }
    try db.execute(
      "INSERT INTO certificate(hash, bytes, signature) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      [hash, certificate.bytes, certificate.signature])
    return hash
  }
}

// MARK: - Staging

extension LogWriter {
  func stage(_ incoming: IncomingFragment, held: Int, bytes: Int, scope: Int64, site: Int64) throws {
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
  func hasRoom(for parts: [[UInt8]]) throws -> Bool {
    let wanted = parts.reduce(0) { $0 + $1.count }
    if try stagedBytes() + wanted <= limits.stagingBytesPerDevice { return true }
    let abandoned = try db.rows(
      "SELECT scope, site, seq FROM staged WHERE device = ? AND touched_ms < ?", [principal.deviceBytes, now - limits.stagingMilliseconds])
    for row in abandoned {
      let key: [any StoreBindable] = [try row["scope"] as Int64, try row["site"] as Int64]
      try db.execute("DELETE FROM part WHERE scope = ? AND site = ? AND seq = ?", key + [try row["seq"] as Int64])
      try db.execute("DELETE FROM staged WHERE scope = ? AND site = ?", key)
    }
    return try stagedBytes() + wanted <= limits.stagingBytesPerDevice
  }

  func stagedBytes() throws -> Int {
    try db.value("SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM staged WHERE device = ?", [principal.deviceBytes]) ?? 0
  }
}
