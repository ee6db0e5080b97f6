import Foundation
import SyncCore

/// What the relay states in its issuer's name, within one transaction. What a relay without an issuer says is believed for its own sake.
struct StatementLog {
  /// What tells apart what is stated of a site's changesets. Its number is that of the statement's kind.
  enum Kind: Int64 {
    case omitted = 1
    case rejected
    case superseded
    case revoked
    case ended
  }

  let db: any StoreTransaction
  let issuer: Signer?

  /// States that a run has been left out, in the place of what was stated of parts of it.
  /// - Parameters:
  ///   - scope: the scope's row.
  ///   - site: the site's row.
  func state(_ omission: Omission, scope: Int64, site: Int64) throws {
    guard let issuer else { return }
    let run = omission.run
    let isStated = try db.exists(
      "SELECT 1 FROM statement WHERE scope = ? AND site = ? AND kind = ? AND first = ? AND last = ? AND hash = ?",
      [scope, site, Kind.omitted.rawValue, Int64(run.first), Int64(run.last), run.hash])
    if isStated { return }
    try db.execute(
      "DELETE FROM statement WHERE scope = ? AND site = ? AND kind = ? AND first BETWEEN ? AND ?",
      [scope, site, Kind.omitted.rawValue, Int64(run.first), Int64(run.last)])
    try put(.omitted(omission), scope, site, .omitted, run, by: issuer)
  }

  /// States that a changeset was rejected.
  func state(_ rejection: Rejection, scope: Int64, site: Int64) throws {
    guard let issuer else { return }
    let run = Omission.Run(first: rejection.dot.seq, last: rejection.dot.seq, hash: rejection.hash)
    try put(.rejected(rejection), scope, site, .rejected, run, by: issuer)
  }

  /// States that a device has another certificate, from here on, than those it had. What was written before and comes later is judged by it.
  func state(_ successor: SignedCertificate, of device: DeviceID, insteadOf former: [[UInt8]]) throws {
    guard let issuer else { return }
    for hash in former {
      let arrival = try nextPlace()
      let said = Supersession(device: device.bytes, former: hash, successor: successor, arrival: arrival)
      try put(.superseded(said), 0, 0, .superseded, Omission.Run(first: arrival, last: arrival, hash: hash), by: issuer)
    }
  }

  /// The place of what is stated of a device: a log that was set back gives out arrivals once more, and what is stated keeps its own.
  func nextPlace() throws -> UInt64 {
    let latest = try db.value("SELECT max(first) FROM statement WHERE scope = 0 AND site = 0") ?? 0
    return UInt64(max(try Relay.nextArrival(db), Int64(latest) + 1))
  }

  /// The certificates that stand in the place of others, the latest of each, by the hash of the other.
  func successors(of former: Set<[UInt8]>) throws -> [[UInt8]: Certificate] {
    let rows = try db.rows(in: former.sorted { $0.lexicographicallyPrecedes($1) }, with: [Kind.superseded.rawValue]) { marks in
      "SELECT first, hash, bytes FROM statement WHERE kind = ? AND hash IN (\(marks))"
    }
    let ordered = try rows.map { (first: try $0["first"] as Int64, hash: try $0.bytes("hash"), bytes: try $0.bytes("bytes")) }
    var out: [[UInt8]: Certificate] = [:]
    for row in ordered.sorted(by: { $0.first < $1.first }) {
      guard case .superseded(let said) = try IssuerStatement(decoding: row.bytes).content else { continue }
      out[row.hash] = try Certificate(decoding: said.successor.bytes)
    }
    return out
  }

  /// What was stated after an arrival of a device's certificates, and of the devices that were revoked.
  func all(of device: DeviceID, after arrival: Int64) throws -> [SignedStatement] {
    let rows = try db.rows(
      "SELECT bytes, signature FROM statement WHERE scope = 0 AND site = 0 AND first > ? ORDER BY first", [arrival])
    return try rows.map { SignedStatement(bytes: try $0.bytes("bytes"), signature: try $0.bytes("signature")) }.filter { signed in
      switch try IssuerStatement(decoding: signed.bytes).content {
      case .superseded(let said): return said.device == device.bytes
      case .revoked: return true
      case .omitted, .rejected, .ended: return false
      }
    }
  }

  /// Everything that was stated of a scope.
  func all(inScope scope: Int64) throws -> [SignedStatement] {
    try db.rows("SELECT bytes, signature FROM statement WHERE scope = ? ORDER BY site, kind, first", [scope]).map { row in
      SignedStatement(bytes: try row.bytes("bytes"), signature: try row.bytes("signature"))
    }
  }

  func put(
    _ content: IssuerStatement.Content, _ scope: Int64, _ site: Int64, _ kind: Kind, _ run: Omission.Run, by issuer: Signer
  ) throws {
    let signed = try SignedStatement(IssuerStatement(content, issuer: issuer.publicKey), by: issuer)
    try db.execute(
      """
      INSERT INTO statement(scope, site, kind, first, last, hash, bytes, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """, [scope, site, kind.rawValue, Int64(run.first), Int64(run.last), run.hash, signed.bytes, signed.signature])
  }
}

extension Relay {
  /// States what was left out, rejected or revoked before there were statements of it: what stands in this log was believed for the log's sake.
  func stateEarlier() throws {
    guard let issuer else { return }
    try stateRevoked(by: issuer)
    let isBehind = try store.read { db in
      try !db.exists("SELECT 1 FROM statement LIMIT 1")
        && (db.exists("SELECT 1 FROM omission LIMIT 1") || db.exists("SELECT 1 FROM rejection LIMIT 1"))
    }
    guard isBehind else { return }
    try store.write { db in
      let log = StatementLog(db: db, issuer: issuer)
      for row in try db.rows("SELECT id, name FROM scope ORDER BY id") {
        guard let scope = ScopeID(try row["name"]) else { throw RelayError(.damaged, "a scope's name") }
        let number: Int64 = try row["id"]
        let reader = LogReader(db)
        func site(_ name: SiteID) throws -> Int64 { try db.inserted("SELECT id FROM site WHERE name = ?", [name.bytes]) }
        for omission in try reader.omissions(of: scope) { try log.state(omission, scope: number, site: site(omission.site)) }
        for rejection in try reader.rejections(of: scope) { try log.state(rejection, scope: number, site: site(rejection.dot.site)) }
      }
    }
  }
}
