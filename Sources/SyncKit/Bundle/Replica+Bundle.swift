import Foundation
public import SyncCore

/// What a bundle carried.
public struct BundleReport: Sendable {
  /// Changesets written to the file, or new to this replica.
  public let changesets: Int
  public let scopes: [ScopeID]
  /// The file's size.
  public let bytes: Int
  /// What was not taken, and why.
  public let refused: [Refusal]
  /// How many attached files were written, or came to be here.
  public var files = 0
  /// Files that were not taken: no row names them here, there is no room for them, or they are not what their digests say.
  public var refusedFiles = 0
}

extension Replica {
  /// Writes everything this replica holds of some scopes to a file, for another to import without a network.
  ///
  /// The file appears whole or not at all.
  /// - Parameters:
  ///   - path: the file.
  ///   - only: the scopes to write; all when nil.
  ///   - withFiles: whether the files that are here and that rows of these scopes name are written too, behind the changes.
  ///   - recipients: the public keys of the devices that can read it (`Certificate.encryptionKey`); none for a file that everybody can read,
  ///     which is for applications that sign nothing.
  public func exportBundle(
    to path: String, scopes only: [ScopeID]? = nil, attachments withFiles: Bool = false, for recipients: [[UInt8]] = []
  ) throws -> BundleReport {
    try noteLeaving()
    let names = try only ?? scopes()
    let temporary = path + ".part"
    guard FileManager.default.createFile(atPath: temporary, contents: nil, attributes: [.posixPermissions: 0o600]),
      let file = FileHandle(forWritingAtPath: temporary)
    else { throw SyncKitError(.readOnly, ["path": path]) }
    defer { try? FileManager.default.removeItem(atPath: temporary) }
    var wants = names.map { ScopeHoldings(scope: $0, holdings: Holdings(omitted: 0)) }
    let spans = try look { snapshot in
      try names.map { BundleHeader.Span(scope: $0, from: VersionVector(), to: try snapshot.holdings(of: $0).vector) }
    }
    let header = BundleHeader(site: site, wallClock: configuration.clock(), scopes: spans)
    let sealed = recipients.isEmpty ? nil : try BundleCipher.sealed(for: recipients)
    var cipher = sealed?.cipher
    var chain = BundleFormat.seed
    func write(_ kind: BundleFormat.Kind, _ payload: [UInt8]) throws {
      let bytes = try cipher?.seal(payload, kind) ?? payload
      try file.write(contentsOf: BundleFormat.frame(kind, bytes, chain: &chain, codec: .standard))
    }
    var count = 0
    do {
      try file.write(contentsOf: BundleFormat.magic)
      if let sealed {
        try file.write(contentsOf: BundleFormat.frame(.envelope, sealed.envelope.encoded, chain: &chain, codec: .standard))
      }
      try write(.header, header.encoded)
      var hasMore = true
      // Which devices were revoked stands before what they wrote.
      var revocations = try look { try $0.log.revocations() }
      while hasMore {
        let batch = try look { try $0.load(beyond: wants, budget: Limits.batchBytes) }
        hasMore = batch.hasMore && !batch.isEmpty
        guard !batch.isEmpty else { break }
        count += try advance(&wants, by: batch)
        let message = ExchangeResponse.changes(
          batch.fragments, omissions: batch.omissions, statements: revocations + batch.statements, isComplete: !hasMore)
        revocations = []
        try write(.changes, message.encoded(codec: .standard))
      }
      let files = withFiles ? try attachments.bundled(of: Set(names), write) : 0
      try write(.end, [])
      try file.synchronize()
      let bytes = Int(try file.offset())
      try file.close()
      guard rename(temporary, path) == 0 else { throw SyncKitError(.readOnly, ["path": path]) }
      return BundleReport(changesets: count, scopes: names, bytes: bytes, refused: [], files: files)
    } catch let error as CocoaError where error.code == .fileWriteOutOfSpace {
      throw SyncKitError(.diskFull, ["path": path], underlying: error)
    }
  }

  /// Raises what the reader will hold by what has been written.
  private func advance(_ wants: inout [ScopeHoldings], by batch: ChangeBatch) throws -> Int {
    var whole = 0
    if !batch.omissions.isEmpty || !batch.statements.isEmpty {
      // All of a scope's are told at once.
      let stated = batch.statements.compactMap { try? IssuerStatement(decoding: $0.bytes).content.scope }
      let told = Set(batch.omissions.map(\.scope) + stated)
      for at in wants.indices where told.contains(wants[at].scope) {
        wants[at].holdings.omitted = try look { try $0.holdings(of: wants[at].scope).omitted }
      }
    }
    for fragment in batch.fragments {
      let header = try ChangesetHeader(decoding: fragment.header)
      guard let at = wants.firstIndex(where: { $0.scope == header.scope }) else { continue }
      let parts = fragment.firstPart + fragment.parts.count
      wants[at].holdings.partial.removeAll { $0.dot.site == header.dot.site }
      if parts == header.parts.count {
        wants[at].holdings.vector.insert(header.dot)
        whole += 1
      } else {
        wants[at].holdings.partial.append(Holdings.Partial(dot: header.dot, parts: parts))
      }
    }
    return whole
  }

  /// Takes in a bundle. What is known already is no error; what stands before a cut or an alteration is kept. The file is read frame by
  /// frame: however large it is, no more than one frame is in memory.
  /// - Throws: ``SyncKitError/Code/notABundle``, ``SyncKitError/Code/bundleCut``, ``SyncKitError/Code/bundleAltered``,
  ///   ``SyncKitError/Code/notARecipient``.
  public func importBundle(from path: String) throws -> BundleReport {
    let file = try BundleFile(path)
    var files: BundledFiles?
    var report = (changesets: 0, scopes: Set<ScopeID>(), refused: [Refusal]())
    do {
      var reader = try BundleReader(file.read)
      var first = try reader.next()
      if case .envelope(let envelope) = first {
        let keys = (configuration.encryption.map { [$0] } ?? []) + configuration.formerEncryption
        let own = keys.first { key in envelope.recipients.contains { $0.key == key.publicKey } }
        var cipher = try BundleCipher(opening: envelope, by: own)
        reader.decrypt = { try cipher.open($0, $1) }
        first = try reader.next()
      }
      guard case .header(let header) = first else { throw SyncKitError(.notABundle, ["path": path]) }
      report.scopes.formUnion(header.scopes.map(\.scope))
      loop: while true {
        switch try reader.next() {
        case .envelope, .header: throw SyncKitError(.bundleAltered)
        case .file(let one):
          // Behind all changes, so that the rows are here which name it.
          if files == nil { files = try BundledFiles(attachments) }
          try files?.begin(one)
        case .piece(let bytes):
          guard files != nil else { throw SyncKitError(.bundleAltered) }
          try files?.take(bytes)
        case .end:
          try files?.finish()
          break loop
        case .changes(let fragments, let omissions, let statements):
          let before = try count(fragments)
          let (_, refused) = try store(fragments, omissions: omissions, statements: statements)
          report.changesets += try count(fragments) - before
          report.refused += refused
        }
      }
    } catch let error as SyncKitError where error.code == .bundleCut || error.code == .bundleAltered {
      throw SyncKitError(error.code, ["path": path, "kept": String(report.changesets)], underlying: error)
    } catch let error as SyncKitError where error.code == .notABundle || error.code == .notARecipient {
      throw SyncKitError(error.code, ["path": path])
    }
    return BundleReport(
      changesets: report.changesets, scopes: report.scopes.sorted(), bytes: file.byteCount, refused: report.refused,
      files: files?.taken ?? 0, refusedFiles: files?.refused ?? 0)
  }

  /// How many changesets are applied in the scopes of some fragments.
  private func count(_ fragments: [Fragment]) throws -> Int {
    let scopes = Set(try fragments.map { try ChangesetHeader(decoding: $0.header).scope })
    return try look { snapshot in
      try scopes.reduce(0) { total, scope in
        total + Int(try snapshot.holdings(of: scope).vector.entries.reduce(0) { $0 + $1.seq })
      }
    }
  }
}
