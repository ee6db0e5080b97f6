import Foundation
import SyncCore

/// Fragments that are gathered until about a number of bytes is reached.
struct LogBatch {
  /// How many bytes to gather; passed only by a batch's first part.
  let budget: Int
  private(set) var fragments: [Fragment] = []
  private(set) var omissions: [Omission] = []
  private(set) var rejections: [Rejection] = []
  private(set) var statements: [SignedStatement] = []
  private(set) var byteCount = 0
  /// Whether something was left out.
  var hasMore = false

  init(budget: Int) { self.budget = budget }

  /// Whether something of this size may still go in. The first always may: a batch that carries nothing would be asked for for ever.
  func hasRoom(for bytes: Int) -> Bool { fragments.isEmpty || byteCount + bytes <= budget }

  mutating func append(_ more: [Omission]) {
    omissions += more
    byteCount += more.reduce(0) { $0 + $1.byteCount }
  }

  mutating func append(_ more: [Rejection]) {
    rejections += more
    byteCount += more.reduce(0) { $0 + $1.byteCount }
  }

  mutating func append(_ more: [SignedStatement]) {
    statements += more
    byteCount += more.reduce(0) { $0 + $1.byteCount }
  }

  mutating func append(_ fragment: Fragment) {
    fragments.append(fragment)
    byteCount += fragment.byteCount
  }
}

/// Reads the log, within one transaction.
struct LogReader {
  /// How many changesets are looked at between two questions to the store.
  static let pageRows = 512

  private let db: any StoreTransaction

  init(_ db: any StoreTransaction) { self.db = db }

  /// What is held of scopes, whole and in part, with how the hashes begin that others may compare with theirs; of those that are known.
  ///
  /// Many of them take few questions: whoever begins asks about every scope there is.
  func holdings(of scopes: Set<ScopeID>) throws -> [ScopeID: Holdings] {
    var numbers: [ScopeID: Int64] = [:]
    var found: [Int64: Holdings] = [:]
    let names = scopes.map(\.name).sorted()
    let known = try db.rows(in: names) { "SELECT id, name, \(Self.effectless) FROM scope WHERE name IN (\($0))" }
    for row in known {
      guard let scope = ScopeID(try row["name"]) else { throw RelayError(.damaged, "a scope's name") }
      let id: Int64 = try row["id"]
      numbers[scope] = id
      found[id] = Holdings(omitted: try effectless(row))
    }
    let ids = found.keys.sorted()
    let heads = try db.rows(in: ids) {
      """
      SELECT head.scope, site.name, head.seq, head.hash FROM head JOIN site ON site.id = head.site
      WHERE head.scope IN (\($0)) ORDER BY site.name
      """
    }
    for row in heads {
      let scope: Int64 = try row["scope"]
      found[scope]?.vector.insert(try dot(row))
      found[scope]?.ends.append(Array(try row.bytes("hash").prefix(Holdings.endBytes)))
    }
    let staged = try db.rows(in: ids) {
      """
      SELECT staged.scope, site.name, staged.seq, staged.held FROM staged JOIN site ON site.id = staged.site
      WHERE staged.scope IN (\($0)) ORDER BY site.name, staged.seq
      """
    }
    for row in staged { found[try row["scope"]]?.partial.append(Holdings.Partial(dot: try dot(row), parts: try row["held"])) }
    return numbers.compactMapValues { found[$0] }
  }

  /// How much of a scope has been left out and rejected, as a query of `scope` may ask.
  private static let effectless = """
    (SELECT CAST(coalesce(sum(last - first + 1), 0) AS BIGINT) FROM omission WHERE omission.scope = scope.id) AS omitted,
    (SELECT count(*) FROM rejection WHERE rejection.scope = scope.id)
      + (SELECT count(*) FROM statement WHERE statement.scope = scope.id AND kind = \(StatementLog.Kind.ended.rawValue)) AS rejected
    """

  /// ``Holdings/omitted`` of a scope; nil when nothing has been left out or rejected.
  private func effectless(_ row: StoreRow) throws -> UInt64? {
    let count = Holdings.effectless(omitted: UInt64(try row["omitted"] as Int64), rejected: try row["rejected"])
    return count == 0 ? nil : count
  }

  private func effectless(_ scope: Int64) throws -> UInt64? {
    try db.row("SELECT \(Self.effectless) FROM scope WHERE id = ?", [scope]).flatMap { try effectless($0) }
  }

  /// What was rejected of a scope.
  func rejections(of scope: ScopeID) throws -> [Rejection] {
    guard let row = try scopeRow(scope) else { return [] }
    let all = """
      SELECT site.name, rejection.seq, rejection.hash, rejection.reason FROM rejection JOIN site ON site.id = rejection.site
      WHERE rejection.scope = ? ORDER BY site.name, rejection.seq
      """
    return try db.rows(all, [row]).map { row in
      Rejection(scope: scope, dot: try dot(row), hash: try row.bytes("hash"), reason: try row["reason"])
    }
  }

  /// What has been left out of a scope.
  func omissions(of scope: ScopeID) throws -> [Omission] {
    guard let row = try scopeRow(scope) else { return [] }
    let all = """
      SELECT site.name, omission.first, omission.last, omission.hash FROM omission JOIN site ON site.id = omission.site
      WHERE omission.scope = ? ORDER BY site.name, omission.first
      """
    return try db.rows(all, [row]).map { row in
      guard let site = SiteID(bytes: try row.bytes("name")) else { throw RelayError(.damaged, "a site") }
      let run = Omission.Run(
        first: UInt64(try row["first"] as Int64), last: UInt64(try row["last"] as Int64), hash: try row.bytes("hash"))
      return Omission(scope: scope, site: site, run: run)
    }
  }

  /// Adds what is missing of a scope to a batch, in the scope's order, until the batch is full.
  func load(beyond want: ScopeHoldings, into batch: inout LogBatch) throws {
    guard let scope = try scopeRow(want.scope) else { return }
    var isTold = false
    func tell() throws {
      if isTold { return }
      isTold = true
      if want.holdings.omitted != nil { batch.append(try omissions(of: want.scope)) }
      batch.append(try rejections(of: want.scope))
      batch.append(try StatementLog(db: db, issuer: nil).all(inScope: scope))
    }
    if let known = want.holdings.omitted, try known != effectless(scope) ?? 0 { try tell() }
    guard let missing = try missing(scope, want.holdings.vector) else { return }
    if want.holdings.omitted == nil {
      // Who does not tell searches for a fork's beginning, of one site.
      for (number, known) in missing.sites.sorted(by: { $0.key < $1.key }) {
        let log = OmissionLog(db: db, scope: scope, site: number)
        batch.append(try log.omission(after: UInt64(known.seq), of: (want.scope, known.site)).map { [$0] } ?? [])
      }
    }
    // What was rejected is passed over by whoever does not have it.
    var reached = missing.sites.mapValues(\.seq)
    var from = missing.from
    while true {
      let page = try db.rows(
        """
        SELECT arrival, position, site, seq FROM changeset WHERE scope = ?1 AND position >= ?2 AND NOT EXISTS
          (SELECT 1 FROM rejection WHERE scope = ?1 AND site = changeset.site AND seq = changeset.seq) ORDER BY position LIMIT ?3
        """, [scope, from, Self.pageRows])
      for row in page {
        let (site, seq): (Int64, Int64) = (try row["site"], try row["seq"])
        guard let known = missing.sites[site], seq > known.seq else { continue }
        // As many may have been left out there as here, and yet not the same.
        if let last = reached.updateValue(seq, forKey: site), seq > last + 1 { try tell() }
        let held = want.holdings.parts(of: Dot(site: known.site, seq: UInt64(seq)))
        try load(arrival: row["arrival"], scope: scope, site: site, seq: seq, held: held, into: &batch)
        if batch.hasMore { return }
      }
      guard page.count == Self.pageRows, let last = page.last else { return }
      from = try last["position"] as Int64 + 1
    }
  }

  /// Adds one changeset, from a part on; as many of its parts as there is room for.
  private func load(arrival: Int64, scope: Int64, site: Int64, seq: Int64, held: Int, into batch: inout LogBatch) throws {
    let row = try db.row(
      """
      SELECT header, changeset.signature, certificate.bytes AS certificate, certificate.signature AS issued
      FROM changeset LEFT JOIN certificate ON certificate.hash = changeset.certificate WHERE arrival = ?
      """, [arrival])
    guard let row else { throw RelayError(.damaged, "a changeset") }
    // Sizes first: a body that has to wait for the next batch is not read.
    let sizes = try db.rows(
      "SELECT part, length(body) AS size FROM part WHERE scope = ? AND site = ? AND seq = ? ORDER BY part", [scope, site, seq])
    guard !sizes.isEmpty else { throw RelayError(.damaged, "a changeset's parts") }
    // Whoever says that it has them all and yet lacks the changeset has something else: it gets everything.
    let first = held < sizes.count ? held : 0
    let header = try row.bytes("header")
    let certificate = SignedCertificate(bytes: try row.bytes("certificate"), signature: try row.bytes("issued"))
    let signature = try row.bytes("signature")
    let seal = certificate.bytes.isEmpty ? signature : Seal(signature: signature, certificate: certificate).encoded
    var size = Fragment(header: header, signature: seal, firstPart: first, parts: []).byteCount
    var parts: [[UInt8]] = []
    for part in sizes.dropFirst(first) {
      size += try part["size"] as Int + 5
      let isFirst = batch.fragments.isEmpty && parts.isEmpty
      guard isFirst || batch.hasRoom(for: size) && size <= batch.budget else {
        batch.hasMore = true
        break
      }
      let body: [UInt8]? = try db.value(
        "SELECT body FROM part WHERE scope = ? AND site = ? AND seq = ? AND part = ?", [scope, site, seq, try part["part"] as Int64])
      guard let body else { throw RelayError(.damaged, "a part's body") }
      parts.append(body)
    }
    if !parts.isEmpty { batch.append(Fragment(header: header, signature: seal, firstPart: first, parts: parts)) }
  }

  /// Which sites have something beyond a vector, and the first position at which any of them has.
  private func missing(
    _ scope: Int64, _ vector: VersionVector
  ) throws -> (from: Int64, sites: [Int64: (site: SiteID, seq: Int64)])? {
    var from = Int64.max
    var sites: [Int64: (site: SiteID, seq: Int64)] = [:]
    let heads = try db.rows(
      "SELECT head.site, site.name, head.seq FROM head JOIN site ON site.id = head.site WHERE head.scope = ?", [scope])
    for row in heads {
      let end = try dot(row)
      let known = vector[end.site]
      guard known < end.seq else { continue }
      let number: Int64 = try row["site"]
      let next: Int64? = try db.value(
        "SELECT position FROM changeset WHERE scope = ? AND site = ? AND seq > ? ORDER BY seq LIMIT 1", [scope, number, Int64(known)])
      // The last of them may have been left out before anything that follows it has come.
      guard let next else { continue }
      from = min(from, next)
      sites[number] = (end.site, Int64(known))
    }
    return sites.isEmpty ? nil : (from, sites)
  }

  private func scopeRow(_ scope: ScopeID) throws -> Int64? {
    try db.value("SELECT id FROM scope WHERE name = ?", [scope.name])
  }

  private func dot(_ row: StoreRow) throws -> Dot {
    guard let site = SiteID(bytes: try row.bytes("name")) else { throw RelayError(.damaged, "a site") }
    return Dot(site: site, seq: UInt64(try row["seq"] as Int64))
  }
}
