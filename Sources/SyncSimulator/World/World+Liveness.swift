import SyncCore
import SyncKit

extension World {
  /// How many exchanges a device needs at most when nothing goes wrong any more.
  static let roundsToConverge = 3

  /// The faults stop: everything must converge, and stay so.
  func converge() throws {
    if relay != nil { try exchangeAll() } else { try handOverAll() }
    try expectAlike()
    let old = devices.filter { $0.version < FieldTable.newest }
    guard !old.isEmpty else { return }
    for device in old { try device.reopen(version: FieldTable.newest) }
    try expectAlike()
  }

  /// Without a relay, each gives to each, once.
  private func handOverAll() throws {
    var random = SeededGenerator(seed: options.seed)
    for from in devices {
      for to in devices where from !== to { try handOver(from: from, to: to, &random) }
    }
  }

  private func exchangeAll() throws {
    late = []
    let revoked = try devices.filter { try !isBack($0) }
    for device in devices { try grantWhatIsMissing(device) }
    let present = devices.filter { !self.revoked.contains($0.number) }
    for device in revoked { try handBundle(from: device, to: present[0]) }
    let line = Line(batchBytes: options.has(.smallBatches) ? 200 : Limits.batchBytes)
    // Where two bear one name, the third exchange may be the one that brings the last of it.
    let rounds = Self.roundsToConverge + (options.hasAccidents ? 1 : 0)
    for round in 1...rounds {
      for device in present {
        let summary = try sync(device, line)
        // The last exchange finds nothing to do, in one round trip.
        if round == rounds, let summary {
          let isIdle = summary.trips == 1 && summary.sent == 0 && summary.received == 0
          try require(
            "I-9", isIdle, "\(device.user) still exchanges: \(summary.sent) sent, \(summary.received) received, \(summary.trips) trips")
        }
      }
    }
    for device in revoked { try handBundle(from: present[0], to: device) }
  }

  /// Lets a device that was revoked back in. Some are revoked for good: their work comes by bundle through another's device. Copies of
  /// devices are given nothing by hand.
  private func isBack(_ device: SimulatedReplica) throws -> Bool {
    guard revoked.contains(device.number) else { return true }
    if !options.hasAccidents, (options.seed + device.number) % 2 == 0, revoked.count < devices.count { return false }
    try enrol(device)
    return true
  }

  /// Whether a changeset that waits has all that it waits for. What only a device had that went back to a backup nobody can give.
  private func mayBeApplied(_ header: ChangesetHeader, at device: SimulatedReplica) -> Bool {
    let held = device.held[header.scope] ?? VersionVector()
    return header.dot.seq <= held[header.dot.site] + 1 && held.covers(header.needs)
  }

  private func handBundle(from: SimulatedReplica, to: SimulatedReplica) throws {
    coverage.note("revoked for good")
    // No history has this number.
    try export(-1, from)
    try importBundle(-1, to, cut: nil, altered: nil)
  }

  /// Whether digests of different versions can be compared: a version that does not know a column does not know its default either.
  private var isComparable: Bool {
    options.tables.allSatisfy { place in
      let table = FieldTable.all[place]
      return table.columns.allSatisfy { $0.version == table.version || $0.standard == .null }
    }
  }

  private func expectAlike() throws {
    for scope in scopes {
      // What a device had alone when it went back to a backup is gone with it.
      let lives = devices[0].applied[scope] ?? VersionVector()
      let all = options.has(.deviceRestores) ? lives : oracle(scope).all
      let held = devices[0].held[scope] ?? VersionVector()
      if let relayed = try relay?.vector(of: scope) {
        try require("I-9", relayed == held, "the relay holds \(relayed.entries) of \(scope), not \(held.entries)")
      }
      if all.isEmpty { continue }
      var digests: [Int: String] = [:]
      for device in devices {
        let digest = try device.replica.digest(of: scope)
        let applied = device.applied[scope] ?? VersionVector()
        try require("I-9", applied == all, "\(device.user) holds \(applied.entries) of \(scope), not \(all.entries)")
        try require("I-12", digest.holdings == held, "\(device.user) calls what it holds of \(scope) \(digest.holdings.entries)")
        let kind = isComparable ? 0 : device.version
        try require("I-1", digests[kind] ?? digest.hex == digest.hex, "the digests of \(scope) differ at \(device.user)")
        digests[kind] = digest.hex
        trace.note(digest.hex)
      }
    }
    for device in devices {
      // All is here by which that is closed which was left out: now it must not matter any more that it was.
      device.leftOut = [:]
      try check(device)
      let open = try checkedConflicts(device)
      let status = try device.replica.status(peer: Self.relayName)
      let waiting = try device.waiting().filter { !options.has(.deviceRestores) || mayBeApplied($0, at: device) }
      try require("I-9", waiting.isEmpty, "\(waiting.map(\.dot)) wait at \(device.user)")
      // Who may not exchange any more is not told that all is there.
      let isTold = relay != nil && !revoked.contains(device.number)
      let isSent = status.unsentChangesets == 0 && status.carriedChangesets == 0
      try require("I-9", !isTold || isSent, "\(device.user) has unsent work")
      try require("I-18", !isTold || status.refused.isEmpty, "\(device.user) has \(status.refused)")
      try require("I-3", status.conflicts >= open.count, "\(device.user) counts \(status.conflicts) conflicts, not \(open.count)")
      try expectSound(device)
      try expectNoFalseIncident(device)
    }
  }

  /// Nobody is told of an accident that has not happened.
  private func expectNoFalseIncident(_ device: SimulatedReplica) throws {
    let told = Set(try device.replica.incidents(limit: 1000).map(\.kind))
    var possible: Set<Incident.Kind> = []
    if isRelaySetBack { possible.insert(.relayRestored) }
    if options.has(.compaction) { possible.insert(.longAway) }
    if options.hasAccidents { possible.formUnion([.wentBack, .restamped]) }
    try require("I-12", told.isSubset(of: possible), "\(device.user) is told of \(told.subtracting(possible))")
  }

  /// What a replica has stored fits together.
  func expectSound(_ device: SimulatedReplica) throws {
    let problems = try device.replica.findings().filter(\.isProblem).map { "\($0.code) \($0.details.sorted { $0.key < $1.key })" }
    try require("I-8", problems.isEmpty, "\(device.user): \(problems)")
  }
}
