import Foundation
import SyncCore
import SyncKit
import SyncRelay

/// One forged message on one of the ways into a replica or a relay. Either it is refused with a code and changes nothing (I-10), or it was
/// another valid changeset: then the replica is sound, and whoever gets the same has the same digest (I-1, I-8).
struct WireTrial {
  /// The ways on which messages come.
  enum Way: String, CaseIterable { case push, pull, bundle, relay }

  /// How long a message may take, whatever it holds. A machine that does much else included.
  static let mostSeconds = 20.0

  private let stage: WireStage
  private let way: Way
  private var random: SeededGenerator
  /// What was done to the message.
  private(set) var outcome = ""

  init(_ stage: WireStage, seed: Int) {
    self.stage = stage
    random = SeededGenerator(seed: seed)
    way = random.pick([(35, Way.push), (15, .pull), (15, .bundle), (35, .relay)])
  }

  /// - Throws: ``WireBreach`` when a law is broken.
  mutating func play() throws {
    let scopes = stage.scopes.filter { stage.known[$0, default: 0] < stage.stories[$0, default: []].count }
    guard !scopes.isEmpty else {
      outcome = "nothing to forge"
      return
    }
    var forger = Forger(seed: random.number(0...1 << 40), sites: stage.sites + [try stage.victim.replica.site])
    let plain = stage.next(random.pick(scopes), &random)
    var fragments = plain
    // What was forged once may be nothing that can be read and forged again.
    for _ in 0...random.pick([0, 0, 1]) where !fragments.isEmpty { fragments = (try? forger.forged(fragments)) ?? fragments }
    let start = ContinuousClock.now
    do {
      if way == .relay { try offerToRelay(fragments) } else { try offerToReplica(fragments) }
    } catch let breach as WireBreach {
      throw WireBreach(breach.invariant, "\(breach.message) (\(way), \(forger.deeds))")
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    if seconds > Self.mostSeconds { throw WireBreach("I-11", "took \(seconds) s") }
  }

  /// A message with fragments, seldom changed as a message too.
  private mutating func message(_ message: [UInt8]) throws -> [UInt8] {
    guard random.chance(0.2) else { return message }
    var reader = ByteReader(message)
    let raw: [UInt8]
    if try reader.byte() == 0 {
      raw = Array(try reader.take(reader.remaining))
    } else {
      let count = try reader.count(upTo: Limits.messageBytes)
      raw = Codec.standard.inflate(try reader.take(reader.remaining), count) ?? []
    }
    let changed = random.chance(0.5) ? Mutation.tree(try CBOR(decoding: raw), &random).encoded : Mutation.bytes(raw, &random)
    if random.chance(0.5) { return [0] + changed }
    var out = ByteWriter()
    out.write(byte: 1)
    out.write(varint: random.chance(0.2) ? random.pick(Mutation.numbers) : UInt64(changed.count))
    out.write(bytes: Codec.standard.compress(changed))
    return out.bytes
  }

  // MARK: A replica

  private mutating func offerToReplica(_ fragments: [Fragment]) throws {
    let before = try stage.victimDump()
    var failure: (any Error)?
    var isSilent = false
    do {
      switch way {
      case .push:
        let body = try message(ExchangeRequest.push(fragments).encoded(codec: .standard))
        let request = try ExchangeRequest(decoding: body, codec: .standard)
        guard case .receipt(_, let refused) = try ExchangeResponder.answer(request, from: stage.victim.replica.exchangeStore) else { break }
        isSilent = refused.isEmpty
      case .pull:
        let body = try message(ExchangeResponse.changes(fragments, isComplete: true).encoded(codec: .standard))
        let line = try ForgedAnswers(heads: heads(), changes: body)
        _ = try stage.victim.replica.sync(with: line, peer: "forger")
        isSilent = true
      default: isSilent = try importBundle(fragments)
      }
    } catch { failure = error }
    try expectCode(failure)
    let after = try stage.victimDump()
    outcome = "\(way): \(failure == nil ? isSilent ? "taken" : "refused" : "error")\(after == before ? "" : ", changed")"
    guard after != before else { return }
    // A push is taken whole or not at all.
    if way == .push, let failure { throw WireBreach("I-8", "changed by what was not taken: \(failure)") }
    try expectSound(stage.victim)
    try expectPassedOn()
    try stage.reset(stage.victim)
  }

  private func expectCode(_ failure: (any Error)?) throws {
    guard let failure else { return }
    let hasCode = failure is SyncCoreError || failure is SyncKitError || failure is RelayError || failure is TransportError
    // What the engine takes for its own or the disk's fault is not the sender's.
    let isInternal = (failure as? SyncKitError)?.code == .sqlite
    guard hasCode, !isInternal else { throw WireBreach("I-10", "no code for it: \(failure)") }
  }

  /// The answer of somebody who has the whole history.
  private func heads() throws -> ExchangeResponse {
    let all = try stage.scopes.map { scope in
      let dots = try stage.stories[scope, default: []].map { try ChangesetHeader(decoding: $0.header).dot }
      return ScopeHoldings(scope: scope, holdings: Holdings(vector: VersionVector(dots)))
    }
    return .heads(epoch: [1], token: [2], scopes: all)
  }

  private mutating func importBundle(_ fragments: [Fragment]) throws -> Bool {
    let header = BundleHeader(
      site: stage.sites[0], wallClock: SimulatedClock.start,
      scopes: stage.scopes.map { BundleHeader.Span(scope: $0, from: VersionVector(), to: VersionVector()) })
    var frames: [(BundleFormat.Kind, [UInt8])] = [(.header, header.encoded)]
    for fragment in fragments {
      frames.append((.changes, try message(ExchangeResponse.changes([fragment], isComplete: true).encoded(codec: .standard))))
    }
    frames.append((.end, []))
    if random.chance(0.2) {
      let at = random.number(0...frames.count - 1)
      switch random.number(0...3) {
      case 0: frames.swapAt(at, random.number(0...frames.count - 1))
      case 1: frames.remove(at: at)
      case 2: frames.insert(frames[at], at: at)
      default: frames[0].1 = Mutation.tree(try CBOR(decoding: header.encoded), &random).encoded
      }
    }
    var (bytes, chain) = (BundleFormat.magic, BundleFormat.seed)
    for (kind, payload) in frames { bytes += BundleFormat.frame(kind, payload, chain: &chain, codec: .standard) }
    let path = stage.folder + "/forged.bundle"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return try stage.victim.replica.importBundle(from: path).refused.isEmpty
  }

  // MARK: What was taken

  /// Everything that can be asked of a replica is answered, and nothing is found.
  private func expectSound(_ device: SimulatedReplica) throws {
    let replica = try device.replica
    let problems = try replica.findings().filter(\.isProblem)
    guard problems.isEmpty else { throw WireBreach("I-8", "\(problems.map { "\($0.code) \($0.details)" })") }
    do {
      _ = try (replica.conflicts(), replica.status(peer: "forger"))
      for row in stage.references { _ = try replica.history(of: row) }
    } catch { throw WireBreach("I-8", "cannot be asked: \(error)") }
  }

  /// Who gets the same has the same, and a replica that is opened again too.
  private func expectPassedOn() throws {
    try stage.reset(stage.other)
    do {
      _ = try stage.other.replica.sync(with: LocalTransport(stage.victim.replica.exchangeStore), peer: "victim")
    } catch { throw WireBreach("I-1", "what a replica has taken another does not take: \(error)") }
    let digests = try Self.digests(stage.victim)
    let passed = try Self.digests(stage.other)
    guard digests == passed else { throw WireBreach("I-1", "who got the same has another digest") }
    try expectSound(stage.other)
    try stage.victim.reopen()
    guard try Self.digests(stage.victim) == digests else { throw WireBreach("I-1", "another digest after opening again") }
  }

  private static func digests(_ device: SimulatedReplica) throws -> [String] {
    let replica = try device.replica
    return try replica.scopes().map { "\($0) \(try replica.digest(of: $0).hex)" }
  }

  // MARK: The relay

  private mutating func offerToRelay(_ fragments: [Fragment]) throws {
    let access = try stage.relay.access(stage.victim)
    let before = try stage.relayDump()
    var (failure, isSilent): ((any Error)?, Bool) = (nil, false)
    var offered: Set<[UInt8]> = []
    do {
      let body = try message(ExchangeRequest.push(fragments).encoded(codec: .standard))
      let request = try ExchangeRequest(decoding: body, codec: .standard)
      if case .push(let all, _, _) = request { for fragment in all { offered.formUnion([fragment.header] + fragment.parts) } }
      guard case .receipt(_, let refused) = try ExchangeResponder.answer(request, from: access) else {
        outcome = "relay: asked"
        return
      }
      isSilent = refused.isEmpty
    } catch { failure = error }
    try expectCode(failure)
    let after = try stage.relayDump()
    outcome = "relay: \(failure == nil ? isSilent ? "taken" : "refused" : "error")\(after == before ? "" : ", changed")"
    guard after != before else { return }
    if let failure { throw WireBreach("I-8", "the relay is changed by what it did not take: \(failure)") }
    // What it hands out is what it was given, byte for byte.
    let out = try access.load(beyond: try stage.holdings, budget: 1 << 30).fragments
    for fragment in out where !offered.isSuperset(of: [fragment.header] + fragment.parts) {
      throw WireBreach("I-4", "the relay hands out what it was not given")
    }
    // A replica may find in it what no relay looks for; it is told so, and stays sound.
    do { _ = try stage.victim.replica.sync(with: LocalTransport(access), peer: "relay") } catch { try expectCode(error) }
    try expectSound(stage.victim)
    try stage.reset(stage.victim)
    try stage.resetRelay()
  }
}

/// A relay that has something to give, and gives what it was told to.
private struct ForgedAnswers: ExchangeTransport {
  let heads: [UInt8]
  let changes: [UInt8]

  init(heads: ExchangeResponse, changes: [UInt8]) throws {
    self.heads = heads.encoded(codec: .standard)
    self.changes = changes
  }

  func roundTrip(path: String, body: [UInt8]) throws(TransportError) -> [UInt8] {
    switch path {
    case "/v1/hello": heads
    case "/v1/pull": changes
    default: throw TransportError(.cutShort)
    }
  }
}
