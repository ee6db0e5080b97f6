import GRDB
import SimulatedDisk
import SyncCore
import SyncKit
import SyncRelay

extension DiskField {
  /// How many exchanges a device needs at most when nothing goes wrong any more.
  private static let rounds = 3

  /// Opens what lies on the disk and looks whether every law holds, then lets everybody write and exchange.
  /// - Parameter count: how much had been done to the disk when the power failed; what was promised by then has to be there.
  func judge(after count: Int) throws {
    func require(_ invariant: String, _ condition: Bool, _ message: @autoclosure () -> String) throws {
      if !condition { throw WorldFailure(step: count, invariant: invariant, message: message()) }
    }
    upgradeAll()
    isPromising = false
    defer { isPromising = true }
    var held: [String: [ScopeID: VersionVector]] = [:]
    held[Self.relayName] = try Self.held(by: relay().officeAccess())
    for number in 0..<Self.devices { held[Self.machine(number)] = try Self.held(by: device(number).replica.exchangeStore) }

    for promise in story.promises where promise.after <= count {
      for (scope, before) in promise.held {
        let now = held[promise.machine]?[scope] ?? VersionVector()
        try require(
          "I-7", now.covers(before), "\(promise.machine) held \(before.entries) of \(scope), and holds \(now.entries)")
      }
    }
    for number in 0..<Self.devices {
      let replica = try device(number).replica
      for (machine, there) in held.sorted(by: { $0.key < $1.key }) {
        for scope in Self.scopes {
          let (own, told) = (held[Self.machine(number)]?[scope]?[replica.site] ?? 0, there[scope]?[replica.site] ?? 0)
          try require(
            "I-12", told <= own,
            "\(machine) has changeset \(told) of device \(number) in \(scope), which itself has \(own): a number comes twice")
        }
      }
      let problems = try replica.findings().filter(\.isProblem).map { "\($0.code) \($0.details.sorted { $0.key < $1.key })" }
      try require("I-8", problems.isEmpty, "device \(number): \(problems)")
      try judgeTransactions(of: number, held[Self.machine(number)] ?? [:], after: count, require)
    }
    forgetLost(held)
    let integrity = try DatabaseQueue(path: path("relay.sqlite")).read { db in
      try String.fetchAll(db, sql: "PRAGMA integrity_check") + String.fetchAll(db, sql: "SELECT \"table\" FROM pragma_foreign_key_check")
    }
    try require("I-8", integrity == ["ok"], "the relay: \(integrity)")
    try converge(after: count, require)
  }

  private typealias Requirement = (_ invariant: String, _ condition: Bool, _ message: @autoclosure () -> String) throws -> Void

  /// Whether the transactions are there whole or not at all.
  private func judgeTransactions(
    of number: Int, _ held: [ScopeID: VersionVector], after count: Int, _ require: Requirement
  ) throws {
    var found: [Int: [String: Int]] = [:]
    try device(number).replica.read { db in
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT scope, a, count(*) FROM (SELECT scope, a FROM note WHERE b = 'whole' UNION ALL SELECT scope, a FROM memo WHERE b = 'whole')
          GROUP BY scope, a
          """)
      while let row = try rows.next() { found[row[1], default: [:]][row[0]] = row[2] }
    }
    for (at, transaction) in story.transactions.enumerated() {
      let here = Self.scopes.map { found[at]?[$0.name] ?? 0 }
      let name = "transaction \(at) of device \(transaction.device)"
      try require(
        "I-8", here.allSatisfy { $0 == 0 || $0 == transaction.rows }, "\(name): \(here) rows of \(transaction.rows) at device \(number)")
      if transaction.device == number {
        try require("I-8", Set(here).count == 1, "\(name) is torn between scopes at its author's: \(here) rows")
        if let done = transaction.doneAfter, done <= count {
          try require("I-7", here[0] == transaction.rows, "\(name) was committed, and is gone")
        }
      }
      for (scope, dot) in transaction.dots {
        let isHeld = (held[scope]?[dot.site] ?? 0) >= dot.seq
        try require(
          "I-8", (found[at]?[scope.name] ?? 0) == (isHeld ? transaction.rows : 0),
          "\(name): \(dot) of \(scope) is \(isHeld ? "" : "not ")in the log of device \(number), where it has \(here) rows")
      }
    }
  }

  /// Everybody writes on, and after a few exchanges all are alike.
  private func converge(after count: Int, _ require: Requirement) throws {
    pass()
    for number in 0..<Self.devices { try write(number, rows: 2) }
    var isIdle = false
    for _ in 1...Self.rounds where !isIdle {
      isIdle = true
      for number in 0..<Self.devices {
        let summary = try sync(number)
        try require("I-12", summary.refused.isEmpty, "device \(number): the relay refused \(summary.refused)")
        if summary.trips > 1 || summary.sent > 0 || summary.received > 0 { isIdle = false }
      }
    }
    try require("I-9", isIdle, "devices still exchange")
    // No loss of power may look like a copy or a backup: nobody took a new life or gave a changeset another name.
    for number in 0..<Self.devices {
      let incidents = try device(number).replica.incidents().filter { $0.kind != .relayRestored || !story.isRelayNew }
      try require("I-12", incidents.isEmpty, "device \(number): \(incidents)")
    }
    for scope in Self.scopes {
      let digests = try (0..<Self.devices).map { try device($0).replica.digest(of: scope) }
      try require("I-1", Set(digests.map(\.hex)).count == 1, "the digests of \(scope) differ")
      let relayed = try relay().officeAccess().holdings(of: scope).vector
      try require(
        "I-9", digests[0].holdings == relayed, "the relay holds \(relayed.entries) of \(scope), not \(digests[0].holdings.entries)")
    }
    for number in 0..<Self.devices {
      try judgeTransactions(of: number, try Self.held(by: device(number).replica.exchangeStore), after: count, require)
    }
  }
}
