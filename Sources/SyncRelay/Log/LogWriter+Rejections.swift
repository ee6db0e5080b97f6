import Foundation
import GRDB
import SyncCore

extension LogWriter {
  /// Remembers what was refused, so that the office sees it and can reject it; one for each site in a scope, since what follows it waits.
  func remember(_ refusal: Refusal, hash: [UInt8]) throws {
    // A fork is settled by the device that wrote it, and what came before a gap is on its way.
    if refusal.code == Refusal.Code.fork || refusal.code == Refusal.Code.gap { return }
    try db.execute(
      sql: """
        INSERT OR REPLACE INTO refused(scope, site, seq, hash, code, device, user, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        refusal.scope.name, Data(refusal.dot.site.bytes), Int64(refusal.dot.seq), Data(hash), refusal.code,
        Data(principal.deviceBytes), principal.user, now,
      ])
    try db.execute(
      sql: """
        DELETE FROM refused WHERE (scope, site) IN
          (SELECT scope, site FROM refused ORDER BY at_ms DESC, scope, site LIMIT -1 OFFSET ?)
        """, arguments: [limits.refusalsKept])
  }

  /// Has what was rejected count as held where it is next in its chain.
  /// - Returns: the chain's end then.
  func passRejected(after head: Head, scope: Int64, site: Int64) throws -> Head {
    var head = head
    let find = try db.cachedStatement(sql: "SELECT hash FROM rejection WHERE scope = ? AND site = ? AND seq = ?")
    while let hash = try Data.fetchOne(find, arguments: [scope, site, Int64(head.seq) + 1]) {
      head = Head(seq: head.seq + 1, hash: Array(hash))
      // What of it lies here in part is not waited for.
      for table in ["staged", "part"] {
        try db.execute(
          sql: "DELETE FROM \(table) WHERE scope = ? AND site = ? AND seq = ?", arguments: [scope, site, Int64(head.seq)])
      }
      try raiseHead(scope, site, head.seq, head.hash)
    }
    return head
  }

  /// Marks a changeset as rejected.
  /// - Returns: whether it was not before.
  mutating func reject(_ rejection: Rejection) throws -> Bool {
    let scope = try scopeRow(rejection.scope)
    let site = try siteRow(rejection.dot.site)
    let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM rejection WHERE scope = ?", arguments: [scope]) ?? 0
    guard count < Limits.rejections else { throw RelayError(.tooLarge, "rejections of a scope") }
    try db.execute(
      sql: "INSERT OR IGNORE INTO rejection(scope, site, seq, hash, reason, at_ms) VALUES (?, ?, ?, ?, ?, ?)",
      arguments: [scope, site, Int64(rejection.dot.seq), Data(rejection.hash), rejection.reason, now])
    if db.changesCount == 0 { return false }
    _ = try passRejected(after: try head(Chain(scope: rejection.scope, site: rejection.dot.site)), scope: scope, site: site)
    // Those who hold the scope are to hear of it.
    try db.execute(sql: "UPDATE scope SET arrival = ? WHERE id = ?", arguments: [try Relay.nextArrival(db), scope])
    let detail = "\(rejection.scope.name) \(rejection.dot): \(rejection.reason)"
    try Audit.record(.rejected, at: now, device: nil, user: nil, detail: detail, in: db)
    return true
  }
}
