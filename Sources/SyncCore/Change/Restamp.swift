/// One branch of a fork under its new name: what `from` wrote after `after` is called `to`'s 1, 2, 3… from now on.
///
/// A fork is one name for two changesets: a copy of a replica and its original have both written on. The branch that the relay has keeps
/// the name; the other is re-stamped. Whoever does that, the author's device or anybody who holds the branch, gets the same bytes.
public struct Restamp: Hashable, Sendable {
  public let from: SiteID
  /// The last changeset that both branches have in common; 0 when there is none.
  public let after: UInt64
  public let to: SiteID

  public init(from: SiteID, after: UInt64, to: SiteID) {
    self.from = from
    self.after = after
    self.to = to
  }

  /// The new name of a branch.
  /// - Parameters:
  ///   - from: the site that wrote both branches.
  ///   - after: the last changeset that they have in common.
  ///   - hash: the hash of the branch's first changeset. It makes the name: the same for everybody, and another for each branch.
  public init(from: SiteID, after: UInt64, hash: [UInt8]) {
    let life = hash.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    self.init(
      from: from, after: after,
      to: SiteID(deviceHigh: from.deviceHigh, deviceLow: from.deviceLow, incarnation: life | SiteID.leastDerivedIncarnation))
  }

  /// Whether the new name is such a one, and of the same device.
  var isOfOneDevice: Bool {
    from.deviceHigh == to.deviceHigh && from.deviceLow == to.deviceLow && from != to && to.incarnation >= SiteID.leastDerivedIncarnation
  }

  /// What the branch calls a changeset now; nil for one that it does not have.
  public func renamed(_ dot: Dot) -> Dot? {
    dot.site == from && dot.seq > after ? Dot(site: to, seq: dot.seq - after) : nil
  }
}

extension ChangesetHeader {
  /// What a re-stamped changeset was called before, and which names its body still uses.
  ///
  /// The body travels as it was, so that it need not be written anew, which another version of the compression would do otherwise.
  public struct Origin: Hashable, Sendable {
    /// The header as its author encoded it; it may be re-stamped itself.
    public let header: [UInt8]
    /// The branches that the body speaks of by their old names, in the order of their new ones.
    public let restamps: [Restamp]

    public init(header: [UInt8], restamps: [Restamp]) {
      self.header = header
      self.restamps = restamps
    }

    var cbor: CBOR {
      .array([
        .bytes(header), .array(restamps.map { .array([.bytes($0.from.bytes), .unsigned($0.after), .bytes($0.to.bytes)]) }),
      ])
    }

    init(decoding cbor: CBOR) throws(SyncCoreError) {
      guard let fields = cbor.array, fields.count == 2, let header = fields[0].bytes, let list = fields[1].array, !list.isEmpty else {
        throw SyncCoreError(.malformed, "origin")
      }
      guard list.count <= Limits.restamps else { throw SyncCoreError(.tooLarge, "origin") }
      self.header = header
      restamps = try list.map { (entry) throws(SyncCoreError) in
        guard let values = entry.array, values.count == 3, let from = SiteID(bytes: values[0].bytes ?? []), let after = values[1].unsigned,
          after <= UInt64(Int64.max), let to = SiteID(bytes: values[2].bytes ?? [])
        else { throw SyncCoreError(.malformed, "a restamp") }
        return Restamp(from: from, after: after, to: to)
      }
    }
  }

  /// All branches that the body speaks of by names it once had, the oldest naming first.
  public var restamps: [Restamp] {
    get throws(SyncCoreError) { try restamps(room: Limits.restamps) }
  }

  private func restamps(room: Int) throws(SyncCoreError) -> [Restamp] {
    guard let origin else { return [] }
    guard origin.restamps.count <= room else { throw SyncCoreError(.tooLarge, "origin") }
    return try ChangesetHeader(decoding: origin.header).restamps(room: room - origin.restamps.count) + origin.restamps
  }

  /// The same changeset as part of a re-stamped branch.
  /// - Parameters:
  ///   - restamps: the branches that it and what it needs belong to; one of them its own.
  ///   - encoded: this header as it was encoded.
  ///   - hashes: the hashes of the branches' changesets before this one, as re-stamped, and of those that each branch begins after.
  /// - Returns: nil when none of the branches has it.
  public func restamped(_ restamps: [Restamp], encoded: [UInt8], hashes: [Dot: [UInt8]]) -> ChangesetHeader? {
    guard let own = restamps.first(where: { $0.renamed(dot) != nil }), let renamed = own.renamed(dot) else { return nil }
    var needs = VersionVector()
    for need in self.needs.entries + CollectionOfOne(Dot(site: own.from, seq: own.after)) {
      guard let other = restamps.first(where: { $0.renamed(need) != nil }), let name = other.renamed(need) else {
        needs.insert(need)
        continue
      }
      needs.insert(name)
      needs.insert(Dot(site: other.from, seq: other.after))
    }
    let used = restamps.filter { restamp in
      restamp == own || self.needs.entries.contains { restamp.renamed($0) != nil }
    }.sorted { ($0.to, $0.after) < ($1.to, $1.after) }
    let told = Dictionary(uniqueKeysWithValues: toldEnds.map { ($0.need, Array($0.end)) })
    return ChangesetHeader(
      scope: scope, dot: renamed, time: time, wallClock: wallClock, author: author, transaction: transaction, schema: schema,
      certificate: certificate, previous: hashes[Dot(site: renamed.site, seq: renamed.seq - 1)] ?? [], needs: needs,
      ends: Self.ends(of: needs) { hashes[$0] ?? told[$0] }, note: note, parts: parts,
      origin: Origin(header: encoded, restamps: used))
  }

  /// Whether a branch's first changeset bears the name that follows from its hash, now and at each naming before: nobody chooses another.
  func isNamedByItsHash(_ digest: ([UInt8]) -> [UInt8]) throws(SyncCoreError) -> Bool {
    guard let origin else { return true }
    let first = try ChangesetHeader(decoding: origin.header)
    guard let own = origin.restamps.first(where: { $0.renamed(first.dot) == dot }) else { return false }
    let isDerived = dot.seq > 1 || Restamp(from: own.from, after: own.after, hash: digest(origin.header)) == own
    guard isDerived else { return false }
    return try first.isNamedByItsHash(digest)
  }

  /// A re-stamped changeset says the same as the one it was.
  func checkOrigin(room: Int) throws(SyncCoreError) {
    guard let origin else { return }
    guard origin.restamps.count <= room else { throw SyncCoreError(.tooLarge, "origin") }
    let first = try ChangesetHeader(decoding: origin.header, room: room - origin.restamps.count)
    guard first.scope == scope, first.parts == parts, first.author == author, first.time == time, first.wallClock == wallClock,
      first.transaction == transaction, first.schema == schema, first.certificate == certificate, first.note == note,
      origin.restamps.contains(where: { $0.renamed(first.dot) == dot }), origin.restamps.allSatisfy(\.isOfOneDevice)
    else { throw SyncCoreError(.malformed, "an origin that is another changeset") }
  }
}

/// The sites that a part's dots refer to by their place, and which of them have lost their names since.
struct PartSites {
  /// A restamp by the replica's own numbers.
  struct Renaming {
    let from: UInt32
    let after: UInt64
    let to: UInt32
  }

  let numbers: [UInt32]
  let renamings: [Renaming]
  var aliases = Aliases()

  /// The name that a dot has now.
  func name(_ dot: LocalDot) -> LocalDot {
    aliases[
      renamings.reduce(dot) { dot, renaming in
        dot.site == renaming.from && dot.seq > renaming.after ? LocalDot(site: renaming.to, seq: dot.seq - renaming.after) : dot
      }]
  }

  /// Joins what had been read of a site: of a branch all of it up to there, and what both branches have in common, which may have lost its
  /// name later.
  /// - Parameter first: the renaming from which on the dot's name is judged.
  func join(_ dot: LocalDot, to context: inout [LocalDot], from first: Int = 0) {
    var dot = dot
    for at in renamings.indices.dropFirst(first) {
      let renaming = renamings[at]
      guard dot.site == renaming.from, dot.seq > renaming.after else { continue }
      if renaming.after > 0 { join(LocalDot(site: renaming.from, seq: renaming.after), to: &context, from: at + 1) }
      dot = LocalDot(site: renaming.to, seq: dot.seq - renaming.after)
    }
    aliases.join(dot, to: &context)
  }
}
