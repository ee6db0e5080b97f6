import SyncCore

/// What is stated of devices that take no part any more: that it is so, and where their writing ends in each scope.
extension StatementLog {
  /// States that a device takes no part any more, and that of what it wrote counts what is here.
  func revoke(_ device: DeviceID) throws {
    guard issuer != nil, try revocation(of: device)?.isRevoked != true else { return }
    // Who writes in one of its scopes at this moment is waited for.
    let scopes = "SELECT head.scope FROM head JOIN site ON site.id = head.site WHERE site.name BETWEEN ? AND ?"
    _ = try db.rows("SELECT id FROM scope WHERE id IN (\(scopes)) ORDER BY id\(db.forUpdate)", Self.sites(of: device))
    try state(Revocation(device: device.bytes, arrival: nextPlace(), isRevoked: true))
    let heads = try db.rows(
      """
      SELECT head.scope, scope.name, head.site, site.name AS writer, head.seq, head.hash FROM head
      JOIN scope ON scope.id = head.scope JOIN site ON site.id = head.site WHERE site.name BETWEEN ? AND ? ORDER BY head.scope, head.site
      """, Self.sites(of: device))
    for row in heads {
      guard let scope = ScopeID(try row["name"]), let site = SiteID(bytes: try row.bytes("writer")) else {
        throw RelayError(.damaged, "a chain")
      }
      let head = LogWriter.Head(seq: UInt64(try row["seq"] as Int64), hash: try row.bytes("hash"))
      try end(LogWriter.Chain(scope: scope, site: site), at: head, scope: row["scope"], site: row["site"])
    }
  }

  /// States that a revoked device takes part again: everything that it wrote counts once more.
  func readmit(_ device: DeviceID) throws {
    guard issuer != nil, try revocation(of: device)?.isRevoked == true else { return }
    try state(Revocation(device: device.bytes, arrival: nextPlace(), isRevoked: false))
    let ended = try db.rows(
      "SELECT scope, site FROM statement WHERE kind = ? AND site IN (SELECT id FROM site WHERE name BETWEEN ? AND ?)",
      [Kind.ended.rawValue] + Self.sites(of: device))
    for row in ended {
      let (scope, site): (Int64, Int64) = (try row["scope"], try row["site"])
      try db.execute("DELETE FROM statement WHERE scope = ? AND site = ? AND kind = ?", [scope, site, Kind.ended.rawValue])
      try tell(of: scope)
    }
  }

  /// States where a revoked device's writing ends in a scope.
  func end(_ chain: LogWriter.Chain, at head: LogWriter.Head, scope: Int64, site: Int64) throws {
    let said = ChainEnd(
      scope: chain.scope, site: chain.site, seq: head.seq, hash: head.hash, arrival: UInt64(try Relay.nextArrival(db)))
    guard let issuer else { return }
    try put(.ended(said), scope, site, .ended, Omission.Run(first: said.seq, last: said.seq, hash: said.hash), by: issuer)
    try tell(of: scope)
  }

  /// Where a site's writing was stated to end in a scope; nil where nothing was.
  func end(scope: Int64, site: Int64) throws -> UInt64? {
    let seq: Int64? = try db.value(
      "SELECT first FROM statement WHERE scope = ? AND site = ? AND kind = ?", [scope, site, Kind.ended.rawValue])
    return seq.map { UInt64($0) }
  }

  /// The latest that was stated of a device; nil where it never was revoked.
  func revocation(of device: DeviceID) throws -> Revocation? {
    let row = try db.row(
      "SELECT bytes FROM statement WHERE scope = 0 AND site = 0 AND kind = ? AND hash = ? ORDER BY first DESC LIMIT 1",
      [Kind.revoked.rawValue, device.bytes])
    guard let row, case .revoked(let said) = try IssuerStatement(decoding: row.bytes("bytes")).content else { return nil }
    return said
  }

  private func state(_ said: Revocation) throws {
    guard let issuer else { return }
    try db.execute(
      "DELETE FROM statement WHERE scope = 0 AND site = 0 AND kind = ? AND hash = ?", [Kind.revoked.rawValue, said.device])
    let arrival = said.arrival
    try put(.revoked(said), 0, 0, .revoked, Omission.Run(first: arrival, last: arrival, hash: said.device), by: issuer)
  }

  /// Has those who hold a scope hear of what was stated of it.
  private func tell(of scope: Int64) throws {
    try db.execute("UPDATE scope SET arrival = ? WHERE id = ?", [try Relay.nextArrival(db), scope])
    try PackLedger(db).drop(of: [scope])
  }

  /// The first and the last site that a device can have.
  private static func sites(of device: DeviceID) -> [any StoreBindable] {
    [device.bytes + [0, 0, 0, 0], device.bytes + [255, 255, 255, 255]]
  }
}

extension LogWriter {
  /// Learns which of some sites are revoked devices'.
  mutating func loadRevoked(_ sites: Set<SiteID>) throws {
    guard issuer != nil else { return }
    let devices = Set(sites.map { DeviceID(of: $0).bytes }).sorted { $0.lexicographicallyPrecedes($1) }
    let found = try db.rows(in: devices) { "SELECT id FROM device WHERE revoked_ms IS NOT NULL AND id IN (\($0))" }
    let ids = Set(try found.map { try $0.bytes("id") })
    revoked = sites.filter { ids.contains(DeviceID(of: $0).bytes) }
  }

  /// Where a revoked device's writing ends. Of what was not here by then the end is stated as soon as somebody brings it, so that whoever has
  /// it from a stick hears that it does not count.
  mutating func end(of chain: Chain) throws -> UInt64 {
    let (scope, site) = (try scopeRow(chain.scope), try siteRow(chain.site))
    let log = StatementLog(db: db, issuer: issuer)
    if let seq = try log.end(scope: scope, site: site) { return seq }
    let head = head(chain)
    try log.end(chain, at: head, scope: scope, site: site)
    try Audit.recordOnce(
      .denied, at: now, principal: principal, detail: "\(Refusal.Code.revoked) \(chain.scope.name) \(chain.site)", in: db)
    outcome.changed.insert(chain.scope)
    return head.seq
  }
}

extension Relay {
  /// States of devices that were revoked before this was stated that they were.
  func stateRevoked(by issuer: Signer) throws {
    let devices: [DeviceID] = try store.read { db in
      let log = StatementLog(db: db, issuer: nil)
      return try db.rows("SELECT id FROM device WHERE revoked_ms IS NOT NULL ORDER BY id").compactMap { row in
        guard let device = DeviceID(bytes: try row.bytes("id")) else { throw RelayError(.damaged, "device") }
        return try log.revocation(of: device)?.isRevoked == true ? nil : device
      }
    }
    guard !devices.isEmpty else { return }
    try store.write { db in
      for device in devices { try StatementLog(db: db, issuer: issuer).revoke(device) }
    }
  }
}
