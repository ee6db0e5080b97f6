import Foundation
import SyncCore

/// Takes a push into the log, within one write transaction: all of it is durable together, or none of it is there.
///
/// What the push names is loaded at once, its fate is decided in memory, and what follows from that is written at once: a store on another
/// machine is asked a few times for a push, and not for each of its changesets. What is refused holds up only its own site in its own scope;
/// the rest of the push is kept.
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

  /// A chain's next changeset, while some of its parts are missing.
  struct Staged {
    let seq: UInt64
    let hash: [UInt8]
    var held: Int
  }

  /// A changeset that is all there, on its way into the log.
  struct Arriving {
    let incoming: IncomingFragment
    let scope: Int64
    let site: Int64
    let position: Int64
  }

  let db: any StoreTransaction
  let principal: Principal
  let limits: RelayLimits
  let codec: Codec
  /// In whose name is stated what is left out or rejected; nil where nothing is signed.
  let issuer: Signer?
  let now: Int64
  var outcome = Outcome()

  // What the log holds of what is named, kept up to date with what is decided.
  var scopeRows: [ScopeID: Int64] = [:]
  var positions: [ScopeID: Int64] = [:]
  var siteRows: [SiteID: Int64] = [:]
  var heads: [ScopeID: [SiteID: Head]] = [:]
  var staged: [Chain: Staged] = [:]
  var rejections: [Chain: [UInt64: [UInt8]]] = [:]
  /// The hashes of changesets that were asked for, and of those that have just come.
  var hashes: [Chain: [UInt64: [UInt8]]] = [:]
  var access: [ScopeID: Bool] = [:]
  /// By what is judged what cites a certificate in whose place there is another, by the hash of the one that is cited.
  var successors: [[UInt8]: Authority] = [:]
  /// The sites of revoked devices among those that are named: of them nothing is taken beyond their ends.
  var revoked: Set<SiteID> = []
  /// Scopes that were withdrawn, of which is taken what the device had before.
  var closing: Set<ScopeID> = []

  /// What the asker says that has been left out; taken as far as something that it brings follows it.
  var gaps: [Chain: [Omission.Run]] = [:]
  /// Chains of which something was refused: what follows in them would only be refused as a gap.
  var stopped: Set<Chain> = []

  // What is to be written.
  var parts: [[any StoreBindable]] = []
  var arriving: [Arriving] = []
  var raised: Set<Chain> = []
  var opened: [(user: String, scope: ScopeID)] = []

  init(_ db: any StoreTransaction, principal: Principal, of relay: Relay, now: Int64) {
    self.db = db
    self.principal = principal
    (codec, limits, issuer) = (relay.codec, relay.limits, relay.issuer)
    self.now = now
  }

  mutating func store(_ fragments: [CheckedFragment], omissions: [Omission]) throws -> Outcome {
    for omission in omissions { gaps[Chain(scope: omission.scope, site: omission.site), default: []].append(omission.run) }
    try load(fragments)
    // New scopes are made in one order too, whatever the push's.
    let ordered = fragments.enumerated().sorted { ($0.element.scope, $0.offset) < ($1.element.scope, $1.offset) }.map(\.element)
    for checked in ordered {
      let scope: ScopeID
      let dot: Dot
      let hash: [UInt8]
      var code: String?
      switch checked {
      case .refused(let refusal, let digest):
        (scope, dot, hash) = (refusal.scope, refusal.dot, digest)
        // What was rejected because nobody can read it is not asked for again.
        let isRejected = self.hash(of: dot, Chain(scope: scope, site: dot.site)) == digest
        code = isRejected && mayHold(scope) ? nil : refusal.code
      case .usable(let incoming):
        (scope, dot, hash) = (incoming.header.scope, incoming.header.dot, incoming.hash)
        let chain = Chain(scope: scope, site: dot.site)
        code = stopped.contains(chain) ? nil : try store(incoming, chain)
        // Which branch of a fork is right is looked up where one may read. Here the office sees to it.
        if let found = code, !mayHold(scope), [Refusal.Code.fork, Refusal.Code.otherBranch].contains(found) {
          code = Refusal.Code.notGranted
        }
      }
      if let code, stopped.insert(Chain(scope: scope, site: dot.site)).inserted {
        let refusal = Refusal(scope: scope, dot: dot, code: code)
        outcome.refused.append(refusal)
        try audit(code, scope, dot)
        try remember(refusal, hash: hash)
      }
    }
    try flush()
    for scope in heads.keys.sorted() where mayHold(scope) || closing.contains(scope) {
      outcome.held.append(ScopeHoldings(scope: scope, holdings: holdings(of: scope)))
    }
    return outcome
  }

  /// Keeps a fragment; returns the code of the refusal when it may not be kept.
  private mutating func store(_ incoming: IncomingFragment, _ chain: Chain) throws -> String? {
    let header = incoming.header
    let isOwn = principal.device.map { $0 == DeviceID(of: header.dot.site) } ?? false
    let mayHold = mayHold(header.scope)
    // A scope that nobody has opened is opened by its creator: a device, with changes of its own.
    let opens = try !mayHold && isOwn && isUnopened(header.scope)
    guard try mayHold || opens || isClosing(header.scope) else { return Refusal.Code.notGranted }
    if isOwn, header.author != principal.user { return Refusal.Code.notTheAuthor }

    var head = head(chain)
    if header.dot.seq <= head.seq {
      guard let start = try start(of: header.dot, chain) else { return nil }
      return incoming.hash.starts(with: start) ? nil : Refusal.Code.fork
    }
    if revoked.contains(header.dot.site), try header.dot.seq > end(of: chain) { return nil }
    let gap = gap(after: head, before: header, chain)
    if let gap { head = Head(seq: gap.last, hash: gap.hash) }
    guard header.dot.seq == head.seq + 1 else { return Refusal.Code.gap }
    guard header.previous == head.hash else { return Refusal.Code.fork }
    if try header.hasReadAnother(hash: { try start(of: $0, Chain(scope: chain.scope, site: $0.site)) }) { return Refusal.Code.otherBranch }

    let staged = gap == nil ? staged[chain] : nil
    if let staged, staged.hash != incoming.hash { return Refusal.Code.fork }
    let held = staged?.held ?? 0
    guard incoming.fragment.firstPart <= held else { return Refusal.Code.gap }
    // What is there already, of a push that was cut, is not stored twice; its digest was the same.
    let fresh = Array(incoming.fragment.parts.dropFirst(held - incoming.fragment.firstPart))
    let total = held + fresh.count
    let isWhole = total == header.parts.count
    if !isWhole, try !hasRoom(for: fresh, of: chain) { return Refusal.Code.tooLarge }
    if opens { try open(header.scope, for: principal.user) }
    let scope = try scopeRow(header.scope)
    let site = try siteRow(header.dot.site)
    if let gap {
      try pass(gap, chain, scope: scope, site: site)
      outcome.changed.insert(header.scope)
    }
    if let authority = successors[header.certificate], incoming.fragment.exceeds(authority, codec: codec) {
      return try rejectSuperseded(incoming, chain, scope: scope, site: site)
    }
    let seq = Int64(header.dot.seq)
    parts += fresh.enumerated().map { offset, body in [scope, site, seq, held + offset, body] }
    if isWhole {
      try complete(incoming, chain, scope: scope, site: site)
      try passRejected(chain, scope: scope, site: site)
      outcome.changed.insert(header.scope)
    } else {
      try stage(incoming, chain, held: total, bytes: fresh.reduce(0) { $0 + $1.count }, scope: scope, site: site)
    }
    return nil
  }
}

// MARK: - Access

extension LogWriter {
  func mayHold(_ scope: ScopeID) -> Bool { access[scope] ?? false }

  /// Whether a scope was withdrawn, and what the device had of it before it was told is taken still.
  mutating func isClosing(_ scope: ScopeID) throws -> Bool {
    if closing.contains(scope) { return true }
    guard try Withdrawal.takesWork(of: principal, in: scope, now: now, limits: limits, db) else { return false }
    closing.insert(scope)
    return true
  }

  /// Whether a scope has neither changes nor anybody who may hold it.
  func isUnopened(_ scope: ScopeID) throws -> Bool {
    let isTaken = try db.exists(
      "SELECT 1 WHERE EXISTS (SELECT 1 FROM scope WHERE name = ?1 AND head > 0) OR EXISTS (SELECT 1 FROM access WHERE scope = ?1)",
      [scope.name])
    return !isTaken && scope.name != GrantedScope.allName
  }

  mutating func open(_ scope: ScopeID, for user: String) throws {
    opened.append((user, scope))
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
