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
  ///   - packs: what gives packs of the other side's, for a first exchange; nil to pull everything.
  ///   - peer: a name under which what the other side is known to hold is remembered.
  ///   - progress: told after each step how far the exchange has come.
  /// - Returns: what was moved, and what the other side would not take.
  /// - Throws: ``TransportError`` when the way there fails, ``SyncKitError`` and `SyncCoreError` for what was answered.
  public func sync(
    with transport: any ExchangeTransport, packs: (any PackSource)? = nil, peer: String, progress: ((ExchangeProgress) -> Void)? = nil
  ) throws -> ExchangeSummary {
    try sync(with: transport, packs: packs.map { PackFetch($0) }, peer: peer, batchBytes: Limits.batchBytes, progress: progress)
  }

  /// The same with batches of another size.
  package func sync(
    with transport: any ExchangeTransport, packs: PackFetch? = nil, peer: String, batchBytes: Int,
    progress: ((ExchangeProgress) -> Void)? = nil
  ) throws -> ExchangeSummary {
    let memory = PeerMemory(self, peer)
    do {
      try noteLeaving()
      let summary = try run(transport, packs, memory, batchBytes, progress)
      try memory.noteOutcome(nil)
      return summary
    } catch {
      // The first error is what happened; a disk that is full must not hide it.
      try? memory.noteOutcome(Self.code(of: error))
      throw error
    }
  }

  private func run(
    _ transport: any ExchangeTransport, _ packs: PackFetch?, _ memory: PeerMemory, _ batchBytes: Int,
    _ progress: ((ExchangeProgress) -> Void)?
  ) throws -> ExchangeSummary {
    var total = ExchangeSummary()
    var token: [UInt8]?
    var hasRipened = false
    for _ in 0..<Self.exchangesAtOnce {
      var run = ExchangeRun(self, transport, packs, memory, token: token)
      let (summary, forks) = try run.run(batchBytes) { summary in
        progress?(ExchangeProgress(total.joined(with: summary)))
      }
      total = total.joined(with: summary)
      token = run.unconfirmed
      if forks.isEmpty {
        // What had waited for what has just come goes on at once.
        if !hasRipened, summary.received > 0, summary.refused.isEmpty, try !memory.unsentScopes().isEmpty {
          hasRipened = true
          continue
        }
        // The token was told before the push: only one that was told after it can show a relay, once it was set back, that it has lost
        // what was pushed. All is exchanged; where this trip fails, the next exchange asks for every scope.
        guard let token else { return total }
        var confirmation = ExchangeRun(self, transport, nil, memory, token: token)
        if let (more, _) = try? confirmation.run(batchBytes, progress: { _ in }) { total = total.joined(with: more) }
        return total
      }
      try resolve(forks, over: transport, memory)
      // What was refused because of the fork is taken under its new name.
      total.refused.removeAll { refusal in forks.contains { $0.isOf(refusal) } }
    }
    throw SyncCoreError(.unexpected, "forks without end")
  }

  /// How many exchanges one call may make: each finds and resolves all forks that there are, and further ones only come from others who write
  /// at the same time.
  private static let exchangesAtOnce = 8

  private static func code(of error: any Error) -> String {
    switch error {
    case let error as TransportError: error.code.rawValue
    case let error as SyncKitError: error.code.description
    case let error as SyncCoreError: error.code.description
    default: "failed"
    }
  }
}

extension ExchangeProgress {
  fileprivate init(_ summary: ExchangeSummary) { self.init(sent: summary.sent, received: summary.received, trips: summary.trips) }
}

extension ExchangeSummary {
  fileprivate func joined(with other: ExchangeSummary) -> ExchangeSummary {
    var sum = self
    sum.sent += other.sent
    sum.received += other.received
    sum.trips += other.trips
    sum.refused += other.refused
    return sum
  }
}
