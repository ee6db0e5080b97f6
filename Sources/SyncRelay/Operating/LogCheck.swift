import SyncCore

/// Whether a log is what it says: each changeset's hashes, the chains of its sites, and the chain over all arrivals.
struct LogCheck {
  let db: any StoreTransaction
  let codec: Codec

  /// - Returns: how many changesets were looked at.
  /// - Throws: ``RelayError`` with `damaged`, which names the first that is not as it was written.
  func run() throws -> Int {
    guard let relay = try db.row("SELECT omitted, omitted_lineage FROM relay") else { throw RelayError(.damaged, "relay") }
    let omitted: Int64 = try relay["omitted"]
    var lineage = omitted == 0 ? RelayToken.noLineage : try relay.bytes("omitted_lineage")
    var ends: [[Int64]: (seq: Int64, hash: [UInt8])] = [:]
    var count = 0
    var page = try self.page(after: 0)
    while let row = page.popLast() {
      let (scope, site, seq, arrival): (Int64, Int64, Int64, Int64) = (
        try row["scope"], try row["site"], try row["seq"], try row["arrival"]
      )
      let what = "changeset \(seq) of site \(site) in scope \(scope)"
      let hash = try row.bytes("hash")
      let bytes = try row.bytes("header")
      guard codec.digest(bytes) == hash, let header = try? ChangesetHeader(decoding: bytes), header.dot.seq == UInt64(seq),
        try header.scope.name == row["scope_name"], try header.dot.site.bytes == row.bytes("site_name")
      else { throw RelayError(.damaged, what) }
      let end = ends[[scope, site]]
      guard end?.seq != seq - 1 || end?.hash == header.previous else { throw RelayError(.damaged, "\(what): it follows another") }
      ends[[scope, site]] = (seq, hash)
      if arrival > omitted {
        lineage = RelayToken.lineage(after: lineage, hash: hash, codec: codec)
        guard try lineage == row.bytes("lineage") else { throw RelayError(.damaged, "\(what): its place") }
      }
      try checkParts(header, scope: scope, site: site, what)
      count += 1
      if page.isEmpty { page = try self.page(after: arrival) }
    }
    try checkHeads(ends)
    return count
  }

  /// The changesets that follow an arrival, the first of them last.
  private func page(after arrival: Int64) throws -> [StoreRow] {
    try db.rows(
      """
      SELECT changeset.arrival, changeset.scope, changeset.site, seq, hash, header, lineage, scope.name AS scope_name, site.name AS site_name
      FROM changeset JOIN scope ON scope.id = changeset.scope JOIN site ON site.id = changeset.site
      WHERE changeset.arrival > ? ORDER BY changeset.arrival LIMIT ?
      """, [arrival, LogReader.pageRows]
    ).reversed()
  }

  private func checkParts(_ header: ChangesetHeader, scope: Int64, site: Int64, _ what: String) throws {
    let key: [any StoreBindable] = [scope, site, Int64(header.dot.seq)]
    let count = try db.value("SELECT count(*) FROM part WHERE scope = ? AND site = ? AND seq = ?", key) ?? 0
    guard count == header.parts.count else { throw RelayError(.damaged, "\(what): part \(count)") }
    // One at a time: together they may not fit into memory.
    for (number, declared) in header.parts.enumerated() {
      let body: [UInt8]? = try db.value("SELECT body FROM part WHERE scope = ? AND site = ? AND seq = ? AND part = ?", key + [number])
      guard let body, body.count == declared.bytes, codec.digest(body) == declared.digest else {
        throw RelayError(.damaged, "\(what): part \(number)")
      }
    }
  }

  /// A site's head is the last of its changesets that are here, unless what followed it has no effect and is not here.
  private func checkHeads(_ ends: [[Int64]: (seq: Int64, hash: [UInt8])]) throws {
    var heads: [[Int64]: (seq: Int64, hash: [UInt8])] = [:]
    for row in try db.rows("SELECT scope, site, seq, hash FROM head") {
      heads[[try row["scope"], try row["site"]]] = (try row["seq"], try row.bytes("hash"))
    }
    for (chain, end) in ends {
      guard let head = heads[chain], head.seq > end.seq || head == end else {
        throw RelayError(.damaged, "the head of site \(chain[1]) in scope \(chain[0])")
      }
    }
  }
}
