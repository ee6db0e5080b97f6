public import SyncCore

/// What a grant reaches: one scope, or all of them.
public enum GrantedScope: Hashable, Sendable, CustomStringConvertible {
  /// Every scope there is and will be: the office.
  case all
  case one(ScopeID)

  /// How ``all`` is written. No scope may have this name.
  public static let allName = "*"

  /// Reads `*` or a scope's name; nil when it is neither.
  public init?(_ text: String) {
    if text == Self.allName {
      self = .all
    } else if let scope = ScopeID(text) {
      self = .one(scope)
    } else {
      return nil
    }
  }

  /// Refuses a scope whose name would read as all of them.
  func check() throws(RelayError) {
    if case .one(let scope) = self, scope.name == Self.allName { throw RelayError(.badArgument, "scope") }
  }

  public var description: String {
    switch self {
    case .all: Self.allName
    case .one(let scope): scope.name
    }
  }
}

/// That a user may hold a scope: read it and write in it, from any of their devices.
public struct Grant: Hashable, Sendable {
  public let user: String
  public let scope: GrantedScope
  /// When it ends, in milliseconds since 1970; nil for a grant without an end.
  public let until: Int64?
}

extension Grant {
  /// A grant that has not ended; bound to the present time.
  static let isLive = "(until_ms IS NULL OR until_ms > ?)"

  init(_ row: StoreRow) throws {
    guard let scope = GrantedScope(try row["scope"]) else { throw RelayError(.damaged, "a grant's scope") }
    self.init(user: try row["account"], scope: scope, until: try row["until_ms"])
  }

  static func fetch(of user: String, now: Int64, in db: any StoreTransaction) throws -> [Grant] {
    try db.rows("SELECT account, scope, until_ms FROM access WHERE account = ? AND \(isLive) ORDER BY scope", [user, now]).map {
      try Grant($0)
    }
  }

  /// Grants, taking a new arrival: the scope then appears in the user's next hello, however old its changes are.
  static func insert(user: String, scope: String, until: Int64?, arrival: Int64? = nil, in db: any StoreTransaction) throws {
    try Withdrawal.end(user: user, scope: scope, in: db)
    try db.execute(
      """
      INSERT INTO access(account, scope, until_ms, arrival) VALUES (?, ?, ?, ?)
      ON CONFLICT (account, scope) DO UPDATE SET until_ms = excluded.until_ms, arrival = excluded.arrival
      """, [user, scope, until, try arrival ?? Relay.nextArrival(db)])
  }

  /// When somebody was granted everything, as an arrival; nil when they were not. The office always was.
  static func arrivalOfAll(_ principal: Principal, now: Int64, in db: any StoreTransaction) throws -> Int64? {
    if principal.device == nil { return 0 }
    return try db.value(
      "SELECT arrival FROM access WHERE account = ? AND scope = ? AND \(isLive)", [principal.user, GrantedScope.allName, now])
  }

  /// Whether somebody may hold a scope, whose name is never ``GrantedScope/allName``.
  static func allows(_ principal: Principal, _ scope: ScopeID, now: Int64, in db: any StoreTransaction) throws -> Bool {
    try allowed(principal, of: [scope], now: now, in: db).contains(scope)
  }

  /// Which of some scopes somebody may hold.
  static func allowed(_ principal: Principal, of scopes: [ScopeID], now: Int64, in db: any StoreTransaction) throws -> Set<ScopeID> {
    let scopes = Set(scopes).filter { $0.name != GrantedScope.allName }
    if principal.device == nil || scopes.isEmpty { return scopes }
    let granted = try db.rows(in: [GrantedScope.allName] + scopes.map(\.name).sorted(), with: [principal.user, now]) {
      "SELECT scope FROM access WHERE account = ? AND \(isLive) AND scope IN (\($0))"
    }
    let reach = Set(try granted.map { row in try GrantedScope(row["scope"]) })
    return reach.contains(.all) ? scopes : scopes.filter { reach.contains(.one($0)) }
  }
}

extension Relay {
  /// Lets a user hold a scope, until a time or for good. Granting again replaces the end.
  public func grant(user: String, scope: GrantedScope, until: Int64? = nil) throws {
    try Self.check(user, upTo: RelayLimits.userBytes, "user")
    try scope.check()
    let now = clock()
    try store.write { db in
      try Grant.insert(user: user, scope: scope.description, until: until, in: db)
      try Audit.record(.granted, at: now, device: nil, user: user, detail: scope.description, in: db)
    }
  }

  /// Withdraws a scope from a user. Nothing more of it is given to their devices; each is told with its next exchange, and what it had
  /// until then is taken.
  /// - Parameter removing: whether their devices are to let go of what they hold of it. Asked for once more it counts from then on.
  /// - Returns: whether there was such a grant, or whether what was withdrawn before is now to be let go of.
  @discardableResult
  public func revoke(user: String, scope: GrantedScope, removing: Bool = false) throws -> Bool {
    try scope.check()
    let now = clock()
    return try store.write { db in
      let gone = try db.execute("DELETE FROM access WHERE account = ? AND scope = ?", [user, scope.description])
      let known: Int64? = try db.value("SELECT removes FROM withdrawal WHERE account = ? AND scope = ?", [user, scope.description])
      guard gone > 0 || known == 0 && removing else { return false }
      try Withdrawal.insert(user: user, scope: scope.description, removing: removing, now: now, in: db)
      try Audit.record(.withdrawn, at: now, device: nil, user: user, detail: scope.description, in: db)
      return true
    }
  }

  /// What a user may hold now, in the order of the names.
  public func grants(of user: String) throws -> [Grant] {
    let now = clock()
    return try store.read { db in try Grant.fetch(of: user, now: now, in: db) }
  }

  /// Who may hold a scope now, those with a grant of everything included, in the order of their names.
  public func users(of scope: ScopeID) throws -> [Grant] {
    let now = clock()
    return try store.read { db in
      try db.rows(
        "SELECT account, scope, until_ms FROM access WHERE scope IN (?, ?) AND \(Grant.isLive) ORDER BY account, scope",
        [scope.name, GrantedScope.allName, now]
      ).map { try Grant($0) }
    }
  }
}
