import SyncBlobs
import SyncCore

/// Writes packs: what a pull of their scopes by who has nothing would be answered, batch by batch.
struct PackBuilder {
  private let relay: Relay
  private let codec: Codec
  private(set) var drafts: [PackDraft] = []
  /// The scopes of which something could not be believed.
  private(set) var unbelieved: Set<ScopeID> = []

  init(_ relay: Relay, _ codec: Codec) {
    self.relay = relay
    self.codec = codec
  }

  /// Packs scopes that may share a pack, each from its beginning to its end.
  mutating func pack(_ scopes: [PackPlan.Scope]) throws {
    var wants = scopes.map { (scope: $0, want: ScopeHoldings(scope: $0.name, holdings: Holdings(omitted: 0))) }[...]
    while !wants.isEmpty {
      // One state of the log for a pack; those of the next may be later, as of a pull's answers.
      let (batch, begun) = try relay.store.read { db -> (LogBatch, Int) in
        var batch = LogBatch(budget: relay.limits.packBytes)
        let reader = LogReader(db)
        for (place, next) in wants.enumerated() {
          try reader.load(beyond: next.want, into: &batch)
          if batch.hasMore { return (batch, place) }
        }
        return (batch, wants.count)
      }
      try write(batch, wants.prefix(begun + 1).map(\.scope))
      wants = wants.dropFirst(begun)
      guard var large = wants.first else { return }
      // Of the one that did not find room, what did is not read once more.
      guard try advance(&large.want, by: batch) || begun > 0 else { throw RelayError(.damaged, "a changeset that no pack holds") }
      wants[wants.startIndex] = large
    }
  }

  /// Raises what the reader will hold of a scope by what has been written.
  private func advance(_ want: inout ScopeHoldings, by batch: LogBatch) throws -> Bool {
    var isMore = false
    for fragment in batch.fragments {
      let header = try ChangesetHeader(decoding: fragment.header)
      guard header.scope == want.scope else { continue }
      isMore = true
      let parts = fragment.firstPart + fragment.parts.count
      want.holdings.partial.removeAll { $0.dot.site == header.dot.site }
      if parts == header.parts.count {
        want.holdings.vector.insert(header.dot)
      } else {
        want.holdings.partial.append(Holdings.Partial(dot: header.dot, parts: parts))
      }
    }
    // What has been left out is told with the first of a scope's changesets, and not again.
    if isMore {
      want.holdings.omitted = try relay.store.read { db in try LogReader(db).holdings(of: [want.scope])[want.scope]?.omitted ?? 0 }
    }
    return isMore
  }

  private mutating func write(_ batch: LogBatch, _ scopes: [PackPlan.Scope]) throws {
    var held: Set<ScopeID> = []
    var proven = ProvenSignatures()
    for fragment in batch.fragments {
      switch try CheckedFragment(fragment, relay: relay, proven: &proven) {
      case .usable(let checked): held.insert(checked.header.scope)
      case .refused(let refusal, _): unbelieved.insert(refusal.scope)
      }
    }
    held.subtract(unbelieved)
    let fragments = try batch.fragments.filter { held.contains(try ChangesetHeader(decoding: $0.header).scope) }
    guard !fragments.isEmpty else { return }
    let message = ExchangeResponse.changes(
      fragments, omissions: batch.omissions.filter { held.contains($0.scope) },
      rejections: batch.rejections.filter { held.contains($0.scope) },
      statements: batch.statements.filter { signed in
        (try? IssuerStatement(decoding: signed.bytes))?.content.scope.map { held.contains($0) } ?? false
      }, isComplete: true)
    do {
      let (digest, bytes) = try relay.packs.put(message.encoded(codec: codec))
      let heads = scopes.filter { held.contains($0.name) }.map { ($0.row, $0.head) }
      drafts.append(
        PackDraft(pack: try Pack(digest: digest, bytes: bytes, by: relay.issuer), heads: Dictionary(uniqueKeysWithValues: heads)))
    } catch let error as BlobError {
      throw RelayError(error)
    }
  }
}
