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
    for device in devices {
      for scope in scopes { try grant(device, scope) }
    }
    let line = Line(batchBytes: options.has(.smallBatches) ? 200 : Limits.batchBytes)
    for round in 1...Self.roundsToConverge {
      for device in devices {
        let summary = try sync(device, line)
        // The last exchange finds nothing to do, in one round trip.
        if round == Self.roundsToConverge, let summary {
          let isIdle = summary.trips == 1 && summary.sent == 0 && summary.received == 0
          try require(
            "I-9", isIdle, "\(device.user) still exchanges: \(summary.sent) sent, \(summary.received) received, \(summary.trips) trips")
        }
      }
    }
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
      let all = oracle(scope).all
      if let relayed = try relay?.vector(of: scope) {
        try require("I-9", relayed == all, "the relay holds \(relayed.entries) of \(scope), not \(all.entries)")
      }
      if all.isEmpty { continue }
      var digests: [Int: String] = [:]
      for device in devices {
        let digest = try device.replica.digest(of: scope)
        try require("I-9", digest.holdings == all, "\(device.user) holds \(digest.holdings.entries) of \(scope), not \(all.entries)")
        let kind = isComparable ? 0 : device.version
        try require("I-1", digests[kind] ?? digest.hex == digest.hex, "the digests of \(scope) differ at \(device.user)")
        digests[kind] = digest.hex
        trace.note(digest.hex)
      }
    }
    for device in devices {
      try check(device)
      let open = try checkedConflicts(device)
      let status = try device.replica.status(peer: Self.relayName)
      try require("I-9", status.waiting == 0, "\(status.waiting) changesets wait at \(device.user)")
      let isSent = relay == nil || status.unsentChangesets == 0 && status.carriedChangesets == 0
      try require("I-9", isSent, "\(device.user) has unsent work")
      try require("I-18", status.refused.isEmpty, "\(device.user) has \(status.refused)")
      try require("I-3", status.conflicts >= open.count, "\(device.user) counts \(status.conflicts) conflicts, not \(open.count)")
      let problems = try device.replica.findings().filter(\.isProblem).map { "\($0.code) \($0.details.sorted { $0.key < $1.key })" }
      try require("I-8", problems.isEmpty, "\(device.user): \(problems)")
    }
  }
}
