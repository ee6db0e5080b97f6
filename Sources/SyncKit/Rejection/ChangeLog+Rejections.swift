import SyncCore

extension ChangeLog {
  /// The changesets of a scope that were rejected, with their hashes: of each, whether it is in the log or not, what is meant is the one with
  /// that hash.
  func rejections(inScope scope: UInt32) throws -> [LocalDot: [UInt8]] {
    if let known = rejected[scope] { return known }
    let all = try connection.statement(fixed: "SELECT site, seq, hash FROM synckit_rejection WHERE scope = ?1")
    all.bind(1, scope)
    var out: [LocalDot: [UInt8]] = [:]
    while try all.step() { out[LocalDot(site: UInt32(all.int(0)), seq: UInt64(all.int(1)))] = all.blob(2) }
    rejected[scope] = out
    return out
  }

  /// Whether a changeset counts as applied without having any effect: it was rejected, or stands beyond its revoked device's end.
  func isRejected(scope: UInt32, dot: LocalDot) throws -> Bool {
    if try isBeyondEnd(scope: scope, dot: dot) { return true }
    guard let hash = try rejections(inScope: scope)[dot] else { return false }
    guard let entry = try entry(scope: scope, dot: dot) else { return true }
    // Another of the same name is not meant.
    return codec.digest(entry.header) == hash
  }

  /// Whether what a changeset says of one row has no effect: it was rejected, or what made the row was.
  func isRejected(_ dot: LocalDot, _ group: ChangeGroup, _ row: Int, scope: UInt32) throws -> Bool {
    if try isRejected(scope: scope, dot: dot) { return true }
    guard case .names(let names) = group.keys else { return false }
    return try isRejected(scope: scope, dot: names[row].dot)
  }

  /// Notes a rejection; one that is known stays as it is.
  func note(_ rejection: Rejection, scope: UInt32, dot: LocalDot, at: Int64) throws {
    let put = try connection.statement(
      fixed: "INSERT OR IGNORE INTO synckit_rejection(scope, site, seq, hash, reason, at) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")
    put.bind(1, scope)
    put.bind(2, dot.site)
    put.bind(3, dot.seq)
    put.bind(4, blob: rejection.hash)
    put.bind(5, .text(rejection.reason))
    put.bind(6, at)
    try put.run()
    rejected[scope] = nil
  }
}
