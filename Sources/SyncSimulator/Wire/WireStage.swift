import Foundation
import GRDB
import SyncCore
import SyncKit

/// What forged messages are played against: a world's history, a replica and a relay that have taken up a part of it, and what follows.
final class WireStage {
  let scopes: [ScopeID]
  /// Each scope's changesets, in an order in which they can be applied, and how many of them are known here.
  let stories: [ScopeID: [Fragment]]
  let known: [ScopeID: Int]
  /// The sites that wrote them.
  let sites: [SiteID]
  /// A row of each table, for looking at its history.
  let references: [RowReference]
  /// Who gets the messages.
  let victim: SimulatedReplica
  /// Who gets the same from the victim.
  let other: SimulatedReplica
  let relay: SimulatedRelay
  let folder: String
  /// The digests of who has all of the history.
  private let digests: [ScopeID: String]
  private let copy: String
  private var relayReader: DatabaseQueue?
  private var lastDump: Dump?
  private var lastRelayDump: Dump?

  /// What a file held when a connection saw a version of it.
  private struct Dump {
    let reader: OpaquePointer?
    let version: Int64
    let hash: UInt64
  }

  /// - Parameter number: which world.
  init(_ number: Int) throws {
    var options = WorldOptions(seed: number)
    options.faults.removeAll { $0 == .largeValues }
    options.replicas = min(options.replicas, 4)
    let world = try World(options)
    if let failure = world.play(ActionSource.history(options)) { throw failure }
    folder = try World.makeFolder()
    scopes = world.scopes
    var random = SeededGenerator(seed: number)
    let teller = try world.devices[0].replica
    var (stories, known, digests, sites) = ([ScopeID: [Fragment]](), [ScopeID: Int](), [ScopeID: String](), Set<SiteID>())
    for scope in scopes {
      let want = ScopeHoldings(scope: scope, holdings: Holdings())
      let all = try teller.exchangeStore.load(beyond: [want], budget: 1 << 30).fragments
      stories[scope] = all
      known[scope] = all.count * random.number(0...3) / 4
      digests[scope] = all.isEmpty ? nil : try teller.digest(of: scope).hex
      for fragment in all { sites.insert(try ChangesetHeader(decoding: fragment.header).dot.site) }
    }
    (self.stories, self.known, self.digests, self.sites) = (stories, known, digests, sites.sorted())
    references = world.ids.filter { $0.row == 0 }.map { world.reference($0) }
    let folder = folder
    func device(_ number: Int) throws -> SimulatedReplica {
      try SimulatedReplica(number: number, folder: folder, seed: options.seed, version: FieldTable.newest, tables: options.tables)
    }
    (victim, other) = (try device(90), try device(91))
    relay = try SimulatedRelay(folder: folder, seed: options.seed)
    copy = folder + "/known"
    try relay.enrol(victim, scopes: scopes)
    for scope in scopes {
      let past = Array(stories[scope, default: []][..<known[scope, default: 0]])
      guard !past.isEmpty else { continue }
      for store in [try victim.replica.exchangeStore, try relay.access(victim)] as [any ExchangeStore] {
        let refused = try store.store(past).refused
        guard refused.isEmpty else { throw WorldError("the past is refused: \(refused)") }
      }
    }
    try victim.copyFiles(to: copy)
    try other.restore(from: copy)
    try relay.backUp()
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// The next changesets of a scope, some of them.
  func next(_ scope: ScopeID, _ random: inout SeededGenerator) -> [Fragment] {
    let rest = stories[scope, default: []].dropFirst(known[scope, default: 0])
    return Array(rest.prefix(random.number(1...4)))
  }

  /// What the stage knows of each scope.
  var holdings: [ScopeHoldings] {
    get throws {
      try scopes.map { scope in
        let dots = try stories[scope, default: []][..<known[scope, default: 0]].map { try ChangesetHeader(decoding: $0.header).dot }
        return ScopeHoldings(scope: scope, holdings: Holdings(vector: VersionVector(dots)))
      }
    }
  }

  func reset(_ device: SimulatedReplica) throws {
    lastDump = nil
    try device.restore(from: copy)
  }

  func resetRelay() throws {
    (relayReader, lastRelayDump) = (nil, nil)
    try relay.restore()
  }

  // MARK: What must stay as it is

  /// Everything that the victim stores, but for what it remembers of other sides.
  func victimDump() throws -> UInt64 {
    let own = ["synckit_log", "synckit_waiting", "synckit_rows", "synckit_candidate", "synckit_aside"]
    return try victim.replica.read { db in try Self.hash(own + victim.known.map(\.table.name), db, &lastDump) }
  }

  /// Everything that the relay has taken.
  func relayDump() throws -> UInt64 {
    let queue = try relayReader ?? DatabaseQueue(path: relay.path)
    relayReader = queue
    return try queue.read { db in try Self.hash(["changeset", "part", "head", "staged"], db, &lastRelayDump) }
  }

  /// - Parameter last: what was found before, which still holds while nobody has committed anything.
  private static func hash(_ tables: [String], _ db: Database, _ last: inout Dump?) throws -> UInt64 {
    let version = try Int64.fetchOne(db, sql: "PRAGMA data_version") ?? 0
    let reader = db.sqliteConnection
    if let last, last.version == version, last.reader == reader { return last.hash }
    var trace = Trace()
    for table in tables {
      let rows = try Row.fetchCursor(db, sql: "SELECT * FROM \(table) ORDER BY 1, 2, 3")
      while let row = try rows.next() {
        for value in row.databaseValues {
          switch value.storage {
          case .blob(let data): trace.note(Array(data))
          default: trace.note("\(value)")
          }
        }
      }
      trace.note(table)
    }
    last = Dump(reader: reader, version: version, hash: trace.hash)
    return trace.hash
  }

  // MARK: The end

  /// After all that was refused the rest of the history is taken as if nothing had been.
  func expectUnhurt() throws {
    for scope in scopes {
      let rest = Array(stories[scope, default: []].dropFirst(known[scope, default: 0]))
      guard let digest = digests[scope] else { continue }
      for store in [try victim.replica.exchangeStore, try relay.access(victim)] as [any ExchangeStore] where !rest.isEmpty {
        let refused = try store.store(rest).refused
        guard refused.isEmpty else { throw WireBreach("I-18", "what follows is refused: \(refused)") }
      }
      let found = try victim.replica.digest(of: scope)
      guard found.hex == digest else { throw WireBreach("I-10", "\(scope) has another digest after what was refused") }
      guard try relay.vector(of: scope) == found.holdings else { throw WireBreach("I-10", "the relay holds something else of \(scope)") }
    }
  }
}

/// A law that was broken by a forged message.
struct WireBreach: Error, CustomStringConvertible {
  let invariant: String
  let message: String

  init(_ invariant: String, _ message: String) { (self.invariant, self.message) = (invariant, message) }

  var description: String { "\(invariant): \(message)" }
}
