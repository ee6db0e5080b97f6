import Foundation
import GRDB
import SyncCore

// MARK: - Rows

extension LogWriter {
  mutating func scopeRow(_ scope: ScopeID) throws -> Int64 {
    if let known = scopeRows[scope] { return known }
    let found = try Int64.fetchOne(db.cachedStatement(sql: "SELECT id FROM scope WHERE name = ?"), arguments: [scope.name])
    let row: Int64
    if let found {
      row = found
    } else {
      try db.execute(sql: "INSERT INTO scope(name, arrival) VALUES (?, ?)", arguments: [scope.name, try Relay.nextArrival(db)])
      row = db.lastInsertedRowID
    }
    scopeRows[scope] = row
    return row
  }

  mutating func siteRow(_ site: SiteID) throws -> Int64 {
    if let known = siteRows[site] { return known }
    let name = Data(site.bytes)
    let found = try Int64.fetchOne(db.cachedStatement(sql: "SELECT id FROM site WHERE name = ?"), arguments: [name])
    let row: Int64
    if let found {
      row = found
    } else {
      try noteLife(site)
      try db.execute(sql: "INSERT INTO site(name) VALUES (?)", arguments: [name])
      row = db.lastInsertedRowID
    }
    siteRows[site] = row
    return row
  }

  /// A device that writes under another incarnation than before was copied or restored: the office is to know.
  private func noteLife(_ site: SiteID) throws {
    let device = Data(site.bytes.prefix(SiteID.deviceByteCount))
    let statement = try db.cachedStatement(sql: "SELECT 1 FROM site WHERE substr(name, 1, \(SiteID.deviceByteCount)) = ? LIMIT 1")
    guard try Int.fetchOne(statement, arguments: [device]) != nil else { return }
    let kind = site.incarnation >= SiteID.leastDerivedIncarnation ? "restamped" : "incarnation"
    try Audit.record(.newLife, at: now, device: Array(device), user: principal.user, detail: "\(kind) \(site)", in: db)
  }

  mutating func head(_ chain: Chain) throws -> Head {
    if let known = heads[chain] { return known }
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT head.seq, head.hash FROM head JOIN scope ON scope.id = head.scope JOIN site ON site.id = head.site
        WHERE scope.name = ? AND site.name = ?
        """, arguments: [chain.scope.name, Data(chain.site.bytes)])
    let head = Head(seq: row.map { UInt64($0["seq"] as Int64) } ?? 0, hash: row?.bytes("hash") ?? [])
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
    try db.execute(sql: "DELETE FROM staged WHERE scope = ? AND site = ?", arguments: [scope, site])
    try db.execute(sql: "DELETE FROM part WHERE scope = ? AND site = ? AND seq >= ?", arguments: [scope, site, Int64(run.first)])
    try OmissionLog(db: db, scope: scope, site: site).note(run)
    try raiseHead(scope, site, run.last, run.hash)
  }

  func raiseHead(_ scope: Int64, _ site: Int64, _ seq: UInt64, _ hash: [UInt8]) throws {
    try db.cachedStatement(
      sql: """
        INSERT INTO head(scope, site, seq, hash) VALUES (?, ?, ?, ?)
        ON CONFLICT (scope, site) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
        """
    ).execute(arguments: [scope, site, Int64(seq), Data(hash)])
  }

  /// The hash of a changeset that is held or was rejected; nil when it has been left out.
  func hash(of dot: Dot, _ chain: Chain) throws -> [UInt8]? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT coalesce(
          (SELECT hash FROM changeset WHERE scope = scope.id AND site = site.id AND seq = ?3),
          (SELECT hash FROM rejection WHERE scope = scope.id AND site = site.id AND seq = ?3))
        FROM scope, site WHERE scope.name = ?1 AND site.name = ?2
        """)
    let hash = try Data.fetchOne(statement, arguments: [chain.scope.name, Data(chain.site.bytes), Int64(dot.seq)])
    return hash.map { Array($0) }
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

  func staged(_ chain: Chain) throws -> Row? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT staged.hash, staged.held FROM staged
        JOIN scope ON scope.id = staged.scope JOIN site ON site.id = staged.site WHERE scope.name = ? AND site.name = ?
        """)
    return try Row.fetchOne(statement, arguments: [chain.scope.name, Data(chain.site.bytes)])
  }

  func insert(_ parts: [[UInt8]], from first: Int, scope: Int64, site: Int64, seq: UInt64) throws {
    let statement = try db.cachedStatement(sql: "INSERT INTO part(scope, site, seq, part, body) VALUES (?, ?, ?, ?, ?)")
    for (offset, body) in parts.enumerated() {
      try statement.execute(arguments: [scope, site, Int64(seq), first + offset, Data(body)])
    }
  }

  /// Gives a changeset that is all there its place in the scope's order.
  mutating func complete(_ incoming: IncomingFragment, staged: Row?, scope: Int64, site: Int64) throws {
    let header = incoming.header
    let arrival = try Relay.nextArrival(db)
    let lineage = RelayToken.lineage(
      after: try lineage ?? Relay.latestLineage(db), hash: incoming.hash, codec: codec)
    self.lineage = lineage
    let head = try db.cachedStatement(sql: "UPDATE scope SET head = head + 1, arrival = ? WHERE id = ? RETURNING head")
    guard let position = try Int64.fetchOne(head, arguments: [arrival, scope]) else { throw RelayError(.damaged, "scope") }
    try db.cachedStatement(
      sql: """
        INSERT INTO changeset(arrival, scope, position, site, seq, time, author, hash, header, signature, bytes, device, received_ms,
          lineage, certificate)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      arrival, scope, position, site, Int64(header.dot.seq), Int64(header.time.rawValue), header.author, Data(incoming.hash),
      Data(incoming.fragment.header), Data(incoming.unsealed.signature), incoming.changesetBytes,
      Data(principal.deviceBytes), now, Data(lineage), try Self.keep(incoming.unsealed.certificate, header.certificate, in: db),
    ])
    try raiseHead(scope, site, header.dot.seq, incoming.hash)
    if staged != nil {
      try db.cachedStatement(sql: "DELETE FROM staged WHERE scope = ? AND site = ?").execute(arguments: [scope, site])
    }
  }
}

extension LogWriter {
  /// Keeps a certificate, once.
  /// - Returns: its hash, by which changesets name it.
  @discardableResult
  static func keep(_ certificate: SignedCertificate?, _ hash: [UInt8], in db: Database) throws -> Data? {
    guard let certificate else { return nil }
    try db.cachedStatement(sql: "INSERT INTO certificate(hash, bytes, signature) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
      .execute(arguments: [Data(hash), Data(certificate.bytes), Data(certificate.signature)])
    return Data(hash)
  }
}

// MARK: - Staging

extension LogWriter {
  func stage(_ incoming: IncomingFragment, held: Int, bytes: Int, scope: Int64, site: Int64) throws {
    try db.execute(
      sql: """
        INSERT INTO staged(scope, site, seq, hash, header, held, bytes, device, touched_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (scope, site) DO UPDATE SET held = excluded.held, bytes = bytes + excluded.bytes, device = excluded.device,
          touched_ms = excluded.touched_ms
        """,
      arguments: [
        scope, site, Int64(incoming.header.dot.seq), Data(incoming.hash), Data(incoming.fragment.header),
        held, bytes, Data(principal.deviceBytes), now,
      ])
  }

  /// Whether the device that brings parts may leave them unfinished here; what it left long ago makes way.
  func hasRoom(for parts: [[UInt8]]) throws -> Bool {
    let wanted = parts.reduce(0) { $0 + $1.count }
    if try stagedBytes() + wanted <= limits.stagingBytesPerDevice { return true }
    let abandoned = try Row.fetchAll(
      db, sql: "SELECT scope, site, seq FROM staged WHERE device = ? AND touched_ms < ?",
      arguments: [Data(principal.deviceBytes), now - limits.stagingMilliseconds])
    for row in abandoned {
      let key: StatementArguments = [row["scope"] as Int64, row["site"] as Int64]
      try db.execute(sql: "DELETE FROM part WHERE scope = ? AND site = ? AND seq = ?", arguments: key + [row["seq"] as Int64])
      try db.execute(sql: "DELETE FROM staged WHERE scope = ? AND site = ?", arguments: key)
    }
    return try stagedBytes() + wanted <= limits.stagingBytesPerDevice
  }

  func stagedBytes() throws -> Int {
    try Int.fetchOne(
      db, sql: "SELECT coalesce(sum(bytes), 0) FROM staged WHERE device = ?", arguments: [Data(principal.deviceBytes)]) ?? 0
  }
}
