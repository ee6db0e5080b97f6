import SyncBlobs
public import SyncCore

/// What a round of packing has done.
public struct PackReport: Hashable, Sendable {
  /// Packs that were made, how many scopes they hold, and how many bytes they have.
  public var packs = 0
  public var scopes = 0
  public var bytes = 0
  /// Packs that they have taken the place of.
  public var replaced = 0
  /// Scopes of which something could not be believed: they are pulled, so that each laptop judges for itself.
  public var unbelieved = 0

  public init() {}
}

extension Relay {
  /// Writes down beforehand what a first sync is answered: packs of many scopes each, immutable, named by their digests and signed by the
  /// issuer, for which each changeset is judged once more here. Nothing that anybody asks waits for it.
  ///
  /// A scope is packed when as much has come as is worth it (``RelayLimits/packChangesets``), and anew with those that it is together with when a quarter
  /// more has come since. What is left out of the log or rejected takes its packs with it at once.
  /// - Parameter codec: by what packs are compressed; nil for the relay's own.
  /// - Returns: nil where something was left out or rejected meanwhile, so that what was read does not count.
  @discardableResult
  public func pack(with codec: Codec? = nil) throws -> PackReport? {
    try sweepPacks()
    let plan = try store.read { db in try PackPlan(db, now: clock(), limits: limits) }
    var report = PackReport()
    guard !plan.isEmpty else { return report }
    var builder = PackBuilder(self, codec ?? self.codec)
    for group in plan.groups { try builder.pack(group) }
    let (drafts, now) = (builder.drafts, clock())
    let isTaken = try store.write { db in
      // As whoever takes an arrival does: one after the other.
      _ = try db.rows("SELECT arrival FROM relay\(db.forUpdate)")
      let ledger = PackLedger(db)
      guard try ledger.effectless() == plan.effectless else { return false }
      try ledger.drop(plan.replaced)
      // Another process may have packed the same.
      for scope in Set(drafts.flatMap(\.heads.keys)) where try db.exists("SELECT 1 FROM pack_scope WHERE scope = ?", [scope]) {
        return false
      }
      try ledger.add(drafts, now: now)
      return true
    }
    try sweepPacks()
    guard isTaken else { return nil }
    report.packs = drafts.count
    report.scopes = Set(drafts.flatMap(\.heads.keys)).count
    report.bytes = drafts.reduce(0) { $0 + $1.pack.bytes }
    report.replaced = plan.replaced.count
    report.unbelieved = builder.unbelieved.count
    return report
  }

  /// Removes files that are noted nowhere, and forgets what has no file: after a crash, a backup that was put back, or a change of folders.
  func sweepPacks() throws {
    let noted = try store.read { db in
      try db.rows("SELECT number, digest, bytes FROM pack").map {
        (try $0["number"] as Int64, try $0.bytes("digest"), try $0["bytes"] as Int)
      }
    }
    let known = Set(noted.map(\.1))
    for digest in packs.digests() where !known.contains(digest) { try packs.remove(digest) }
    let gone = noted.filter { packs.size(of: $0.1) != $0.2 }.map(\.0)
    if !gone.isEmpty { try store.write { db in try PackLedger(db).drop(gone) } }
  }
}

extension RelayAccess: PackSource {
  public func packs(of scopes: [ScopeID]) throws -> [Pack] {
    guard scopes.count <= relay.limits.scopesPerRequest else { throw RelayError(.tooLarge, "scopes of a request") }
    let now = relay.clock()
    return try relay.store.read { db in
      try Relay.requireCurrent(principal, in: db)
      return try PackLedger(db).offered(to: principal, scopes, now: now)
    }.filter { relay.packs.size(of: $0.digest) == $0.bytes }
  }

  public func read(pack digest: [UInt8], at offset: Int) throws -> BlobPiece {
    let now = relay.clock()
    let length = try relay.store.read { db in
      try Relay.requireCurrent(principal, in: db)
      return try PackLedger(db).readable(digest, by: principal, now: now)
    }
    guard let length, relay.packs.size(of: digest) == length else { throw RelayError(.blobUnknown, "a pack") }
    guard (0..<length).contains(offset) else { throw RelayError(.badArgument, "a place in a pack") }
    return BlobPiece(bytes: try relay.packs.read(digest, at: offset, upTo: min(Limits.blobPieceBytes, length - offset)), total: length)
  }
}
