import Foundation
import GRDB
import SimulatedDisk
import SyncCore
import SyncKit
import SyncRelay

/// What was done on a disk, and what was promised by it.
struct DiskStory {
  /// One transaction: rows in each scope, which are there together or not at all.
  struct Transaction {
    let device: Int
    /// How many rows in each scope.
    let rows: Int
    /// How much had been done to the disk when its commit returned; nil when it has not.
    var doneAfter: Int?
    /// The changesets it made.
    var dots: [ScopeID: Dot] = [:]
  }

  /// What a machine showed that it holds, to its user or to another machine.
  struct Promise {
    let after: Int
    let machine: String
    let held: [ScopeID: VersionVector]
  }

  /// The version of the application on each device.
  var versions: [Int]
  var transactions: [Transaction] = []
  var promises: [Promise] = []
  /// Whether the relay's file was taken away, so that devices find another.
  var isRelayNew = false
  /// The world's time, in milliseconds since it began.
  var time: Int64 = 0

  /// The same as the past of another story: all is done.
  var asPast: DiskStory {
    var past = self
    for at in past.transactions.indices { past.transactions[at].doneAfter = past.transactions[at].doneAfter.map { _ in 0 } }
    past.promises = []
    return past
  }
}

/// Two laptops and a relay with their files on one disk that fails.
final class DiskField {
  static let scopes = [ScopeID(literal: "case-0"), ScopeID(literal: "case-1")]
  static let relayName = "relay"
  /// Which of ``FieldTable/all``: with rowids and without, a column, a default and a table that only the newer version has.
  private static let tables = [0, 1, 4, 6]
  static let devices = 2

  let disk: FaultyDisk
  /// Whether what machines show is noted; the judge has no use for it.
  var isPromising = true
  /// Whether commits wait for the disk; without it, tests of the tests must see it.
  var isDurable = true
  /// By what the devices' files are encrypted, if they are.
  var storageKey: StorageKey?
  private(set) var story = DiskStory(versions: [])
  private(set) var random = SeededGenerator(seed: 0)
  private let folder: String
  private var seed = 0
  private var opened = 0
  private var openDevices: [Int: SimulatedReplica] = [:]
  private var openRelay: Relay?

  init() throws {
    folder = try World.makeFolder()
    disk = try FaultyDisk(folder: folder)
  }

  deinit {
    close()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Goes on from a disk and what happened before.
  func load(_ image: DiskImage, _ story: DiskStory, seed: Int) throws {
    close()
    try disk.load(image)
    (self.story, self.seed, random) = (story, seed, SeededGenerator(seed: seed))
    if image.isEmpty { opened = 0 }
  }

  /// Closes all files, as when the programs end.
  func close() {
    openDevices = [:]
    try? openRelay?.close()
    openRelay = nil
  }

  /// The files as they lie on the disk, closed.
  func closedImage() throws -> DiskImage {
    close()
    var image: DiskImage = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) where !name.hasSuffix("-shm") {
      image[name] = FileManager.default.contents(atPath: "\(folder)/\(name)").map { Array($0) }
    }
    return image
  }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  static func machine(_ device: Int) -> String { "device\(device)" }

  // MARK: What is open

  /// A device, opened if it is not.
  func device(_ number: Int) throws -> SimulatedReplica {
    if let open = openDevices[number] { return open }
    // A replica that is made anew has never the identity of one that was lost.
    opened += 1
    let made = try SimulatedReplica(
      number: number, folder: folder, seed: seed &* 65_537 &+ opened, version: story.versions[number], tables: Self.tables,
      isDurable: isDurable, storageKey: storageKey)
    made.clock.pass(story.time)
    openDevices[number] = made
    return made
  }

  func relay() throws -> Relay {
    if let openRelay { return openRelay }
    opened += 1
    let (time, chance) = (SimulatedClock.start + story.time, SimulatedChance(seed: seed &* 65_537 &+ opened))
    let made = try Relay(path: path("relay.sqlite"), codec: .standard, clock: { time }, random: { chance.bytes($0) })
    openRelay = made
    return made
  }

  // MARK: What programs do

  /// Closes a device and opens it again, perhaps with a newer version of the application.
  func reopen(_ number: Int, version: Int? = nil) throws {
    openDevices[number] = nil
    if let version { story.versions[number] = version }
    _ = try device(number)
  }

  func reopenRelay() throws {
    try openRelay?.close()
    openRelay = nil
    _ = try relay()
  }

  /// Writes a transaction: rows in each scope, one that everybody changes, and one that goes.
  func write(_ number: Int, rows: Int) throws {
    let replica = try device(number).replica
    let (at, version) = (story.transactions.count, story.versions[number])
    story.transactions.append(DiskStory.Transaction(device: number, rows: rows))
    let sizes = (0..<rows).map { _ in random.number(0...600) }
    try replica.write { db in
      for scope in Self.scopes.map(\.name) {
        for (row, size) in sizes.enumerated() {
          let insert =
            row % 2 == 0
            ? "INSERT INTO note(id, scope, a, b, c) VALUES(?, ?, ?, 'whole', ?)"
            : "INSERT INTO memo(id, scope, a, b, c) VALUES(?, ?, ?, 'whole', ?)"
          try db.execute(sql: insert, arguments: ["\(scope)/\(at)/\(row)", scope, at, Data(count: size)])
        }
        let change =
          "INSERT INTO note(id, scope, a) VALUES(?1, ?2, ?3) ON CONFLICT(id) DO UPDATE SET a = ?3" + (version > 1 ? ", d = ?3" : "")
        try db.execute(sql: change, arguments: ["\(scope)/last", scope, at])
        try db.execute(sql: "INSERT OR REPLACE INTO plain(scope, id, a) VALUES(?, ?, ?)", arguments: [scope, "\(scope)/\(at)", at])
        try db.execute(sql: "DELETE FROM plain WHERE id = ?", arguments: ["\(scope)/\(at - 2)"])
        if version > 1 { try db.execute(sql: "INSERT INTO extra VALUES(?, ?, ?, 0)", arguments: ["\(scope)/\(at)", scope, at]) }
      }
    }
    story.transactions[at].doneAfter = disk.eventCount
    let held = try disk.quietly { try Self.held(by: replica.exchangeStore) }
    for scope in Self.scopes {
      let site = try device(number).replica.site
      story.transactions[at].dots[scope] = Dot(site: site, seq: held[scope]?[site] ?? 0)
    }
  }

  /// Moves what the write-ahead log holds to the database, as SQLite does by itself when there is more of it: whether it can promises
  /// nothing.
  func checkpoint(_ number: Int) throws {
    let replica = try device(number).replica
    replica.pool.writeWithoutTransaction { db in _ = try? db.checkpoint(.truncate) }
  }

  @discardableResult
  func sync(_ number: Int, batchBytes: Int = Limits.batchBytes) throws -> ExchangeSummary {
    try exchange(number, with: try relay().officeAccess(), peer: Self.relayName, batchBytes)
  }

  /// Two laptops side by side.
  func meet(_ number: Int, _ other: Int, batchBytes: Int) throws {
    try exchange(number, with: try device(other).replica.exchangeStore, peer: Self.machine(other), batchBytes)
  }

  @discardableResult
  private func exchange(_ number: Int, with store: some ExchangeStore, peer: String, _ batchBytes: Int) throws -> ExchangeSummary {
    let line = PromisingLine(way: LocalTransport(SparingStore(store: store, batchBytes: batchBytes))) { [self] in promise() }
    return try device(number).replica.sync(with: line, peer: peer, batchBytes: batchBytes)
  }

  func exportBundle(_ number: Int) throws {
    _ = try device(number).replica.exportBundle(to: path("stick.bundle"))
  }

  func importBundle(_ number: Int) throws {
    _ = try device(number).replica.importBundle(from: path("stick.bundle"))
  }

  /// A device's or the relay's file is taken away.
  func remove(_ machine: String) throws {
    close()
    if machine == Self.relayName { story.isRelayNew = true }
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) where FaultyDisk.machine(of: name) == machine {
      try FileManager.default.removeItem(atPath: path(name))
    }
  }

  // MARK: What is promised

  /// Notes what each open machine shows that it holds: from now on no loss of power may take it away.
  func promise() {
    guard isPromising else { return }
    let after = disk.eventCount
    disk.quietly {
      for (number, device) in openDevices.sorted(by: { $0.key < $1.key }) {
        guard let replica = try? device.replica, let held = try? Self.held(by: replica.exchangeStore) else { continue }
        story.promises.append(DiskStory.Promise(after: after, machine: Self.machine(number), held: held))
      }
      guard let openRelay, let held = try? Self.held(by: openRelay.officeAccess()) else { return }
      story.promises.append(DiskStory.Promise(after: after, machine: Self.relayName, held: held))
    }
  }

  static func held(by store: some ExchangeStore) throws -> [ScopeID: VersionVector] {
    var held: [ScopeID: VersionVector] = [:]
    for scope in scopes { held[scope] = try store.holdings(of: scope).vector }
    return held
  }

  /// A step of the world's time.
  func pass() {
    story.time += 1000
    for device in openDevices.values { device.clock.pass(1000) }
  }

  /// What its author does not hold never was, and its numbers may come again.
  func forgetLost(_ held: [String: [ScopeID: VersionVector]]) {
    for at in story.transactions.indices {
      let author = held[Self.machine(story.transactions[at].device)] ?? [:]
      story.transactions[at].dots = story.transactions[at].dots.filter { scope, dot in (author[scope]?[dot.site] ?? 0) >= dot.seq }
    }
  }

  /// From now on everybody has the newest version.
  func upgradeAll() { story.versions = story.versions.map { _ in FieldTable.newest } }
}

/// The way to the other side. What an answer says is a promise.
private struct PromisingLine<Store: ExchangeStore>: ExchangeTransport {
  let way: LocalTransport<Store>
  let onAnswer: () -> Void

  func roundTrip(path: String, body: [UInt8]) throws(TransportError) -> [UInt8] {
    let answer = try way.roundTrip(path: path, body: body)
    onAnswer()
    return answer
  }
}
