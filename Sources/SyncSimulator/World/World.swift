import Foundation
import SyncCore
import SyncKit

/// What a world did wrong.
public struct WorldFailure: Error, Sendable, CustomStringConvertible {
  /// The step at which it was seen; as many as there are actions for the end.
  public let step: Int
  /// The number of the law in docs/invariants.md.
  public let invariant: String
  public let message: String

  public init(step: Int, invariant: String, message: String) { (self.step, self.invariant, self.message) = (step, invariant, message) }

  public var description: String { "step \(step): \(invariant): \(message)" }
}

/// A form that stays open: what its author was shown.
struct Form {
  let at: Int
  let sight: Sight
}

/// Replicas, a relay and what is between them, under one seed and on one thread.
///
/// After each step what the step touched is compared with ``MergeOracle``; at the end the faults stop, and everything must converge.
public final class World {
  public let options: WorldOptions
  let scopes: [ScopeID]
  private(set) var devices: [SimulatedReplica]
  /// Nil where there is none.
  let relay: SimulatedRelay?
  let references: [RowReference: RowID]
  let ids: [RowID]
  let judging: Judging
  private let folder: String
  var oracles: [ScopeID: MergeOracle] = [:]
  /// What the oracle calls the changesets of a scope, by their transactions: two of them may bear one name, or one of them several.
  var transactions: [ScopeID: [[UInt8]: Dot]] = [:]
  /// What the oracle calls the changesets that were left out, by what replicas call them; where both call them the same it is not told.
  var leftOut: [ScopeID: [Dot: Dot]] = [:]
  var forms: [Int: Form] = [:]
  var bundles: [Int: Bundle] = [:]
  /// Whether the relay was ever restored from a backup.
  var isRelaySetBack = false
  var late: [(device: Int, body: [UInt8])] = []
  var withdrawn: Set<Withdrawal> = []
  /// The devices that the relay has to refuse.
  var revoked: Set<Int> = []
  /// Every digest that any replica has had, by scope, version of the application and what had been applied.
  var digests: [DigestPlace: [VersionVector: String]] = [:]
  var trace = Trace()
  var coverage = Coverage()
  var step = 0

  /// - Parameters:
  ///   - options: how the world is made.
  ///   - judging: how its displays are judged; tests of the judge hand in wrong ones.
  public init(_ options: WorldOptions, judging: Judging = .rightly) throws {
    self.options = options
    self.judging = judging
    folder = try Self.makeFolder()
    let scopes = (0..<options.scopes).map { ScopeID("case-\($0)") ?? FieldTable.officeScope } + [FieldTable.officeScope]
    self.scopes = scopes
    var ids: [RowID] = []
    var references: [RowReference: RowID] = [:]
    for table in options.tables {
      let all = FieldTable.all[table].isFixed ? [options.scopes] : Array(0..<options.scopes)
      for scope in all {
        for row in 0..<options.rows {
          let id = RowID(table: table, scope: scope, row: row)
          ids.append(id)
          references[Self.reference(id, scopes)] = id
        }
      }
    }
    (self.ids, self.references) = (ids, references)
    for scope in scopes { oracles[scope] = MergeOracle() }
    let folder = folder
    devices = try (0..<options.replicas).map { try SimulatedReplica(number: $0, folder: folder, options: options) }
    relay = options.has(.noRelay) ? nil : try SimulatedRelay(folder: folder, seed: options.seed)
    for device in devices { try relay?.enrol(device, scopes: scopes) }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// How many steps one moment may last.
  private static let stepsOfAMoment = 5

  /// Plays a history, then its end.
  /// - Returns: what went wrong; nil when nothing did.
  public func play(_ actions: [Action]) -> WorldFailure? {
    do {
      for (at, action) in actions.enumerated() {
        step = at
        coverage.note("action:\(action.kind)")
        trace.note("\(action)")
        if !options.has(.sameMoment) || at % Self.stepsOfAMoment == 0 {
          for device in devices { device.clock.pass(1000) }
          relay?.pass(1000)
        }
        try take(action)
      }
      step = actions.count
      try converge()
      return nil
    } catch let failure as WorldFailure {
      return failure
    } catch {
      return WorldFailure(step: step, invariant: "I-8", message: "threw \(error)")
    }
  }

  /// The hash of everything that has happened.
  public var traceHash: UInt64 { trace.hash }

  func require(_ invariant: String, _ condition: Bool, _ message: @autoclosure () -> String) throws {
    if !condition { throw WorldFailure(step: step, invariant: invariant, message: message()) }
  }

  // MARK: Names

  func name(_ id: RowID) -> String { "\(FieldTable.all[id.table].name)/\(id.scope)/\(id.row)" }

  func scope(_ id: RowID) -> ScopeID { scopes[id.scope] }

  func reference(_ id: RowID) -> RowReference { Self.reference(id, scopes) }

  private static func reference(_ id: RowID, _ scopes: [ScopeID]) -> RowReference {
    let table = FieldTable.all[id.table]
    return RowReference(scope: scopes[id.scope], table: table.name, key: table.keyCells(id, scopes[id.scope]).map(\.value))
  }

  func oracle(_ scope: ScopeID) -> MergeOracle { oracles[scope] ?? MergeOracle() }

  /// The oracle, told what a device calls things.
  func oracle(_ scope: ScopeID, at device: SimulatedReplica) -> MergeOracle {
    var oracle = oracle(scope)
    oracle.names = device.names[scope] ?? [:]
    oracle.leftOut = device.leftOut[scope] ?? []
    return oracle
  }

  func device(_ number: Int) -> SimulatedReplica? { devices.first { $0.number == number } }

  /// Copies a device.
  func clone(_ original: SimulatedReplica, as number: Int) throws {
    guard device(number) == nil else { return }
    let copy = try SimulatedReplica(number: number, folder: folder, options: options, copyOf: original)
    devices.append(copy)
    relay?.enrol(copy, asCopyOf: original)
    if revoked.contains(original.number) { revoked.insert(number) }
    try check(copy)
  }

  /// In memory where the system has such a place. The name has no part in what happens.
  static func makeFolder() throws -> String {
    let memory = "/dev/shm"
    let parent = access(memory, W_OK) == 0 ? memory : NSTemporaryDirectory()
    let folder = parent + "/sync-world-\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
  }
}
