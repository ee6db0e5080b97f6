import Foundation
import GRDB
import SyncCore
import SyncKit
import SyncRelay

/// Exchanges with a real relay, cut at every byte of every message in both directions: each cut is followed by a new exchange, which
/// is cut in the message after that, until one goes through. Then everything is there once.
public struct CutTrials: Trials {
  public static let kind = (name: "D1", title: "exchanges cut at every byte of every message, both directions")
  /// Batches are small, so that little data makes many messages.
  static let batchBytes = 300

  /// What is exchanged.
  enum Exchange: CaseIterable { case firstPush, firstPull, laterPush, bothWays, inParts, withdrawn }

  private var benches: [(exchange: Exchange, bench: CutBench)] = []

  public init() {}

  public var total: Int? { get throws { try prepared().reduce(0) { $0 + $1.bench.longest } } }

  /// The exchanges with how long their longest messages are, found by playing each without a cut.
  private func prepared() throws -> [(exchange: Exchange, bench: CutBench)] {
    try benches.isEmpty ? Exchange.allCases.map { ($0, try CutBench($0)) } : benches
  }

  public mutating func play(seed: Int) -> TrialOutcome {
    var outcome = TrialOutcome(count: 0)
    do {
      benches = try prepared()
      var offset = seed
      for (exchange, bench) in benches {
        if offset < bench.longest {
          outcome.count = try bench.play(cutAt: offset)
          outcome.coverage.note("\(exchange)", outcome.count)
          break
        }
        offset -= bench.longest
      }
    } catch { outcome.failures.append("simulate cuts --from \(seed) --seeds 1: \(error)") }
    return outcome
  }
}

/// A device and a relay before an exchange, as often as it is played.
final class CutBench {
  private static let scopes = [ScopeID(literal: "case-0"), ScopeID(literal: "case-1")]

  private let folder: String
  private let device: SimulatedReplica
  private let relay: SimulatedRelay
  /// What there is when nothing was cut, and how long the longest message was then.
  private var wanted: [String] = []
  private(set) var longest = 0

  init(_ exchange: CutTrials.Exchange) throws {
    folder = try World.makeFolder()
    relay = try SimulatedRelay(folder: folder, seed: 1)
    let folder = folder
    func made(_ number: Int) throws -> SimulatedReplica {
      try SimulatedReplica(number: number, folder: folder, seed: 1, version: FieldTable.newest, tables: [0, 2])
    }
    device = try made(0)
    let other = try made(1)
    for one in [device, other] { try relay.enrol(one, scopes: Self.scopes) }
    for round in 0..<3 {
      if exchange != .firstPull { try write(device, round) }
      if exchange == .firstPull || exchange == .bothWays { try write(other, round) }
      if exchange == .laterPush, round == 0 {
        // Twice, so that the relay is remembered as of after the push.
        for _ in 0..<2 { try sync(device, cutAt: nil) }
      }
      if exchange == .bothWays, round == 0 {
        for one in [device, other, device] { try sync(one, cutAt: nil) }
      }
    }
    if exchange == .inParts {
      for one in [device, other] {
        var author = try PartsAuthor(made(one.number + 10), Self.scopes[0])
        for _ in 0..<2 { _ = try one.replica.exchangeStore.store([author.write()]) }
      }
    }
    try sync(other, cutAt: nil)
    if exchange == .withdrawn { _ = try relay.relay.revoke(user: device.user, scope: .one(Self.scopes[1])) }
    try device.copyFiles(to: folder + "/before")
    try relay.backUp()
    longest = try sync(device, cutAt: nil).longest
    wanted = try found()
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Plays the exchange, every message of it cut at an offset.
  /// - Returns: how many cuts that took.
  func play(cutAt offset: Int) throws -> Int {
    try device.restore(from: folder + "/before")
    try relay.restore()
    let line = try sync(device, cutAt: offset)
    let found = try found()
    guard found == wanted else { throw WireBreach("I-2", "after cuts at \(offset) there is \(found), not \(wanted)") }
    return line.cuts
  }

  private func write(_ device: SimulatedReplica, _ round: Int) throws {
    try device.replica.write { db in
      for scope in Self.scopes {
        try db.execute(
          sql: "INSERT INTO note(id, scope, a) VALUES(?, ?, ?)",
          arguments: ["\(scope)/\(round)/\(device.number)", scope.name, "found \(round) by \(device.user)"])
        try db.execute(
          sql: "INSERT INTO tally(id, scope, n) VALUES(?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1", arguments: [scope.name, scope.name])
      }
    }
  }

  /// Exchanges until an exchange goes through.
  @discardableResult
  private func sync(_ device: SimulatedReplica, cutAt offset: Int?) throws -> CuttingLine {
    let line = CuttingLine(try relay.access(device), at: offset, batchBytes: CutTrials.batchBytes)
    while true {
      let before = line.cuts
      do {
        _ = try device.replica.sync(with: line, peer: "relay", batchBytes: CutTrials.batchBytes)
        break
      } catch {
        guard line.cuts > before else { throw WireBreach("I-9", "an exchange fails by itself: \(error)") }
      }
    }
    return line
  }

  /// All that there is, with how often.
  private func found() throws -> [String] {
    let replica = try device.replica
    let counts = try replica.read { db in
      try ["synckit_log", "synckit_waiting", "note"].map { try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0)") ?? -1 }
    }
    let sums = try replica.read { db in try Int.fetchAll(db, sql: "SELECT n FROM tally ORDER BY id") }
    let status = try replica.status(peer: "relay")
    let log = try DatabaseQueue(path: relay.path).read { db in
      try ["changeset", "part", "staged"].map { try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0)") ?? -1 }
    }
    let digests = try Self.scopes.map { "\(try replica.digest(of: $0).hex) \(try relay.vector(of: $0).entries)" }
    return digests + ["\(counts) \(sums) \(log) unsent \(status.unsentChangesets) refused \(status.refused.map(\.code))"]
  }
}

/// Changesets of one site in two parts each, however small: otherwise it takes megabytes to fill a part.
private struct PartsAuthor {
  private let device: SimulatedReplica
  private let scope: ScopeID
  private var taken = VersionVector()
  private var seq: UInt64 = 0
  private var previous: [UInt8] = []

  init(_ device: SimulatedReplica, _ scope: ScopeID) throws { (self.device, self.scope) = (device, scope) }

  mutating func write() throws -> Fragment {
    for part in 0..<2 {
      try device.replica.write { db in
        try db.execute(
          sql: "INSERT INTO note(id, scope, a) VALUES(?, ?, 1)", arguments: ["\(device.number) \(seq) \(part)", scope.name])
      }
    }
    let want = ScopeHoldings(scope: scope, holdings: Holdings(vector: taken))
    let whole = try device.replica.exchangeStore.load(beyond: [want], budget: 1 << 30).fragments
    let headers = try whole.map { try ChangesetHeader(decoding: $0.header) }
    for header in headers { taken.insert(header.dot) }
    seq += 1
    let old = headers[1]
    let header = ChangesetHeader(
      scope: old.scope, dot: Dot(site: old.dot.site, seq: seq), time: old.time, wallClock: old.wallClock, author: old.author,
      transaction: old.transaction, schema: old.schema, certificate: [], previous: previous, needs: VersionVector(), note: "",
      parts: headers.flatMap(\.parts)
    ).encoded
    previous = Codec.standard.digest(header)
    return Fragment(header: header, signature: [], firstPart: 0, parts: whole.flatMap(\.parts))
  }
}
