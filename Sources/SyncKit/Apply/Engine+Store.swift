import CSQLite
import SyncCore

extension Engine {
  /// Keeps arriving fragments and applies every changeset whose time has come, all in the running transaction.
  ///
  /// Rule 3: a changeset is applied only once all that its author had read is; until then it waits.
  /// - Parameters:
  ///   - isVouchedFor: whether somebody trusted says that the fragments were judged, so that their signatures need not be verified here.
  ///   - sparing: whether a changeset that cannot be applied is refused while the rest goes on; that costs a savepoint each, so it
  ///     is asked for once an attempt without has failed.
  /// - Returns: the scopes that were touched, and what was not taken.
  func store(
    _ fragments: [Fragment], omissions: [Omission] = [], rejections: [Rejection] = [], statements: [SignedStatement] = [],
    isVouchedFor: Bool = false, sparing: Bool = false
  ) throws -> (scopes: [UInt32], refused: [Refusal]) {
    proven = ProvenSignatures()
    readClock()
    forgetHeads()
    try reloadSite()
    return try applying {
      let (stated, ended) = try take(statements)
      var scopes = try leaveOut(believed(omissions))
      let rejections = trust == nil ? rejections : stated.compactMap(\.content.rejection)
      for scope in try reject(rejections) + ended.sorted() where !scopes.contains(scope) { scopes.append(scope) }
      var refused: [Refusal] = []
      var brought: [ScopeID: Set<Dot>] = [:]
      for fragment in fragments {
        let header: ChangesetHeader
        do throws(SyncCoreError) { header = try ChangesetHeader(decoding: fragment.header) } catch {
          throw SyncKitError(.damaged, ["fragment": error.details], underlying: error)
        }
        if let code = check(fragment, header) {
          refused.append(Refusal(scope: header.scope, dot: header.dot, code: code))
          continue
        }
        brought[header.scope, default: []].insert(header.dot)
        let scope = try catalog.number(of: header.scope)
        if !scopes.contains(scope) { scopes.append(scope) }
        if let code = try keep(fragment, header, scope, isVouchedFor, sparing) {
          refused.append(Refusal(scope: header.scope, dot: header.dot, code: code))
        }
      }
      for scope in scopes {
        // A branch that waited had been given by somebody else: who gives now has no part in that fork.
        refused += try applyWaiting(scope, sparing).filter {
          $0.code == Refusal.Code.malformed || brought[$0.scope]?.contains($0.dot) ?? false
        }
      }
      for scope in scopes where misnamed.remove(scope) != nil { try rebuild(scope) }
      try thawReturned()
      return (scopes, refused)
    }
  }

  /// Runs a merge: the user's triggers stay silent, since what they did at the author's travels by itself, and so do column checks.
  func applying<T>(_ body: () throws -> T) throws -> T {
    csqlite_set_config(connection.handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
    try connection.execute("PRAGMA ignore_check_constraints = ON")
    defer {
      csqlite_set_config(connection.handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 1)
      sqlite3_exec(connection.handle, "PRAGMA ignore_check_constraints = OFF", nil, nil, nil)
      names.forget()
    }
    return try working(body)
  }

  private func check(_ fragment: Fragment, _ header: ChangesetHeader) -> String? {
    guard fragment.firstPart + fragment.parts.count <= header.parts.count else { return Refusal.Code.malformed }
    for (at, body) in fragment.parts.enumerated() {
      let declared = header.parts[fragment.firstPart + at]
      guard declared.bytes == body.count, declared.digest == codec.digest(body) else { return Refusal.Code.malformed }
    }
    return nil
  }

  private func keep(_ sealed: Fragment, _ header: ChangesetHeader, _ scope: UInt32, _ isVouchedFor: Bool, _ sparing: Bool) throws -> String?
  {
    let dot = LocalDot(site: try catalog.number(of: header.dot.site), seq: header.dot.seq)
    let applied = try log.lastSeq(scope: scope, site: dot.site)
    if dot.seq <= applied, try log.entry(scope: scope, dot: dot)?.header == sealed.header { return nil }
    if dot.seq <= applied, try log.omission(scope: scope, dot: dot) != nil || log.isRejected(scope: scope, dot: dot) { return nil }
    if try log.isWithdrawn(header.dot.site, scope: scope, dot: dot) { return Refusal.Code.revoked }
    let fragment: Fragment
    switch try unseal(sealed, header, isVouchedFor: isVouchedFor) {
    case .success(let believed): fragment = believed
    case .failure(let reason): return reason.code
    }
    try noteOwnWriteFromElsewhere(header)
    if dot.seq <= applied { return Refusal.Code.fork }
    if dot.seq == applied + 1 {
      if let code = try misfit(header, scope, dot) { return code }
      let isWhole = fragment.firstPart == 0 && fragment.parts.count == header.parts.count
      if isWhole, try log.hasApplied(header.needs, inScope: scope) {
        return try attempt(sparing) {
          for (at, body) in fragment.parts.enumerated().dropFirst() { try log.appendPart(scope: scope, dot: dot, part: at, body: body) }
          try apply(header, fragment.header, fragment.signature, fragment.parts[0], scope, dot)
        }
      }
    }
    // Of two that wait under one name it is not known which will come to be applied. Who gave the other still has it.
    if let (waiting, _) = try waitingHeader(scope, dot), waiting != fragment.header { try forgetWaiting(scope, dot) }
    let put = try connection.statement(
      "INSERT OR IGNORE INTO synckit_waiting(scope, site, seq, part, header, signature, body) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")
    for (at, body) in fragment.parts.enumerated() {
      put.reset()
      put.bind(1, scope)
      put.bind(2, dot.site)
      put.bind(3, dot.seq)
      put.bind(4, fragment.firstPart + at)
      put.bind(5, blob: fragment.header)
      put.bind(6, blob: fragment.signature)
      put.bind(7, blob: body)
      try put.run()
    }
    return nil
  }

  /// Why a changeset can never follow what is here, nor could once it were whole: it goes on from another branch of a fork.
  private func misfit(_ header: ChangesetHeader, _ scope: UInt32, _ dot: LocalDot) throws -> String? {
    if let head = try log.head(scope: scope, site: dot.site), head.hash != header.previous { return Refusal.Code.fork }
    return try header.hasReadAnother { try hash(of: $0, in: scope) } ? Refusal.Code.otherBranch : nil
  }

  /// Applies what waits in a scope and need not wait any longer, until nothing more can be.
  /// - Returns: what turned out not to be acceptable, and waits no more.
  private func applyWaiting(_ scope: UInt32, _ sparing: Bool) throws -> [Refusal] {
    var refused: [Refusal] = []
    var progressed = true
    while progressed {
      progressed = false
      let isRenaming = try log.hasStamped(inScope: scope)
      for (dot, parts) in try waiting(scope) {
        let last = try log.lastSeq(scope: scope, site: dot.site)
        // What waited has come once more, in order, and was applied as it came.
        if dot.seq <= last { try forgetWaiting(scope, dot) }
        let isNext = dot.seq == last + 1
        guard isNext || dot.seq > last && isRenaming else { continue }
        guard let (bytes, signature) = try waitingHeader(scope, dot) else { continue }
        let header = try ChangesetHeader(decoding: bytes)
        var code = isNext ? try misfit(header, scope, dot) : nil
        if code == nil {
          guard isNext, try log.hasApplied(header.needs, inScope: scope) else {
            // What has come under another name would wait for what nobody has any more.
            if isRenaming, try log.isStamped(header, bytes, scope: scope) { try forgetWaiting(scope, dot) }
            continue
          }
          guard parts == header.parts.count else { continue }
          code = try attempt(sparing) { try applyWaiting(header, bytes, signature, scope, dot) }
        }
        if let code { refused.append(Refusal(scope: header.scope, dot: header.dot, code: code)) }
        try forgetWaiting(scope, dot)
        progressed = true
      }
    }
    return refused
  }

  private func forgetWaiting(_ scope: UInt32, _ dot: LocalDot) throws {
    let clear = try connection.statement("DELETE FROM synckit_waiting WHERE scope = ?1 AND site = ?2 AND seq = ?3")
    bind(clear, scope, dot)
    try clear.run()
  }

  private func applyWaiting(_ header: ChangesetHeader, _ bytes: [UInt8], _ signature: [UInt8], _ scope: UInt32, _ dot: LocalDot) throws {
    let move = try connection.statement(
      """
      INSERT INTO synckit_log(scope, site, seq, part, body) SELECT scope, site, seq, part, body FROM synckit_waiting \
      WHERE scope = ?1 AND site = ?2 AND seq = ?3 AND part > 0
      """)
    bind(move, scope, dot)
    try move.run()
    let first = try connection.statement("SELECT body FROM synckit_waiting WHERE scope = ?1 AND site = ?2 AND seq = ?3 AND part = 0")
    bind(first, scope, dot)
    guard try first.step() else { throw SyncKitError(.damaged, ["waiting": header.dot.description]) }
    let body = first.blob(0)
    first.reset()
    try apply(header, bytes, signature, body, scope, dot)
  }

  /// Applies one changeset, or says why it cannot be; then nothing of it stays.
  private func attempt(_ sparing: Bool, _ body: () throws -> Void) throws -> String? {
    guard sparing else {
      try body()
      return nil
    }
    try connection.execute("SAVEPOINT synckit_apply")
    do {
      try body()
      try connection.execute("RELEASE synckit_apply")
      return nil
    } catch  where Self.isOfChangeset(error) {
      try connection.execute("ROLLBACK TO synckit_apply; RELEASE synckit_apply")
      catalog.forget()
      names.forget()
      log.forget()
      forgetHeads()
      return Refusal.Code.malformed
    }
  }

  /// Whether an error lies in what a changeset says, and not in this replica or its disk.
  static func isOfChangeset(_ error: any Error) -> Bool {
    if error is SyncCoreError { return true }
    guard let error = error as? SyncKitError, error.code == .sqlite, let code = error.details["code"].flatMap({ Int32($0) }) else {
      return false
    }
    // A rule of the user's table, or a type that it does not take.
    return code & 0xff == SQLITE_CONSTRAINT || code & 0xff == SQLITE_MISMATCH
  }

  /// The changesets that wait in a scope, in order, with how many parts of each are there.
  func waiting(_ scope: UInt32) throws -> [(dot: LocalDot, parts: Int)] {
    let all = try connection.statement("SELECT site, seq, count(*) FROM synckit_waiting WHERE scope = ?1 GROUP BY site, seq")
    all.bind(1, scope)
    var out: [(dot: LocalDot, parts: Int)] = []
    while try all.step() { out.append((LocalDot(site: UInt32(all.int(0)), seq: UInt64(all.int(1))), Int(all.int(2)))) }
    return out
  }

  private func waitingHeader(_ scope: UInt32, _ dot: LocalDot) throws -> (header: [UInt8], signature: [UInt8])? {
    let find = try connection.statement("SELECT header, signature FROM synckit_waiting WHERE scope = ?1 AND site = ?2 AND seq = ?3 LIMIT 1")
    bind(find, scope, dot)
    guard try find.step() else { return nil }
    defer { find.reset() }
    return (find.blob(0), find.blob(1))
  }

  private func bind(_ statement: Statement, _ scope: UInt32, _ dot: LocalDot) {
    statement.bind(1, scope)
    statement.bind(2, dot.site)
    statement.bind(3, dot.seq)
  }

  private func apply(
    _ header: ChangesetHeader, _ headerBytes: [UInt8], _ signature: [UInt8], _ body: [UInt8], _ scope: UInt32, _ dot: LocalDot
  ) throws {
    if try log.noteName(header, headerBytes, scope: scope) { misnamed.insert(scope) }
    try log.appendHead(
      scope: scope, dot: dot, time: header.time, arrived: try arrival(), header: headerBytes, signature: signature, body: body)
    try log.disprove(scope: scope, dot: dot)
    // What is here under another name has been merged.
    if try log.aliases(inScope: scope)[dot] == dot { try merge(header, scope, dot, first: body) }
  }

  /// Merges a changeset that is in the log into the rows.
  /// - Parameter first: its first part, where it is at hand.
  func merge(_ header: ChangesetHeader, _ scope: UInt32, _ dot: LocalDot, first: [UInt8]? = nil) throws {
    if try log.isRejected(scope: scope, dot: dot) { return }
    var needs: [LocalDot] = []
    let aliases = try log.aliases(inScope: scope)
    for need in header.needs.entries { aliases.join(LocalDot(site: try catalog.number(of: need.site), seq: need.seq), to: &needs) }
    if dot.seq > 1 { aliases.join(LocalDot(site: dot.site, seq: dot.seq - 1), to: &needs) }
    var index = 0
    for part in header.parts.indices {
      let bytes = try (part == 0 ? first : nil) ?? log.body(scope: scope, dot: dot, part: part)
      let groups = try log.decode(bytes, of: header, scope, firstIndex: index, withValues: true).groups
      index += header.parts[part].rows
      guard (groups.last.map { $0.firstIndex + $0.rowCount } ?? index) == index else { throw SyncCoreError(.malformed, "a part's rows") }
      for group in groups {
        // Rule 3 holds only if a header names all that the rows' contexts do.
        guard group.contexts.allSatisfy({ $0.allSatisfy(needs.covers) }) else {
          throw SyncCoreError(.malformed, "a context beyond the header's")
        }
        guard Set(group.columns.map(\.name)).count == group.columns.count else {
          throw SyncCoreError(.malformed, "a column that stands twice")
        }
        try ApplyGroup(group, scope: scope, dot: dot, time: header.time, engine: self).apply()
      }
    }
  }
}
