import SyncCore
import Testing

/// The answering side over a store that is nothing but values.
@Suite struct ExchangeResponderTests {
  private final class Store: ExchangeStore {
    let isRelay = true
    let epoch: [UInt8] = [9]
    var asked: [[UInt8]] = []
    var stored: [Fragment] = []
    var budgets: [Int] = []

    func token() throws -> [UInt8] { [UInt8(asked.count)] }
    func changedScopes(since token: [UInt8]) throws -> [ScopeID] {
      asked.append(token)
      return ["b", "a"].compactMap { ScopeID($0) }
    }
    func holdings(of scopes: [ScopeID]) throws -> [ScopeHoldings] { scopes.map { ScopeHoldings(scope: $0, holdings: Holdings()) } }
    func load(beyond wants: [ScopeHoldings], budget: Int) throws -> ChangeBatch {
      budgets.append(budget)
      return ChangeBatch(fragments: stored, hasMore: budget > 1)
    }
    func store(
      _ fragments: [Fragment], omissions: [Omission], statements: [SignedStatement]
    ) throws -> (held: [ScopeHoldings], refused: [Refusal]) {
      stored += fragments
      return ([], [])
    }
  }

  @Test func aTokenCountsOnlyInItsOwnEpoch() throws {
    let store = Store()
    for (epoch, token) in [([9], [5]), ([8], [5]), ([], [])] as [([UInt8], [UInt8])] {
      _ = try ExchangeResponder.answer(.hello(epoch: epoch, token: token, scopes: []), from: store)
    }
    #expect(store.asked == [[5], [], []])
  }

  @Test func theNewTokenIsTakenBeforeTheScopesAreRead() throws {
    let answer = try ExchangeResponder.answer(.hello(epoch: [9], token: [5], scopes: []), from: Store())
    guard case .heads([9], let token, _, true, _, _) = answer else { return #expect(Bool(false), "\(answer)") }
    #expect(token == [0])
  }

  @Test func scopesAreToldOnceAndInOrder() throws {
    let asked = ["c", "a"].compactMap { ScopeID($0) }
    let answer = try ExchangeResponder.answer(.hello(epoch: [], token: [], scopes: asked), from: Store())
    guard case .heads(_, _, let scopes, _, _, _) = answer else { return #expect(Bool(false), "\(answer)") }
    #expect(scopes.map(\.scope.name) == ["a", "b", "c"])
  }

  @Test func whatIsPushedIsStoredAndWhatIsLoadedIsSent() throws {
    let store = Store()
    let fragment = Fragment(header: [1], signature: [], firstPart: 0, parts: [])
    #expect(try ExchangeResponder.answer(.push([fragment]), from: store) == .receipt([], refused: []))
    #expect(try ExchangeResponder.answer(.pull([]), from: store) == .changes([fragment], isComplete: false))
  }

  @Test(arguments: [0, 1, 5000, Limits.batchBytes, Limits.batchBytes + 1, Int.max])
  func aPullIsGivenWhatItAsksForAndNoMoreThanAFullBatch(budget: Int) throws {
    let store = Store()
    _ = try ExchangeResponder.answer(.pull([], budget: budget), from: store)
    #expect(store.budgets == [min(budget, Limits.batchBytes)])
  }
}
