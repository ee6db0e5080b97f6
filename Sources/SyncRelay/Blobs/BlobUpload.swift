import SyncBlobs
public import SyncCore

/// One request that brings bytes of a file, from its admission to what the asker is told.
///
/// What arrives is written down as it does, so that a cut loses nothing that arrived; what is told as received is durable. Whether
/// the file may come is asked once, when the request begins: a device that is revoked meanwhile ends with its next request.
public struct BlobUpload: Sendable {
  private let relay: Relay
  private let principal: Principal
  private let name: BlobName
  /// How many bytes of the file have been taken, those of this request included.
  public private(set) var offset: Int

  /// - Throws: ``RelayError`` with `notGranted`, `tooLarge`, `quota`, `tooManyUploads`, `noRoom` or `otherOffset`.
  init(_ relay: Relay, _ principal: Principal, _ name: BlobName, at offset: Int) throws {
    (self.relay, self.principal, self.name, self.offset) = (relay, principal, name, offset)
    let now = relay.clock()
    try relay.dropAbandoned(before: now - relay.limits.uploadMilliseconds)
    let code: RelayError.Code? = try relay.store.write { db in
      try Relay.requireCurrent(principal, in: db)
      let ledger = BlobLedger(db: db, principal: principal, limits: relay.limits, now: now)
      if let code = try ledger.obstacle(to: name) { return code }
      try ledger.begin(name)
      return nil
    }
    if let code { throw RelayError(code, "a file") }
    guard (0...name.bytes).contains(offset), try relay.blobs.received(partial) == offset else {
      throw RelayError(.otherOffset, "\(offset)")
    }
  }

  /// A name of its own for each device: what one of them sends is never taken for another's.
  private var partial: String { Relay.partial(principal.deviceBytes, name.digest) }

  /// Takes bytes that follow.
  public mutating func append(_ piece: [UInt8]) throws {
    guard offset + piece.count <= name.bytes else { throw RelayError(.tooLarge, "more bytes than the file has") }
    if let free = relay.blobs.freeBytes, free - Int64(piece.count) < relay.limits.blobFreeBytes { throw RelayError(.noRoom, "blobs") }
    do {
      try relay.blobs.append(piece, at: offset, to: partial)
    } catch {
      throw RelayError(error)
    }
    offset += piece.count
  }

  /// Brings to the disk what has arrived, and looks the file through when all of it has.
  /// - Throws: ``RelayError`` with `wrongType` or `wrongDigest`; what has arrived is then gone.
  public func finish() throws -> BlobState {
    do {
      let received = try relay.blobs.received(partial)
      if received >= min(MediaType.headBytes, name.bytes) { try checkType() }
      guard received == name.bytes else { return .missing(received: received) }
      try relay.blobs.complete(partial, as: name.digest)
    } catch let error as BlobError {
      if error.code == .wrongDigest { try forget() }
      throw RelayError(error)
    }
    let now = relay.clock()
    let isHeld = try relay.store.write { db in
      try BlobLedger(db: db, principal: principal, limits: relay.limits, now: now).hold(name, in: relay.blobs)
    }
    return isHeld ? .held : .missing(received: 0)
  }

  private func checkType() throws {
    let head = try relay.blobs.head(of: partial, upTo: MediaType.headBytes)
    if let type = MediaType(head: head), relay.limits.blobTypes.contains(type) { return }
    try relay.blobs.drop(partial)
    try forget()
    throw RelayError(.wrongType, "a file")
  }

  private func forget() throws {
    try relay.store.write { db in
      try BlobLedger(db: db, principal: principal, limits: relay.limits, now: relay.clock()).end(name.digest)
    }
  }
}

extension RelayError {
  /// What a folder's error means for who asks.
  init(_ error: BlobError) {
    switch error.code {
    case .noRoom: self.init(.noRoom, "blobs")
    case .otherOffset: self.init(.otherOffset, "blobs")
    case .wrongDigest: self.init(.wrongDigest, "blobs")
    // Between what was told of it and now it was dropped: it begins anew.
    case .notFound: self.init(.otherOffset, "blobs")
    default: self.init(.damaged, "blobs: \(error.code.rawValue), errno \(error.errno)")
    }
  }
}
