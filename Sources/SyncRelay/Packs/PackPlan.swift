import SyncCore

/// Which scopes are to be packed, which of them together, and which packs they take the place of.
struct PackPlan {
  struct Scope {
    let row: Int64
    let name: ScopeID
    /// How many changesets of it have been placed.
    let head: Int64
  }

  /// Scopes that may share a pack.
  private(set) var groups: [[Scope]] = []
  /// The packs that are made anew.
  private(set) var replaced: Set<Int64> = []
  /// How much had been left out and rejected.
  let effectless: Int64

  /// Whether there is nothing that is worth the work.
  var isEmpty: Bool { groups.isEmpty }

  init(_ db: any StoreTransaction, now: Int64, limits: RelayLimits) throws {
    effectless = try PackLedger(db).effectless()
    let packed = try db.rows(
      """
      SELECT pack_scope.pack, pack_scope.scope, pack_scope.head AS packed, scope.head FROM pack_scope
      JOIN scope ON scope.id = pack_scope.scope
      """)
    var grown: [Int64: (then: Int64, now: Int64)] = [:]
    var places: [Int64: [Int64]] = [:]
    for row in packed {
      let pack: Int64 = try row["pack"]
      let former = grown[pack] ?? (0, 0)
      grown[pack] = (former.then + (try row["packed"] as Int64), former.now + (try row["head"] as Int64))
      places[try row["scope"], default: []].append(pack)
    }
    replaced = Set(grown.filter { $0.value.now * 4 >= $0.value.then * 5 }.keys)
    // A scope lies in several packs where it is large: they are made anew together, and so is whatever is with it.
    while true {
      let more = places.values.filter { !replaced.isDisjoint(with: $0) }.reduce(into: replaced) { $0.formUnion($1) }
      if more == replaced { break }
      replaced = more
    }
    let rows = try db.rows("SELECT id, name, head FROM scope WHERE head > 0 ORDER BY id")
    let scopes = try rows.compactMap { row in
      let scope = Scope(row: try row["id"], name: try ScopeID(row["name"]).orDamaged(), head: try row["head"])
      return places[scope.row].map { replaced.isDisjoint(with: $0) } ?? false ? nil : scope
    }
    if scopes.reduce(0, { $0 + $1.head }) >= limits.packChangesets {
      groups = Self.grouped(scopes, try Self.audiences(db, now: now))
    } else {
      replaced = []
    }
  }

  /// Who may hold each scope, those with a grant of everything aside: they read any pack.
  private static func audiences(_ db: any StoreTransaction, now: Int64) throws -> [String: [String]] {
    let rows = try db.rows(
      "SELECT scope, account FROM access WHERE scope <> '\(GrantedScope.allName)' AND \(Grant.isLive) ORDER BY scope, account", [now])
    return try rows.reduce(into: [:]) { audiences, row in audiences[try row["scope"], default: []].append(try row["account"]) }
  }

  /// Scopes of one audience are packed apart where there are many: their readers can take such a pack. The others are for those who may hold everything.
  private static func grouped(_ scopes: [Scope], _ audiences: [String: [String]]) -> [[Scope]] {
    let byAudience = Dictionary(grouping: scopes) { audiences[$0.name.name] ?? [] }
    let apart = byAudience.filter { !$0.key.isEmpty && $0.value.count >= Limits.scopesForPacks }
    let others = scopes.filter { apart[audiences[$0.name.name] ?? []] == nil }
    return apart.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value) + (others.isEmpty ? [] : [others])
  }
}

extension ScopeID? {
  fileprivate func orDamaged() throws(RelayError) -> ScopeID {
    guard let self else { throw RelayError(.damaged, "a scope's name") }
    return self
  }
}
