public import SyncCore

extension Replica {
  /// Leaves out of a scope's log what has no effect any more: edits of which no row shows, keeps or contests anything.
  ///
  /// Rows, candidates, contexts and digests stay as they are, here and with everybody who takes part: what remains of the log makes the
  /// same of them, whatever may still arrive, and from whom ever (docs/decisions/0012). What is given up is history: who wrote what has long
  /// been written over. A replica with ``ReplicaConfiguration/keepsHistory`` keeps it.
  ///
  /// For the replica that looks after the relay's log. The others follow what the relay tells them.
  /// - Parameters:
  ///   - scope: where.
  ///   - acknowledged: what every other side has said that it holds, and that may therefore be left out.
  ///   - held: what the relay holds, with ends. Where this replica does not hold exactly the same nothing is left out, so that nothing is given
  ///     up for the sake of what might yet be lost with this machine, or of another branch of a fork.
  /// - Returns: everything that has been left out of the scope, now or before: for the relay to be told.
  /// - Throws: ``SyncKitError/Code/damaged`` when what remains would not make the same rows; nothing is left out then.
  public func compact(_ scope: ScopeID, acknowledged: VersionVector, held: Holdings) throws -> [Omission] {
    try compact(scope, acknowledged: acknowledged, held: held, limit: Limits.omissions)
  }

  /// The same with another limit.
  package func compact(
    _ scope: ScopeID, acknowledged: VersionVector, held: Holdings, limit: Int
  ) throws -> [Omission] {
    try work { engine in
      guard let number = try engine.catalog.known(scope) else { return [] }
      engine.readClock()
      let snapshot = Snapshot(engine)
      let here = try snapshot.holdings(of: scope, withEnds: true)
      guard here.vector == held.vector, here.ends == held.ends else { return [] }
      let superseded = try snapshot.superseded(inScope: number, upTo: acknowledged)
      if !superseded.isEmpty, try snapshot.omissions(of: number).count + superseded.count <= limit {
        let before = try snapshot.digest(of: scope)
        _ = try engine.leaveOut(superseded)
        // What the argument says is tried before it is relied upon: the log is what everything can be told from.
        try engine.rebuild(number)
        guard try Snapshot(engine).digest(of: scope) == before else { throw SyncKitError(.damaged, ["compaction": scope.name]) }
      }
      return try Snapshot(engine).omissions(of: number)
    }
  }
}
