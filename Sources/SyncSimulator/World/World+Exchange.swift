import Foundation
import SyncCore
import SyncKit
import SyncRelay

extension World {
  /// Where a message goes that was kept on the way.
  static let relayName = "relay"

  /// An exchange with the relay.
  @discardableResult
  func sync(_ device: SimulatedReplica, _ line: Line) throws -> ExchangeSummary? {
    guard let relay else { return nil }
    let granted = Set(try relay.relay.grants(of: device.user).map(\.scope))
    var before: [ScopeID: (here: VersionVector, there: VersionVector)] = [:]
    let isRevoked = revoked.contains(device.number)
    for scope in scopes where isRevoked || !granted.contains(.one(scope)) {
      before[scope] = (device.held[scope] ?? VersionVector(), try relay.vector(of: scope))
    }
    let unsent = try isRevoked ? device.replica.status(peer: Self.relayName).unsentChangesets : 0
    let summary = try exchange(device, line, with: { try relay.access(device) }, packs: packs(for: device), peer: Self.relayName)
    if line.hasMeanwhile { return summary }
    if isRevoked {
      let isWhole = try summary == nil && device.replica.status(peer: Self.relayName).unsentChangesets == unsent
      try require("I-13", isWhole, "\(device.user)'s device was revoked, and has exchanged, or counts less as unsent")
    }
    for scope in scopes {
      let (here, there) = (device.held[scope] ?? VersionVector(), try relay.vector(of: scope))
      if let before = before[scope] {
        // What nobody has opened yet is its author's to open.
        // And what the device had before it was told is taken of what was withdrawn.
        let isKept = isRevoked ? there == before.there : there.covers(before.there) && isGrown(there, from: before.there, by: before.here)
        let isBarred = !isRevoked && before.there.isEmpty || here == before.here && isKept
        try require("I-13", isBarred, "\(scope) is not granted to \(device.user), or the device was revoked, and was exchanged")
      } else if let summary, !summary.refused.contains(where: { $0.scope == scope }) {
        try require(
          "I-9", here.covers(there), "\(device.user) has exchanged and lacks some of \(scope): \(here.entries) of \(there.entries)")
        // What a relay that was set back has lost may be another's to send again.
        let isThere = isRelaySetBack || there.covers(here)
        try require(
          "I-9", isThere, "\(device.user) has exchanged, and the relay lacks some of \(scope): \(there.entries) of \(here.entries)")
      }
    }
    return summary
  }

  /// Now and then the relay packs what it has, and whoever has nothing of a scope takes it from there.
  private func packs(for device: SimulatedReplica) throws -> PackFetch? {
    guard let relay, step % Self.stepsBetweenPacks == 0, !revoked.contains(device.number) else { return nil }
    if let report = try relay.relay.pack() { coverage.note("packed", report.packs) }
    return PackFetch(WatchedPacks(source: try relay.access(device)) { [self] in coverage.note("pack taken") }, leastScopes: 1)
  }

  private static let stepsBetweenPacks = 3

  /// Whether nothing has come to a scope of the relay's but what a device had.
  private func isGrown(_ there: VersionVector, from before: VersionVector, by device: VersionVector) -> Bool {
    there.entries.allSatisfy { before.contains($0) || device.contains($0) }
  }

  func meet(_ device: SimulatedReplica, _ other: SimulatedReplica, _ line: Line) throws {
    // What waited there until this exchange comes with the next.
    let hasWaiting = try other.replica.status(peer: Self.relayName).waiting > 0
    let summary = try exchange(device, line, with: { try other.replica.exchangeStore }, peer: "device\(other.number)")
    try check(other)
    guard let summary, summary.refused.isEmpty, !line.hasMeanwhile, !hasWaiting else { return }
    for scope in scopes {
      let (here, there) = (device.held[scope] ?? VersionVector(), other.held[scope] ?? VersionVector())
      try require(
        "I-9", here == there, "\(device.user) and \(other.user) have met and hold \(here.entries) and \(there.entries) of \(scope)")
    }
  }

  @discardableResult
  private func exchange(
    _ device: SimulatedReplica, _ line: Line, with store: @escaping () throws -> some ExchangeStore, packs: PackFetch? = nil, peer: String
  ) throws -> ExchangeSummary? {
    let way = SimulatedLine(
      line, to: store,
      trace: { [self] path, bytes in
        trace.note(path)
        trace.note(bytes)
      }, onCrash: { try device.losePower(atRead: $0) },
      onKept: { [self] body in
        if peer == Self.relayName { late.append((device.number, body)) }
      }, onMeanwhile: { [self] in try take($0, within: device) })
    var summary: ExchangeSummary?
    do {
      let done = try device.replica.sync(with: way, packs: packs, peer: peer, batchBytes: line.batchBytes)
      for refusal in done.refused {
        let isAllowed =
          refusal.code == Refusal.Code.notGranted && withdrawn.contains(Withdrawal(user: device.user, scope: refusal.scope))
          || isUndecided(refusal.code, peer)
        try require("I-18", isAllowed, "\(refusal.dot) of \(refusal.scope) was refused: \(refusal.code)")
        coverage.note("refused:\(refusal.code)")
      }
      coverage.note("sent", done.sent)
      coverage.note("received", done.received)
      coverage.note("trips", done.trips)
      summary = done
    } catch let failure as WorldFailure {
      throw failure
    } catch let error as SyncKitError where error.code == .notTaken && isUndecided(error.details["refused"] ?? "", peer) {
      coverage.note("fork by hand")
    } catch {
      if let failure = way.failureMeanwhile { throw failure }
      let isRefused = peer == Self.relayName && revoked.contains(device.number)
      if isRefused { coverage.note("refused:revoked") }
      try require(
        "I-9", isRefused || !way.befallen.isEmpty,
        "an exchange of \(device.user) with \(peer) failed by itself: \(error) \(way.failure.map { "\($0)" } ?? "")")
      coverage.note("exchange cut")
    }
    for fault in way.befallen { coverage.note("fault:" + String("\(fault)".prefix { $0 != "(" })) }
    device.clock.expectNothing()
    if device.hasCrashed {
      try device.restart()
      summary = nil
    }
    try check(device)
    // What is left out may have come without all that closes it; then it stays for as long as a row needs it.
    if summary == nil, options.has(.compaction) { try expectSound(device) }
    return summary
  }

  /// Something happens while a device's exchange is under way, which may have taken in something by now.
  private func take(_ action: Action, within device: SimulatedReplica) throws {
    // Who has lost power, or is about to, does nothing that anybody could rely on.
    if device.hasCrashed || device.clock.isExpectingRead { return }
    // One device has one exchange at a time here; two at once are for ``RepeatTrials``.
    if case .sync(device.number, _) = action { return }
    coverage.note("meanwhile:\(action.kind)")
    if case .write(let at, _) = action, let author = self.device(at) { try check(author) }
    try take(action)
  }

  /// A request that was kept on the way arrives.
  func arriveLate(_ number: Int) throws {
    guard let relay, !late.isEmpty else { return }
    let (sender, body) = late.remove(at: number % late.count)
    guard let device = device(sender) else { return }
    let request = try ExchangeRequest(decoding: body, codec: .standard)
    do {
      _ = try ExchangeResponder.answer(request, from: try relay.access(device))
      try require("I-13", !revoked.contains(sender), "a request of \(device.user)'s was answered, whose device was revoked")
    } catch let error as RelayError where error.code == .revoked && revoked.contains(sender) {}
  }

  /// Leaves out what everybody has who is waited for.
  func compact(_ device: SimulatedReplica, isCut: Bool) throws {
    guard let relay else { return }
    for held in try relay.relay.acknowledgedByAll() {
      let all = try relay.relay.officeAccess().holdings(of: held.scope)
      let known = Dictionary((device.names[held.scope] ?? [:]).map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
      let before = Set(try omitted(device, held.scope).map(\.dot))
      let omissions = try device.replica.compact(held.scope, acknowledged: held.holdings.vector, held: all)
      for omission in omissions {
        for seq in omission.run.first...omission.run.last {
          let dot = Dot(site: omission.site, seq: seq)
          if let name = known[dot] { leftOut[held.scope, default: [:]][dot] = name }
        }
      }
      try expectUncontested(Set(try omitted(device, held.scope).map(\.dot)).subtracting(before), held.scope, device)
      if !isCut { coverage.note("left out", try relay.relay.leaveOut(omissions)) }
    }
    try check(device)
  }

  /// Who settles a conflict sees what its authors had read: of such a row nothing is left out.
  private func expectUncontested(_ gone: Set<Dot>, _ scope: ScopeID, _ device: SimulatedReplica) throws {
    let oracle = oracle(scope, at: device)
    for id in ids where self.scope(id) == scope {
      let lost = gone.intersection(oracle.writes[name(id)]?.map(\.dot) ?? [])
      guard !lost.isEmpty else { continue }
      let columns = FieldTable.all[id.table].columns.filter { $0.policy == .keep }.map(\.name) + [MergeOracle.existence]
      let isOpen = columns.contains { oracle.conflict(name(id), $0, applied: applied(device, id)) != nil }
      try require("I-3", !isOpen, "\(lost.sorted()) was left out of \(scope) at \(device.user), and \(name(id)) is in conflict")
    }
  }

  // MARK: By hand

  /// Whether something was refused since another changeset of its name is there, or of that of something that its author had read: only the
  /// relay can say whose the name is.
  private func isUndecided(_ code: String, _ peer: String? = nil) -> Bool {
    peer != Self.relayName && options.hasAccidents && [Refusal.Code.fork, Refusal.Code.otherBranch].contains(code)
  }

  /// Hands some of one author's changesets on, in any order and with gaps.
  func carry(from: SimulatedReplica, to: SimulatedReplica, choice: Int) throws {
    var random = SeededGenerator(seed: choice)
    guard from !== to else { return }
    // Mostly something that is new there: what is drawn blindly seldom meets.
    var choices: [(scope: ScopeID, author: SiteID)] = []
    let isAnything = random.chance(0.2)
    for scope in scopes {
      let there = to.held[scope] ?? VersionVector()
      for last in from.held[scope]?.entries ?? [] where isAnything || last.seq > there[last.site] { choices.append((scope, last.site)) }
    }
    guard !choices.isEmpty else { return }
    let (scope, author) = random.pick(choices)
    let known = from.held[scope]?[author] ?? 0
    let next = Int(min(known, (to.held[scope]?[author] ?? 0) + 1))
    let first = UInt64(isAnything ? random.number(1...Int(known)) : min(Int(known), random.pick([next, next, next + 1, next + 2])))
    let last = min(known, first + UInt64(random.number(0...5)))
    let want = ScopeHoldings(scope: scope, holdings: Holdings(vector: VersionVector([Dot(site: author, seq: first - 1)])))
    let all = try from.replica.exchangeStore.load(beyond: [want], budget: 1 << 30).fragments
    let isDropping = random.chance(0.2)
    var batch: [Fragment] = []
    var dots: Set<Dot> = []
    for fragment in all {
      let dot = try ChangesetHeader(decoding: fragment.header).dot
      guard dot.site == author, dot.seq <= last, !isDropping || random.chance(0.7) else { continue }
      dots.insert(dot)
      batch.append(fragment)
    }
    let before = to.held[scope] ?? VersionVector()
    for entry in before.entries { for seq in 1...entry.seq { dots.insert(Dot(site: entry.site, seq: seq)) } }
    let (_, refused) = try to.replica.exchangeStore.store(batch.shuffled(using: &random))
    try require("I-18", refused.allSatisfy { isUndecided($0.code) }, "\(to.user) refused \(refused)")
    try check(to)
    // By its own names nobody tells what of a fork they hold.
    if options.hasAccidents { return }
    let due = oracle(scope).applicable(dots)
    let applied = to.held[scope] ?? VersionVector()
    try require("I-5", applied.covers(due), "\(to.user) applied \(applied.entries), and could have \(due.entries)")
    if applied == before, !batch.isEmpty { coverage.note("waiting") }
  }

  /// Hands all that one device has and another lacks to that other, in any order.
  func handOver(from: SimulatedReplica, to: SimulatedReplica, _ random: inout SeededGenerator) throws {
    let wants = scopes.map { ScopeHoldings(scope: $0, holdings: Holdings(vector: to.held[$0] ?? VersionVector())) }
    let all = try from.replica.exchangeStore.load(beyond: wants, budget: 1 << 30).fragments
    guard !all.isEmpty else { return }
    let (_, refused) = try to.replica.exchangeStore.store(all.shuffled(using: &random))
    try require("I-18", refused.isEmpty, "\(to.user) refused \(refused)")
    try check(to)
  }

  func export(_ bundle: Int, _ device: SimulatedReplica) throws {
    let path = device.path + ".bundle\(bundle)"
    let report = try device.replica.exportBundle(to: path)
    trace.note("\(report.changesets) \(report.bytes)")
    bundles[bundle] = Bundle(path: path, held: device.held)
  }

  func importBundle(_ bundle: Int, _ device: SimulatedReplica, cut: Int?, altered: Int?) throws {
    guard let carried = bundles[bundle], var bytes = FileManager.default.contents(atPath: carried.path) else { return }
    if let altered { bytes[bytes.count * altered / 1000] ^= 0x55 }
    if let cut { bytes = bytes.prefix(bytes.count * cut / 1000) }
    let copy = carried.path + ".copy"
    var isWhole = false
    try bytes.write(to: URL(fileURLWithPath: copy))
    do {
      let report = try device.replica.importBundle(from: copy)
      try require("I-10", cut == nil && altered == nil, "a damaged bundle was taken for a whole one")
      try require("I-18", report.refused.allSatisfy { isUndecided($0.code) }, "\(device.user) refused \(report.refused) of a bundle")
      coverage.note("bundled", report.changesets)
      isWhole = report.refused.isEmpty && !options.hasAccidents
    } catch let error as SyncKitError {
      let codes = [SyncKitError.Code.bundleCut, .bundleAltered, .notABundle]
      try require("I-10", (cut != nil || altered != nil) && codes.contains(error.code), "a bundle was not taken: \(error)")
      coverage.note("bundle:\(error.code)")
    }
    try check(device)
    for scope in scopes where isWhole {
      let (here, carried) = (device.held[scope] ?? VersionVector(), carried.held[scope] ?? VersionVector())
      try require("I-9", here.covers(carried), "\(device.user) took a bundle of \(carried.entries) of \(scope), and holds \(here.entries)")
    }
  }
}

/// Packs, of which it is told how many are taken.
private struct WatchedPacks: PackSource {
  let source: RelayAccess
  let onTaken: () -> Void

  func packs(of scopes: [ScopeID]) throws -> [Pack] { try source.packs(of: scopes) }

  func read(pack digest: [UInt8], at offset: Int) throws -> BlobPiece {
    let piece = try source.read(pack: digest, at: offset)
    if offset + piece.bytes.count == piece.total { onTaken() }
    return piece
  }
}

/// A file of changesets, with what its author held.
struct Bundle {
  let path: String
  let held: [ScopeID: VersionVector]
}

/// A scope that the office has taken from a user for the time being.
struct Withdrawal: Hashable {
  let user: String
  let scope: ScopeID
}
