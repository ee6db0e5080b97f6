import SyncBlobs
public import SyncCore

extension RelayAccess: BlobStore {
  public func states(of names: [BlobName]) throws -> BlobAnswer {
    guard names.count <= Limits.blobNames else { throw RelayError(.tooLarge, "files of a question") }
    let now = relay.clock()
    let (found, losses) = try relay.store.read { db in
      try Relay.requireCurrent(principal, in: db)
      let ledger = BlobLedger(db: db, principal: principal, limits: relay.limits, now: now)
      // Before anything is found to be lost: that is then told the next time.
      return (try names.map { try Found($0, ledger) }, try BlobLedger.losses(in: db))
    }
    var states: [BlobState] = []
    /// What is attached in another scope than before, or was about to be let go of.
    var kept: [Int] = []
    for (name, found) in zip(names, found) {
      if found.isHeld || found.isReadable, try relay.isThere(name.digest, bytes: name.bytes) {
        if !found.isHeld || found.isUnnamed { kept.append(states.count) }
        states.append(.held)
      } else if let obstacle = found.obstacle {
        states.append(.refused(code: obstacle.rawValue))
      } else {
        states.append(.missing(received: try relay.blobs.received(Relay.partial(principal.deviceBytes, name.digest))))
      }
    }
    if !kept.isEmpty {
      let gone = try relay.store.write { db in
        try Relay.requireCurrent(principal, in: db)
        let ledger = BlobLedger(db: db, principal: principal, limits: relay.limits, now: now)
        return try kept.filter { try !ledger.keep(names[$0]) }
      }
      for index in gone { states[index] = .missing(received: 0) }
    }
    return BlobAnswer(states: states, losses: losses)
  }

  /// What is written down of a file.
  private struct Found {
    /// Whether it is attached in the scope.
    var isHeld = false
    /// Whether the asker may read it in another scope: then it is attached in this one without being sent again. Others send it, and it
    /// is kept once.
    var isReadable = false
    /// Whether no record named it when files were last collected.
    var isUnnamed = false
    var obstacle: RelayError.Code?

    init(_ name: BlobName, _ ledger: BlobLedger) throws {
      guard try ledger.mayHold(name.scope) else {
        obstacle = try ledger.obstacle(to: name)
        // Of a scope that was withdrawn it is told what has arrived, of files that the asker names.
        isHeld = try obstacle == nil && ledger.isHeld(name)
        isUnnamed = try isHeld && ledger.isUnnamed(name.digest)
        return
      }
      isHeld = try ledger.isHeld(name)
      isReadable = try ledger.readable(name.digest) == name.bytes
      isUnnamed = try ledger.isUnnamed(name.digest)
      obstacle = try ledger.obstacle(to: name)
    }
  }

  /// Begins to take bytes of a file.
  public func upload(_ name: BlobName, at offset: Int) throws -> BlobUpload { try BlobUpload(relay, principal, name, at: offset) }

  public func append(_ piece: [UInt8], at offset: Int, of name: BlobName) throws -> BlobState {
    do {
      var upload = try upload(name, at: offset)
      try upload.append(piece)
      return try upload.finish()
    } catch let error as RelayError where Self.refusals.contains(error.code) {
      return .refused(code: error.code.rawValue)
    }
  }

  /// What is an answer about the file, and no failure of the relay's.
  private static let refusals: Set<RelayError.Code> = [
    .notGranted, .tooLarge, .quota, .tooManyUploads, .wrongType, .wrongDigest,
  ]

  /// - Throws: ``RelayError`` with `blobUnknown` for a file that is not here and for one that the asker may not read, alike; `badArgument`
  ///   for a place that the file does not have.
  public func read(_ digest: [UInt8], at offset: Int) throws -> BlobPiece {
    let now = relay.clock()
    let found = try relay.store.read { db in
      try Relay.requireCurrent(principal, in: db)
      return try BlobLedger(db: db, principal: principal, limits: relay.limits, now: now).readable(digest)
    }
    guard let total = found, try relay.isThere(digest, bytes: total) else { throw RelayError(.blobUnknown, "") }
    guard (0..<total).contains(offset) else { throw RelayError(.badArgument, "a range") }
    return BlobPiece(bytes: try relay.blobs.read(digest, at: offset, upTo: Limits.blobPieceBytes), total: total)
  }
}
