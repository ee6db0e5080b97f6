import SyncCore

extension ChangeLog {
  /// What has been left out of a site's changesets, in order.
  func omissions(scope: UInt32, site: UInt32) throws -> [Omission.Run] {
    let all = try connection.statement(
      fixed: "SELECT first, last, hash FROM synckit_omission WHERE scope = ?1 AND site = ?2 ORDER BY first")
    all.bind(1, scope)
    all.bind(2, site)
    var out: [Omission.Run] = []
    while try all.step() { out.append(run(all)) }
    return out
  }

  /// The run that a changeset was left out with; nil for one that was not.
  func omission(scope: UInt32, dot: LocalDot) throws -> Omission.Run? {
    let find = try connection.statement(
      fixed: """
        SELECT first, last, hash FROM synckit_omission WHERE scope = ?1 AND site = ?2 AND first <= ?3 AND last >= ?3 \
        ORDER BY first DESC LIMIT 1
        """)
    find.bind(1, scope)
    find.bind(2, dot.site)
    find.bind(3, dot.seq)
    defer { find.reset() }
    return try find.step() ? run(find) : nil
  }

  /// What counts as applied without being there, right after a site's last changeset in the log: what was rejected, and what was left out, if
  /// what follows has come and names the last of it: only then is it believed that the rest was left out, and not that it has yet to come.
  func passed(after last: UInt64, scope: UInt32, site: UInt32) throws -> Omission.Run? {
    var passed: Omission.Run?
    while true {
      let next = LocalDot(site: site, seq: (passed?.last ?? last) + 1)
      if let hash = try rejections(inScope: scope)[next] {
        passed = Omission.Run(first: last + 1, last: next.seq, hash: hash)
      } else if let run = try omission(scope: scope, dot: next), try isFollowed(run, scope: scope, site: site) {
        passed = Omission.Run(first: last + 1, last: run.last, hash: run.hash)
      } else {
        return passed
      }
    }
  }

  /// Whether what follows a run has come, and names the run's last, or was rejected.
  private func isFollowed(_ run: Omission.Run, scope: UInt32, site: UInt32) throws -> Bool {
    if try rejections(inScope: scope)[LocalDot(site: site, seq: run.last + 1)] != nil { return true }
    let next = try connection.statement(
      fixed: "SELECT header FROM synckit_waiting WHERE scope = ?1 AND site = ?2 AND seq = ?3 LIMIT 1")
    next.bind(1, scope)
    next.bind(2, site)
    next.bind(3, run.last + 1)
    guard try next.step() else { return false }
    defer { next.reset() }
    return try ChangesetHeader(decoding: next.blob(0)).previous == run.hash
  }

  /// How many changesets of a scope have been left out, as far as others have come after them, and it can be shown to others: who tells
  /// another number than they is told all of it once more.
  func omittedCount(inScope scope: UInt32) throws -> UInt64 {
    let sum = try connection.statement(
      fixed: """
        SELECT CAST(total(last - first + 1) AS INTEGER) FROM synckit_omission WHERE scope = ?1 AND last < \
        (SELECT max(seq) FROM synckit_log WHERE synckit_log.scope = ?1 AND synckit_log.site = synckit_omission.site) AND (?2 = 0 OR EXISTS \
        (SELECT 1 FROM synckit_statement AS said WHERE said.scope = ?1 AND said.site = synckit_omission.site AND said.kind = 1 \
        AND said.first <= synckit_omission.first AND said.last >= synckit_omission.last))
        """)
    sum.bind(1, scope)
    sum.bind(2, asksForStatements ? 1 : 0)
    defer { sum.reset() }
    return try sum.step() ? UInt64(sum.int(0)) : 0
  }

  /// The sites of which something has been left out in a scope.
  func sitesWithOmissions(inScope scope: UInt32) throws -> [UInt32] {
    let all = try connection.statement(fixed: "SELECT DISTINCT site FROM synckit_omission WHERE scope = ?1 ORDER BY site")
    all.bind(1, scope)
    var out: [UInt32] = []
    while try all.step() { out.append(UInt32(all.int(0))) }
    return out
  }

  /// When something was last left out of a scope, in microseconds since 1970 as entries' arrival is told; nil while nothing was.
  func lastOmitted(inScope scope: UInt32) throws -> Int64? {
    let find = try connection.statement(fixed: "SELECT max(at) FROM synckit_omission WHERE scope = ?1")
    find.bind(1, scope)
    defer { find.reset() }
    return try find.step() && !find.isNull(0) ? find.int(0) : nil
  }

  /// Takes note of a run that has yet to be passed, in the place of what was told before.
  func expect(_ run: Omission.Run, scope: UInt32, site: UInt32, at: Int64) throws {
    let clear = try connection.statement("DELETE FROM synckit_omission WHERE scope = ?1 AND site = ?2 AND first <= ?4 AND last >= ?3")
    bind(clear, scope, site, run)
    try clear.run()
    try put(run, scope: scope, site: site, at: at)
  }

  /// What lies within a run has come: it was not left out, whatever was told.
  func disprove(scope: UInt32, dot: LocalDot) throws {
    let clear = try connection.statement(
      fixed: "DELETE FROM synckit_omission WHERE scope = ?1 AND site = ?2 AND first <= ?3 AND last >= ?3")
    clear.bind(1, scope)
    clear.bind(2, dot.site)
    clear.bind(3, dot.seq)
    try clear.run()
  }

  /// Takes a run out of the log, and what waits of it.
  func leaveOut(_ run: Omission.Run, scope: UInt32, site: UInt32, at: Int64) throws {
    var runs = try omissions(scope: scope, site: site)
    runs.add(run)
    for sql in [
      "DELETE FROM synckit_log WHERE scope = ?1 AND site = ?2 AND seq BETWEEN ?3 AND ?4",
      "DELETE FROM synckit_waiting WHERE scope = ?1 AND site = ?2 AND seq BETWEEN ?3 AND ?4",
    ] {
      let clear = try connection.statement(sql)
      bind(clear, scope, site, run)
      try clear.run()
    }
    guard let whole = runs.run(with: run.first) else { return }
    // Those that it has swallowed or has grown together with.
    let clear = try connection.statement("DELETE FROM synckit_omission WHERE scope = ?1 AND site = ?2 AND first BETWEEN ?3 AND ?4")
    bind(clear, scope, site, whole)
    try clear.run()
    try put(whole, scope: scope, site: site, at: at)
    forget()
  }

  private func put(_ run: Omission.Run, scope: UInt32, site: UInt32, at: Int64) throws {
    let put = try connection.statement(
      "INSERT INTO synckit_omission(scope, site, first, last, hash, at) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")
    bind(put, scope, site, run)
    put.bind(5, blob: run.hash)
    put.bind(6, at)
    try put.run()
  }

  private func bind(_ statement: Statement, _ scope: UInt32, _ site: UInt32, _ run: Omission.Run) {
    statement.bind(1, scope)
    statement.bind(2, site)
    statement.bind(3, run.first)
    statement.bind(4, run.last)
  }

  private func run(_ row: Statement) -> Omission.Run {
    Omission.Run(first: UInt64(row.int(0)), last: UInt64(row.int(1)), hash: row.blob(2))
  }
}
