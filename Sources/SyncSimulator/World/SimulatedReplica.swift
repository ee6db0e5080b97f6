import Foundation
import GRDB
import SyncCore
import SyncKit

/// One device of a world: a real replica on a real file, with its clock and its user.
final class SimulatedReplica {
  let number: Int
  let clock = SimulatedClock()
  let path: String
  private let chance: SimulatedChance
  private let tables: [Int]
  /// The version of the application.
  private(set) var version: Int
  /// What it is known to have applied, by scope.
  var applied: [ScopeID: VersionVector] = [:]
  /// The time of its last own write, by scope.
  var lastTime: [ScopeID: HybridTime] = [:]
  /// What the device's processes have open, and which of them is at work.
  private var open: [Int: Replica] = [:]
  private var process = 0
  /// Whether the files were copied at a crash that is still to be played out.
  private(set) var hasCrashed = false

  init(number: Int, folder: String, seed: Int, version: Int, tables: [Int]) throws {
    self.number = number
    self.version = version
    self.tables = tables
    path = "\(folder)/device\(number).sqlite"
    chance = SimulatedChance(seed: seed &* 1009 &+ number)
    try reopen()
  }

  var user: String { "user\(number)" }

  var replica: Replica {
    get throws {
      guard let replica = open[process] else { throw WorldError("device \(number) is closed") }
      return replica
    }
  }

  /// The tables that this version of the application has, with their places.
  var known: [(place: Int, table: FieldTable)] {
    tables.map { ($0, FieldTable.all[$0]) }.filter { $0.table.version <= version }
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
    configuration.isDurable = false
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
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: copy + suffix) {
      try FileManager.default.copyItem(atPath: copy + suffix, toPath: path + suffix)
    }
    try reopen()
  }
}

/// What a world itself cannot go on from.
struct WorldError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
