public import SyncBlobs
public import SyncCore

extension Attachments {
  /// Fetches the files that rows name and that are not here, the smallest first.
  ///
  /// - Parameters:
  ///   - store: the other side.
  ///   - peer: the name under which what it says is remembered.
  ///   - reserve: how much of the disk stays free, in bytes.
  ///   - link: how the way there is used: when to stop, how to wait, whom to tell.
  public func fetchAll(
    from store: some BlobStore, peer: String, reserve: Int64 = AttachmentLimits.freeReserveBytes, over link: AttachmentLink
  ) throws -> AttachmentSummary {
    var seen: Set<[UInt8]> = []
    let missing = try named().filter { !isHere($0) && seen.insert($0.digest).inserted }
    return try fetch(missing, from: store, peer: peer, reserve: reserve, over: link)
  }

  /// Fetches files, from wherever an earlier run was cut. What comes is looked through before it stands under its digest.
  ///
  /// - Parameters:
  ///   - names: the files.
  ///   - store: the other side.
  ///   - peer: the name under which what it says is remembered.
  ///   - reserve: how much of the disk stays free, in bytes; 0 for what somebody has asked for by name.
  ///   - link: how the way there is used: when to stop, how to wait, whom to tell.
  public func fetch(
    _ names: [BlobName], from store: some BlobStore, peer: String, reserve: Int64 = 0, over link: AttachmentLink
  ) throws -> AttachmentSummary {
    var run = AttachmentRun(link)
    for name in names {
      if let free = folder.freeBytes, free - Int64(name.bytes) < reserve {
        run.summary.withoutRoom += 1
        continue
      }
      do {
        try fetch(name, from: store, &run)
        run.summary.fetched += 1
        // Who gave it has it.
        try PeerMemory(replica, peer).note([(name, .verified)])
      } catch let error as TransportError where error.code == .notFound && error.serverCode != nil {
        run.summary.refused.append(AttachmentRefusal(name: name, code: AttachmentRefusal.notThere))
      } catch let error as BlobError where error.code == .wrongDigest || error.code == .notFound || error.code == .tooLarge {
        run.summary.refused.append(AttachmentRefusal(name: name, code: error.code.rawValue))
      }
    }
    return run.summary
  }

  /// Takes the files that rows name and that are not here from a folder of this machine, both folders then holding one file where they
  /// are on one disk.
  /// - Returns: how many that were.
  public func adoptAll(from other: BlobFolder) throws -> Int {
    var count = 0
    for name in try named() where !isHere(name) && other.size(of: name.digest) == name.bytes {
      // Damaged there: that is for the other folder's keeper to find and to mend.
      if try folder.adopt(name.digest, from: other) { count += 1 }
    }
    return count
  }

  private func fetch(_ name: BlobName, from store: some BlobStore, _ run: inout AttachmentRun) throws {
    let partial = Self.partial(name.digest)
    var received = try folder.received(partial)
    // What another version of the row said of its length.
    if received > name.bytes {
      try folder.drop(partial)
      received = 0
    }
    while received < name.bytes {
      let offset = received
      let piece = try run.persist { try store.read(name.digest, at: offset) }
      guard piece.total == name.bytes, !piece.bytes.isEmpty, offset + piece.bytes.count <= name.bytes else {
        throw BlobError(.tooLarge, Hex.text(name.digest))
      }
      try folder.append(piece.bytes, at: offset, to: partial)
      received += piece.bytes.count
      run.moved(piece.bytes.count)
    }
    try folder.complete(partial, as: name.digest)
  }
}
