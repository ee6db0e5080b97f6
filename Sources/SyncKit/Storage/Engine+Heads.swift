import SyncCore

/// Where this replica's own writing in a scope stands.
struct ScopeHead {
  let seq: UInt64
  /// The hash of this site's last changeset; empty before the first.
  let hash: [UInt8]
  /// The latest hybrid time of anything applied in the scope.
  let latest: HybridTime
}

extension Engine {
  /// The head of a scope, remembered from one transaction to the next for as long as no other connection has written.
  func head(ofScope scope: UInt32) throws -> ScopeHead {
    let version = try dataVersion()
    if version != headsVersion {
      forgetHeads(version)
      try reloadSite()
    }
    if let known = heads[scope] { return known }
    let last = try log.head(scope: scope, site: siteNumber)
    let head = ScopeHead(
      seq: last?.seq ?? 0, hash: last?.hash ?? [], latest: try log.latestTime(inScope: scope))
    noteHead(head, ofScope: scope)
    return head
  }

  /// The hash of a changeset, remembered as heads are: what is written mostly needs the same again.
  func hash(of dot: Dot, in scope: UInt32) throws -> [UInt8]? {
    if let known = hashes[scope]?[dot] { return known }
    let hash = try log.hash(scope: scope, dot: LocalDot(site: try catalog.number(of: dot.site), seq: dot.seq))
    if let hash { hashes[scope, default: [:]][dot] = hash }
    return hash
  }

  /// Changes when another connection has committed, in this process or elsewhere.
  private func dataVersion() throws -> Int64 {
    let ask = try connection.statement(fixed: "PRAGMA data_version")
    defer { ask.reset() }
    return try ask.step() ? ask.int(0) : 0
  }
}
