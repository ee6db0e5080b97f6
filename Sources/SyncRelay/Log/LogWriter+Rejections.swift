import Foundation
import SyncCore

extension LogWriter {
  /// Remembers what was refused, so that the office sees it and can reject it; one for each site in a scope, since what follows it waits.
  func remember(_ refusal: Refusal, hash: [UInt8]) throws {
    // A fork is settled by the device that wrote it, and what came before a gap is on its way.
    if [Refusal.Code.fork, Refusal.Code.otherBranch, Refusal.Code.gap].contains(refusal.code) { return }
    try db.execute(
      """
      INSERT INTO refused(scope, site, seq, hash, code, device, account, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (scope, site) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, code = excluded.code,
        device = excluded.device, account = excluded.account, at_ms = excluded.at_ms
      """,
      [
        refusal.scope.name, refusal.dot.site.bytes, Int64(refusal.dot.seq), hash, refusal.code,
        principal.deviceBytes, principal.user, now,
      ])
    try db.execute(
      """
      DELETE FROM refused WHERE (scope, site) IN
        (SELECT scope, site FROM refused ORDER BY at_ms DESC, scope, site LIMIT \(Int64.max) OFFSET ?)
      """, [limits.refusalsKept])
  }

  /// Has what was rejected count as held where it is next in its chain.
  mutating func passRejected(_ chain: Chain, scope: Int64, site: Int64) throws {
    while let hash = rejections[chain]?[head(chain).seq + 1] {
      let head = Head(seq: head(chain).seq + 1, hash: hash)
      staged[chain] = nil
      // What of it lies here in part is not waited for.
      for table in ["staged", "part"] {
        try db.execute("DELETE FROM \(table) WHERE scope = ? AND site = ? AND seq = ?", [scope, site, Int64(head.seq)])
      }
      raise(chain, to: head)
    }
  }

  /// Rejects what was written under a certificate that its device has no more, and goes beyond what the present one allows: it comes too
  /// late to count. Whoever took it from a stick hears of it like everybody; the text is kept as with any rejection.
  mutating func rejectSuperseded(_ incoming: IncomingFragment, _ chain: Chain, scope: Int64, site: Int64) throws -> String? {
    // Parts that came with this push, before the one that shows it.
    let seq = Int64(incoming.header.dot.seq)
    parts.removeAll { $0[0] as? Int64 == scope && $0[1] as? Int64 == site && $0[2] as? Int64 == seq }
    let rejection = Rejection(scope: chain.scope, dot: incoming.header.dot, hash: incoming.hash, reason: Rejection.superseded)
    do {
      _ = try reject(rejection)
    } catch let error as RelayError where error.code == .tooLarge {
      return Refusal.Code.superseded
    }
    outcome.changed.insert(chain.scope)
    return nil
  }

  /// Marks a changeset as rejected.
  /// - Returns: whether it was not before.
  mutating func reject(_ rejection: Rejection) throws -> Bool {
    let scope = try scopeRow(rejection.scope)
    let site = try siteRow(rejection.dot.site)
    let count = try db.value("SELECT count(*) FROM rejection WHERE scope = ?", [scope]) ?? 0
    guard count < Limits.rejections else { throw RelayError(.tooLarge, "rejections of a scope") }
    let isNew = try db.execute(
      "INSERT INTO rejection(scope, site, seq, hash, reason, at_ms) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
      [scope, site, Int64(rejection.dot.seq), rejection.hash, rejection.reason, now])
    if isNew == 0 { return false }
    try StatementLog(db: db, issuer: issuer).state(rejection, scope: scope, site: site)
    let chain = Chain(scope: rejection.scope, site: rejection.dot.site)
    rejections[chain, default: [:]][rejection.dot.seq] = rejection.hash
    try passRejected(chain, scope: scope, site: site)
    // Those who hold the scope are to hear of it.
    try db.execute("UPDATE scope SET arrival = ? WHERE id = ?", [try Relay.nextArrival(db), scope])
    try PackLedger(db).drop(of: [scope])
    let detail = "\(rejection.scope.name) \(rejection.dot): \(rejection.reason)"
    try Audit.record(.rejected, at: now, device: nil, user: nil, detail: detail, in: db)
    return true
  }
}
