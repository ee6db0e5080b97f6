import SyncCore

// MARK: - What is named

extension LogWriter {
  /// Loads all that deciding about a push needs.
  mutating func load(_ fragments: [CheckedFragment]) throws {
    var named: [(scope: ScopeID, dot: Dot)] = []
    for fragment in fragments {
      switch fragment {
      case .usable(let incoming): named.append((incoming.header.scope, incoming.header.dot))
      case .refused(let refusal, _): named.append((refusal.scope, refusal.dot))
      }
    }
    try load(named)
    var wanted: [(scope: ScopeID, dot: Dot)] = []
    for fragment in fragments {
      switch fragment {
      case .refused(let refusal, _): wanted.append((refusal.scope, refusal.dot))
      case .usable(let incoming):
        let (scope, dot) = (incoming.header.scope, incoming.header.dot)
        if dot.seq <= head(Chain(scope: scope, site: dot.site)).seq {
          wanted.append((scope, dot))
        } else {
          // It asks for the hash of each changeset that its author says to have read.
          _ = incoming.header.hasReadAnother { read in
            wanted.append((scope, read))
            return nil
          }
        }
      }
    }
    try loadHashes(wanted)
    try loadSuccessors(fragments)
    try loadRevoked(Set(named.map(\.dot.site)))
  }

  /// Loads by what is judged what cites a certificate that its device has no more: in this transaction, since the place in the log decides.
  private mutating func loadSuccessors(_ fragments: [CheckedFragment]) throws {
    guard issuer != nil else { return }
    var cited: Set<[UInt8]> = []
    for case .usable(let incoming) in fragments { cited.insert(incoming.header.certificate) }
    successors = try StatementLog(db: db, issuer: issuer).successors(of: cited).mapValues(\.authority)
  }

  /// Loads scopes and sites, and holds the scopes until the transaction ends: nobody else writes in them meanwhile.
  mutating func load(_ named: [(scope: ScopeID, dot: Dot)]) throws {
    let names = Set(named.map(\.scope)).sorted()
    for scope in names { heads[scope] = [:] }
    // In one order, whatever the push's: two that want the same scopes do not wait for each other.
    let scopes = try db.rows(in: names.map(\.name)) { marks in
      "SELECT id, name, head FROM scope WHERE name IN (\(marks)) ORDER BY id\(db.forUpdate)"
    }
    var ids: [Int64: ScopeID] = [:]
    for row in scopes {
      guard let scope = ScopeID(try row["name"]) else { throw RelayError(.damaged, "a scope's name") }
      let id: Int64 = try row["id"]
      (scopeRows[scope], positions[scope], ids[id]) = (id, try row["head"], scope)
    }
    try loadAccess(names)
    try loadChains(ids)
    try loadSites(Set(named.map(\.dot.site)))
  }

  /// Who asks may hold which of the scopes.
  private mutating func loadAccess(_ scopes: [ScopeID]) throws {
    var granted: Set<String> = []
    if principal.device != nil {
      let rows = try db.rows(in: scopes.map(\.name) + [GrantedScope.allName], with: [principal.user, now]) { marks in
        "SELECT scope FROM access WHERE account = ? AND \(Grant.isLive) AND scope IN (\(marks))"
      }
      granted = Set(try rows.map { try $0["scope"] })
    }
    let holdsAll = principal.device == nil || granted.contains(GrantedScope.allName)
    for scope in scopes { access[scope] = scope.name != GrantedScope.allName && (holdsAll || granted.contains(scope.name)) }
  }

  private mutating func loadChains(_ scopes: [Int64: ScopeID]) throws {
    func each(_ table: String, _ columns: String, _ body: (StoreRow, Chain) throws -> Void) throws {
      let rows = try db.rows(in: scopes.keys.sorted()) { marks in
        "SELECT \(table).scope, site.id, site.name, seq, hash\(columns) FROM \(table) JOIN site ON site.id = \(table).site "
          + "WHERE \(table).scope IN (\(marks))"
      }
      for row in rows {
        guard let scope = scopes[try row["scope"]], let site = SiteID(bytes: try row.bytes("name")) else {
          throw RelayError(.damaged, "a site")
        }
        try body(row, Chain(scope: scope, site: site))
      }
    }
    func seq(_ row: StoreRow) throws -> UInt64 { UInt64(try row["seq"] as Int64) }
    try each("head", "") { row, chain in
      siteRows[chain.site] = try row["id"]
      heads[chain.scope, default: [:]][chain.site] = Head(seq: try seq(row), hash: try row["hash"])
    }
    try each("staged", ", held") { row, chain in
      staged[chain] = Staged(seq: try seq(row), hash: try row["hash"], held: try row["held"])
    }
    try each("rejection", "") { row, chain in rejections[chain, default: [:]][try seq(row)] = try row["hash"] }
  }

  private mutating func loadSites(_ sites: Set<SiteID>) throws {
    let unknown = sites.filter { siteRows[$0] == nil }.sorted()
    for row in try db.rows(in: unknown.map(\.bytes), { "SELECT id, name FROM site WHERE name IN (\($0))" }) {
      guard let site = SiteID(bytes: try row.bytes("name")) else { throw RelayError(.damaged, "a site") }
      siteRows[site] = try row["id"]
    }
  }

  /// Loads the hashes of changesets that are held.
  mutating func loadHashes(_ wanted: [(scope: ScopeID, dot: Dot)]) throws {
    var chains: [[Int64]: Chain] = [:]
    var keys: Set<[Int64]> = []
    try loadSites(Set(wanted.map(\.dot.site)))
    for (scope, dot) in wanted {
      guard let scopeRow = scopeRows[scope], let siteRow = siteRows[dot.site], let seq = Int64(exactly: dot.seq) else { continue }
      chains[[scopeRow, siteRow]] = Chain(scope: scope, site: dot.site)
      keys.insert([scopeRow, siteRow, seq])
    }
    let found = try db.rows(of: keys.sorted { $0.lexicographicallyPrecedes($1) }) { marks in
      """
      SELECT scope, site, seq, hash FROM (VALUES \(marks)) AS wanted
      JOIN changeset ON scope = wanted.column1 AND site = wanted.column2 AND seq = wanted.column3
      """
    }
    for row in found {
      guard let chain = chains[[try row["scope"], try row["site"]]] else { continue }
      hashes[chain, default: [:]][UInt64(try row["seq"] as Int64)] = try row["hash"]
    }
  }

  /// What is held of a scope, whole and in part.
  func holdings(of scope: ScopeID) -> Holdings {
    let dots = (heads[scope] ?? [:]).map { Dot(site: $0, seq: $1.seq) }.sorted { $0.site < $1.site }
    let partial = staged.filter { $0.key.scope == scope }.sorted { $0.key.site < $1.key.site }
    return Holdings(
      vector: VersionVector(dots),
      partial: partial.map { Holdings.Partial(dot: Dot(site: $0.key.site, seq: $0.value.seq), parts: $0.value.held) })
  }
}
