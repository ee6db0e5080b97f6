import Foundation
public import SyncCore

/// What the relay would not take of a site's writing in a scope, and who brought it. What its author wrote after it there waits for it.
public struct RefusedChangeset: Hashable, Sendable {
  public let refusal: Refusal
  /// The hash of its header.
  public let hash: [UInt8]
  /// The user whose device brought it last.
  public let user: String
  /// When that was, in milliseconds since 1970.
  public let at: Int64
}

extension Relay {
  /// What was refused and has not been taken since, nor rejected; the latest first.
  public func refused() throws -> [RefusedChangeset] {
    try store.read { db in
      let rows = try db.rows(
        """
        SELECT refused.scope, refused.site, refused.seq, refused.hash, code, account, at_ms FROM refused
        WHERE NOT EXISTS (SELECT 1 FROM head JOIN scope ON scope.id = head.scope JOIN site ON site.id = head.site
          WHERE scope.name = refused.scope AND site.name = refused.site AND head.seq >= refused.seq)
        ORDER BY at_ms DESC, refused.scope, refused.site
        """)
      return try rows.map { row in
        guard let scope = ScopeID(try row["scope"]), let site = SiteID(bytes: try row.bytes("site")) else {
          throw RelayError(.damaged, "refused")
        }
        let refusal = Refusal(scope: scope, dot: Dot(site: site, seq: UInt64(try row["seq"] as Int64)), code: try row["code"])
        return RefusedChangeset(refusal: refusal, hash: try row.bytes("hash"), user: try row["account"], at: try row["at_ms"])
      }
    }
  }

  /// Every rejection, by scope and name.
  public func rejections() throws -> [Rejection] {
    try store.read { db in
      let names: [String] = try db.values(
        "SELECT DISTINCT scope.name FROM rejection JOIN scope ON scope.id = rejection.scope ORDER BY scope.name")
      return
        try names
        .flatMap { name in try ScopeID(name).map { try LogReader(db).rejections(of: $0) } ?? [] }
    }
  }

  /// Has a changeset count as applied without effect, everywhere and for good: what follows it in its chain is waited for no longer. It stays
  /// in the log if it is there, and with its author, who is told why.
  /// - Parameters:
  ///   - dot: a changeset that is held, or that was refused when it was last brought.
  ///   - reason: why, for its author to read; at most `Limits.reasonBytes` bytes.
  /// - Returns: nil when it had been rejected before.
  /// - Throws: ``RelayError`` with `changesetUnknown` when it is neither held nor was refused, `badArgument`, or `tooLarge`.
  @discardableResult
  public func reject(_ dot: Dot, of scope: ScopeID, reason: String) throws -> Rejection? {
    guard !reason.isEmpty, reason.utf8.count <= Limits.reasonBytes else { throw RelayError(.badArgument, "reason") }
    let now = clock()
    return try store.write { db in
      var writer = LogWriter(db, principal: .office, of: self, now: now)
      try writer.load([(scope, dot)])
      try writer.loadHashes([(scope, dot)])
      let held = writer.hash(of: dot, LogWriter.Chain(scope: scope, site: dot.site))
      let refused = try db.row(
        "SELECT hash, account FROM refused WHERE scope = ? AND site = ? AND seq = ?",
        [scope.name, dot.site.bytes, Int64(dot.seq)])
      guard let hash = try held ?? refused?.bytes("hash") else { throw RelayError(.changesetUnknown, "\(scope.name) \(dot)") }
      // The scope's first changeset would have opened it to its creator, who goes on in it.
      if let user = try refused?["account"] as String?, try writer.isUnopened(scope) { try writer.open(scope, for: user) }
      let rejection = Rejection(scope: scope, dot: dot, hash: hash, reason: reason)
      let isNew = try writer.reject(rejection)
      try writer.flush()
      return isNew ? rejection : nil
    }
  }

  /// Has what a replica knows to be rejected be so here too: a relay that was restored from a backup has forgotten it.
  public func restore(_ rejections: [Rejection]) throws {
    let known = Set(try self.rejections().map { [$0.scope.name, "\($0.dot)"] })
    let forgotten = rejections.filter { !known.contains([$0.scope.name, "\($0.dot)"]) }
    if forgotten.isEmpty { return }
    let now = clock()
    try store.write { db in
      var writer = LogWriter(db, principal: .office, of: self, now: now)
      try writer.load(forgotten.map { ($0.scope, $0.dot) })
      for rejection in forgotten { _ = try writer.reject(rejection) }
      try writer.flush()
    }
  }
}
