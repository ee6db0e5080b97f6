import SyncCore

/// The log of changesets, as their authors encoded them: what is exchanged, and what history is told from.
final class ChangeLog {
  let connection: Connection
  let catalog: Catalog
  let codec: Codec
  /// Whether what was left out or rejected counts towards others only where the office has stated it.
  let asksForStatements: Bool
  /// A batch of edits nearly always meets those of few changesets.
  private var lastTime: (scope: UInt32, dot: LocalDot, time: HybridTime)?
  /// The certificate that was looked up last, by its hash.
  var latestCertificate: (hash: [UInt8], signed: SignedCertificate)?
  /// What was re-stamped, by scope, as far as it was asked for in this transaction.
  var stamped: [UInt32: StampedNames] = [:]
  /// What was rejected, by scope, as far as it was asked for in this transaction.
  var rejected: [UInt32: [LocalDot: [UInt8]]] = [:]
  /// Where revoked devices' writing ends, by scope, and which devices are revoked, as far as it was asked for in this transaction.
  var ended: [UInt32: [UInt32: UInt64]] = [:]
  var revoked: Set<[UInt8]>?

  init(_ connection: Connection, _ catalog: Catalog, _ codec: Codec, asksForStatements: Bool) {
    self.asksForStatements = asksForStatements
    self.connection = connection
    self.catalog = catalog
    self.codec = codec
  }

  /// The last changeset of a site in a scope.
  struct Head {
    let seq: UInt64
    /// The hash of its header.
    let hash: [UInt8]
  }

  func head(scope: UInt32, site: UInt32) throws -> Head? {
    let seq = try lastEntry(scope: scope, site: site)
    if let run = try passed(after: seq, scope: scope, site: site) { return Head(seq: run.last, hash: run.hash) }
    if seq == 0 { return nil }
    guard let entry = try entry(scope: scope, dot: LocalDot(site: site, seq: seq)) else {
      throw SyncKitError(.damaged, ["log": "part 0 of \(seq)"])
    }
    return Head(seq: seq, hash: codec.digest(entry.header))
  }

  /// The sites that have written in a scope.
  func sites(inScope scope: UInt32) throws -> [UInt32] {
    var out: [UInt32] = []
    let next = try connection.statement(fixed: "SELECT min(site) FROM synckit_log WHERE scope = ?1 AND site > ?2")
    while true {
      next.bind(1, scope)
      next.bind(2, out.last.map { Int64($0) } ?? -1)
      guard try next.step(), !next.isNull(0) else { break }
      out.append(UInt32(next.int(0)))
      next.reset()
    }
    next.reset()
    for site in try sitesWithOmissions(inScope: scope) + rejections(inScope: scope).keys.map(\.site).sorted() where !out.contains(site) {
      out.append(site)
    }
    return out
  }

  /// What has been applied of a scope, as far as it counts: of a revoked device's nothing beyond its end.
  func vector(ofScope scope: UInt32) throws -> VersionVector {
    var dots: [Dot] = []
    let ends = try ends(inScope: scope)
    for site in try sites(inScope: scope) {
      let last = try lastSeq(scope: scope, site: site)
      dots.append(Dot(site: try catalog.site(site), seq: min(last, ends[site] ?? last)))
    }
    return VersionVector(dots)
  }

  /// The last changeset of a site that counts as applied: in the log, rejected, or left out between the last that is and one that has come.
  func lastSeq(scope: UInt32, site: UInt32) throws -> UInt64 {
    let last = try lastEntry(scope: scope, site: site)
    return try passed(after: last, scope: scope, site: site)?.last ?? last
  }

  /// The last changeset of a site that is in the log; 0 when none is.
  func lastEntry(scope: UInt32, site: UInt32) throws -> UInt64 {
    let find = try connection.statement(fixed: "SELECT max(seq) FROM synckit_log WHERE scope = ?1 AND site = ?2")
    find.bind(1, scope)
    find.bind(2, site)
    defer { find.reset() }
    return try find.step() ? UInt64(find.int(0)) : 0
  }

  /// The latest hybrid time among all that has been applied of a scope: times rise with each site's sequence.
  func latestTime(inScope scope: UInt32) throws -> HybridTime {
    var latest = HybridTime(rawValue: 0)
    let find = try connection.statement(
      fixed: "SELECT time FROM synckit_log WHERE scope = ?1 AND site = ?2 AND part = 0 ORDER BY seq DESC LIMIT 1")
    for site in try sites(inScope: scope) {
      find.bind(1, scope)
      find.bind(2, site)
      if try find.step() { latest = max(latest, HybridTime(rawValue: UInt64(find.int(0)))) }
      find.reset()
    }
    return latest
  }

  func time(scope: UInt32, dot: LocalDot) throws -> HybridTime {
    if let last = lastTime, last.scope == scope, last.dot == dot { return last.time }
    let find = try connection.statement(fixed: "SELECT time FROM synckit_log WHERE scope = ?1 AND site = ?2 AND seq = ?3 AND part = 0")
    find.bind(1, scope)
    find.bind(2, dot.site)
    find.bind(3, dot.seq)
    guard try find.step() else { throw SyncKitError(.damaged, ["log": "changeset \(dot.seq) of site \(dot.site)"]) }
    defer { find.reset() }
    let time = HybridTime(rawValue: UInt64(find.int(0)))
    lastTime = (scope, dot, time)
    return time
  }

  /// Forgets what was read in a transaction that may yet be undone.
  func forget() {
    lastTime = nil
    stamped.removeAll()
    rejected.removeAll()
    forgetRevocations()
  }

  func appendPart(scope: UInt32, dot: LocalDot, part: Int, body: [UInt8]) throws {
    let put = try connection.statement(fixed: "INSERT INTO synckit_log(scope, site, seq, part, body) VALUES(?1, ?2, ?3, ?4, ?5)")
    put.bind(1, scope)
    put.bind(2, dot.site)
    put.bind(3, dot.seq)
    put.bind(4, part)
    put.bind(5, blob: body)
    try put.run()
  }

  /// Writes the part that carries the header. The changeset is not whole before.
  func appendHead(
    scope: UInt32, dot: LocalDot, time: HybridTime, arrived: Int64, header: [UInt8], signature: [UInt8], body: [UInt8]
  ) throws {
    let put = try connection.statement(
      fixed:
        "INSERT INTO synckit_log(scope, site, seq, part, time, arrived, header, signature, body) VALUES(?1, ?2, ?3, 0, ?4, ?5, ?6, ?7, ?8)")
    put.bind(1, scope)
    put.bind(2, dot.site)
    put.bind(3, dot.seq)
    put.bind(4, time.rawValue)
    put.bind(5, arrived)
    put.bind(6, blob: header)
    put.bind(7, blob: signature)
    put.bind(8, blob: body)
    try put.run()
  }

  struct Entry {
    let dot: LocalDot
    let header: [UInt8]
    let signature: [UInt8]
    let arrived: Int64
  }

  func entry(scope: UInt32, dot: LocalDot) throws -> Entry? {
    let find = try connection.statement(
      fixed: "SELECT header, signature, arrived FROM synckit_log WHERE scope = ?1 AND site = ?2 AND seq = ?3 AND part = 0")
    find.bind(1, scope)
    find.bind(2, dot.site)
    find.bind(3, dot.seq)
    guard try find.step() else { return nil }
    defer { find.reset() }
    return Entry(dot: dot, header: find.blob(0), signature: find.blob(1), arrived: find.int(2))
  }

  /// The hash of a changeset's header, where it is known: the changeset is in the log, was rejected, is the last of a run that was left out, or
  /// the next one is in the log and names it.
  func hash(scope: UInt32, dot: LocalDot) throws -> [UInt8]? {
    if let entry = try entry(scope: scope, dot: dot) { return codec.digest(entry.header) }
    if let hash = try rejections(inScope: scope)[dot] { return hash }
    if let run = try omission(scope: scope, dot: dot), run.last == dot.seq { return run.hash }
    return try entry(scope: scope, dot: LocalDot(site: dot.site, seq: dot.seq + 1)).map {
      try ChangesetHeader(decoding: $0.header).previous
    }
  }

  func header(scope: UInt32, dot: LocalDot) throws -> ChangesetHeader {
    guard let entry = try entry(scope: scope, dot: dot) else {
      throw SyncKitError(.damaged, ["log": "changeset \(dot.seq) of site \(dot.site)"])
    }
    return try ChangesetHeader(decoding: entry.header)
  }

  func body(scope: UInt32, dot: LocalDot, part: Int) throws -> [UInt8] {
    let find = try connection.statement(fixed: "SELECT body FROM synckit_log WHERE scope = ?1 AND site = ?2 AND seq = ?3 AND part = ?4")
    find.bind(1, scope)
    find.bind(2, dot.site)
    find.bind(3, dot.seq)
    find.bind(4, part)
    guard try find.step() else { throw SyncKitError(.damaged, ["log": "part \(part) of changeset \(dot.seq)"]) }
    defer { find.reset() }
    return find.blob(0)
  }

  /// Reads a part of a changeset in the log.
  func part(_ header: ChangesetHeader, scope: UInt32, dot: LocalDot, part: Int, firstIndex: Int, withValues: Bool) throws -> ChangePart {
    try decode(try body(scope: scope, dot: dot, part: part), of: header, scope, firstIndex: firstIndex, withValues: withValues)
  }

  func decode(_ body: [UInt8], of header: ChangesetHeader, _ scope: UInt32, firstIndex: Int, withValues: Bool) throws -> ChangePart {
    try ChangePart(
      decoding: body, firstIndex: firstIndex, withValues: withValues, restamps: try header.restamps,
      aliases: try aliases(inScope: scope), codec: codec
    ) { try catalog.number(of: $0) }
  }

  /// A site's changesets after one, in order.
  func entries(scope: UInt32, site: UInt32, after seq: UInt64, limit: Int) throws -> [Entry] {
    let next = try connection.statement(
      fixed: """
        SELECT seq, header, signature, arrived FROM synckit_log WHERE scope = ?1 AND site = ?2 AND seq > ?3 AND part = 0 \
        ORDER BY seq LIMIT ?4
        """)
    next.bind(1, scope)
    next.bind(2, site)
    next.bind(3, seq)
    next.bind(4, limit)
    var out: [Entry] = []
    while try next.step() {
      out.append(
        Entry(dot: LocalDot(site: site, seq: UInt64(next.int(0))), header: next.blob(1), signature: next.blob(2), arrived: next.int(3)))
    }
    return out
  }

  /// Every changeset of a scope in the order of arrival.
  func entries(inScope scope: UInt32) throws -> [Entry] {
    let all = try connection.statement(
      fixed: "SELECT site, seq, header, signature, arrived FROM synckit_log WHERE scope = ?1 AND part = 0 ORDER BY id")
    all.bind(1, scope)
    var out: [Entry] = []
    while try all.step() {
      out.append(
        Entry(
          dot: LocalDot(site: UInt32(all.int(0)), seq: UInt64(all.int(1))), header: all.blob(2), signature: all.blob(3), arrived: all.int(4)
        ))
    }
    return out
  }
}
