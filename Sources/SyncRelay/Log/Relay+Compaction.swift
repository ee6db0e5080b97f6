import Foundation
public import SyncCore

extension Relay {
  /// What of each scope may be left out of the log, because everybody has it: every device whose lease runs has said so, and it has been
  /// here for as long as a backup of the relay may be old (``RelayLimits/leaseMilliseconds``, ``RelayLimits/historyMilliseconds``).
  public func acknowledgedByAll() throws -> [ScopeHoldings] {
    let now = clock()
    return try store.read { db in
      let rows = try db.rows(
        """
        SELECT scope.name AS scope, site.name AS site, max(changeset.seq) AS seq FROM changeset
        JOIN scope ON scope.id = changeset.scope JOIN site ON site.id = changeset.site
        WHERE changeset.arrival <= ? GROUP BY scope.name, site.name ORDER BY scope.name
        """, [try acknowledged(now, db)])
      var out: [ScopeHoldings] = []
      for row in rows {
        guard let scope = ScopeID(try row["scope"]), let site = SiteID(bytes: try row.bytes("site")) else {
          throw RelayError(.damaged, "scope")
        }
        if out.last?.scope != scope { out.append(ScopeHoldings(scope: scope, holdings: Holdings())) }
        out[out.count - 1].holdings.vector.insert(Dot(site: site, seq: UInt64(try row["seq"] as Int64)))
      }
      return out
    }
  }

  /// Leaves changesets out of the log, for good; what was left out before is no error.
  ///
  /// What not everybody has acknowledged stays, whatever is asked for, and so does what is not the changeset that is meant.
  /// - Returns: how many changesets went.
  @discardableResult
  public func leaveOut(_ omissions: [Omission]) throws -> Int {
    let now = clock()
    let gone = try store.write { db in
      // As whoever pushes does: the scopes first, in one order, and then the relay's row.
      _ = try db.rows(in: Set(omissions.map(\.scope)).sorted().map(\.name)) { marks in
        "SELECT id FROM scope WHERE name IN (\(marks)) ORDER BY id\(db.forUpdate)"
      }
      let arrival = try acknowledged(now, db)
      var count = 0
      var touched: Set<Int64> = []
      for omission in omissions {
        guard let log = try OmissionLog(omission.scope, omission.site, in: db), try log.isWhole(omission.run, arrivedBy: arrival) else {
          continue
        }
        try noteOmitted(log.lastArrival(omission.run), db)
        let (gone, whole) = try log.leaveOut(omission.run)
        try StatementLog(db: db, issuer: issuer)
          .state(Omission(scope: omission.scope, site: omission.site, run: whole), scope: log.scope, site: log.site)
        if gone > 0 { touched.insert(log.scope) }
        count += gone
      }
      // Those who hold these scopes are to hear of it.
      for scope in touched.sorted() {
        try db.execute("UPDATE scope SET arrival = ? WHERE id = ?", [try Self.nextArrival(db), scope])
      }
      try PackLedger(db).drop(of: touched)
      if count > 0 {
        try Audit.record(.compacted, at: now, device: nil, user: nil, detail: "\(count) changesets of \(touched.count) scopes", in: db)
      }
      return count
    }
    // What was left out is to be read in no file either.
    if gone > 0 { try sweepPacks() }
    return gone
  }

  /// Up to which arrival everything is with everybody, and has been here long enough.
  private func acknowledged(_ now: Int64, _ db: any StoreTransaction) throws -> Int64 {
    let least: Int64? = try db.value(
      "SELECT min(acknowledged) FROM device WHERE revoked_ms IS NULL AND seen_ms > ?", [now - limits.leaseMilliseconds])
    let old: Int64? = try db.value(
      "SELECT min(arrival) - 1 FROM changeset WHERE received_ms > ?", [now - limits.historyMilliseconds])
    return try min(least ?? .max, old ?? .max, Self.arrival(db))
  }

  /// Remembers the lineage up to what is about to go: tokens that were told before then cannot be judged any more.
  private func noteOmitted(_ arrival: Int64?, _ db: any StoreTransaction) throws {
    guard let arrival, let lineage = try Self.lineage(at: arrival, db) else { return }
    try db.execute("UPDATE relay SET omitted = ?, omitted_lineage = ?", [arrival, lineage])
  }

  /// Notes what a device has said that it holds: everything up to a token of this relay's.
  func noteAcknowledged(_ token: [UInt8], of epoch: [UInt8], by principal: Principal) throws {
    guard let device = principal.device else { return }
    let arrival = try store.read { db -> Int64? in
      guard try Self.epoch(db) == epoch, let token = RelayToken(token, key: try Self.tokenKey(db), codec: codec) else { return nil }
      let known: Int64? = try db.value("SELECT acknowledged FROM device WHERE id = ?", [device.bytes])
      return known == token.arrival ? nil : token.arrival
    }
    guard let arrival else { return }
    try store.write { db in
      try db.execute("UPDATE device SET acknowledged = ? WHERE id = ?", [arrival, device.bytes])
    }
  }
}
