import Foundation
import GRDB
import SyncCore
import SyncKit

/// One device of a world: a real replica on a real file, with its clock and its user.
final class SimulatedReplica {
  let number: Int
  let user: String
  let clock = SimulatedClock()
  let path: String
  private let chance: SimulatedChance
  private let tables: [Int]
  private let hasSmallParts: Bool
  private let isDurable: Bool
  private let storageKey: StorageKey?
  /// The version of the application.
  private(set) var version: Int
  /// What it is known to have applied, by scope, as the oracle names it.
  var applied: [ScopeID: VersionVector] = [:]
  /// The same as the replica itself names it.
  var held: [ScopeID: VersionVector] = [:]
  /// What the replica calls the oracle's writes, by scope; empty where both call them the same.
  var names: [ScopeID: [Dot: Dot]] = [:]
  /// What it counts as applied without ever having had it, since it was left out before, by scope.
  var leftOut: [ScopeID: Set<Dot>] = [:]
  /// As whom the oracle knows it: another after each restore, since what it writes then is not what it had written, and with each name that
  /// it takes, since only what is written under one name comes in its order.
  private(set) var life: SiteID
  /// The name under which it last wrote in this life.
  private var writer: SiteID?
  /// What was in its files when this life began.
  private(set) var inherited: [ScopeID: VersionVector] = [:]
  private var backedUp: [ScopeID: VersionVector] = [:]
  /// How much it has written in this life, by scope.
  var written: [ScopeID: UInt64] = [:]
  /// The time of its last own write, by scope.
  var lastTime: [ScopeID: HybridTime] = [:]
  /// What the device's processes have open, and which of them is at work.
  private var open: [Int: Replica] = [:]
  private var process = 0
  /// Whether the files were copied at a crash that is still to be played out.
  private(set) var hasCrashed = false
  private(set) var hasBackup = false

  convenience init(number: Int, folder: String, options: WorldOptions) throws {
    try self.init(
      number: number, folder: folder, seed: options.seed, version: options.has(.skew) && number % 3 != 0 ? 1 : FieldTable.newest,
      tables: options.tables, hasSmallParts: options.has(.smallParts))
  }

  /// - Parameters:
  ///   - isDurable: whether commits wait for the disk; worlds copy the files as they lie, for which they need not.
  ///   - storageKey: by what the file is encrypted, if it is.
  init(
    number: Int, folder: String, seed: Int, version: Int, tables: [Int], hasSmallParts: Bool = false, isDurable: Bool = false,
    storageKey: StorageKey? = nil
  ) throws {
    self.number = number
    user = "user\(number)"
    life = SiteID(deviceHigh: 0, deviceLow: UInt64(number + 1), incarnation: 1)
    self.version = version
    self.tables = tables
    self.hasSmallParts = hasSmallParts
    (self.isDurable, self.storageKey) = (isDurable, storageKey)
    path = "\(folder)/device\(number).sqlite"
    chance = SimulatedChance(seed: seed &* 1009 &+ number)
    try reopen()
  }

  /// A copy of another device, as its files lie now.
  init(number: Int, folder: String, options: WorldOptions, copyOf original: SimulatedReplica) throws {
    self.number = number
    user = original.user
    life = SiteID(deviceHigh: 0, deviceLow: UInt64(number + 1), incarnation: 1)
    version = original.version
    tables = options.tables
    hasSmallParts = options.has(.smallParts)
    isDurable = false
    storageKey = original.storageKey
    path = "\(folder)/device\(number).sqlite"
    chance = SimulatedChance(seed: options.seed &* 1009 &+ number)
    lastTime = original.lastTime
    inherited = original.applied
    try original.copyFiles(to: path)
    try reopen()
  }

  var replica: Replica {
    get throws {
      guard let replica = open[process] else { throw WorldError("device \(number) is closed") }
      return replica
    }
  }

  /// As whom it would write now: another process may have begun a new life.
  func presentSite() throws -> SiteID {
    let known = try replica.site
    let incarnation = try replica.read { db in try UInt32.fetchOne(db, sql: "SELECT value FROM synckit_meta WHERE name = 'incarnation'") }
    return SiteID(deviceHigh: known.deviceHigh, deviceLow: known.deviceLow, incarnation: incarnation ?? known.incarnation)
  }

  /// The tables that this version of the application has, with their places.
  var known: [(place: Int, table: FieldTable)] {
    tables.map { ($0, FieldTable.all[$0]) }.filter { $0.table.version <= version }
  }

  /// What has come before its time.
  func waiting() throws -> [ChangesetHeader] {
    let all = try replica.read { db in
      try Data.fetchAll(db, sql: "SELECT min(header) FROM synckit_waiting GROUP BY scope, site, seq ORDER BY scope, site, seq")
    }
    return try all.map { try ChangesetHeader(decoding: Array($0)) }
  }

  func reopen(version: Int? = nil) throws {
    open = [:]
    self.version = version ?? self.version
    process = 0
    open[process] = try opened()
  }

  /// Lets another of the device's processes work on the same file.
  func changeProcess() throws {
    process = 1 - process
    if open[process] == nil { open[process] = try opened() }
  }

  private func opened() throws -> Replica {
    let (clock, chance) = (clock, chance)
    var configuration = ReplicaConfiguration(
      tables: known.map { $0.table.declaration(in: self.version) }, author: user, schemaVersion: self.version, clock: { clock.read() },
      random: { chance.bytes($0) }, fileSystem: FileSystemProbe { _ in nil })
    configuration.isDurable = isDurable
    configuration.storageKey = storageKey
    if hasSmallParts { configuration.partTargetBytes = 0 }
    return try Replica(path: path, configuration: configuration) { migrator in
      for (_, table) in known {
        for (version, sql) in table.migrations where version <= self.version {
          migrator.registerMigration("\(table.name) \(version)") { db in try db.execute(sql: sql) }
        }
      }
    }
  }

  /// Copies the files as they lie on the disk now: what a power cut, a backup or a clone would have of them.
  func copyFiles(to target: String) throws {
    for suffix in ["", "-wal"] {
      try? FileManager.default.removeItem(atPath: target + suffix)
      if FileManager.default.fileExists(atPath: path + suffix) {
        try FileManager.default.copyItem(atPath: path + suffix, toPath: target + suffix)
      }
    }
  }

  func backUp() throws {
    try copyFiles(to: path + ".backup")
    backedUp = applied
    hasBackup = true
  }

  /// Goes back to the last backup, and to what was known then.
  func restoreBackup() throws {
    open = [:]
    try replaceFiles(by: path + ".backup")
    (applied, held, names, lastTime) = ([:], [:], [:], [:])
    inherited = backedUp
    beginLife()
    try reopen()
  }

  /// Takes note of the name under which it writes.
  func note(writer site: SiteID) {
    if let writer, writer != site { beginLife() }
    writer = site
  }

  private func beginLife() {
    life = SiteID(deviceHigh: 0, deviceLow: life.deviceLow, incarnation: life.incarnation + 1)
    (writer, written) = (nil, [:])
  }

  private func replaceFiles(by source: String) throws {
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: source + suffix) {
      try FileManager.default.copyItem(atPath: source + suffix, toPath: path + suffix)
    }
  }

  /// Power fails, now or when the clock is read for the nth time: what lies on the disk at that moment is what there will be.
  func losePower(atRead number: Int = 0) throws {
    if number > 0 { return clock.onRead(number) { [weak self] in _ = try? self?.losePower() } }
    try copyFiles(to: path + ".crash")
    hasCrashed = true
  }

  /// Opens the replica again from what lay on the disk when power failed.
  func restart() throws {
    hasCrashed = false
    try restore(from: path + ".crash")
  }

  /// Opens the replica as it was when its files were copied.
  func restore(from copy: String) throws {
    open = [:]
    try replaceFiles(by: copy)
    try reopen()
  }
}

/// What a world itself cannot go on from.
struct WorldError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
