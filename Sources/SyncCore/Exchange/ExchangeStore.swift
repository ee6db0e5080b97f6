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
  /// What the asker may not hold any more, of what was withdrawn since a token of this epoch, and of scopes that they ask about.
  func withdrawnScopes(since token: [UInt8], among scopes: [ScopeID]) throws -> [WithdrawnScope]
  /// What is held of each scope, with its ends, in their order; empty when nothing is, or when the asker may not read it. Whoever begins
  /// names every scope there is.
  func holdings(of scopes: [ScopeID]) throws -> [ScopeHoldings]
  /// Changesets beyond what the asker holds, in an order in which they can be stored, of about `budget` bytes; with them what was left out
  /// of these scopes, and rejected, where the asker tells how much that is there and it is not as much as here.
  /// - Returns: at least one fragment when any is missing.
  func load(beyond wants: [ScopeHoldings], budget: Int) throws -> ChangeBatch
  /// Keeps fragments durably before it returns, and what was left out before them, as is stated; what is there already is no error.
  func store(
    _ fragments: [Fragment], omissions: [Omission], statements: [SignedStatement]
  ) throws -> (held: [ScopeHoldings], refused: [Refusal])
  /// What was stated since a token of this epoch about the asker's own device, and which devices were revoked; all of it for an empty token.
  func statements(since token: [UInt8]) throws -> [SignedStatement]
}

extension ExchangeStore {
  /// What is held of a scope.
  public func holdings(of scope: ScopeID) throws -> Holdings { try holdings(of: [scope]).first?.holdings ?? Holdings() }

  public func recognize(_ token: [UInt8], of epoch: [UInt8]) throws {}

  public func statements(since token: [UInt8]) throws -> [SignedStatement] { [] }

  /// Who knows no grants withdraws none.
  public func withdrawnScopes(since token: [UInt8], among scopes: [ScopeID]) throws -> [WithdrawnScope] { [] }

  /// Keeps fragments of which nothing is stated.
  public func store(_ fragments: [Fragment], omissions: [Omission] = []) throws -> (held: [ScopeHoldings], refused: [Refusal]) {
    try store(fragments, omissions: omissions, statements: [])
  }
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
      let since = epoch == current ? token : []
      names.formUnion(try store.changedScopes(since: since))
      return .heads(
        epoch: current, token: next, scopes: try store.holdings(of: names.sorted()),
        isRelay: store.isRelay, statements: try store.statements(since: since),
        withdrawn: try store.withdrawnScopes(since: since, among: scopes))
    case .push(let fragments, let omissions, let statements):
      let (held, refused) = try store.store(fragments, omissions: omissions, statements: statements)
      return .receipt(held, refused: refused)
    case .pull(let wants, let budget):
      let batch = try store.load(beyond: wants, budget: min(budget, Limits.batchBytes))
      return .changes(
        batch.fragments, omissions: batch.omissions, rejections: batch.rejections, statements: batch.statements,
        isComplete: !batch.hasMore)
    }
  }
}
