import SyncCore

extension Engine {
  /// Makes everything that follows from a scope's changesets anew from them: the rows' states, the candidates, what is kept aside, and what
  /// the user's tables show. The log is what happened; the rest is told from it.
  func rebuild(_ scope: UInt32) throws {
    readClock()
    try applying {
      try clearRows(of: scope)
      log.forget()
      let aliases = try log.aliases(inScope: scope)
      var merged: Set<LocalDot> = []
      for (dot, header) in try inOrderOfNeed(scope) {
        // What has several names has its turn with the first of them, and counts under its own.
        let name = aliases[dot]
        guard merged.insert(name).inserted else { continue }
        try merge(name == dot ? header : log.header(scope: scope, dot: name), scope, name)
      }
    }
  }

  /// Takes away what a scope's tables show, the rows' states, the candidates, and what is kept aside.
  func clearRows(of scope: UInt32) throws {
    let name = try catalog.scope(scope).name
    for shape in tables where try table(named: shape.name, of: scope) != nil {
      if let place = shape.scopeColumn {
        let column = place.inKey ? shape.key[place.at].name : shape.columns[place.at].name
        let clear = try connection.statement("DELETE FROM \(shape.quoted) WHERE \(column.quotedIdentifier) = ?1")
        clear.bind(1, name)
        try clear.run()
      } else {
        try connection.statement("DELETE FROM \(shape.quoted)").run()
      }
    }
    for table in ["synckit_rows", "synckit_candidate", "synckit_aside"] {
      let clear = try connection.statement("DELETE FROM \(table) WHERE scope = ?1")
      clear.bind(1, scope)
      try clear.run()
    }
  }

  /// In the order of arrival, except that nothing comes before what it needs: a changeset that had to be fetched anew may stand last.
  private func inOrderOfNeed(_ scope: UInt32) throws -> [(dot: LocalDot, header: ChangesetHeader)] {
    var waiting = try log.entries(inScope: scope).map { (dot: $0.dot, header: try ChangesetHeader(decoding: $0.header)) }
    var out: [(dot: LocalDot, header: ChangesetHeader)] = []
    var taken = VersionVector()
    let runs = Dictionary(grouping: try Snapshot(self).omissions(of: scope), by: \.site).mapValues { $0.map(\.run) }
    let rejected = Set(try Snapshot(self).rejections(inScope: scope).map(\.dot)).subtracting(waiting.map(\.header.dot))
    /// Passes over what counts as applied without being there.
    func passAbsent(_ site: SiteID) {
      while true {
        let next = Dot(site: site, seq: taken[site] + 1)
        if let run = runs[site]?.run(with: next.seq) {
          taken.insert(Dot(site: site, seq: run.last))
        } else if rejected.contains(next) {
          taken.insert(next)
        } else {
          return
        }
      }
    }
    for site in Set(runs.keys).union(rejected.map(\.site)) { passAbsent(site) }
    while !waiting.isEmpty {
      var left: [(dot: LocalDot, header: ChangesetHeader)] = []
      for next in waiting {
        if taken[next.header.dot.site] + 1 == next.header.dot.seq, try log.covers(taken, next.header.needs, inScope: scope) {
          taken.insert(next.header.dot)
          passAbsent(next.header.dot.site)
          out.append(next)
        } else {
          left.append(next)
        }
      }
      guard left.count < waiting.count else { throw SyncKitError(.damaged, ["log": waiting[0].header.dot.description]) }
      waiting = left
    }
    return out
  }
}
