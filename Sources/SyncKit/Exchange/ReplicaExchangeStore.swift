import GRDB
public import SyncCore

/// A replica as the answering side of an exchange: laptop to laptop, or in one process.
public struct ReplicaExchangeStore: ExchangeStore {
  let replica: Replica

  /// New with each life, and when changesets were given other names: the log's numbers, of which tokens are made, are then others.
  public var epoch: [UInt8] {
    get throws {
      try replica.look { snapshot in
        let incident = try snapshot.latestIncident()
        return try snapshot.connection.site().bytes
          + (incident > 0 ? (0..<8).reversed().map { UInt8(truncatingIfNeeded: incident >> ($0 * 8)) } : [])
      }
    }
  }

  public var isRelay: Bool { false }

  public func token() throws -> [UInt8] {
    try replica.look { snapshot in
      let find = try snapshot.connection.statement("SELECT coalesce(max(id), 0) FROM synckit_log")
      let latest = try find.step() ? UInt64(bitPattern: find.int(0)) : 0
      find.reset()
      return (0..<8).reversed().map { UInt8(truncatingIfNeeded: latest >> (8 * UInt64($0))) }
    }
  }

  /// Every revocation that is known: whoever carries tells of it.
  public func statements(since token: [UInt8]) throws -> [SignedStatement] { try replica.look { try $0.log.revocations() } }

  public func changedScopes(since token: [UInt8]) throws -> [ScopeID] {
    let since = token.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return try replica.look { snapshot in
      let find = try snapshot.connection.statement("SELECT DISTINCT scope FROM synckit_log WHERE id > ?1")
      find.bind(1, since)
      var out: [ScopeID] = []
      while try find.step() { out.append(try snapshot.catalog.scope(UInt32(find.int(0)))) }
      return out.sorted()
    }
  }

  public func holdings(of scopes: [ScopeID]) throws -> [ScopeHoldings] {
    try replica.look { snapshot in
      try scopes.map { ScopeHoldings(scope: $0, holdings: try snapshot.holdings(of: $0, withEnds: true)) }
    }
  }

  public func load(beyond wants: [ScopeHoldings], budget: Int) throws -> ChangeBatch {
    try replica.noteLeaving()
    return try replica.look { try $0.load(beyond: wants, budget: budget) }
  }

  public func store(
    _ fragments: [Fragment], omissions: [Omission], statements: [SignedStatement]
  ) throws -> (held: [ScopeHoldings], refused: [Refusal]) {
    try replica.store(fragments, omissions: omissions, statements: statements)
  }
}

extension Replica {
  /// This replica as the answering side of an exchange.
  public var exchangeStore: ReplicaExchangeStore { ReplicaExchangeStore(replica: self) }

  /// Commits fragments whole, what was left out between them, and what was rejected.
  func store(
    _ fragments: [Fragment], omissions: [Omission] = [], rejections: [Rejection] = [], statements: [SignedStatement] = [],
    isVouchedFor: Bool = false
  ) throws -> (held: [ScopeHoldings], refused: [Refusal]) {
    func commit(sparing: Bool) throws -> ([ScopeID], [Refusal]) {
      try work { engine in
        let (numbers, refused) = try engine.store(
          fragments, omissions: omissions, rejections: rejections, statements: statements, isVouchedFor: isVouchedFor,
          sparing: sparing)
        return (try numbers.map { try engine.catalog.scope($0) }, refused)
      }
    }
    let (scopes, refused): ([ScopeID], [Refusal])
    // One changeset that cannot be applied must not keep the others out.
    do { (scopes, refused) = try commit(sparing: false) } catch  where Engine.isOfChangeset(error) {
      (scopes, refused) = try commit(sparing: true)
    }
    // Observers of the pool see what came from elsewhere as they see what was written here.
    try pool.write { db in try db.notifyChanges(in: .fullDatabase) }
    return (try look { snapshot in try scopes.sorted().map { ScopeHoldings(scope: $0, holdings: try snapshot.holdings(of: $0)) } }, refused)
  }
}

extension Snapshot {
  /// - Parameter withEnds: whether to tell how the hashes begin that others may compare with theirs.
  func holdings(of scope: ScopeID, withEnds: Bool = false) throws -> Holdings {
    guard let number = try catalog.known(scope) else { return Holdings(omitted: 0) }
    var partial: [Holdings.Partial] = []
    let find = try connection.statement("SELECT site, seq, part FROM synckit_waiting WHERE scope = ?1 ORDER BY site, seq, part")
    find.bind(1, number)
    var waiting: [(dot: LocalDot, parts: Int)] = []
    while try find.step() {
      let dot = LocalDot(site: UInt32(find.int(0)), seq: UInt64(find.int(1)))
      if let last = waiting.last, last.dot == dot {
        if last.parts == Int(find.int(2)) { waiting[waiting.count - 1].parts += 1 }
      } else {
        waiting.append((dot, find.int(2) == 0 ? 1 : 0))
      }
    }
    for (dot, parts) in waiting where try parts > 0 && dot.seq == log.lastSeq(scope: number, site: dot.site) + 1 {
      partial.append(Holdings.Partial(dot: try dots([dot])[0], parts: parts))
    }
    let vector = try log.vector(ofScope: number)
    let omitted = try effectless(inScope: number)
    guard withEnds else { return Holdings(vector: vector, partial: partial, omitted: omitted) }
    let ends = try vector.entries.map { dot in try end(number, LocalDot(site: try catalog.number(of: dot.site), seq: dot.seq)) ?? [] }
    return Holdings(vector: vector, partial: partial, ends: ends, omitted: omitted)
  }

  /// ``Holdings/omitted`` of a scope: what has been left out counts as far as others have come after it.
  private func effectless(inScope scope: UInt32) throws -> UInt64 {
    Holdings.effectless(omitted: try log.omittedCount(inScope: scope), rejected: try log.rejectedCount(inScope: scope))
  }

  /// Changesets beyond what somebody holds, in the order of their arrival here, which is one in which they can be applied; and what has been
  /// left out here: all of it where the other side tells another number, otherwise what lies right before a changeset of the batch.
  func load(beyond wants: [ScopeHoldings], budget: Int) throws -> ChangeBatch {
    var batch = Batch(budget: budget)
    for want in wants {
      guard let scope = try catalog.known(want.scope) else { continue }
      let isTold = try want.holdings.omitted.map { try $0 != effectless(inScope: scope) } ?? false
      if isTold { batch.add(try omissions(of: scope), try log.statements(scope: scope)) }
      for entry in try missing(scope, want.holdings.vector, &batch) {
        if batch.isFull { break }
        try add(entry, scope, want.holdings, isTold: isTold, to: &batch)
      }
      if batch.isFull { break }
    }
    return ChangeBatch(
      fragments: batch.fragments, omissions: batch.omissions, statements: batch.statements, hasMore: batch.hasMore)
  }

  private struct Batch {
    let budget: Int
    var fragments: [Fragment] = []
    var omissions: [Omission] = []
    var statements: [SignedStatement] = []
    var bytes = 0
    var isFull = false
    var hasMore = false

    mutating func add(_ more: [Omission], _ stated: [SignedStatement]) {
      omissions += more
      statements += stated
      bytes += more.reduce(0) { $0 + $1.byteCount } + stated.reduce(0) { $0 + $1.byteCount }
    }
  }

  /// How many changesets of one site are looked at for one batch.
  private static let entriesAtOnce = 1024

  /// What a scope has beyond a vector, by arrival; a part of it when there is much.
  private func missing(_ scope: UInt32, _ vector: VersionVector, _ batch: inout Batch) throws -> [ChangeLog.Entry] {
    var out: [ChangeLog.Entry] = []
    var horizon = Int64.max
    for site in try log.sites(inScope: scope) {
      let entries = try log.entries(scope: scope, site: site, after: vector[try catalog.site(site)], limit: Self.entriesAtOnce)
      if entries.count == Self.entriesAtOnce, let last = entries.last { horizon = min(horizon, last.arrived) }
      out += entries
    }
    if horizon < .max {
      // Beyond the horizon a site's changesets are not known, so that nothing may be given that could depend on them.
      batch.hasMore = true
      out.removeAll { $0.arrived > horizon }
    }
    // What counts for nothing since its device was revoked goes nowhere; its text stays here.
    let ends = try log.ends(inScope: scope)
    out.removeAll { entry in ends[entry.dot.site].map { entry.dot.seq > $0 } ?? false }
    return out.sorted { ($0.arrived, $0.dot.site, $0.dot.seq) < ($1.arrived, $1.dot.site, $1.dot.seq) }
  }

  /// - Parameter isTold: whether all that has been left out is told already.
  private func add(_ entry: ChangeLog.Entry, _ scope: UInt32, _ holdings: Holdings, isTold: Bool, to batch: inout Batch) throws {
    let header = try ChangesetHeader(decoding: entry.header)
    // Whoever says that it has them all and yet lacks the changeset has something else: it gets everything.
    let held = holdings.parts(of: header.dot)
    let first = held < header.parts.count ? held : 0
    var parts: [[UInt8]] = []
    let seal = try log.seal(entry, of: header)
    var bytes = entry.header.count + seal.count + 16
    for part in first..<header.parts.count {
      if batch.bytes + bytes + header.parts[part].bytes > batch.budget, !(batch.fragments.isEmpty && parts.isEmpty) {
        batch.isFull = true
        batch.hasMore = true
        break
      }
      parts.append(try log.body(scope: scope, dot: entry.dot, part: part))
      bytes += header.parts[part].bytes + 5
    }
    guard !parts.isEmpty else { return }
    if !isTold, first == 0, entry.dot.seq > 1,
      let run = try log.omission(scope: scope, dot: LocalDot(site: entry.dot.site, seq: entry.dot.seq - 1))
    {
      batch.add(
        [Omission(scope: header.scope, site: header.dot.site, run: run)],
        try log.statements(scope: scope, site: entry.dot.site, of: run))
    }
    batch.fragments.append(Fragment(header: entry.header, signature: seal, firstPart: first, parts: parts))
    batch.bytes += bytes
  }
}
