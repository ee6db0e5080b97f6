import SyncCore

/// What this replica may not hold any more, on its writing connection (docs/decisions/0028).
extension Engine {
  /// Fails where a scope takes no writes.
  func requireHeld(_ scope: UInt32) throws {
    let find = try connection.statement(fixed: "SELECT 1 FROM synckit_withdrawn WHERE scope = ?1")
    find.bind(1, scope)
    defer { find.reset() }
    if try find.step() { throw SyncKitError(.withdrawn, ["scope": try catalog.scope(scope).name]) }
  }

  /// Whether a changeset of this replica's own is one that it has let go of, and that comes back since the scope was granted again.
  func isComingBack(_ header: ChangesetHeader) throws -> Bool {
    guard let scope = try catalog.known(header.scope) else { return false }
    return try header.dot.seq <= Snapshot(self).removedSeq(of: scope)
  }

  /// Freezes scopes: what was told of them before still counts, as to when that was.
  func freeze(_ withdrawn: [WithdrawnScope]) throws {
    let put = try connection.statement(
      """
      INSERT INTO synckit_withdrawn(scope, at, removes) VALUES(?1, ?2, ?3)
      ON CONFLICT(scope) DO UPDATE SET removes = ?3, returns = 0
      """)
    for scope in withdrawn {
      // What is not here need not be frozen.
      guard let number = try catalog.known(scope.scope) else { continue }
      put.reset()
      put.bind(1, number)
      put.bind(2, clock())
      put.bind(3, scope.isRemoved ? 1 : 0)
      try put.run()
    }
  }

  /// Has scopes be granted again: those that are here take writes at once, the others once they have come back.
  func thaw(_ scopes: [UInt32]) throws {
    for scope in scopes {
      let back = try connection.statement("UPDATE synckit_withdrawn SET removes = 0, returns = 1 WHERE scope = ?1")
      back.bind(1, scope)
      try back.run()
    }
    try thawReturned()
  }

  /// Has scopes take writes again of which all that was this replica's own is back.
  ///
  /// - Parameter evenShort: also where it is not, since it was lost on the way: then this replica goes on as another, so that no number
  ///   is used twice.
  func thawReturned(evenShort: Bool = false) throws {
    let all = try connection.statement(fixed: "SELECT scope, seq FROM synckit_withdrawn WHERE returns = 1")
    var returned: [UInt32] = []
    var isShort = false
    while try all.step() {
      let (scope, seq) = (UInt32(all.int(0)), UInt64(all.int(1)))
      let isBack = try log.lastSeq(scope: scope, site: siteNumber) >= seq
      if isBack || evenShort { returned.append(scope) }
      if !isBack, evenShort { isShort = true }
    }
    if isShort { try beginLife() }
    for scope in returned {
      let end = try connection.statement(fixed: "DELETE FROM synckit_withdrawn WHERE scope = ?1")
      end.bind(1, scope)
      try end.run()
    }
  }

  /// Lets go of a scope, here alone: of its rows, with what is kept beside them, of its log, and of what was said of it. What stays is the
  /// last number of this replica's own chain.
  func remove(_ scope: UInt32) throws {
    let last = try log.lastSeq(scope: scope, site: siteNumber)
    try applying {
      try clearRows(of: scope)
      for table in Self.logTables {
        let clear = try connection.statement("DELETE FROM \(table) WHERE scope = ?1")
        clear.bind(1, scope)
        try clear.run()
      }
    }
    // Of what had come back in part only, the number stays that it had come to before.
    let note = try connection.statement("UPDATE synckit_withdrawn SET removed = ?2, seq = max(seq, ?3) WHERE scope = ?1")
    note.bind(1, scope)
    note.bind(2, clock())
    note.bind(3, last)
    try note.run()
    log.forget()
    forgetHeads()
  }

  private static let logTables = [
    "synckit_log", "synckit_waiting", "synckit_omission", "synckit_rejection", "synckit_acknowledged", "synckit_refused",
    "synckit_attachment",
  ]
}

extension Snapshot {
  /// The last of this replica's own changesets of a scope that it has let go of; 0 where it has not.
  func removedSeq(of scope: UInt32) throws -> UInt64 {
    let find = try connection.statement("SELECT seq FROM synckit_withdrawn WHERE scope = ?1 AND removed IS NOT NULL")
    find.bind(1, scope)
    defer { find.reset() }
    return try find.step() ? UInt64(find.int(0)) : 0
  }
}
