import Foundation
import GRDB
import SyncCore
import SyncKit
import SyncRelay

/// Requests whose answers are lost, that arrive twice, or once more much later, from two sessions of one device at the same moment: what
/// each did is done once. One session is played within a message of the other's, or both on threads; which of two threads comes first is
/// not the seed's to say; all else is.
public struct RepeatTrials: Trials {
  public static let kind = (name: "D2", title: "answers lost, requests repeated, two sessions of a device at once")

  public init() {}

  public mutating func play(seed: Int) -> TrialOutcome {
    var outcome = TrialOutcome(count: 1)
    do {
      let (befallen, sessions) = try Self.play(seed)
      for fault in befallen { outcome.coverage.note("\(fault)") }
      outcome.coverage.note("sessions", sessions)
    } catch { outcome.failures.append("simulate repeats --from \(seed) --seeds 1: \(error)") }
    return outcome
  }

  private static func play(_ seed: Int) throws -> (befallen: [MessageFault], sessions: Int) {
    var random = SeededGenerator(seed: seed)
    let folder = try World.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let scope = ScopeID(literal: "case-0")
    let relay = try SimulatedRelay(folder: folder, seed: seed)
    let devices = try (0..<2).map {
      try SimulatedReplica(number: $0, folder: folder, seed: seed, version: FieldTable.newest, tables: [0, 2], hasSmallParts: true)
    }
    for device in devices { try relay.enrol(device, scopes: [scope]) }
    var (increments, befallen, sessions) = (0, [MessageFault](), 0)
    for _ in 0..<random.number(2...5) {
      let device = random.pick(devices)
      for _ in 0..<random.number(1...3) {
        increments += 1
        try write(device, scope, increments)
      }
      let count = random.chance(0.6) ? 2 : 1
      var faults = (0..<count).map { _ in
        (0..<6).map { _ in random.pick([(4, MessageFault.none), (3, .replyLost), (2, .twice), (1, .again), (1, .requestLost)]) }
      }
      if count == 2, random.chance(0.5) { faults[0][random.number(0...5)] = .meanwhile(.calm) }
      befallen += try sync(device, relay, faults, batchBytes: random.pick([1, 300, 1 << 20]))
      sessions += count
    }
    for device in devices + devices { _ = try sync(device, relay, [[]], batchBytes: 1 << 20) }
    try expectOnce(devices, relay, scope, increments)
    return (befallen.filter { $0 != .none }, sessions)
  }

  /// A changeset of two parts, which small batches carry one at a time.
  private static func write(_ device: SimulatedReplica, _ scope: ScopeID, _ number: Int) throws {
    try device.replica.write { db in
      try db.execute(
        sql: "INSERT INTO tally(id, scope, n) VALUES('t', ?, 1) ON CONFLICT DO UPDATE SET n = n + 1", arguments: [scope.name])
      try db.execute(sql: "INSERT INTO note(id, scope, a) VALUES(?, ?, ?)", arguments: ["n\(number)", scope.name, number])
    }
  }

  /// A session for each line of faults, all at the same moment: the second while a message of the first is on its way, or on a thread.
  private static func sync(
    _ device: SimulatedReplica, _ relay: SimulatedRelay, _ faults: [[MessageFault]], batchBytes: Int
  ) throws -> [MessageFault] {
    let sessions = try faults.map { faults in
      defer { try? device.changeProcess() }
      return Session(try device.replica, try relay.access(device), Line(faults: faults, batchBytes: batchBytes))
    }
    if faults[0].contains(.meanwhile(.calm)) {
      sessions[0].meanwhile = { sessions[1].run() }
      sessions[0].run()
      // The first may have had fewer messages than that.
      sessions[1].run()
    } else {
      DispatchQueue.concurrentPerform(iterations: sessions.count) { sessions[$0].run() }
    }
    // What was kept on the way arrives after all else.
    for session in sessions { try session.arriveLate() }
    return try sessions.flatMap { session in
      if let failure = session.failure, session.line.befallen.allSatisfy({ $0 == .none }) {
        throw WireBreach("I-9", "a session that nothing befell failed: \(failure)")
      }
      return session.line.befallen
    }
  }

  private static func expectOnce(_ devices: [SimulatedReplica], _ relay: SimulatedRelay, _ scope: ScopeID, _ increments: Int) throws {
    let all = try relay.vector(of: scope)
    let written = all.entries.reduce(0) { $0 + Int($1.seq) }
    guard written == increments else { throw WireBreach("I-7", "the relay holds \(written) changesets of \(increments)") }
    let count = try DatabaseQueue(path: relay.path).read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM changeset") }
    guard count == increments else { throw WireBreach("I-2", "the relay has \(count ?? 0) changesets of \(increments)") }
    for device in devices {
      let replica = try device.replica
      let sum = try replica.read { db in try Int.fetchOne(db, sql: "SELECT n FROM tally") }
      guard sum == increments else { throw WireBreach("I-2", "\(device.user) counts \(sum ?? 0) of \(increments)") }
      let notes = try replica.read { db in try Int.fetchAll(db, sql: "SELECT a FROM note ORDER BY a") }
      guard notes == Array(1...increments) else { throw WireBreach("I-2", "\(device.user) has \(notes) of \(increments) notes") }
      guard try replica.digest(of: scope).holdings == all else { throw WireBreach("I-9", "\(device.user) does not hold everything") }
      guard try replica.status(peer: "relay").unsentChangesets == 0 else { throw WireBreach("I-9", "\(device.user) has unsent work") }
    }
    guard try devices[0].replica.digest(of: scope).hex == devices[1].replica.digest(of: scope).hex else {
      throw WireBreach("I-1", "the digests differ")
    }
  }
}

/// One session of a device, on a thread of its own.
private final class Session: @unchecked Sendable {
  private let replica: Replica
  private let access: RelayAccess
  let line: SimulatedLine
  private let batchBytes: Int
  private(set) var failure: (any Error)?
  private var hasRun = false
  private let kept = Kept()
  /// What happens while a message is on its way.
  var meanwhile: () -> Void {
    get { kept.meanwhile }
    set { kept.meanwhile = newValue }
  }

  private final class Kept {
    /// The requests that come once more, later.
    var bodies: [[UInt8]] = []
    var meanwhile: () -> Void = {}
  }

  init(_ replica: Replica, _ access: RelayAccess, _ line: Line) {
    (self.replica, self.access, batchBytes) = (replica, access, line.batchBytes)
    let kept = kept
    self.line = SimulatedLine(
      line, to: { access }, trace: { _, _ in }, onCrash: { _ in }, onKept: { kept.bodies.append($0) },
      onMeanwhile: { _ in kept.meanwhile() })
  }

  func run() {
    if hasRun { return }
    hasRun = true
    do { _ = try replica.sync(with: line, peer: "relay", batchBytes: batchBytes) } catch { failure = error }
  }

  func arriveLate() throws {
    for body in kept.bodies {
      _ = try ExchangeResponder.answer(try ExchangeRequest(decoding: body, codec: .standard), from: access)
    }
  }
}
