import Testing

@testable import SyncCore

/// The asking side as a table: what happens, and what it then does.
@Suite struct ExchangeInitiatorTests {
  private typealias Action = ExchangeInitiator.Action

  private static let a = ScopeID(literal: "a")
  private static let b = ScopeID(literal: "b")
  private static let here = SiteID.number(1)
  private static let there = SiteID.number(2)

  private static func held(_ scope: ScopeID, _ here: UInt64, _ there: UInt64, partial: [Holdings.Partial] = []) -> ScopeHoldings {
    ScopeHoldings(
      scope: scope,
      holdings: Holdings(vector: VersionVector([Dot(site: Self.here, seq: here), Dot(site: Self.there, seq: there)]), partial: partial))
  }

  private static let fragment = Fragment(header: [1], signature: [], firstPart: 0, parts: [[2]])
  private static let epoch: [UInt8] = [9]

  private static func summary(sent: Int = 0, received: Int = 0, trips: Int, refused: [Refusal] = []) -> ExchangeSummary {
    var out = ExchangeSummary()
    (out.sent, out.received, out.trips, out.refused) = (sent, received, trips, refused)
    return out
  }

  private static func heads(_ scopes: [ScopeHoldings], epoch: [UInt8] = epoch) -> ExchangeInitiator.Event {
    .answered(.heads(epoch: epoch, token: [7], scopes: scopes))
  }

  private static func begin(unsent: [ScopeID] = []) -> ExchangeInitiator.Event { .begin(epoch: epoch, token: [3], unsent: unsent) }

  /// Plays events and compares what is done after each.
  private func play(_ steps: [(ExchangeInitiator.Event, [ExchangeInitiator.Action])], at location: SourceLocation = #_sourceLocation) throws
  {
    var machine = ExchangeInitiator()
    for (number, (event, actions)) in steps.enumerated() {
      #expect(try machine.handle(event) == actions, "step \(number)", sourceLocation: location)
    }
  }

  @Test func anIdleExchangeIsOneTrip() throws {
    try play([
      (Self.begin(unsent: [Self.b, Self.a]), [.send(.hello(epoch: Self.epoch, token: [3], scopes: [Self.a, Self.b]))]),
      (Self.heads([]), [.remember(epoch: Self.epoch, token: [7]), .finish(Self.summary(trips: 1))]),
    ])
  }

  @Test func pushComesBeforePull() throws {
    let (mine, theirs, both) = (Self.held(Self.a, 2, 1), Self.held(Self.a, 1, 4), Self.held(Self.a, 2, 4))
    try play([
      (Self.begin(unsent: [Self.a]), [.send(.hello(epoch: Self.epoch, token: [3], scopes: [Self.a]))]),
      (Self.heads([theirs]), [.look([theirs])]),
      (.holds([mine]), [.acknowledge([theirs]), .load([theirs])]),
      (.loaded([Self.fragment], hasMore: false), [.send(.push([Self.fragment]))]),
      (.answered(.receipt([both], refused: [])), [.acknowledge([both]), .send(.pull([mine]))]),
      (.answered(.changes([Self.fragment], isComplete: true)), [.store([Self.fragment])]),
      (.stored([both]), [.remember(epoch: Self.epoch, token: [7]), .finish(Self.summary(sent: 1, received: 3, trips: 3))]),
    ])
  }

  /// I-10: a receipt may claim anything. Neither what others brought meanwhile nor what nobody can have counts as sent.
  @Test func onlyWhatIsHereCountsAsSent() throws {
    let (none, mine) = (Self.held(Self.a, 0, 0), Self.held(Self.a, 1, 0))
    let claimed = Self.held(Self.a, .max >> 1, .max >> 1)
    try play([
      (Self.begin(), [.send(.hello(epoch: Self.epoch, token: [3], scopes: []))]),
      (Self.heads([none]), [.look([none])]),
      (.holds([mine]), [.acknowledge([none]), .load([none])]),
      (.loaded([Self.fragment], hasMore: false), [.send(.push([Self.fragment]))]),
      (
        .answered(.receipt([claimed], refused: [])),
        [.acknowledge([claimed]), .remember(epoch: Self.epoch, token: [7]), .finish(Self.summary(sent: 1, trips: 2))]
      ),
    ])
  }

  @Test func batchesFollowEachOtherUntilThereIsNoMore() throws {
    let (none, one, two) = (Self.held(Self.a, 0, 0), Self.held(Self.a, 1, 0), Self.held(Self.a, 2, 0))
    try play([
      (Self.begin(), [.send(.hello(epoch: Self.epoch, token: [3], scopes: []))]),
      (Self.heads([none]), [.look([none])]),
      (.holds([two]), [.acknowledge([none]), .load([none])]),
      (.loaded([Self.fragment], hasMore: true), [.send(.push([Self.fragment]))]),
      (.answered(.receipt([one], refused: [])), [.acknowledge([one]), .load([one])]),
      (.loaded([Self.fragment], hasMore: false), [.send(.push([Self.fragment]))]),
      (
        .answered(.receipt([two], refused: [])),
        [.acknowledge([two]), .remember(epoch: Self.epoch, token: [7]), .finish(Self.summary(sent: 2, trips: 3))]
      ),
    ])
  }

  @Test func aPullGoesOnFromWhatWasStored() throws {
    let (none, one, two) = (Self.held(Self.a, 0, 0), Self.held(Self.a, 0, 1), Self.held(Self.a, 0, 2))
    try play([
      (Self.begin(), [.send(.hello(epoch: Self.epoch, token: [3], scopes: []))]),
      (Self.heads([two]), [.look([two])]),
      (.holds([none]), [.acknowledge([two]), .send(.pull([none]))]),
      (.answered(.changes([Self.fragment], isComplete: false)), [.store([Self.fragment])]),
      (.stored([one]), [.send(.pull([one]))]),
      (
        .answered(.changes([], isComplete: true)), [.remember(epoch: Self.epoch, token: [7]), .finish(Self.summary(received: 1, trips: 3))]
      ),
    ])
  }

  @Test func aPullAsksAboutSoManyScopesAndThenAboutTheNext() throws {
    for surplus in [0, 1] {
      let scopes = (0..<Limits.scopesPerPull + surplus).compactMap { ScopeID("s\(10_000 + $0)") }
      let theirs = scopes.map { Self.held($0, 0, 1) }
      let none = scopes.map { Self.held($0, 0, 0) }
      var machine = ExchangeInitiator()
      for event in [Self.begin(), Self.heads(theirs)] { _ = try machine.handle(event) }
      let first = Array(none.prefix(Limits.scopesPerPull))
      #expect(try machine.handle(.holds(none)).last == .send(.pull(first)))
      // What is all here is asked about no more, and the next may come in its place.
      _ = try machine.handle(.answered(.changes([Self.fragment], isComplete: false)))
      let rest = Array(none.dropFirst().prefix(Limits.scopesPerPull))
      #expect(try machine.handle(.stored([theirs[0]])) == [.send(.pull(rest))])
      _ = try machine.handle(.answered(.changes([Self.fragment], isComplete: false)))
      let last = Array(none.suffix(1))
      #expect(try machine.handle(.stored(Array(theirs.dropFirst().dropLast()))) == [.send(.pull(last))])
      let ended = try machine.handle(.answered(.changes([], isComplete: true)))
      #expect(ended.last == .finish(Self.summary(received: scopes.count - 1, trips: 4)))
    }
  }

  @Test func anAnswerThatIsCompleteIsFollowedByTheQuestionAboutTheNextScopes() throws {
    let scopes = (0...Limits.scopesPerPull).compactMap { ScopeID("s\(10_000 + $0)") }
    let none = scopes.map { Self.held($0, 0, 0) }
    for isEmpty in [false, true] {
      var machine = ExchangeInitiator()
      for event in [Self.begin(), Self.heads(scopes.map { Self.held($0, 0, 1) }), .holds(none)] { _ = try machine.handle(event) }
      var next = try machine.handle(.answered(.changes(isEmpty ? [] : [Self.fragment], isComplete: true)))
      if !isEmpty { next = try machine.handle(.stored([Self.held(scopes[0], 0, 1)])) }
      #expect(next == [.send(.pull([none[Limits.scopesPerPull]]))])
    }
  }

  @Test func aLargeChangesetMakesProgressPartByPart() throws {
    let dot = Dot(site: Self.here, seq: 1)
    let none = Self.held(Self.a, 0, 0)
    let half = Self.held(Self.a, 0, 0, partial: [.init(dot: dot, parts: 3)])
    try play([
      (Self.begin(), [.send(.hello(epoch: Self.epoch, token: [3], scopes: []))]),
      (Self.heads([none]), [.look([none])]),
      (.holds([Self.held(Self.a, 1, 0)]), [.acknowledge([none]), .load([none])]),
      (.loaded([Self.fragment], hasMore: true), [.send(.push([Self.fragment]))]),
      (.answered(.receipt([half], refused: [])), [.acknowledge([half]), .load([half])]),
    ])
  }

  @Test func aRefusedScopeWaitsAndTheOthersGoOn() throws {
    let refusal = Refusal(scope: Self.a, dot: Dot(site: Self.here, seq: 1), code: Refusal.Code.notGranted)
    let (a, b) = (Self.held(Self.a, 0, 0), Self.held(Self.b, 0, 0))
    try play([
      (Self.begin(), [.send(.hello(epoch: Self.epoch, token: [3], scopes: []))]),
      (Self.heads([a, b]), [.look([a, b])]),
      (.holds([Self.held(Self.a, 1, 0), Self.held(Self.b, 1, 0)]), [.acknowledge([a, b]), .load([a, b])]),
      (.loaded([Self.fragment], hasMore: true), [.send(.push([Self.fragment]))]),
      (.answered(.receipt([], refused: [refusal])), [.load([b])]),
      (.loaded([Self.fragment], hasMore: false), [.send(.push([Self.fragment]))]),
      (
        .answered(.receipt([Self.held(Self.b, 1, 0)], refused: [])),
        [
          .acknowledge([Self.held(Self.b, 1, 0)]), .remember(epoch: Self.epoch, token: [7]),
          .finish(Self.summary(sent: 1, trips: 3, refused: [refusal])),
        ]
      ),
    ])
  }

  @Test func aPushThatBringsNothingForwardIsNotRepeatedForEver() throws {
    let none = Self.held(Self.a, 0, 0)
    try play([
      (Self.begin(), [.send(.hello(epoch: Self.epoch, token: [3], scopes: []))]),
      (Self.heads([none]), [.look([none])]),
      (.holds([Self.held(Self.a, 1, 0)]), [.acknowledge([none]), .load([none])]),
      (.loaded([Self.fragment], hasMore: true), [.send(.push([Self.fragment]))]),
      (
        .answered(.receipt([none], refused: [])),
        [.acknowledge([none]), .remember(epoch: Self.epoch, token: [7]), .finish(Self.summary(trips: 2))]
      ),
    ])
  }

  @Test func aPullThatBringsNothingForwardIsAnError() throws {
    var machine = ExchangeInitiator()
    _ = try machine.handle(Self.begin())
    _ = try machine.handle(Self.heads([Self.held(Self.a, 0, 2)]))
    _ = try machine.handle(.holds([Self.held(Self.a, 0, 0)]))
    _ = try machine.handle(.answered(.changes([Self.fragment], isComplete: false)))
    #expect(SyncCoreError.Code.thrown { _ = try machine.handle(.stored([Self.held(Self.a, 0, 0)])) } == .unexpected)
  }

  @Test func aScopeOfWhichSomethingCannotBeTakenWaitsAndTheOthersGoOn() throws {
    let (none, other) = (Self.held(Self.a, 0, 0), Self.held(Self.b, 0, 0))
    let theirs = [Self.held(Self.a, 0, 2), Self.held(Self.b, 0, 2)]
    let refused = Refusal(scope: Self.a, dot: Dot(site: Self.there, seq: 1), code: Refusal.Code.fork)
    try play([
      (Self.begin(), [.send(.hello(epoch: Self.epoch, token: [3], scopes: []))]), (Self.heads(theirs), [.look(theirs)]),
      (.holds([none, other]), [.acknowledge(theirs), .send(.pull([none, other]))]),
      (.answered(.changes([Self.fragment], isComplete: false)), [.store([Self.fragment])]),
      (.stored([none], refused: [refused]), [.send(.pull([other]))]),
      (.answered(.changes([Self.fragment], isComplete: true)), [.store([Self.fragment])]),
      (
        .stored([theirs[1]]),
        [.remember(epoch: Self.epoch, token: [7]), .finish(Self.summary(received: 2, trips: 3))]
      ),
    ])
  }

  @Test func anotherEpochMakesWhatWasAcknowledgedVoid() throws {
    let theirs = Self.held(Self.a, 0, 1)
    try play([
      (Self.begin(), [.send(.hello(epoch: Self.epoch, token: [3], scopes: []))]),
      (Self.heads([], epoch: [8]), [.forget(epoch: [8], isRelay: false)]),
      (.begin(epoch: [8], token: [], unsent: [Self.a]), [.send(.hello(epoch: [8], token: [], scopes: [Self.a]))]),
      (Self.heads([theirs], epoch: [8]), [.look([theirs])]),
      (.holds([theirs]), [.acknowledge([theirs]), .remember(epoch: [8], token: [7]), .finish(Self.summary(trips: 2))]),
    ])
  }

  private static let nothing = ScopeHoldings(scope: a, holdings: Holdings())

  @Test func whatIsAcknowledgedOfAScopeThatIsToldNoMoreIsNotSentAgain() throws {
    let (known, mine) = (Self.held(Self.a, 3, 5), Self.held(Self.a, 4, 5))
    let refused = Refusal(scope: Self.a, dot: Dot(site: Self.here, seq: 4), code: Refusal.Code.notGranted)
    try play([
      (Self.begin(unsent: [Self.a]), [.send(.hello(epoch: Self.epoch, token: [3], scopes: [Self.a]))]),
      (Self.heads([Self.nothing]), [.look([Self.nothing])]),
      (.holds([mine], acknowledged: [known]), [.acknowledge([Self.nothing]), .load([known])]),
      (.loaded([Self.fragment], hasMore: false), [.send(.push([Self.fragment]))]),
      (
        .answered(.receipt([], refused: [refused])),
        [.remember(epoch: Self.epoch, token: [7]), .finish(Self.summary(trips: 2, refused: [refused]))]
      ),
    ])
  }

  /// The other side was set back without a new epoch: it shows by a gap, or by holding less than it once said.
  @Test(arguments: [true, false])
  func whatTheOtherSideHasLostIsSentAgain(tellsGap: Bool) throws {
    let (known, mine) = (Self.held(Self.a, 3, 5), Self.held(Self.a, 4, 5))
    let gap = Refusal(scope: Self.a, dot: Dot(site: Self.here, seq: 4), code: Refusal.Code.gap)
    let answer = ExchangeResponse.receipt(tellsGap ? [] : [Self.nothing], refused: tellsGap ? [gap] : [])
    try play([
      (Self.begin(unsent: [Self.a]), [.send(.hello(epoch: Self.epoch, token: [3], scopes: [Self.a]))]),
      (Self.heads([Self.nothing]), [.look([Self.nothing])]),
      (.holds([mine], acknowledged: [known]), [.acknowledge([Self.nothing]), .load([known])]),
      (.loaded([Self.fragment], hasMore: false), [.send(.push([Self.fragment]))]),
      (.answered(answer), (tellsGap ? [] : [.acknowledge([Self.nothing])]) + [.load([Self.nothing])]),
      (.loaded([Self.fragment], hasMore: false), [.send(.push([Self.fragment]))]),
      (
        .answered(.receipt([mine], refused: [])),
        [.acknowledge([mine]), .remember(epoch: Self.epoch, token: [7]), .finish(Self.summary(sent: 9, trips: 3))]
      ),
    ])
  }

  @Test func aGapThatWasNotAssumedIsARefusal() throws {
    let (none, mine) = (Self.held(Self.a, 0, 1), Self.held(Self.a, 4, 1))
    let gap = Refusal(scope: Self.a, dot: Dot(site: Self.here, seq: 4), code: Refusal.Code.gap)
    try play([
      (Self.begin(unsent: [Self.a]), [.send(.hello(epoch: Self.epoch, token: [3], scopes: [Self.a]))]),
      (Self.heads([none]), [.look([none])]), (.holds([mine], acknowledged: [none]), [.acknowledge([none]), .load([none])]),
      (.loaded([Self.fragment], hasMore: true), [.send(.push([Self.fragment]))]),
      (
        .answered(.receipt([], refused: [gap])),
        [.remember(epoch: Self.epoch, token: [7]), .finish(Self.summary(trips: 2, refused: [gap]))]
      ),
    ])
  }

  /// Batches after a cut, at the smallest, and after enough of them came through.
  @Test func batchesFollowWhatTheLinkBears() throws {
    let (least, most) = (Limits.leastBatchBytes, Limits.batchBytes)
    let (none, all) = (Self.held(Self.a, 0, 0), Self.held(Self.a, 9, 9))
    func play(_ budget: BatchBudget, _ steps: [(ExchangeInitiator.Event, [Action])]) throws {
      var machine = ExchangeInitiator(budget: budget)
      _ = try machine.handle(Self.begin())
      for (event, actions) in steps { #expect(try machine.handle(event) == actions) }
      #expect(SyncCoreError.Code.thrown { _ = try machine.handle(.cut) } == .unexpected)
    }
    // A greeting says nothing of batches.
    try play(BatchBudget(), [(.cut, [])])
    for (size, next) in [(most, most / 2), (3 * least / 2, least)] {
      try play(
        BatchBudget(remembered: size),
        [
          (Self.heads([none]), [.look([none])]), (.holds([all]), [.acknowledge([none]), .load([none], budget: size)]),
          (.loaded([Self.fragment], hasMore: true), [.send(.push([Self.fragment]))]), (.cut, [.adapt(batchBytes: next)]),
        ])
      try play(
        BatchBudget(remembered: size),
        [
          (Self.heads([all]), [.look([all])]), (.holds([none]), [.acknowledge([all]), .send(.pull([none], budget: size))]),
          (.cut, [.adapt(batchBytes: next)]),
        ])
    }
    try play(
      BatchBudget(remembered: 1),
      [
        (Self.heads([all]), [.look([all])]), (.holds([none]), [.acknowledge([all]), .send(.pull([none], budget: least))]),
        (.cut, [.despair(batchBytes: least)]),
      ])
    // Where one came through, the next exchange goes on from there.
    let one = Self.held(Self.a, 1, 0)
    try play(
      BatchBudget(remembered: least),
      [
        (Self.heads([all]), [.look([all])]), (.holds([none]), [.acknowledge([all]), .send(.pull([none], budget: least))]),
        (.answered(.changes([Self.fragment], isComplete: false)), [.store([Self.fragment])]),
        (.stored([one]), [.send(.pull([one], budget: least))]), (.cut, []),
      ])
    var machine = ExchangeInitiator(budget: BatchBudget(remembered: least))
    for event in [Self.begin(), Self.heads([all]), .holds([none])] { _ = try machine.handle(event) }
    for seq in 1...UInt64(BatchBudget.successesToGrow) {
      _ = try machine.handle(.answered(.changes([Self.fragment], isComplete: false)))
      let here = Self.held(Self.a, seq, 0)
      let budget = seq == BatchBudget.successesToGrow ? 2 * least : least
      #expect(try machine.handle(.stored([here])) == [.send(.pull([here], budget: budget))])
    }
    let ended = try machine.handle(.answered(.changes([], isComplete: true)))
    #expect(ended.first == .adapt(batchBytes: 2 * least))
  }

  @Test func aBatchNeverLeavesItsBounds() {
    for remembered in [nil, 0, -1, Limits.leastBatchBytes - 1, 100_000, Limits.batchBytes, Int.max] as [Int?] {
      var budget = BatchBudget(remembered: remembered)
      var sizes = [budget.bytes]
      for round in 0..<200 {
        if round % 50 < 8 { _ = budget.noteCut() } else { budget.noteSuccess() }
        sizes.append(budget.bytes)
      }
      #expect(sizes.allSatisfy { (Limits.leastBatchBytes...Limits.batchBytes).contains($0) })
      #expect(sizes.contains(Limits.leastBatchBytes) && sizes.contains(Limits.batchBytes))
    }
    // A sender that is told to send less never sends more.
    #expect(BatchBudget(most: 200).bytes == 200)
    var small = BatchBudget(most: 200)
    let isSmaller = small.noteCut()
    #expect(!isSmaller && small.bytes == 200)
  }

  @Test func theFirstContactForgetsNothing() throws {
    try play([
      (.begin(epoch: [], token: [], unsent: []), [.send(.hello(epoch: [], token: [], scopes: []))]),
      (Self.heads([]), [.remember(epoch: Self.epoch, token: [7]), .finish(Self.summary(trips: 1))]),
    ])
  }

  @Test func anAnswerThatDoesNotBelongIsRefused() throws {
    let wrong: [ExchangeInitiator.Event] = [
      .answered(.receipt([], refused: [])), .answered(.changes([], isComplete: true)), .holds([]), .loaded([], hasMore: false), .stored([]),
      Self.begin(),
    ]
    for event in wrong {
      var machine = ExchangeInitiator()
      _ = try machine.handle(Self.begin())
      #expect(SyncCoreError.Code.thrown { _ = try machine.handle(event) } == .unexpected)
    }
    var finished = ExchangeInitiator()
    _ = try finished.handle(Self.begin())
    _ = try finished.handle(Self.heads([]))
    #expect(SyncCoreError.Code.thrown { _ = try finished.handle(Self.heads([])) } == .unexpected)
  }
}
