import SyncCore

/// One exchange under way: does what the state machine says, over a transport.
struct ExchangeRun {
  private let replica: Replica
  private let transport: any ExchangeTransport
  private let packs: PackFetch?
  private let memory: PeerMemory
  /// Where to go on, if not from what is remembered.
  private let token: [UInt8]?
  /// Whether the other side has said that it is a relay.
  private(set) var isRelay = false
  private var sent = 0
  /// The token that a relay told before something was pushed to it, which is not remembered: it could not show that the relay was set back
  /// behind the push.
  private(set) var unconfirmed: [UInt8]?
  private var unacceptable: [Refusal] = []
  private var cut: TransportError?
  private var unnoted: [ScopeHoldings] = []
  private var forks: [Fork] = []
  private var finished: ExchangeSummary?

  init(
    _ replica: Replica, _ transport: any ExchangeTransport, _ packs: PackFetch? = nil, _ memory: PeerMemory, token: [UInt8]? = nil
  ) {
    self.replica = replica
    self.transport = transport
    self.packs = packs
    self.memory = memory
    self.token = token
  }

  /// - Returns: what was moved, and the forks with which the exchange has stopped, or which it has met; none when all is exchanged.
  mutating func run(
    _ batchBytes: Int, progress: (ExchangeSummary) -> Void
  ) throws -> (summary: ExchangeSummary, forks: [Fork]) {
    var machine = ExchangeInitiator(
      budget: BatchBudget(remembered: try memory.batchBytes(), most: batchBytes), scopesForPacks: packs?.leastScopes)
    let known = try memory.known()
    let token = token ?? known.token
    // Without a token nothing shows what the other side may have lost: it is asked for every scope.
    let scopes = try memory.unsentScopes(orAll: token.isEmpty)
    try memory.signTogether(scopes)
    var events: [ExchangeInitiator.Event] = [.begin(epoch: known.epoch, token: token, unsent: scopes)]
    while let event = events.popLast() {
      let actions = try machine.handle(event)
      sent = machine.summary.sent
      for action in actions {
        if let answer = try take(action) { events.append(answer) }
        if let finished { return (finished, forks) }
        if case .resolve(let found) = action { return (machine.summary, found) }
      }
      progress(machine.summary)
    }
    throw cut ?? SyncCoreError(.unexpected, "an exchange that ends nowhere")
  }

  /// - Returns: what the machine is to be told of it.
  private mutating func take(_ action: ExchangeInitiator.Action) throws -> ExchangeInitiator.Event? {
    switch action {
    case .send(let request):
      do {
        let answer = try transport.roundTrip(path: request.path, body: request.encoded(codec: .standard))
        let response = try ExchangeResponse(decoding: answer, codec: .standard)
        if case .heads(_, _, let told, let isRelay, _, let withdrawn) = response {
          self.isRelay = isRelay
          // Before anything is pushed: what is written from now on would not be taken.
          if isRelay { try replica.note(withdrawn, told: told.map(\.scope)) }
        }
        return .answered(response)
      } catch let error as TransportError where error.isCut {
        cut = error
        return .cut
      }
    case .look(let remote):
      let acknowledged = try memory.acknowledged(remote.map(\.scope))
      let (held, forks) = try replica.look { snapshot in
        (
          try remote.map { ScopeHoldings(scope: $0.scope, holdings: try snapshot.holdings(of: $0.scope)) },
          try snapshot.forks(remote, acknowledged: acknowledged)
        )
      }
      return .holds(held, acknowledged: acknowledged, forks: forks)
    case .load(let wants, let budget):
      let batch = try replica.look { try $0.load(beyond: wants, budget: budget) }
      return .loaded(batch.fragments, omissions: batch.omissions, statements: batch.statements, hasMore: batch.hasMore)
    case .take(let statements): _ = try replica.store([], statements: statements)
    case .store(let fragments, let omissions, let rejections, let statements):
      let (held, refused) = try replica.store(fragments, omissions: omissions, rejections: rejections, statements: statements)
      unacceptable += refused
      return .stored(held, refused: refused)
    case .fetch(let scopes):
      do {
        let (held, refused) = try packs?.take(scopes, into: replica) ?? ([], [])
        unacceptable += refused
        return .fetched(held)
      } catch let error as TransportError where error.isCut {
        cut = error
        return .cut
      }
    case .forget(let epoch, let isRelay):
      try memory.forget(isNow: epoch, isRelay: isRelay)
      return .begin(epoch: epoch, token: [], unsent: try memory.unsentScopes())
    case .resolve: break
    case .acknowledge(let held): unnoted += try memory.acknowledge(held, isAfterPush: isRelay && sent > 0)
    case .remember(let epoch, let token):
      // Who gave a scope's changesets has them.
      if !unnoted.isEmpty { unnoted = try memory.acknowledge(unnoted, isAfterPush: false) }
      forks += try forked(unacceptable)
      // What could not be taken in is asked for again next time; the rest is here.
      if let refusal = unacceptable.first(where: { refusal in !forks.contains { $0.isOf(refusal) } }) {
        throw SyncKitError(.notTaken, ["changeset": refusal.dot.description, "refused": refusal.code])
      }
      guard forks.isEmpty else { break }
      if isRelay, sent > 0 { unconfirmed = token }
      try memory.remember(epoch, unconfirmed == nil ? token : [])
    // Without it the next exchange begins with larger batches, no more.
    case .adapt(let bytes): try? memory.note(batchBytes: bytes)
    case .despair(let bytes):
      cut = TransportError(.linkTooFrail, detail: "\(cut?.code.rawValue ?? ""), batches of \(bytes) bytes")
    case .finish(let summary):
      forks += try forked(summary.refused)
      try memory.noteRefused(summary.refused.filter { refusal in !forks.contains { $0.isOf(refusal) } })
      if isRelay { try replica.letGo(toldBy: memory.name) }
      finished = summary
    }
    return nil
  }

  /// The forks among what a relay refused, or among what of a relay's was refused: whatever it had acknowledged of them, it has lost since.
  private func forked(_ refused: [Refusal]) throws -> [Fork] {
    guard isRelay else { return [] }
    return try replica.look { snapshot in
      try refused.filter { $0.code == Refusal.Code.fork }.map { refusal in
        let here = try snapshot.lastSeq(of: refusal.dot.site, in: refusal.scope)
        return Fork(scope: refusal.scope, site: refusal.dot.site, here: here, there: max(refusal.dot.seq, 1))
      }
    }
  }
}

extension Fork {
  /// Whether something was refused because of the fork: it is of a branch, or was written having read one.
  func isOf(_ refusal: Refusal) -> Bool {
    refusal.scope == scope && (refusal.dot.site == site || refusal.code == Refusal.Code.otherBranch)
  }
}
