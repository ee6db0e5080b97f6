/// What the answering side of an exchange has to be able to do: a relay's log for one device, or a replica.
public protocol ExchangeStore {
  /// The store's identity: new after it was restored from a backup, so that its old tokens are worth nothing.
  var epoch: [UInt8] { get throws }
  /// Whether this is a relay, whose branch of a fork keeps its name.
  var isRelay: Bool { get }
  /// Looks at what an asker remembers of this store, before anything is answered: a store that was set back since sees it by that, and takes a
  /// new epoch.
  func recognize(_ token: [UInt8], of epoch: [UInt8]) throws
  /// A token that stands for everything the store holds now.
  func token() throws -> [UInt8]
  /// The scopes that changed since a token of this epoch, of those the asker may read; all of them for an empty token.
  func changedScopes(since token: [UInt8]) throws -> [ScopeID]
  /// What is held of a scope, with its ends; empty when nothing is, or when the asker may not read it.
  func holdings(of scope: ScopeID) throws -> Holdings
  /// Changesets beyond what the asker holds, in an order in which they can be stored, of about `budget` bytes.
  /// - Returns: the fragments, and whether there are more. At least one fragment when anything is missing.
  func load(beyond wants: [ScopeHoldings], budget: Int) throws -> (fragments: [Fragment], hasMore: Bool)
  /// Keeps fragments durably before it returns; what is there already is no error.
  func store(_ fragments: [Fragment]) throws -> (held: [ScopeHoldings], refused: [Refusal])
}

extension ExchangeStore {
  public func recognize(_ token: [UInt8], of epoch: [UInt8]) throws {}
}

/// The answering side of the exchange: no state of its own, so that any answer may be lost and asked for again.
public enum ExchangeResponder {
  public static func answer(_ request: ExchangeRequest, from store: some ExchangeStore) throws -> ExchangeResponse {
    switch request {
    case .hello(let epoch, let token, let scopes):
      // The new token is taken before the scopes are read: what arrives meanwhile is told twice rather than never.
      if !token.isEmpty { try store.recognize(token, of: epoch) }
      let current = try store.epoch
      let next = try store.token()
      var names = Set(scopes)
      names.formUnion(try store.changedScopes(since: epoch == current ? token : []))
      return .heads(
        epoch: current, token: next, scopes: try names.sorted().map { ScopeHoldings(scope: $0, holdings: try store.holdings(of: $0)) },
        isRelay: store.isRelay)
    case .push(let fragments):
      let (held, refused) = try store.store(fragments)
      return .receipt(held, refused: refused)
    case .pull(let wants, let budget):
      let (fragments, hasMore) = try store.load(beyond: wants, budget: min(budget, Limits.batchBytes))
      return .changes(fragments, isComplete: !hasMore)
    }
  }
}
