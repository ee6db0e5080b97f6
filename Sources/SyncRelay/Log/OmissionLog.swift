import Foundation
import SyncCore

/// What has been left out of one site's changesets in one scope, within one transaction.
struct OmissionLog {
  let db: any StoreTransaction
  let scope: Int64
  let site: Int64

  init(db: any StoreTransaction, scope: Int64, site: Int64) {
    self.db = db
    self.scope = scope
    self.site = site
  }

  /// Nil where nothing of the site is here.
  init?(_ scope: ScopeID, _ site: SiteID, in db: any StoreTransaction) throws {
    let place = try db.row(
      "SELECT scope.id AS scope, site.id AS site FROM scope, site WHERE scope.name = ? AND site.name = ?", [scope.name, site.bytes])
    guard let place else { return nil }
    self.init(db: db, scope: try place["scope"], site: try place["site"])
  }

  /// Whether all of a run is here or left out already, arrived in time, ends with the changeset that is meant, and is followed by another.
  func isWhole(_ run: Omission.Run, arrivedBy arrival: Int64) throws -> Bool {
    let here = try db.row(
      "SELECT count(*) AS count, max(arrival) AS arrival FROM changeset WHERE scope = ? AND site = ? AND seq BETWEEN ? AND ?", place(run))
    let latest: Int64? = try here?["arrival"]
    guard let here, latest ?? 0 <= arrival else { return false }
    let runs = try runs()
    let known = runs.reduce(0) { sum, known in
      known.first > run.last || known.last < run.first ? sum : sum + min(known.last, run.last) - max(known.first, run.first) + 1
    }
    let head: Int64? = try db.value("SELECT seq FROM head WHERE scope = ? AND site = ?", [scope, site])
    guard try UInt64(here["count"] as Int64) + known == run.last - run.first + 1, let head, run.last < UInt64(head) else { return false }
    let hash: [UInt8]? = try db.value(
      "SELECT hash FROM changeset WHERE scope = ? AND site = ? AND seq = ?", [scope, site, Int64(run.last)])
    if let hash { return hash == run.hash }
    return runs.contains { $0.last == run.last && $0.hash == run.hash }
  }

  /// The latest arrival among what is here of a run.
  func lastArrival(_ run: Omission.Run) throws -> Int64? {
    try db.value("SELECT max(arrival) FROM changeset WHERE scope = ? AND site = ? AND seq BETWEEN ? AND ?", place(run))
  }

  /// - Returns: how many changesets went, and the run that has been left out with it.
  func leaveOut(_ run: Omission.Run) throws -> (gone: Int, whole: Omission.Run) {
    // By these a copy's work is told from what is left out under its name.
    try db.execute(
      """
      INSERT INTO omitted(scope, site, seq, start) SELECT scope, site, seq, substr(hash, 1, \(Omission.startBytes)) FROM changeset
      WHERE scope = ? AND site = ? AND seq BETWEEN ? AND ? ON CONFLICT DO NOTHING
      """, place(run))
    try db.execute("DELETE FROM part WHERE scope = ? AND site = ? AND seq BETWEEN ? AND ?", place(run))
    let gone = try db.execute("DELETE FROM changeset WHERE scope = ? AND site = ? AND seq BETWEEN ? AND ?", place(run))
    return (gone, try note(run))
  }

  /// Notes a run as left out.
  /// - Returns: the run that has been left out with it.
  @discardableResult
  func note(_ run: Omission.Run) throws -> Omission.Run {
    var runs = try runs()
    runs.add(run)
    guard let whole = runs.run(with: run.first) else { throw RelayError(.damaged, "a run") }
    // Those that it has swallowed or has grown together with.
    try db.execute("DELETE FROM omission WHERE scope = ? AND site = ? AND first BETWEEN ? AND ?", place(whole))
    try db.execute(
      "INSERT INTO omission(scope, site, first, last, hash) VALUES (?, ?, ?, ?, ?)", place(whole) + [whole.hash] as [any StoreBindable])
    return whole
  }

  /// Whether a changeset has been left out.
  func contains(_ seq: UInt64) throws -> Bool { try runs().run(with: seq) != nil }

  /// How the hash of a changeset begins that has been left out; nil where that is not known.
  func start(_ seq: UInt64) throws -> [UInt8]? {
    try db.value("SELECT start FROM omitted WHERE scope = ? AND site = ? AND seq = ?", [scope, site, Int64(seq)])
  }

  /// What follows a changeset and has been left out, with how the hash of the first of it begins.
  func omission(after seq: UInt64, of name: (scope: ScopeID, site: SiteID)) throws -> Omission? {
    guard let run = try runs().run(with: seq + 1) else { return nil }
    return Omission(
      scope: name.scope, site: name.site, run: Omission.Run(first: seq + 1, last: run.last, hash: run.hash),
      start: try start(seq + 1) ?? [])
  }

  private func runs() throws -> [Omission.Run] {
    let all = "SELECT first, last, hash FROM omission WHERE scope = ? AND site = ? ORDER BY first"
    return try db.rows(all, [scope, site]).map { row in
      Omission.Run(
        first: UInt64(try row["first"] as Int64), last: UInt64(try row["last"] as Int64), hash: try row.bytes("hash"))
    }
  }

  private func place(_ run: Omission.Run) -> [any StoreBindable] { [scope, site, Int64(run.first), Int64(run.last)] }
}
