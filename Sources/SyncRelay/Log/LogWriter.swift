import Foundation
import SyncCore

/// Takes a push into the log, within one write transaction: all of it is durable together, or none of it is there.
///
/// What is refused holds up only its own site in its own scope; the rest of the push is kept.
struct LogWriter {
  /// What came of a push.
  struct Outcome {
    var held: [ScopeHoldings] = []
    var refused: [Refusal] = []
    /// The scopes that got new changesets.
    var changed: Set<ScopeID> = []
  }

  /// A site within a scope: a chain of changesets.
  struct Chain: Hashable {
    let scope: ScopeID
    let site: SiteID
  }

  /// The end of a chain.
  struct Head {
    var seq: UInt64
    var hash: [UInt8]
  }

  let db: any StoreTransaction
  let principal: Principal
  let limits: RelayLimits
  let now: Int64
  var outcome = Outcome()
  var scopeRows: [ScopeID: Int64] = [:]
  var siteRows: [SiteID: Int64] = [:]
  var heads: [Chain: Head] = [:]
  var access: [ScopeID: Bool] = [:]
  /// What the asker says that has been left out; taken as far as something that it brings follows it.
  var gaps: [Chain: [Omission.Run]] = [:]
  /// Chains of which something was refused: what follows in them would only be refused as a gap.
  var stopped: Set<Chain> = []

  /// The lineage of everything that has arrived; nil until it is needed.
  var lineage: [UInt8]?
  let codec: Codec

  init(_ db: any StoreTransaction, principal: Principal, limits: RelayLimits, codec: Codec, now: Int64) {
    self.db = db
    self.codec = codec
    self.principal = principal
    self.limits = limits
    self.now = now
  }

  mutating func store(_ fragments: [CheckedFragment], omissions: [Omission]) throws -> Outcome {
    for omission in omissions { gaps[Chain(scope: omission.scope, site: omission.site), default: []].append(omission.run) }
    var named: Set<ScopeID> = []
    for checked in fragments {
      let scope: ScopeID
      let dot: Dot
      let hash: [UInt8]
      var code: String?
      switch checked {
      case .refused(let refusal, let digest):
        (scope, dot, hash) = (refusal.scope, refusal.dot, digest)
        // What was rejected because nobody can read it is not asked for again.
        let isRejected = try self.hash(of: dot, Chain(scope: scope, site: dot.site)) == digest
        code = try isRejected && mayHold(scope) ? nil : refusal.code
      case .usable(let incoming):
        (scope, dot, hash) = (incoming.header.scope, incoming.header.dot, incoming.hash)
        let chain = Chain(scope: scope, site: dot.site)
        code = stopped.contains(chain) ? nil : try store(incoming, chain)
      }
      named.insert(scope)
      if let code, stopped.insert(Chain(scope: scope, site: dot.site)).inserted {
        let refusal = Refusal(scope: scope, dot: dot, code: code)
        outcome.refused.append(refusal)
        try audit(code, scope, dot)
        try remember(refusal, hash: hash)
      }
    }
    let reader = LogReader(db)
    for scope in named.sorted() where try mayHold(scope) {
      outcome.held.append(ScopeHoldings(scope: scope, holdings: try reader.holdings(of: scope)))
    }
    return outcome
  }

  /// Keeps a fragment; returns the code of the refusal when it may not be kept.
  private mutating func store(_ incoming: IncomingFragment, _ chain: Chain) throws -> String? {
    let header = incoming.header
    let isOwn = principal.device.map { $0 == DeviceID(of: header.dot.site) } ?? false
    let mayHold = try mayHold(header.scope)
    // A scope that nobody has opened is opened by its creator: a device, with changes of its own.
    let opens = try !mayHold && isOwn && isUnopened(header.scope)
    guard mayHold || opens else { return Refusal.Code.notGranted }
    if isOwn, header.author != principal.user { return Refusal.Code.notTheAuthor }

    var head = try head(chain)
    if header.dot.seq <= head.seq {
      guard let start = try start(of: header.dot, chain) else { return nil }
      return incoming.hash.starts(with: start) ? nil : Refusal.Code.fork
    }
    let gap = gap(after: head, before: header, chain)
    if let gap { head = Head(seq: gap.last, hash: gap.hash) }
    guard header.dot.seq == head.seq + 1 else { return Refusal.Code.gap }
    guard header.previous == head.hash else { return Refusal.Code.fork }
    if try header.hasReadAnother(hash: { try start(of: $0, Chain(scope: chain.scope, site: $0.site)) }) { return Refusal.Code.otherBranch }

    let staged = gap == nil ? try staged(chain) : nil
    if let staged, try staged.bytes("hash") != incoming.hash { return Refusal.Code.fork }
    let held: Int = try staged?["held"] ?? 0
    guard incoming.fragment.firstPart <= held else { return Refusal.Code.gap }
    // What is there already, of a push that was cut, is not stored twice; its digest was the same.
    let fresh = Array(incoming.fragment.parts.dropFirst(held - incoming.fragment.firstPart))
    let total = held + fresh.count
    let isWhole = total == header.parts.count
    if !isWhole, try !hasRoom(for: fresh) { return Refusal.Code.tooLarge }
    if opens { try open(header.scope) }
    let scope = try scopeRow(header.scope)
    let site = try siteRow(header.dot.site)
    if let gap {
      try pass(gap, scope: scope, site: site)
      heads[chain] = head
      outcome.changed.insert(header.scope)
    }
    try insert(fresh, from: held, scope: scope, site: site, seq: header.dot.seq)
    if isWhole {
      try complete(incoming, staged: staged, scope: scope, site: site)
      heads[chain] = try passRejected(after: Head(seq: header.dot.seq, hash: incoming.hash), scope: scope, site: site)
      outcome.changed.insert(header.scope)
    } else {
      try stage(incoming, held: total, bytes: fresh.reduce(0) { $0 + $1.count }, scope: scope, site: site)
    }
    return nil
  }
}

// MARK: - Access

extension LogWriter {
  mutating func mayHold(_ scope: ScopeID) throws -> Bool {
    if let known = access[scope] { return known }
    let allowed = try Grant.allows(principal, scope, now: now, in: db)
    access[scope] = allowed
    return allowed
  }

  /// Whether a scope has neither changes nor anybody who may hold it.
  func isUnopened(_ scope: ScopeID) throws -> Bool {
    let isTaken = try db.exists(
      "SELECT 1 WHERE EXISTS (SELECT 1 FROM scope WHERE name = ?1 AND head > 0) OR EXISTS (SELECT 1 FROM access WHERE scope = ?1)",
      [scope.name])
    return !isTaken && scope.name != GrantedScope.allName
  }

  mutating func open(_ scope: ScopeID, for user: String? = nil) throws {
    let user = user ?? principal.user
    try Grant.insert(user: user, scope: scope.name, until: nil, in: db)
    try Audit.record(.granted, at: now, device: principal.deviceBytes, user: user, detail: scope.name, in: db)
    access[scope] = true
  }

  private func audit(_ code: String, _ scope: ScopeID, _ dot: Dot) throws {
    switch code {
    case Refusal.Code.fork, Refusal.Code.otherBranch:
      try Audit.recordOnce(.fork, at: now, principal: principal, detail: "\(scope.name) \(dot)", in: db)
    case Refusal.Code.notGranted, Refusal.Code.notTheAuthor, Refusal.Code.notAuthorised:
      try Audit.recordOnce(.denied, at: now, principal: principal, detail: "\(code) \(scope.name)", in: db)
    default: break
    }
  }
}
