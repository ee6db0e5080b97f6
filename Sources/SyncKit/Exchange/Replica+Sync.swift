public import SyncCore

/// How far an exchange has come.
public struct ExchangeProgress: Sendable {
  /// Changesets that the other side has said it holds.
  public let sent: Int
  /// Changesets that were committed here.
  public let received: Int
  public let trips: Int
}

extension Replica {
  /// Exchanges with another side until both hold the same of what both may hold.
  ///
  /// May be cut anywhere and begun again: what was acknowledged is not sent again, what was committed not received again.
  /// - Parameters:
  ///   - transport: the way to the other side.
  ///   - peer: a name under which what the other side is known to hold is remembered.
  ///   - progress: told after each step how far the exchange has come.
  /// - Returns: what was moved, and what the other side would not take.
  /// - Throws: ``TransportError`` when the way there fails, ``SyncKitError`` and `SyncCoreError` for what was answered.
  public func sync(
    with transport: any ExchangeTransport, peer: String, progress: ((ExchangeProgress) -> Void)? = nil
  ) throws -> ExchangeSummary {
    try sync(with: transport, peer: peer, batchBytes: Limits.batchBytes, progress: progress)
  }

  /// The same with batches of another size.
  package func sync(
    with transport: any ExchangeTransport, peer: String, batchBytes: Int, progress: ((ExchangeProgress) -> Void)? = nil
  ) throws -> ExchangeSummary {
    let memory = PeerMemory(self, peer)
    do {
      let summary = try run(transport, memory, batchBytes, progress)
      try memory.noteOutcome(nil)
      return summary
    } catch {
      // The first error is what happened; a disk that is full must not hide it.
      try? memory.noteOutcome(Self.code(of: error))
      throw error
    }
  }

  private func run(
    _ transport: any ExchangeTransport, _ memory: PeerMemory, _ batchBytes: Int, _ progress: ((ExchangeProgress) -> Void)?
  ) throws -> ExchangeSummary {
    var machine = ExchangeInitiator(budget: BatchBudget(remembered: try memory.batchBytes(), most: batchBytes))
    let (epoch, token) = try memory.known()
    var unacceptable: Refusal?
    var cut: TransportError?
    var unnoted: [ScopeHoldings] = []
    var events: [ExchangeInitiator.Event] = [.begin(epoch: epoch, token: token, unsent: try memory.unsentScopes())]
    while let event = events.popLast() {
      for action in try machine.handle(event) {
        switch action {
        case .send(let request):
          do {
            let answer = try transport.roundTrip(path: request.path, body: request.encoded(codec: .standard))
            events.append(.answered(try ExchangeResponse(decoding: answer, codec: .standard)))
          } catch let error as TransportError where error.isCut {
            cut = error
            events.append(.cut)
          }
        case .look(let scopes):
          let held = try look { snapshot in try scopes.map { ScopeHoldings(scope: $0, holdings: try snapshot.holdings(of: $0)) } }
          events.append(.holds(held, acknowledged: try memory.acknowledged(scopes)))
        case .load(let wants, let budget):
          let (fragments, hasMore) = try look { try $0.load(beyond: wants, budget: budget) }
          events.append(.loaded(fragments, hasMore: hasMore))
        case .store(let fragments):
          let (held, refused) = try store(fragments)
          unacceptable = unacceptable ?? refused.first
          events.append(.stored(held))
        case .forget: try memory.forget()
        case .acknowledge(let held): unnoted += try memory.acknowledge(held)
        case .remember(let epoch, let token):
          // Who gave a scope's changesets has them.
          if !unnoted.isEmpty { unnoted = try memory.acknowledge(unnoted) }
          // What could not be taken in is asked for again next time; the rest is here.
          if let unacceptable { throw SyncKitError(.notTaken, ["changeset": unacceptable.dot.description, "refused": unacceptable.code]) }
          try memory.remember(epoch, token)
        // Without it the next exchange begins with larger batches, no more.
        case .adapt(let bytes): try? memory.note(batchBytes: bytes)
        case .despair(let bytes):
          cut = TransportError(.linkTooFrail, detail: "\(cut?.code.rawValue ?? ""), batches of \(bytes) bytes")
        case .finish(let summary):
          try memory.noteRefused(summary.refused)
          return summary
        }
      }
      progress?(machine.progress)
    }
    throw cut ?? SyncCoreError(.unexpected, "an exchange that ends nowhere")
  }

  private static func code(of error: any Error) -> String {
    switch error {
    case let error as TransportError: error.code.rawValue
    case let error as SyncKitError: error.code.description
    case let error as SyncCoreError: error.code.description
    default: "failed"
    }
  }
}

extension ExchangeInitiator {
  var progress: ExchangeProgress { ExchangeProgress(sent: summary.sent, received: summary.received, trips: summary.trips) }
}
