public import SyncCore

/// What a repair has found in one scope, and done about it.
public struct ScopeRepair: Sendable {
  public let scope: ScopeID
  /// Changesets that are missing, or whose bytes are not what their headers and their successors say.
  public let damaged: [Dot]
  /// Those of them that nobody could give again. While there are any, the scope is left as it was.
  public let lost: [Dot]
  /// Whether tables or states did not fit the changesets, and were made anew from them.
  public let isRebuilt: Bool
}

extension Replica {
  /// Makes tables and states anew from the changesets, where they do not fit, and fetches changesets that are damaged.
  /// - Parameter transport: the way to a healthy side: the relay, or another replica. Nil to repair what can be repaired without.
  /// - Returns: what was found and done in each scope in which something was wrong.
  public func repair(from transport: (any ExchangeTransport)? = nil) throws -> [ScopeRepair] {
    try scopes().compactMap { scope in
      let damaged = try look { try $0.damaged(in: scope) }
      var fetched: [Fragment] = []
      var lost: [Dot] = []
      for var place in damaged {
        // The one before may itself have been fetched just now.
        if let last = fetched.last, try ChangesetHeader(decoding: last.header).dot == Dot(site: place.dot.site, seq: place.dot.seq - 1) {
          place.previous = Codec.standard.digest(last.header)
        }
        if let transport, let fragment = try fetch(place, scope, over: transport) {
          fetched.append(fragment)
        } else {
          lost.append(place.dot)
        }
      }
      guard lost.isEmpty else { return ScopeRepair(scope: scope, damaged: damaged.map(\.dot), lost: lost, isRebuilt: false) }
      let before = try? digest(of: scope)
      let after = try work { engine in
        let number = try engine.catalog.number(of: scope)
        for fragment in fetched {
          let header = try ChangesetHeader(decoding: fragment.header)
          switch try engine.unseal(fragment, header) {
          case .success(let believed): try engine.log.replace(believed, scope: number, engine)
          case .failure(let reason):
            throw SyncKitError(.notTaken, ["changeset": header.dot.description, "refused": reason.code])
          }
        }
        try engine.rebuild(number)
        let after = try Snapshot(engine).digest(of: scope)
        // What a digest does not see is found by comparing tables with states, which is done for doctor; made anew it is in any case.
        if before != after || !fetched.isEmpty { try engine.record(.rebuilt, scope: number, count: fetched.count) }
        return after
      }
      guard before != after || !damaged.isEmpty else { return nil }
      return ScopeRepair(scope: scope, damaged: damaged.map(\.dot), lost: [], isRebuilt: before != after)
    }
  }

  /// The first changeset, in the order in which they came here, that another replica does not have alike; where it has all of them, its
  /// first that is not here. Nil when both have the same.
  public func firstDifference(from other: Replica, in scope: ScopeID) throws -> Dot? {
    func headers(_ replica: Replica) throws -> (all: [[UInt8]], omitted: [SiteID: [Omission.Run]]) {
      try replica.look { snapshot in
        guard let number = try snapshot.catalog.known(scope) else { return ([], [:]) }
        let omitted = Dictionary(grouping: try snapshot.omissions(of: number), by: \.site).mapValues { $0.map(\.run) }
        return (try snapshot.log.entries(inScope: number).map(\.header), omitted)
      }
    }
    let (here, there) = (try headers(self), try headers(other))
    for (one, another) in [(here, there), (there, here)] {
      let known = Set(another.all)
      for header in one.all where !known.contains(header) {
        let dot = try ChangesetHeader(decoding: header).dot
        if another.omitted[dot.site]?.run(with: dot.seq) == nil { return dot }
      }
    }
    return nil
  }

  /// Asks for one changeset, and takes it only if it is the one that its neighbours here speak of.
  private func fetch(_ place: DamagedChangeset, _ scope: ScopeID, over transport: any ExchangeTransport) throws -> Fragment? {
    var vector = VersionVector(try look { try $0.holdings(of: scope).vector.entries.filter { $0.site != place.dot.site } })
    vector.insert(Dot(site: place.dot.site, seq: place.dot.seq - 1))
    var parts: [[UInt8]] = []
    while true {
      let partial = parts.isEmpty ? [] : [Holdings.Partial(dot: place.dot, parts: parts.count)]
      let request = ExchangeRequest.pull([ScopeHoldings(scope: scope, holdings: Holdings(vector: vector, partial: partial))])
      let answer = try transport.roundTrip(path: request.path, body: request.encoded(codec: .standard))
      guard case .changes(let fragments, _, _, _, _) = try ExchangeResponse(decoding: answer, codec: .standard),
        let fragment = fragments.first,
        let header = try? ChangesetHeader(decoding: fragment.header), header.dot == place.dot, header.scope == scope,
        fragment.firstPart == parts.count,
        place.accepts(fragment.header, codec: .standard)
      else { return nil }
      for body in fragment.parts {
        guard parts.count < header.parts.count, Codec.standard.digest(body) == header.parts[parts.count].digest else { return nil }
        parts.append(body)
      }
      if parts.count == header.parts.count {
        return Fragment(header: fragment.header, signature: fragment.signature, firstPart: 0, parts: parts)
      }
      guard !fragment.parts.isEmpty else { return nil }
    }
  }
}

/// A changeset that is not as it was, and what is known of how it was.
struct DamagedChangeset {
  let dot: Dot
  /// Its header, where that is whole.
  let header: [UInt8]?
  /// The hash that the next one names; nil when there is none.
  let hash: [UInt8]?
  /// The hash of the one before; empty for the first.
  var previous: [UInt8]

  func accepts(_ bytes: [UInt8], codec: Codec) -> Bool {
    if let header { return header == bytes }
    if let hash { return codec.digest(bytes) == hash }
    return (try? ChangesetHeader(decoding: bytes).previous) == previous
  }
}

extension Snapshot {
  /// The changesets of a scope that are missing below their site's last, or are not what they were.
  func damaged(in scope: ScopeID) throws -> [DamagedChangeset] {
    guard let number = try catalog.known(scope) else { return [] }
    var out: [DamagedChangeset] = []
    for site in try log.sites(inScope: number) {
      let last = try log.lastSeq(scope: number, site: site)
      var previous: [UInt8] = []
      for seq in stride(from: UInt64(1), through: last, by: 1) {
        let dot = LocalDot(site: site, seq: seq)
        if let run = try log.omission(scope: number, dot: dot) {
          previous = run.hash
          continue
        }
        let bytes = try log.entry(scope: number, dot: dot)?.header
        if bytes == nil, let rejected = try log.rejections(inScope: number)[dot] {
          previous = rejected
          continue
        }
        let next = seq < last ? try log.entry(scope: number, dot: LocalDot(site: site, seq: seq + 1))?.header : nil
        let hash = next.flatMap { try? ChangesetHeader(decoding: $0) }?.previous
        let header = bytes.flatMap { try? ChangesetHeader(decoding: $0) }
        let name = Dot(site: try catalog.site(site), seq: seq)
        let isWhole = header.map { $0.dot == name && $0.scope == scope && $0.previous == previous } ?? false
        let digest = bytes.map(codec.digest) ?? []
        if let header, isWhole, hash == nil || hash == digest {
          for (at, part) in header.parts.enumerated() {
            guard let body = try? log.body(scope: number, dot: dot, part: at), codec.digest(body) == part.digest else {
              out.append(DamagedChangeset(dot: name, header: bytes, hash: hash, previous: previous))
              break
            }
          }
          previous = digest
        } else {
          out.append(DamagedChangeset(dot: name, header: nil, hash: hash, previous: previous))
          previous = hash ?? digest
        }
      }
    }
    return out
  }
}

extension ChangeLog {
  /// Puts a whole changeset in the place of a damaged one.
  func replace(_ fragment: Fragment, scope: UInt32, _ engine: Engine) throws {
    let header = try ChangesetHeader(decoding: fragment.header)
    let dot = LocalDot(site: try engine.catalog.number(of: header.dot.site), seq: header.dot.seq)
    let old = try place(of: dot, scope: scope)
    let clear = try engine.connection.statement("DELETE FROM synckit_log WHERE scope = ?1 AND site = ?2 AND seq = ?3")
    clear.bind(1, scope)
    clear.bind(2, dot.site)
    clear.bind(3, dot.seq)
    try clear.run()
    for (at, body) in fragment.parts.enumerated().dropFirst() { try appendPart(scope: scope, dot: dot, part: at, body: body) }
    try appendHead(
      scope: scope, dot: dot, time: header.time, arrived: try old?.arrived ?? engine.arrival(), header: fragment.header,
      signature: fragment.signature, body: fragment.parts[0])
    guard let old else { return }
    // It was applied where it stood: what came later may have read it.
    let move = try engine.connection.statement("UPDATE synckit_log SET id = ?4 WHERE scope = ?1 AND site = ?2 AND seq = ?3 AND part = 0")
    move.bind(1, scope)
    move.bind(2, dot.site)
    move.bind(3, dot.seq)
    move.bind(4, old.id)
    try move.run()
  }

  private func place(of dot: LocalDot, scope: UInt32) throws -> (id: Int64, arrived: Int64)? {
    let find = try connection.statement("SELECT id, arrived FROM synckit_log WHERE scope = ?1 AND site = ?2 AND seq = ?3 AND part = 0")
    find.bind(1, scope)
    find.bind(2, dot.site)
    find.bind(3, dot.seq)
    defer { find.reset() }
    return try find.step() ? (find.int(0), find.int(1)) : nil
  }
}
