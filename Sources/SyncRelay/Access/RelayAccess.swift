import Foundation
public import SyncCore

/// The relay's log as one asker sees it: the answering side of the exchange, bound to who asks.
///
/// What the asker may hold is looked up in each call, so that a grant or a withdrawal counts at once.
public struct RelayAccess: ExchangeStore, Sendable {
  /// Who asks.
  public let principal: Principal

  let relay: Relay
  private let onStored: (@Sendable ([ScopeID]) -> Void)?

  /// - Parameter onStored: told, after they are durable and on the caller's thread, the scopes that got new changesets.
  public init(_ relay: Relay, _ principal: Principal, onStored: (@Sendable ([ScopeID]) -> Void)? = nil) {
    self.relay = relay
    self.principal = principal
    self.onStored = onStored
  }

  public var epoch: [UInt8] {
    get throws { try relay.epoch }
  }

  public var isRelay: Bool { true }

  public func token() throws -> [UInt8] { try relay.token() }

  public func recognize(_ token: [UInt8], of epoch: [UInt8]) throws { try relay.recognize(token, of: epoch, by: principal) }

  /// The scopes with changes or with a grant since the token. A token that this relay cannot have issued counts as none.
  public func changedScopes(since token: [UInt8]) throws -> [ScopeID] {
    let now = relay.clock()
    return try relay.store.read { db in
      try Relay.requireCurrent(principal, in: db)
      var since = RelayToken(token, key: try Relay.tokenKey(db), codec: relay.codec)?.arrival ?? 0
      let names: [String]
      if let granted = try Grant.arrivalOfAll(principal, now: now, in: db) {
        // Newly granted everything: all scopes, however long ago they changed.
        if granted > since { since = 0 }
        names = try db.values("SELECT name FROM scope WHERE arrival > ?", [since])
      } else {
        names = try db.values(
          """
          SELECT scope.name FROM access JOIN scope ON scope.name = access.scope
          WHERE access.account = ? AND \(Grant.isLive) AND (scope.arrival > ? OR access.arrival > ?)
          """, [principal.user, now, since, since])
      }
      return try names.map { name in
        guard let scope = ScopeID(name) else { throw RelayError(.damaged, "a scope's name") }
        return scope
      }
    }
  }

  public func statements(since token: [UInt8]) throws -> [SignedStatement] {
    guard let device = principal.device else { return [] }
    return try relay.store.read { db in
      try Relay.requireCurrent(principal, in: db)
      let since = RelayToken(token, key: try Relay.tokenKey(db), codec: relay.codec)?.arrival ?? 0
      return try StatementLog(db: db, issuer: nil).all(of: device, after: since)
    }
  }

  public func withdrawnScopes(since token: [UInt8], among scopes: [ScopeID]) throws -> [WithdrawnScope] {
    let now = relay.clock()
    return try relay.store.read { db in
      let since = RelayToken(token, key: try Relay.tokenKey(db), codec: relay.codec)?.arrival ?? 0
      return try Withdrawal.told(to: principal, since: since, among: scopes, now: now, in: db)
    }
  }

  public func holdings(of scopes: [ScopeID]) throws -> [ScopeHoldings] {
    let now = relay.clock()
    return try relay.store.read { db in
      try Relay.requireCurrent(principal, in: db)
      let held = try LogReader(db).holdings(of: try Grant.allowed(principal, of: scopes, now: now, in: db))
      return scopes.map { ScopeHoldings(scope: $0, holdings: held[$0] ?? Holdings()) }
    }
  }

  public func load(beyond wants: [ScopeHoldings], budget: Int) throws -> ChangeBatch {
    guard wants.count <= relay.limits.scopesPerRequest else { throw RelayError(.tooLarge, "scopes of a request") }
    let now = relay.clock()
    return try relay.store.read { db in
      try Relay.requireCurrent(principal, in: db)
      var batch = LogBatch(budget: budget)
      var seen: Set<ScopeID> = []
      for want in wants where seen.insert(want.scope).inserted {
        guard try Grant.allows(principal, want.scope, now: now, in: db) else { continue }
        try LogReader(db).load(beyond: want, into: &batch)
        if batch.hasMore { break }
      }
      return ChangeBatch(
        fragments: batch.fragments, omissions: batch.omissions, rejections: batch.rejections, statements: batch.statements,
        hasMore: batch.hasMore)
    }
  }

  /// Keeps fragments, and counts as left out before them what is stated to be; of its own changesets the asker's device says so itself.
  public func store(
    _ fragments: [Fragment], omissions: [Omission], statements: [SignedStatement]
  ) throws -> (held: [ScopeHoldings], refused: [Refusal]) {
    guard fragments.count <= relay.limits.fragmentsPerPush else { throw RelayError(.tooLarge, "fragments of a push") }
    // Digests are taken and signatures verified before the transaction: everybody else's writes wait for it.
    var proven = ProvenSignatures()
    let checked = try fragments.map { try CheckedFragment($0, relay: relay, proven: &proven) }
    let omissions = believed(omissions, statements)
    let now = relay.clock()
    let outcome = try relay.store.write { db in
      try Relay.requireCurrent(principal, in: db)
      var writer = LogWriter(db, principal: principal, of: relay, now: now)
      return try writer.store(checked, omissions: omissions)
    }
    if !outcome.changed.isEmpty { onStored?(outcome.changed.sorted()) }
    return (outcome.held, outcome.refused)
  }

  /// What is told to have been left out, as far as it is the asker's own or stated by this relay's issuer. Otherwise whoever carries another's
  /// work could have it pass unstored.
  private func believed(_ omissions: [Omission], _ statements: [SignedStatement]) -> [Omission] {
    guard let trust = relay.trust, let device = principal.device, !omissions.isEmpty else { return omissions }
    var runs: [LogWriter.Chain: [Omission.Run]] = [:]
    for signed in statements {
      guard case .omitted(let stated) = trust.statement(signed, codec: relay.codec)?.content else { continue }
      runs[LogWriter.Chain(scope: stated.scope, site: stated.site), default: []].append(stated.run)
    }
    return omissions.filter { omission in
      DeviceID(of: omission.site) == device
        || runs[LogWriter.Chain(scope: omission.scope, site: omission.site)]?.states(omission.run) ?? false
    }
  }
}

extension Relay {
  /// The log as the office's own replica sees it, in this process: every scope, no device.
  public func officeAccess(onStored: (@Sendable ([ScopeID]) -> Void)? = nil) -> RelayAccess {
    RelayAccess(self, .office, onStored: onStored)
  }
}
