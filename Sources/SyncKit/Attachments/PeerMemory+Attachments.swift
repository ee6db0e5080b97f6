import SyncCore

/// What a replica remembers of one other side's files.
extension PeerMemory {
  /// How files stand; what is not among them is queued.
  func attachmentStates() throws -> [ScopeID: [[UInt8]: Attachment.State]] {
    try replica.look { snapshot in
      let find = try snapshot.connection.statement(
        "SELECT scope, digest, state, code FROM synckit_attachment WHERE peer = (SELECT id FROM synckit_peer WHERE name = ?1)")
      find.bind(1, name)
      var out: [ScopeID: [[UInt8]: Attachment.State]] = [:]
      while try find.step() {
        let state: Attachment.State =
          switch find.int(2) {
          case 1: .sent
          case 2: .verified
          default: .refused(code: find.string(3))
          }
        out[try snapshot.catalog.scope(UInt32(find.int(0))), default: [:]][find.blob(1)] = state
      }
      return out
    }
  }

  /// When the other side verified which file, by scope.
  func receipts() throws -> [[UInt8]: [ScopeID: Int64]] {
    try replica.look { snapshot in
      let find = try snapshot.connection.statement(
        "SELECT scope, digest, at FROM synckit_attachment WHERE state = 2 AND peer = (SELECT id FROM synckit_peer WHERE name = ?1)")
      find.bind(1, name)
      var out: [[UInt8]: [ScopeID: Int64]] = [:]
      while try find.step() {
        out[find.blob(1), default: [:]][try snapshot.catalog.scope(UInt32(find.int(0)))] = find.int(2)
      }
      return out
    }
  }

  /// Forgets what was verified of files that are not among those which rows name.
  func forgetReceipts(except names: [BlobName]) throws {
    let named = Dictionary(grouping: names, by: \.digest).mapValues { Set($0.map(\.scope)) }
    let others = try receipts().flatMap { digest, scopes in scopes.keys.filter { named[digest]?.contains($0) != true }.map { ($0, digest) }
    }
    if others.isEmpty { return }
    try replica.work { engine in
      let peer = try id(engine)
      for (scope, digest) in others { try forget(digest, in: engine.catalog.number(of: scope), peer, engine) }
    }
  }

  private func forget(_ digest: [UInt8], in scope: UInt32, _ peer: Int64, _ engine: Engine) throws {
    let clear = try engine.connection.statement("DELETE FROM synckit_attachment WHERE peer = ?1 AND scope = ?2 AND digest = ?3")
    clear.bind(1, peer)
    clear.bind(2, scope)
    clear.bind(3, blob: digest)
    try clear.run()
  }

  func note(_ states: [(BlobName, Attachment.State)]) throws {
    guard !states.isEmpty else { return }
    try replica.work { engine in
      let peer = try id(engine)
      for (file, state) in states {
        let scope = try engine.catalog.number(of: file.scope)
        if state == .queued {
          try forget(file.digest, in: scope, peer, engine)
          continue
        }
        let put = try engine.connection.statement("INSERT OR REPLACE INTO synckit_attachment VALUES(?1, ?2, ?3, ?4, ?5, ?6)")
        put.bind(1, peer)
        put.bind(2, scope)
        put.bind(3, blob: file.digest)
        switch state {
        case .sent: put.bind(4, 1)
        case .verified: put.bind(4, 2)
        default: put.bind(4, 3)
        }
        if case .refused(let code) = state { put.bind(5, code) } else { put.bind(5, Value.null) }
        put.bind(6, engine.clock())
        try put.run()
      }
    }
  }

  /// When the other side was last asked whether it has lost files, and what it then said.
  func losses() throws -> (at: Int64, told: [UInt8])? {
    try replica.look { snapshot in
      guard case .integer(let at)? = try snapshot.connection.meta("losses-at:\(name)"),
        case .blob(let told)? = try snapshot.connection.meta("losses:\(name)")
      else { return nil }
      return (at, told)
    }
  }

  func note(losses: [UInt8]) throws {
    try replica.work { engine in
      try engine.connection.setMeta("losses:\(name)", .blob(losses))
      try engine.connection.setMeta("losses-at:\(name)", .integer(engine.clock()))
    }
  }
}
