import Foundation
import GRDB
import SyncCore
import SyncKit

/// How displays are judged: rightly, or in a wrong way that must be noticed (tests of the tests).
public enum Judging: Sendable {
  case rightly
  /// As if the earliest of several candidates were displayed.
  case earliestWins
}

extension World {
  /// Compares all that a replica holds and displays with what it must.
  func check(_ device: SimulatedReplica) throws {
    for scope in scopes {
      let held = try device.replica.exchangeStore.holdings(of: scope).vector
      let isAsBefore = device.held[scope] == held
      device.held[scope] = held
      if isAsBefore { continue }
      let vector = try known(device, scope)
      let before = device.applied[scope] ?? VersionVector()
      try noteLeftOut(device, scope, from: before, to: vector)
      try require("I-7", vector.covers(before), "\(device.user) held \(before.entries) of \(scope), and holds \(vector.entries)")
      if vector != before {
        let isClosed = oracle(scope, at: device).isClosed(vector)
        try require("I-5", isClosed, "\(device.user) applied \(vector.entries) of \(scope) without what it needs")
      }
      device.applied[scope] = vector
      try compareDigest(device, scope)
    }
    for (place, table) in device.known {
      let rows = try displayed(device, table)
      var visible = 0
      for id in ids where id.table == place {
        let key = table.keyCells(id, scope(id)).map(\.value)
        let found = rows[key]
        let isVisible = oracle(scope(id), at: device).isVisible(name(id), applied: applied(device, id))
        if isVisible { visible += 1 }
        try require(
          isVisible ? "I-3" : "I-6", (found != nil) == isVisible, "\(name(id)) is \(isVisible ? "hidden" : "displayed") at \(device.user)")
        guard let found else { continue }
        for column in table.columns(in: device.version) {
          let value = expected(id, column, device)
          try require(
            "I-3", found[column.name] == value,
            "\(name(id)).\(column.name) displays \(String(describing: found[column.name])) at \(device.user), not \(value)")
        }
      }
      try require("I-4", rows.count == visible, "\(table.name) has \(rows.count) rows at \(device.user), not \(visible)")
    }
  }

  /// Digests are equal where the same has been applied, and only there: whoever has it, and whenever.
  func compareDigest(_ device: SimulatedReplica, _ scope: ScopeID) throws {
    // What a device calls its writes is part of its digest; and who has yet to get what closes what was left out shows less than others.
    guard !options.hasAccidents, device.leftOut[scope]?.isEmpty ?? true, let applied = device.applied[scope], !applied.isEmpty else {
      return
    }
    let hex = try device.replica.digest(of: scope).hex
    let place = DigestPlace(scope: scope, version: device.version)
    let known = digests[place] ?? [:]
    for (other, otherHex) in known where (other == applied) != (otherHex == hex) {
      throw WorldFailure(
        step: step, invariant: "I-1",
        message:
          "\(device.user)'s digest of \(scope) with \(applied.entries) is \(other == applied ? "another" : "the same") as was known with \(other.entries)"
      )
    }
    digests[place, default: [:]][applied] = hex
  }

  /// What a device now counts as applied without ever having had it.
  private func noteLeftOut(_ device: SimulatedReplica, _ scope: ScopeID, from before: VersionVector, to after: VersionVector) throws {
    for (dot, _) in try omitted(device, scope) where !before.contains(dot) && after.contains(dot) {
      device.leftOut[scope, default: []].insert(dot)
    }
  }

  /// What has been left out of a device's log and counts as applied: as the oracle names it, and as the device does.
  func omitted(_ device: SimulatedReplica, _ scope: ScopeID) throws -> [(dot: Dot, name: Dot)] {
    guard options.has(.compaction) else { return [] }
    let held = device.held[scope] ?? VersionVector()
    let want = ScopeHoldings(scope: scope, holdings: Holdings(vector: held, omitted: .max))
    return try device.replica.exchangeStore.load(beyond: [want], budget: 1).omissions.flatMap { omission in
      (omission.run.first...omission.run.last).map { Dot(site: omission.site, seq: $0) }.filter(held.contains).compactMap { name in
        options.hasAccidents ? leftOut[scope]?[name].map { ($0, name) } : (name, name)
      }
    }
  }

  /// What a device holds of a scope, as the oracle names it.
  private func known(_ device: SimulatedReplica, _ scope: ScopeID) throws -> VersionVector {
    guard options.hasAccidents else { return device.held[scope] ?? VersionVector() }
    var names: [Dot: Dot] = [:]
    for fragment in try device.replica.exchangeStore.load(beyond: [ScopeHoldings(scope: scope, holdings: Holdings())], budget: 1 << 30)
      .fragments
    {
      let header = try ChangesetHeader(decoding: fragment.header)
      guard let dot = transactions[scope]?[header.transaction.id] else {
        throw WorldFailure(step: step, invariant: "I-4", message: "\(header.dot) at \(device.user), which nobody wrote")
      }
      // Of several names the first is the one that counts.
      if names[dot] != nil { coverage.note("named twice") }
      names[dot] = min(names[dot] ?? header.dot, header.dot)
    }
    for (dot, name) in try omitted(device, scope) { names[dot] = min(names[dot] ?? name, name) }
    device.names[scope] = names
    let (site, inherited) = (try device.presentSite(), device.inherited[scope] ?? VersionVector())
    for (dot, name) in names.sorted(by: { $0.key < $1.key }) where name.site == site {
      let isOwn = dot.site == device.life || inherited.contains(dot)
      try require("I-12", isOwn, "\(device.user) goes on under the name of \(name), which another copy has written")
    }
    let vector = VersionVector(Array(names.keys))
    let count = vector.entries.reduce(0) { $0 + Int($1.seq) }
    try require("I-5", names.count == count, "\(device.user) holds \(names.keys.sorted()) of \(scope), with gaps")
    return vector
  }

  func applied(_ device: SimulatedReplica, _ id: RowID) -> VersionVector { device.applied[scope(id)] ?? VersionVector() }

  /// What a visible row must display in a column.
  func expected(_ id: RowID, _ column: FieldTable.Column, _ device: SimulatedReplica) -> Value {
    let (oracle, applied) = (oracle(scope(id), at: device), applied(device, id))
    if judging == .earliestWins, column.policy == .keep {
      return oracle.candidates(name(id), column.name, applied: applied).last?.value ?? column.standard
    }
    let shown = oracle.shown(name(id), column.name, column.policy, applied: applied)
    if column.policy == .counter, case .integer(let sum)? = shown { return .integer(sum) }
    return shown ?? column.standard
  }

  /// A table's rows, by their keys.
  func displayed(_ device: SimulatedReplica, _ table: FieldTable) throws -> [[Value]: [String: Value]] {
    let keys = table.keyCells(RowID(table: 0, scope: 0, row: 0), scopes[0]).map(\.name)
    return try device.replica.read { db in
      var out: [[Value]: [String: Value]] = [:]
      for row in try Row.fetchAll(db.cachedStatement(sql: "SELECT * FROM \(table.name)")) {
        var values: [String: Value] = [:]
        for (name, value) in row { values[name] = Value(value) }
        out[keys.map { values[$0] ?? .null }] = values
      }
      return out
    }
  }

  /// What is open at a replica, compared with what must be.
  func checkedConflicts(_ device: SimulatedReplica) throws -> [(conflict: Conflict, id: RowID, column: String)] {
    var out: [(conflict: Conflict, id: RowID, column: String)] = []
    var rules = 0
    for scope in scopes {
      let found = try device.replica.conflicts(in: scope)
      let count = try device.replica.conflictCount(in: scope)
      try require("I-3", count == found.count, "\(device.user) counts \(count) conflicts in \(scope), and lists \(found.count)")
      let known = Dictionary(uniqueKeysWithValues: (device.names[scope] ?? [:]).map { ($1, $0) })
      var left: [RowID: [String: Conflict]] = [:]
      for conflict in found {
        guard let id = references[conflict.row] else {
          try require("I-4", false, "a conflict of \(conflict.row.table) \(conflict.row.key), which nobody wrote")
          continue
        }
        switch conflict.kind {
        case .cell(let column): left[id, default: [:]][column] = conflict
        case .existence: left[id, default: [:]][MergeOracle.existence] = conflict
        case .unique, .reference, .bound: rules += 1
        }
      }
      for id in ids where self.scope(id) == scope {
        let table = FieldTable.all[id.table]
        let isOpen = { (column: FieldTable.Column) in column.policy == .keep }
        for column in table.columns.filter(isOpen).map(\.name) + [MergeOracle.existence] {
          let wanted = oracle(scope, at: device).conflict(name(id), column, applied: applied(device, id))
          let conflict = left[id]?[column]
          left[id]?[column] = nil
          let candidates = conflict.map { conflict in
            Dictionary(uniqueKeysWithValues: conflict.candidates.map { ($0.value, Set($0.writes.map { known[$0.dot] ?? $0.dot })) })
          }
          try require(
            "I-3", wanted == candidates,
            "\(name(id)).\(column) has candidates \(Self.text(candidates)) at \(device.user), not \(Self.text(wanted))")
          if let conflict {
            out.append((conflict, id, column))
            try checkRead(conflict, id, column, device)
          }
        }
      }
      let rest = left.values.contains { !$0.isEmpty }
      try require("I-4", !rest, "conflicts at \(device.user) of cells that have none")
    }
    let broken = try brokenRules(device)
    try require("I-3", rules == broken, "\(rules) broken rules are listed at \(device.user), not \(broken)")
    coverage.note("conflict:rule", rules)
    coverage.note("conflict:cell", out.filter { $0.column != MergeOracle.existence }.count)
    coverage.note("conflict:existence", out.filter { $0.column == MergeOracle.existence }.count)
    return out
  }

  /// Compares what is told of what a conflict's authors had read with what they had.
  private func checkRead(_ conflict: Conflict, _ id: RowID, _ column: String, _ device: SimulatedReplica) throws {
    // What was left out before there was a conflict is not told any more.
    guard column != MergeOracle.existence, !options.has(.compaction), !options.hasAccidents else { return }
    let oracle = oracle(scope(id), at: device)
    for write in conflict.candidates.flatMap(\.writes) {
      let wanted = oracle.readValue(name(id), column, by: write.dot)
      try require(
        "I-3", write.readValue == wanted,
        "\(write.author) is told to have read \(String(describing: write.readValue)) in \(name(id)).\(column), not \(String(describing: wanted))"
      )
    }
  }

  /// How many sets of rows share what is declared unique, and how many rows refer to one that is known to be deleted: there is never a
  /// breach without its conflict.
  private func brokenRules(_ device: SimulatedReplica) throws -> Int {
    var count = 0
    for (place, table) in device.known where !table.unique.isEmpty || !table.references.isEmpty {
      let rows = try displayed(device, table)
      var sharing: [Value: Int] = [:]
      for row in rows.values {
        if let value = row["u"], value != .null { sharing[value, default: 0] += 1 }
      }
      count += sharing.values.filter { $0 > 1 }.count
      for id in ids where id.table == place {
        let key = table.keyCells(id, scope(id)).map(\.value)
        guard case .text(let parent)? = rows[key]?["r"], let note = ids.first(where: { isNote($0, parent) }) else { continue }
        let isKnown = !oracle(scope(note), at: device).read(name(note), applied: applied(device, note)).isEmpty
        if isKnown, !oracle(scope(note), at: device).isVisible(name(note), applied: applied(device, note)) { count += 1 }
      }
    }
    return count
  }

  private func isNote(_ id: RowID, _ key: [UInt8]) -> Bool {
    FieldTable.all[id.table].name == "note" && FieldTable.all[id.table].keyCells(id, scope(id))[0].value == .text(key)
  }

  private static func text(_ candidates: [Value: Set<Dot>]?) -> String {
    guard let candidates else { return "none" }
    return candidates.map { "\($0.key) by \($0.value.sorted())" }.sorted().joined(separator: ", ")
  }
}

/// Where digests can be compared: a version of the application that lacks a column lacks its default too.
struct DigestPlace: Hashable {
  let scope: ScopeID
  let version: Int
}

extension Value {
  init(_ stored: DatabaseValue) {
    switch stored.storage {
    case .null: self = .null
    case .int64(let n): self = .integer(n)
    case .double(let x): self = .real(x)
    case .string(let text): self = .text(text)
    case .blob(let data): self = .blob(Array(data))
    }
  }

  var stored: DatabaseValue {
    switch self {
    case .null: .null
    case .integer(let n): n.databaseValue
    case .real(let x): x.databaseValue
    case .text(let bytes): String(decoding: bytes, as: UTF8.self).databaseValue
    case .blob(let bytes): Data(bytes).databaseValue
    }
  }
}
