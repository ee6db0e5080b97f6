import Foundation
import GRDB
import SyncCore

/// Whether a log is what it says: each changeset's hashes, the chains of its sites, and the chain over all arrivals.
struct LogCheck {
  let db: Database
  let codec: Codec

  /// - Returns: how many changesets were looked at.
  /// - Throws: ``RelayError`` with `damaged`, which names the first that is not as it was written.
  func run() throws -> Int {
    try checkFile()
    guard let relay = try Row.fetchOne(db, sql: "SELECT omitted, omitted_lineage FROM relay") else { throw RelayError(.damaged, "relay") }
    let omitted: Int64 = relay["omitted"]
    var lineage = omitted == 0 ? RelayToken.noLineage : relay.bytes("omitted_lineage")
    var ends: [[Int64]: (seq: Int64, hash: [UInt8])] = [:]
    var count = 0
    let all = try Row.fetchCursor(
      db,
      sql: """
        SELECT changeset.arrival, changeset.scope, changeset.site, seq, hash, header, lineage, scope.name AS scope_name, site.name AS site_name
        FROM changeset JOIN scope ON scope.id = changeset.scope JOIN site ON site.id = changeset.site ORDER BY changeset.arrival
        """)
    while let row = try all.next() {
      let (scope, site, seq): (Int64, Int64, Int64) = (row["scope"], row["site"], row["seq"])
      let what = "changeset \(seq) of site \(site) in scope \(scope)"
      let hash = row.bytes("hash")
      let bytes = row.bytes("header")
      guard codec.digest(bytes) == hash, let header = try? ChangesetHeader(decoding: bytes), header.dot.seq == UInt64(seq),
        header.scope.name == row["scope_name"], header.dot.site.bytes == row.bytes("site_name")
      else { throw RelayError(.damaged, what) }
      let end = ends[[scope, site]]
      guard end?.seq != seq - 1 || end?.hash == header.previous else { throw RelayError(.damaged, "\(what): it follows another") }
      ends[[scope, site]] = (seq, hash)
      if row["arrival"] > omitted {
        lineage = RelayToken.lineage(after: lineage, hash: hash, codec: codec)
        guard lineage == row.bytes("lineage") else { throw RelayError(.damaged, "\(what): its place") }
      }
      try checkParts(header, scope: scope, site: site, what)
      count += 1
    }
    try checkHeads(ends)
    return count
  }

  private func checkFile() throws {
    let verdict = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)")
    guard verdict == "ok" else { throw RelayError(.damaged, verdict ?? "integrity") }
    guard try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") == nil else { throw RelayError(.damaged, "a reference") }
  }

  private func checkParts(_ header: ChangesetHeader, scope: Int64, site: Int64, _ what: String) throws {
    let bodies = try Row.fetchCursor(
      db.cachedStatement(sql: "SELECT part, body FROM part WHERE scope = ? AND site = ? AND seq = ? ORDER BY part"),
      arguments: [scope, site, Int64(header.dot.seq)])
    var next = 0
    while let row = try bodies.next() {
      let body = row.bytes("body")
      guard row["part"] == next, next < header.parts.count, body.count == header.parts[next].bytes,
        codec.digest(body) == header.parts[next].digest
      else { throw RelayError(.damaged, "\(what): part \(next)") }
      next += 1
    }
    guard next == header.parts.count else { throw RelayError(.damaged, "\(what): part \(next)") }
  }

  /// A site's head is the last of its changesets that are here, unless what followed it has no effect and is not here.
  private func checkHeads(_ ends: [[Int64]: (seq: Int64, hash: [UInt8])]) throws {
    var heads: [[Int64]: (seq: Int64, hash: [UInt8])] = [:]
    for row in try Row.fetchAll(db, sql: "SELECT scope, site, seq, hash FROM head") {
      heads[[row["scope"], row["site"]]] = (row["seq"], row.bytes("hash"))
    }
    for (chain, end) in ends {
      guard let head = heads[chain], head.seq > end.seq || head == end else {
        throw RelayError(.damaged, "the head of site \(chain[1]) in scope \(chain[0])")
      }
    }
  }
}
