/// What an exchange has moved.
public struct ExchangeSummary: Hashable, Sendable {
  /// Changesets, parts counted with theirs once, sent and acknowledged as held durably.
  public var sent = 0
  /// Changesets received and committed.
  public var received = 0
  /// Round trips made.
  public var trips = 0
  public var refused: [Refusal] = []

  public init() {}
}

/// The asking side of the exchange, as a pure state machine: it is told what happened and says what to do next.
///
/// Push comes before pull, so that the field's work is safe first. Nothing is counted as sent before the other side says that it
/// holds it durably; a cut anywhere leaves both sides with whole batches, and the next exchange goes on from what each has.
public struct ExchangeInitiator: Sendable {
  /// What happened.
  public enum Event: Sendable {
    /// Begin: what is remembered of the other side, and the scopes with something it is not known to have.
    case begin(epoch: [UInt8], token: [UInt8], unsent: [ScopeID])
    case answered(ExchangeResponse)
    /// The request broke off on its way, or its answer did: this exchange is over.
    case cut
    /// What this side holds of the scopes that were asked for, what the other side has said of them before, and where they do not hold
    /// the same.
    case holds([ScopeHoldings], acknowledged: [ScopeHoldings] = [], forks: [Fork] = [])
    case loaded([Fragment], omissions: [Omission] = [], statements: [SignedStatement] = [], hasMore: Bool)
    /// Fragments were committed; what this side now holds of their scopes, and what it could not take.
    case stored([ScopeHoldings], refused: [Refusal] = [])
    /// Packs were committed; what this side now holds of their scopes.
    case fetched([ScopeHoldings])
  }

  /// What to do.
  public enum Action: Hashable, Sendable {
    case send(ExchangeRequest)
    /// Compare what the other side has with what this side has, and answer with `.holds`.
    case look([ScopeHoldings])
    /// Answer with `.loaded`: changesets beyond what the other side holds, of about so many bytes.
    case load([ScopeHoldings], budget: Int = Limits.batchBytes)
    /// Commit, then answer with `.stored`.
    case store([Fragment], omissions: [Omission] = [], rejections: [Rejection] = [], statements: [SignedStatement] = [])
    /// Keep what was stated about this device, before anything else.
    case take([SignedStatement])
    /// Take what packs the other side has of scopes of which nothing is here, then answer with `.fetched`.
    case fetch([ScopeID])
    /// The other side is not the one that was remembered, or was restored from a backup: forget what it acknowledged, and answer with
    /// `.begin`.
    case forget(epoch: [UInt8], isRelay: Bool)
    /// The relay holds another branch of these sites' writing: give this side's another name. This exchange is over, the next goes on.
    case resolve([Fork])
    /// Note what the other side holds durably.
    case acknowledge([ScopeHoldings])
    /// Note where to go on next time: everything up to this token is here.
    case remember(epoch: [UInt8], token: [UInt8])
    /// Note how large a batch the link bears.
    case adapt(batchBytes: Int)
    /// Tell that the link does not bear even one smallest batch, or the part that is larger than that.
    case despair(batchBytes: Int)
    case finish(ExchangeSummary)
  }

  private enum State: Sendable {
    case idle
    case greeting
    case comparing
    case loading
    case pushing(hasMore: Bool)
    case fetching
    case pulling
    case storing(isComplete: Bool)
    case done
  }

  private var state = State.idle
  private var budget: BatchBudget
  private let firstBudget: Int
  /// Whether a batch has come through in this exchange.
  private var hasCarried = false
  private var remembered: (epoch: [UInt8], token: [UInt8]) = ([], [])
  private var epoch: [UInt8] = []
  private var token: [UInt8] = []
  private var remote: [ScopeHoldings] = []
  /// What the other side had of each scope when it was greeted.
  private var remoteVectors: [ScopeID: VersionVector] = [:]
  /// How many changesets the other side has left out of its log or rejected, by scope.
  private var omittedThere: [ScopeID: UInt64] = [:]
  private var local: [ScopeID: Holdings] = [:]
  private var isRelay = false
  private var hasForgotten = false
  private var toPush: [ScopeHoldings] = []
  private var toPull: [ScopeHoldings] = []
  /// How many of them, from the first on, the question under way is about.
  private var asked = 0
  /// Of how many scopes has nothing to be here for packs to be asked for; nil where they are not, or have been.
  private var scopesForPacks: Int?
  /// What is taken to be there still, of scopes of which the other side tells nothing.
  private var assumed: [ScopeID: VersionVector] = [:]
  /// What has been moved so far.
  public private(set) var summary = ExchangeSummary()

  /// - Parameters:
  ///   - budget: how large a batch may be.
  ///   - scopesForPacks: of how many scopes has nothing to be here for packs to be asked for; nil where nobody gives any.
  public init(budget: BatchBudget = BatchBudget(), scopesForPacks: Int? = nil) {
    self.budget = budget
    self.scopesForPacks = scopesForPacks
    firstBudget = budget.bytes
  }

  public mutating func handle(_ event: Event) throws(SyncCoreError) -> [Action] {
    switch (state, event) {
    case (.idle, .begin(let epoch, let token, let unsent)):
      remembered = (epoch, token)
      state = .greeting
      return [send(.hello(epoch: epoch, token: token, scopes: unsent.sorted()))]
    case (.greeting, .answered(.heads(let epoch, let token, let scopes, let isRelay, let statements, _))):
      (self.epoch, self.token, self.isRelay) = (epoch, token, isRelay)
      // What is held is compared with what is held; how a changeset's hash begins is for the look alone.
      remote = scopes.map { ScopeHoldings(scope: $0.scope, holdings: Holdings(vector: $0.holdings.vector, partial: $0.holdings.partial)) }
      omittedThere = Dictionary(scopes.map { ($0.scope, $0.holdings.omitted ?? 0) }, uniquingKeysWith: max)
      if epoch != remembered.epoch, !remembered.epoch.isEmpty, !hasForgotten {
        // What it has lost is only found by asking for every scope anew.
        hasForgotten = true
        state = .idle
        return [.forget(epoch: epoch, isRelay: isRelay)]
      }
      let taken: [Action] = statements.isEmpty ? [] : [.take(statements)]
      if scopes.isEmpty { return taken + finish() }
      state = .comparing
      return taken + [.look(scopes)]
    case (.comparing, .holds(_, _, let forks)) where isRelay && !forks.isEmpty:
      state = .done
      return [.resolve(forks)]
    case (.comparing, .holds(let local, let acknowledged, let forks)):
      let held = Self.byScope(local)
      self.local = held
      toPush = remote.filter { there in !there.holdings.vector.covers(held[there.scope]?.vector ?? VersionVector()) }
      assume(Self.byScope(acknowledged), beside: held)
      remoteVectors = Dictionary(remote.map { ($0.scope, $0.holdings.vector) }) { first, _ in first }
      toPull = remote.map { ScopeHoldings(scope: $0.scope, holdings: held[$0.scope] ?? Holdings()) }.filter { !isAllHere($0) }
      return [.acknowledge(remote.filter { there in !forks.contains { $0.scope == there.scope } })] + load()
    case (.loading, .loaded(let fragments, let omissions, let statements, let hasMore)):
      guard !fragments.isEmpty else { return pull() }
      state = .pushing(hasMore: hasMore)
      return [send(.push(fragments, omissions: omissions, statements: statements))]
    case (.pushing(let hasMore), .answered(.receipt(let held, let refused))):
      noteCarried()
      var progressed = false
      let places = Self.places(of: toPush)
      for there in held {
        guard let at = places[there.scope] else { continue }
        // Of what the other side now has, others may have brought some meanwhile.
        let mine = local[there.scope]?.vector ?? VersionVector()
        summary.sent += Self.count(from: toPush[at].holdings.vector, to: there.holdings.vector, of: mine)
        if toPush[at] != there { progressed = true }
        toPush[at] = there
      }
      let lost = withdrawAssumptions(held, refused)
      let refused = refused.filter { !lost.contains($0.scope) }
      summary.refused += refused
      // What is refused now would be refused again: its scope waits for a person, the others go on.
      toPush.removeAll { pending in refused.contains { $0.scope == pending.scope } }
      // Of a fork the other side holds another branch than this one.
      let held = held.filter { there in !refused.contains { $0.scope == there.scope && $0.code == Refusal.Code.fork } }
      let acknowledged: [Action] = held.isEmpty ? [] : [.acknowledge(held)]
      return acknowledged + (!lost.isEmpty || hasMore && (progressed || !refused.isEmpty) ? load() : pull())
    case (.pulling, .answered(.changes(let fragments, let omissions, var rejections, let statements, let isComplete))):
      noteCarried()
      // Without a statement that somebody's work is to have no effect is the relay's to say: whoever else is asked could make it up.
      if !isRelay { rejections = [] }
      guard !fragments.isEmpty || !omissions.isEmpty || !rejections.isEmpty || !statements.isEmpty else {
        toPull.removeFirst(asked)
        return pull()
      }
      state = .storing(isComplete: isComplete)
      return [.store(fragments, omissions: omissions, rejections: rejections, statements: statements)]
    case (.fetching, .fetched(let local)):
      _ = note(local)
      toPull = toPull.filter { !isAllHere($0) }
      return pull()
    case (.storing(let isComplete), .stored(let local, let refused)):
      let progressed = note(local)
      guard !isComplete else {
        toPull.removeFirst(asked)
        return pull()
      }
      guard progressed || !refused.isEmpty else { throw SyncCoreError(.unexpected, "changes that bring nothing new") }
      // What cannot be taken now would be sent again with each batch: its scope waits, the others go on. And what is all here need not be
      // asked for again: a first sync would name ten thousand scopes with each batch, and the other side look each of them up.
      let waiting = Set(refused.map(\.scope))
      let window = toPull.prefix(asked).filter { !waiting.contains($0.scope) && !isAllHere($0) }
      toPull.replaceSubrange(..<asked, with: window)
      return pull()
    case (.greeting, .cut), (.fetching, .cut):
      state = .done
      return []
    case (.pushing, .cut), (.pulling, .cut):
      state = .done
      if budget.noteCut() { return [.adapt(batchBytes: budget.bytes)] }
      return hasCarried ? [] : [.despair(batchBytes: budget.bytes)]
    default:
      throw SyncCoreError(.unexpected, "an event that does not fit the exchange's state")
    }
  }

  /// Nothing is told of a scope that this side may not read any more. What the other side has said that it holds of it is not sent
  /// again, so that what it then refuses is what it has not got.
  private mutating func assume(_ acknowledged: [ScopeID: Holdings], beside local: [ScopeID: Holdings]) {
    for at in toPush.indices where toPush[at].holdings == Holdings() {
      let scope = toPush[at].scope
      guard let known = acknowledged[scope]?.vector, !known.isEmpty, !known.covers(local[scope]?.vector ?? VersionVector()) else {
        continue
      }
      assumed[scope] = known
      toPush[at].holdings.vector = known
    }
  }

  /// Where the receipt shows that the other side has lost what it once held, it is sent everything.
  /// - Returns: the scopes of which that is so.
  private mutating func withdrawAssumptions(_ held: [ScopeHoldings], _ refused: [Refusal]) -> Set<ScopeID> {
    var lost: Set<ScopeID> = []
    for (scope, known) in assumed {
      let there = held.first { $0.scope == scope }
      let isMissing = refused.contains { $0.scope == scope && $0.code == Refusal.Code.gap }
      guard isMissing || there.map({ !$0.holdings.vector.covers(known) }) ?? false else { continue }
      lost.insert(scope)
      if let at = toPush.firstIndex(where: { $0.scope == scope }) { toPush[at].holdings = there?.holdings ?? Holdings() }
    }
    for scope in lost { assumed[scope] = nil }
    return lost
  }

  /// Notes what is here now of scopes that are pulled.
  /// - Returns: whether that is more than before.
  private mutating func note(_ local: [ScopeHoldings]) -> Bool {
    var progressed = false
    let places = Self.places(of: toPull)
    for here in local {
      guard let at = places[here.scope] else { continue }
      summary.received += Self.count(from: toPull[at].holdings.vector, to: here.holdings.vector, of: here.holdings.vector)
      if toPull[at] != here { progressed = true }
      toPull[at] = here
    }
    return progressed
  }

  private mutating func noteCarried() {
    hasCarried = true
    budget.noteSuccess()
  }

  private mutating func send(_ request: ExchangeRequest) -> Action {
    summary.trips += 1
    return .send(request)
  }

  private mutating func load() -> [Action] {
    if toPush.isEmpty { return pull() }
    state = .loading
    return [.load(toPush, budget: budget.bytes)]
  }

  private mutating func pull() -> [Action] {
    if toPull.isEmpty { return finish() }
    if let least = scopesForPacks {
      scopesForPacks = nil
      let absent = toPull.filter { $0.holdings.vector.isEmpty && $0.holdings.partial.isEmpty }.map(\.scope)
      if isRelay, absent.count >= least {
        state = .fetching
        return [.fetch(absent)]
      }
    }
    state = .pulling
    asked = min(toPull.count, Limits.scopesPerPull)
    return [send(.pull(Array(toPull.prefix(asked)), budget: budget.bytes))]
  }

  /// Whether this side has all of a scope that the other side had when it was greeted.
  private func isAllHere(_ here: ScopeHoldings) -> Bool {
    guard let there = remoteVectors[here.scope] else { return false }
    return here.holdings.vector.covers(there) && here.holdings.omitted ?? 0 == omittedThere[here.scope] ?? 0
  }

  private mutating func finish() -> [Action] {
    state = .done
    let adapted: [Action] = budget.bytes == firstBudget ? [] : [.adapt(batchBytes: budget.bytes)]
    return adapted + [.remember(epoch: epoch, token: token), .finish(summary)]
  }

  /// Holdings to be looked up: an office has ten thousand scopes.
  private static func byScope(_ list: [ScopeHoldings]) -> [ScopeID: Holdings] {
    Dictionary(list.map { ($0.scope, $0.holdings) }) { first, _ in first }
  }

  /// Where each scope stands in a list.
  private static func places(of list: [ScopeHoldings]) -> [ScopeID: Int] {
    Dictionary(list.enumerated().map { ($1.scope, $0) }) { first, _ in first }
  }

  /// How many of the changesets in `all` lie between two vectors. What the other side claims beyond them is its own affair.
  private static func count(from old: VersionVector, to new: VersionVector, of all: VersionVector) -> Int {
    all.entries.reduce(0) { sum, dot in
      let reached = min(dot.seq, new[dot.site])
      return sum + Int(reached - min(reached, old[dot.site]))
    }
  }
}
