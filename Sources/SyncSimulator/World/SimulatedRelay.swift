import Foundation
import SyncCore
import SyncKit
import SyncRelay

/// The world's relay: a real one over a real file, which crashes and is restored from backups.
final class SimulatedRelay {
  let path: String
  private let clock = SimulatedClock()
  private let chance: SimulatedChance
  private var limits = RelayLimits()
  private(set) var relay: Relay
  /// The devices' tokens, by their numbers.
  private var tokens: [Int: String] = [:]
  private(set) var hasBackup = false

  init(folder: String, seed: Int) throws {
    path = "\(folder)/relay.sqlite"
    chance = SimulatedChance(seed: seed &* 1013 &+ 7)
    // Here nobody is waited for, there everybody is.
    if seed % 4 != 0 { limits.leaseMilliseconds = 0 }
    limits.historyMilliseconds = seed % 3 == 0 ? 10_000 : 0
    // Little is packed, so that there is much to be made anew.
    (limits.packChangesets, limits.packBytes) = (4, seed % 2 == 0 ? 4000 : Limits.batchBytes)
    relay = try Self.open(path, limits, clock, chance)
  }

  private static func open(_ path: String, _ limits: RelayLimits, _ clock: SimulatedClock, _ chance: SimulatedChance) throws -> Relay {
    try Relay(path: path, codec: .standard, limits: limits, clock: { clock.now() }, random: { chance.bytes($0) })
  }

  func pass(_ milliseconds: Int64) { clock.pass(milliseconds) }

  /// Enrols a device, for the first time or anew. Its copies are given its new token, since its old one is void.
  func enrol(_ device: SimulatedReplica, scopes: [ScopeID] = []) throws {
    let code = try relay.createCode(user: device.user, name: device.user, role: "specialist", grants: scopes.map { .one($0) })
    let enrolment = try relay.enrol(code: code, device: DeviceID(of: device.replica.site), label: "laptop")
    let former = tokens[device.number]
    tokens[device.number] = enrolment.token
    for (number, token) in tokens where token == former { tokens[number] = enrolment.token }
  }

  /// A copy of a device has its token too.
  func enrol(_ copy: SimulatedReplica, asCopyOf original: SimulatedReplica) { tokens[copy.number] = tokens[original.number] }

  /// Ends a device's part, and that of its copies.
  func revoke(_ device: SimulatedReplica) throws { try relay.revoke(device: DeviceID(of: device.replica.site)) }

  func isEnrolled(_ device: SimulatedReplica) throws -> Bool { try tokens[device.number].flatMap { try relay.authenticate($0) } != nil }

  /// The log as a device sees it: who it is is asked anew at each request.
  func access(_ device: SimulatedReplica) throws -> RelayAccess {
    guard let token = tokens[device.number], let principal = try relay.authenticate(token) else {
      throw RelayError(.revoked, "device \(device.number)")
    }
    return RelayAccess(relay, principal)
  }

  /// What the log holds of a scope, to whoever may see all of it.
  func vector(of scope: ScopeID) throws -> VersionVector { try relay.officeAccess().holdings(of: scope).vector }

  /// Power fails and comes back.
  func crash() throws {
    try copy(from: path, to: path + ".crash")
    try relay.close()
    try copy(from: path + ".crash", to: path)
    relay = try Self.open(path, limits, clock, chance)
  }

  func backUp() throws {
    try copy(from: path, to: path + ".backup")
    hasBackup = true
  }

  func restore() throws {
    try relay.close()
    try copy(from: path + ".backup", to: path)
    relay = try Self.open(path, limits, clock, chance)
  }

  private func copy(from: String, to: String) throws {
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: to + suffix) }
    for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: from + suffix) {
      try FileManager.default.copyItem(atPath: from + suffix, toPath: to + suffix)
    }
  }
}
