import SyncCore
import SyncKit

/// The way to the other side, on which the messages of one exchange are lost, cut and repeated as it was drawn.
final class SimulatedLine: ExchangeTransport {
  /// Answers a message, from a store that is asked for anew; throws what went wrong on the other side.
  private let answer: ([UInt8]) throws -> [UInt8]
  private let faults: [MessageFault]
  private let trace: (String, [UInt8]) -> Void
  private let onCrash: (_ atRead: Int) throws -> Void
  private let onKept: ([UInt8]) -> Void
  private let onMeanwhile: (Action) throws -> Void
  private var sent = 0
  /// What befell messages so far; what goes wrong without any is the system's own doing.
  private(set) var befallen: [MessageFault] = []
  /// What went wrong on the other side by itself.
  private(set) var failure: (any Error)?
  /// What went wrong meanwhile, elsewhere.
  private(set) var failureMeanwhile: (any Error)?

  init(
    _ line: Line, to store: @escaping () throws -> some ExchangeStore, trace: @escaping (String, [UInt8]) -> Void,
    onCrash: @escaping (_ atRead: Int) throws -> Void,
    onKept: @escaping ([UInt8]) -> Void,
    onMeanwhile: @escaping (Action) throws -> Void
  ) {
    faults = line.faults
    self.trace = trace
    self.onCrash = onCrash
    self.onKept = onKept
    self.onMeanwhile = onMeanwhile
    answer = { body in
      let request = try ExchangeRequest(decoding: body, codec: .standard)
      return try ExchangeResponder.answer(request, from: SparingStore(store: store(), batchBytes: line.batchBytes)).encoded(
        codec: .standard)
    }
  }

  func roundTrip(path: String, body: [UInt8]) throws(TransportError) -> [UInt8] {
    let fault = sent < faults.count ? faults[sent] : .none
    sent += 1
    trace("> \(path)", body)
    if case .meanwhile(let action) = fault {
      // That is nobody's fault: the exchange goes on.
      do { try onMeanwhile(action) } catch {
        failureMeanwhile = error
        throw TransportError(.cutShort)
      }
      return try carried(body)
    }
    if fault != .none { befallen.append(fault) }
    switch fault {
    case .none, .meanwhile: return try carried(body)
    case .requestLost: throw TransportError(.cutShort)
    case .requestCut(let share):
      _ = try? answer(Array(body.prefix(body.count * share / 1000)))
      throw TransportError(.cutShort)
    case .replyLost:
      _ = try carried(body)
      throw TransportError(.cutShort)
    case .replyCut(let share):
      let reply = try carried(body)
      return Array(reply.prefix(reply.count * share / 1000))
    case .twice:
      _ = try carried(body)
      return try carried(body)
    case .again:
      onKept(body)
      return try carried(body)
    case .crash:
      _ = try? onCrash(0)
      throw TransportError(.cutShort)
    case .crashWithin(let reads):
      _ = try? onCrash(reads)
      return try carried(body)
    }
  }

  private func carried(_ body: [UInt8]) throws(TransportError) -> [UInt8] {
    do {
      let reply = try answer(body)
      trace("<", reply)
      return reply
    } catch {
      failure = error
      throw TransportError(.serverFailed, detail: String(describing: error))
    }
  }
}

/// A store that answers in batches of another size, so that little data makes many messages.
struct SparingStore<Store: ExchangeStore>: ExchangeStore {
  let store: Store
  let batchBytes: Int

  var epoch: [UInt8] { get throws { try store.epoch } }
  func token() throws -> [UInt8] { try store.token() }
  func changedScopes(since token: [UInt8]) throws -> [ScopeID] { try store.changedScopes(since: token) }
  func withdrawnScopes(since token: [UInt8], among scopes: [ScopeID]) throws -> [WithdrawnScope] {
    try store.withdrawnScopes(since: token, among: scopes)
  }

  var isRelay: Bool { store.isRelay }
  func recognize(_ token: [UInt8], of epoch: [UInt8]) throws { try store.recognize(token, of: epoch) }

  func holdings(of scopes: [ScopeID]) throws -> [ScopeHoldings] { try store.holdings(of: scopes) }
  func load(beyond wants: [ScopeHoldings], budget: Int) throws -> ChangeBatch {
    try store.load(beyond: wants, budget: batchBytes)
  }
  func store(
    _ fragments: [Fragment], omissions: [Omission], statements: [SignedStatement]
  ) throws -> (held: [ScopeHoldings], refused: [Refusal]) {
    try store.store(fragments, omissions: omissions, statements: statements)
  }
  func statements(since token: [UInt8]) throws -> [SignedStatement] { try store.statements(since: token) }
}
