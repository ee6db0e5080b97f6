import SyncCore

extension Engine {
  /// Takes note of what another side has left out: what is not here counts as applied once all before it is, and what is here goes,
  /// unless a row still shows, keeps or contests something of it.
  /// - Returns: the scopes that were touched.
  func leaveOut(_ omissions: [Omission]) throws -> [UInt32] {
    var needed: [UInt32: Set<LocalDot>] = [:]
    var touched: [UInt32] = []
    var missed: [UInt32: Int] = [:]
    for omission in omissions {
      let scope = try catalog.number(of: omission.scope)
      let site = try catalog.number(of: omission.site)
      let last = try log.lastEntry(scope: scope, site: site)
      for run in try acceptable(omission.run, scope: scope, site: site, last: last, needed: &needed) {
        // Who had something of the scope and not this was away for long; to a newcomer nothing has happened.
        if run.first > last, try log.latestTime(inScope: scope).rawValue > 0 {
          let known = try log.omission(scope: scope, dot: LocalDot(site: site, seq: run.first)).map { $0.last - run.first + 1 } ?? 0
          // Whatever numbers somebody makes up, their sum stays one.
          let more = run.last - run.first + 1
          missed[scope, default: 0] += Int(min(more - min(more, known), UInt64(UInt32.max)))
        }
        if run.first > last {
          try log.expect(run, scope: scope, site: site, at: try arrival())
        } else {
          try log.leaveOut(run, scope: scope, site: site, at: try arrival())
        }
        if !touched.contains(scope) { touched.append(scope) }
      }
    }
    for (scope, count) in missed.sorted(by: { $0.key < $1.key }) where count > 0 {
      try record(.longAway, scope: scope, count: count)
    }
    if !touched.isEmpty {
      names.forget()
      forgetHeads()
    }
    return touched
  }

  /// What of a run may be left out here too.
  private func acceptable(
    _ run: Omission.Run, scope: UInt32, site: UInt32, last: UInt64, needed: inout [UInt32: Set<LocalDot>]
  ) throws -> [Omission.Run] {
    if last < run.first { return [run] }
    // Whether these changesets are the ones that are meant is told by the hash of the last alone: with less of them here, they stay.
    if last < run.last { return [Omission.Run(first: last + 1, last: run.last, hash: run.hash)] }
    guard !keepsHistory, try log.hash(scope: scope, dot: LocalDot(site: site, seq: run.last)) == run.hash else { return [] }
    if needed[scope] == nil { needed[scope] = try Snapshot(self).needed(inScope: scope) }
    let aliases = try log.aliases(inScope: scope)
    var out: [Omission.Run] = []
    var first = run.first
    for entry in try log.entries(scope: scope, site: site, after: run.first - 1, limit: Int(clamping: run.last - run.first + 1))
    where entry.dot.seq <= run.last {
      let header = try ChangesetHeader(decoding: entry.header)
      let isNeeded = needed[scope]?.contains(entry.dot) ?? true
      guard isNeeded || entry.dot.seq == last || header.origin != nil || aliases.hasSeveral(entry.dot) else { continue }
      if first < entry.dot.seq { out.append(Omission.Run(first: first, last: entry.dot.seq - 1, hash: header.previous)) }
      first = entry.dot.seq + 1
    }
    if first <= run.last { out.append(Omission.Run(first: first, last: run.last, hash: run.hash)) }
    return try out.filter { try !isLeftOut($0, scope: scope, site: site) }
  }

  private func isLeftOut(_ run: Omission.Run, scope: UInt32, site: UInt32) throws -> Bool {
    guard let known = try log.omission(scope: scope, dot: LocalDot(site: site, seq: run.first)) else { return false }
    return known.contains(run.last)
  }
}

extension Snapshot {
  /// The changesets of which a row of the scope shows, keeps or contests something, or by which it is named.
  func needed(inScope scope: UInt32) throws -> Set<LocalDot> {
    var out: Set<LocalDot> = []
    for table in try rows.tables(inScope: scope) {
      try rows.forEach(scope: scope, table: table) { _, state in
        out.insert(state.name.dot)
        out.insert(state.base)
        out.formUnion(state.alive)
        out.formUnion(state.dead)
        for cell in state.cells { out.formUnion(cell.dots) }
      }
    }
    return out
  }

  /// Whether a changeset does nothing but change rows that others have made: nothing else can be told from what it leaves in the rows.
  ///
  /// By the names that a changeset gives its rows others may call them, and increments leave no dots.
  private func onlyEdits(_ header: ChangesetHeader, _ scope: UInt32, _ dot: LocalDot, contested: Set<Row>) throws -> Bool {
    var index = 0
    for number in header.parts.indices {
      for group in try log.part(header, scope: scope, dot: dot, part: number, firstIndex: index, withValues: false).groups {
        guard case .names(let names) = group.keys, !group.columns.contains(where: \.isIncrement) else { return false }
        guard !contested.isEmpty else { continue }
        let table = try catalog.number(ofTable: group.table)
        for name in names {
          guard let key = try self.names.key(name, of: group.table, scope: scope) else { continue }
          if contested.contains(Row(table: table, key: key)) { return false }
        }
      }
      index += header.parts[number].rows
    }
    return true
  }

  private struct Row: Hashable {
    let table: UInt32
    let key: [UInt8]
  }

  /// The rows with an open conflict: who decides is to see what its authors had read.
  private func contested(inScope scope: UInt32) throws -> Set<Row> {
    let all = try connection.statement("SELECT DISTINCT tab, key FROM synckit_candidate WHERE scope = ?1")
    all.bind(1, scope)
    var out: Set<Row> = []
    while try all.step() { out.insert(Row(table: UInt32(all.int(0)), key: all.blob(1))) }
    return out
  }

  /// What can be left out of a scope's log without anything that may still come being merged otherwise.
  /// - Parameter vector: what may be left out at the most.
  func superseded(inScope scope: UInt32, upTo vector: VersionVector) throws -> [Omission] {
    let name = try catalog.scope(scope)
    let needed = try needed(inScope: scope)
    let contested = try contested(inScope: scope)
    let aliases = try log.aliases(inScope: scope)
    var out: [Omission] = []
    for site in try log.sites(inScope: scope) {
      let author = try catalog.site(site)
      let last = try log.lastEntry(scope: scope, site: site)
      var run: Omission.Run?
      for entry in try log.entries(scope: scope, site: site, after: 0, limit: .max) where entry.dot.seq < last {
        guard entry.dot.seq <= vector[author], !needed.contains(entry.dot), !aliases.hasSeveral(entry.dot) else { continue }
        // The text of what was rejected is kept.
        guard try !log.isRejected(scope: scope, dot: entry.dot) else { continue }
        let header = try ChangesetHeader(decoding: entry.header)
        guard header.origin == nil, try onlyEdits(header, scope, entry.dot, contested: contested) else { continue }
        let hash = codec.digest(entry.header)
        if let open = run, open.last + 1 == entry.dot.seq {
          run = Omission.Run(first: open.first, last: entry.dot.seq, hash: hash)
        } else {
          if let run { out.append(Omission(scope: name, site: author, run: run)) }
          run = Omission.Run(first: entry.dot.seq, last: entry.dot.seq, hash: hash)
        }
      }
      if let run { out.append(Omission(scope: name, site: author, run: run)) }
    }
    return out
  }

  /// Everything that has been left out of a scope.
  func omissions(of scope: UInt32) throws -> [Omission] {
    let name = try catalog.scope(scope)
    return try log.sitesWithOmissions(inScope: scope).flatMap { site in
      let author = try catalog.site(site)
      return try log.omissions(scope: scope, site: site).map { Omission(scope: name, site: author, run: $0) }
    }
  }
}
