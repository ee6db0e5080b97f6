import SyncCore

// MARK: - What follows

extension LogWriter {
  /// Writes what was decided: the bulk of it first, and last what needs arrivals, which one at a time gives out.
  mutating func flush() throws {
    try db.insert(into: "part", ["scope", "site", "seq", "part", "body"], parts)
    try Self.keep(arriving.map { ($0.incoming.unsealed.certificate, $0.incoming.header.certificate) }, in: db)
    try db.rows(of: raisedHeads()) { marks in
      """
      INSERT INTO head(scope, site, seq, hash) VALUES \(marks)
      ON CONFLICT (scope, site) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
      """
    }
    (parts, raised) = ([], [])
    if arriving.isEmpty, opened.isEmpty { return }
    // From here on everybody else who writes waits.
    let count = arriving.count + opened.count
    var arrival = try db.inserted("UPDATE relay SET arrival = arrival + ? RETURNING arrival", [count]) - Int64(count)
    for (user, scope) in opened {
      arrival += 1
      try Grant.insert(user: user, scope: scope.name, until: nil, arrival: arrival, in: db)
    }
    try append(after: arrival)
    (arriving, opened) = ([], [])
  }

  private func raisedHeads() throws -> [[any StoreBindable]] {
    try raised.sorted { ($0.scope, $0.site) < ($1.scope, $1.site) }.map { chain in
      guard let scope = scopeRows[chain.scope], let site = siteRows[chain.site] else { throw RelayError(.damaged, "a chain") }
      let head = head(chain)
      return [scope, site, Int64(head.seq), head.hash]
    }
  }

  private func append(after arrival: Int64) throws {
    if arriving.isEmpty { return }
    var lineage = try Relay.latestLineage(db)
    var arrival = arrival
    var ends: [Int64: (position: Int64, arrival: Int64)] = [:]
    let device = principal.deviceBytes
    let rows = arriving.map { one -> [any StoreBindable] in
      let (incoming, header) = (one.incoming, one.incoming.header)
      arrival += 1
      lineage = RelayToken.lineage(after: lineage, hash: incoming.hash, codec: codec)
      ends[one.scope] = (one.position, arrival)
      return [
        arrival, one.scope, one.position, one.site, Int64(header.dot.seq), Int64(header.time.rawValue), header.author, incoming.hash,
        incoming.fragment.header, incoming.unsealed.signature, incoming.changesetBytes, device, now, lineage,
        incoming.unsealed.certificate == nil ? nil : header.certificate,
      ]
    }
    try db.insert(
      into: "changeset",
      [
        "arrival", "scope", "position", "site", "seq", "time", "author", "hash", "header", "signature", "bytes", "device", "received_ms",
        "lineage", "certificate",
      ], rows)
    try db.rows(of: ends.sorted { $0.key < $1.key }.map { [$0.key, $0.value.position, $0.value.arrival] }) { marks in
      "UPDATE scope SET head = v.column2, arrival = v.column3 FROM (VALUES \(marks)) AS v WHERE scope.id = v.column1"
    }
  }

  /// Keeps certificates, each once.
  static func keep(_ certificates: [(signed: SignedCertificate?, hash: [UInt8])], in db: any StoreTransaction) throws {
    var rows: [[UInt8]: SignedCertificate] = [:]
    for (signed, hash) in certificates { if let signed { rows[hash] = signed } }
    let sorted = rows.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    try db.rows(of: sorted.map { [$0.key, $0.value.bytes, $0.value.signature] }) { marks in
      "INSERT INTO certificate(hash, bytes, signature) VALUES \(marks) ON CONFLICT DO NOTHING"
    }
  }
}
