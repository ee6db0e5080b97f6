import SyncCore

/// What the office has stated, as it is kept: of changesets by scope and site; of this device's certificates under no scope and no site.
extension ChangeLog {
  /// What tells apart, within a site's changesets, what statements say of them. Its number is that of the statement's kind.
  private enum Kind: Int64 {
    case omitted = 1
    case rejected
    case superseded
    case revoked
    case ended
  }

  /// The runs that were stated to have been left out of a site's changesets.
  func statedRuns(scope: UInt32, site: UInt32) throws -> [Omission.Run] {
    let all = try connection.statement(
      fixed: "SELECT first, last, hash FROM synckit_statement WHERE scope = ?1 AND site = ?2 AND kind = 1 ORDER BY first")
    all.bind(1, scope)
    all.bind(2, site)
    var out: [Omission.Run] = []
    while try all.step() { out.append(Omission.Run(first: UInt64(all.int(0)), last: UInt64(all.int(1)), hash: all.blob(2))) }
    return out
  }

  /// Everything that was stated of a scope.
  func statements(scope: UInt32) throws -> [SignedStatement] {
    let all = try connection.statement(fixed: "SELECT bytes, signature FROM synckit_statement WHERE scope = ?1 ORDER BY site, kind, first")
    all.bind(1, scope)
    return try signed(all)
  }

  /// What was stated of a run that has been left out.
  func statements(scope: UInt32, site: UInt32, of run: Omission.Run) throws -> [SignedStatement] {
    let all = try connection.statement(
      fixed: """
        SELECT bytes, signature FROM synckit_statement WHERE scope = ?1 AND site = ?2 AND kind = 1 AND first <= ?4 AND last >= ?3 \
        ORDER BY first
        """)
    all.bind(1, scope)
    all.bind(2, site)
    all.bind(3, run.first)
    all.bind(4, run.last)
    return try signed(all)
  }

  /// What was stated of this device's certificates, the latest last.
  func supersessions() throws -> [SignedStatement] {
    let all = try connection.statement(
      fixed: "SELECT bytes, signature FROM synckit_statement WHERE scope = 0 AND site = 0 AND kind = 3 ORDER BY first")
    return try signed(all)
  }

  func signed(_ rows: Statement) throws -> [SignedStatement] {
    var out: [SignedStatement] = []
    while try rows.step() { out.append(SignedStatement(bytes: rows.blob(0), signature: rows.blob(1))) }
    return out
  }

  /// How many changesets of a scope were rejected and how many chains ended, of those that others can be told of.
  func rejectedCount(inScope scope: UInt32) throws -> Int {
    guard asksForStatements else { return try rejections(inScope: scope).count }
    let count = try connection.statement(fixed: "SELECT count(*) FROM synckit_statement WHERE scope = ?1 AND kind IN (2, 5)")
    count.bind(1, scope)
    defer { count.reset() }
    return try count.step() ? Int(count.int(0)) : 0
  }

  /// Whether a statement is here, so that it was believed before.
  func holds(_ signed: SignedStatement, _ statement: IssuerStatement) throws -> Bool {
    guard let place = try place(of: statement) else { return false }
    let find = try connection.statement(
      fixed: "SELECT bytes, signature FROM synckit_statement WHERE scope = ?1 AND site = ?2 AND kind = ?3 AND first = ?4")
    bind(find, place)
    defer { find.reset() }
    return try find.step() && find.blob(0) == signed.bytes && find.blob(1) == signed.signature
  }

  /// Keeps a statement for good; one that says all that another says takes its place.
  func keep(_ signed: SignedStatement, _ statement: IssuerStatement) throws {
    guard let place = try place(of: statement), try !isOutdated(statement.content) else { return }
    if place.kind == .omitted {
      let known = try statedRuns(scope: place.scope, site: place.site)
      if known.contains(where: { $0.first <= place.run.first && $0.last > place.run.last }) { return }
      let clear = try connection.statement(
        fixed: "DELETE FROM synckit_statement WHERE scope = ?1 AND site = ?2 AND kind = ?3 AND first >= ?4 AND last <= ?5")
      bind(clear, place)
      clear.bind(5, place.run.last)
      try clear.run()
    }
    try forgetEarlier(statement.content)
    let put = try connection.statement(
      fixed: """
        INSERT OR REPLACE INTO synckit_statement(scope, site, kind, first, last, hash, bytes, signature) \
        VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        """)
    bind(put, place)
    put.bind(5, place.run.last)
    put.bind(6, blob: place.run.hash)
    put.bind(7, blob: signed.bytes)
    put.bind(8, blob: signed.signature)
    try put.run()
  }

  private struct Place {
    let scope: UInt32
    let site: UInt32
    let kind: Kind
    let run: Omission.Run
  }

  /// Where a statement is kept; nil for one that is not about anything here.
  private func place(of statement: IssuerStatement) throws -> Place? {
    switch statement.content {
    case .omitted(let omission):
      return Place(
        scope: try catalog.number(of: omission.scope), site: try catalog.number(of: omission.site), kind: .omitted, run: omission.run)
    case .rejected(let rejection):
      let run = Omission.Run(first: rejection.dot.seq, last: rejection.dot.seq, hash: rejection.hash)
      return Place(
        scope: try catalog.number(of: rejection.scope), site: try catalog.number(of: rejection.dot.site), kind: .rejected, run: run)
    case .superseded(let supersession):
      guard try connection.site().bytes.starts(with: supersession.device) else { return nil }
      let run = Omission.Run(first: supersession.arrival, last: supersession.arrival, hash: supersession.former)
      return Place(scope: 0, site: 0, kind: .superseded, run: run)
    case .revoked(let revocation):
      let run = Omission.Run(first: revocation.arrival, last: revocation.arrival, hash: revocation.device)
      return Place(scope: 0, site: 0, kind: .revoked, run: run)
    case .ended(let end):
      return Place(
        scope: try catalog.number(of: end.scope), site: try catalog.number(of: end.site), kind: .ended,
        run: Omission.Run(first: end.seq, last: end.seq, hash: end.hash))
    }
  }

  private func bind(_ statement: Statement, _ place: Place) {
    statement.bind(1, place.scope)
    statement.bind(2, place.site)
    statement.bind(3, place.kind.rawValue)
    statement.bind(4, place.run.first)
  }
}
