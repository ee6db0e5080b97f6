import SyncCore

/// What was withdrawn from whom: who is told of it, and until when what they had written before is taken (docs/decisions/0028).
enum Withdrawal {
  /// Notes one, taking a new arrival: it is told to each device that shows an earlier token.
  static func insert(user: String, scope: String, removing: Bool, now: Int64, in db: any StoreTransaction) throws {
    try db.execute(
      """
      INSERT INTO withdrawal(account, scope, at_ms, removes, arrival) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (account, scope) DO UPDATE SET at_ms = excluded.at_ms, removes = excluded.removes, arrival = excluded.arrival
      """, [user, scope, now, removing ? 1 : 0, try Relay.nextArrival(db)])
  }

  /// What is granted again is not withdrawn any more; with a grant of everything, nothing is.
  static func end(user: String, scope: String, in db: any StoreTransaction) throws {
    try db.execute(
      "DELETE FROM withdrawal WHERE account = ? AND (scope = ? OR CAST(? AS TEXT) = '\(GrantedScope.allName)')", [user, scope, scope])
  }

  /// Whether what a device brings of a scope is still taken that was withdrawn from its user: until it shows that it was told, since it
  /// remembers a token only once all that it had was pushed, and for some time at the most. What it carries of others is taken too: its own
  /// work may be based on that, and nobody else may ever bring it.
  static func takesWork(of principal: Principal, in scope: ScopeID, now: Int64, limits: RelayLimits, _ db: any StoreTransaction) throws
    -> Bool
  {
    guard let device = principal.device else { return false }
    return try db.exists(
      """
      SELECT 1 FROM withdrawal JOIN device ON device.account = withdrawal.account
      WHERE device.id = ? AND withdrawal.account = ? AND withdrawal.scope IN (?, '\(GrantedScope.allName)')
        AND device.acknowledged < withdrawal.arrival AND withdrawal.at_ms > ? LIMIT 1
      """, [device.bytes, principal.user, scope.name, now - limits.withdrawnMilliseconds])
  }

  /// Whether files of a withdrawn scope are still taken: they follow the words that name them, which came before the device had shown
  /// anything, and nobody is given them by it.
  static func takesFiles(of principal: Principal, in scope: ScopeID, now: Int64, limits: RelayLimits, _ db: any StoreTransaction) throws
    -> Bool
  {
    try db.exists(
      "SELECT 1 FROM withdrawal WHERE account = ? AND scope IN (?, '\(GrantedScope.allName)') AND at_ms > ? LIMIT 1",
      [principal.user, scope.name, now - limits.withdrawnMilliseconds])
  }

  /// What somebody may not hold any more, of what was withdrawn since an arrival, and of scopes that they ask about.
  static func told(
    to principal: Principal, since arrival: Int64, among asked: [ScopeID], now: Int64, in db: any StoreTransaction
  ) throws -> [WithdrawnScope] {
    if try principal.device == nil || Grant.arrivalOfAll(principal, now: now, in: db) != nil { return [] }
    var found: [String: (at: Int64, isRemoved: Bool)] = [:]
    let names = Set(asked.map(\.name))
    // A grant of everything was a grant of each: those that are there, but for what is granted beside.
    for row in try db.rows("SELECT scope, at_ms, removes, arrival FROM withdrawal WHERE account = ? ORDER BY scope", [principal.user]) {
      let (name, since): (String, Bool) = (try row["scope"], try row["arrival"] > arrival)
      let facts = (at: try row["at_ms"] as Int64, isRemoved: try row["removes"] as Int64 != 0)
      if name == GrantedScope.allName {
        guard since || !names.isEmpty else { continue }
        let all: [String] = try db.values("SELECT name FROM scope WHERE head > 0")
        for name in all where since || names.contains(name) { found[name] = facts }
      } else if since || names.contains(name) {
        found[name] = facts
      }
    }
    // A grant that had an end.
    for row in try db.rows("SELECT scope, until_ms FROM access WHERE account = ? AND until_ms <= ?", [principal.user, now]) {
      found[try row["scope"]] = (try row["until_ms"], false)
    }
    let granted = Set(try Grant.fetch(of: principal.user, now: now, in: db).map(\.scope.description))
    return try found.sorted { $0.key < $1.key }.filter { !granted.contains($0.key) && $0.key != GrantedScope.allName }.map { name, facts in
      guard let scope = ScopeID(name) else { throw RelayError(.damaged, "a scope's name") }
      return WithdrawnScope(scope: scope, at: facts.at, isRemoved: facts.isRemoved)
    }
  }
}
