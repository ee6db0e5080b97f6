import SyncCore
import SyncKit
import SyncRelay
import Testing

/// The whole exchange as a device runs it, its replica played by another relay's log.
@Suite("The exchange with a relay", .bothStores, .namingStore)
struct ExchangeTests {
  let world: TestRelay
  let scope = ScopeID(literal: "case/1")

  init() throws { world = try TestRelay() }

  private func exchange(
    _ local: RelayAccess, with remote: RelayAccess, token: [UInt8] = [], unsent: [ScopeID]
  ) throws -> (summary: ExchangeSummary, token: [UInt8]) {
    var machine = ExchangeInitiator()
    var pending = try machine.handle(.begin(epoch: token.isEmpty ? [] : try remote.epoch, token: token, unsent: unsent))
    var remembered: [UInt8] = []
    while !pending.isEmpty {
      let action = pending.removeFirst()
      switch action {
      case .send(let request):
        let sent = try ExchangeRequest(decoding: request.encoded(codec: .standard), codec: .standard)
        let answer = try ExchangeResponder.answer(sent, from: remote).encoded(codec: .standard)
        pending += try machine.handle(.answered(try ExchangeResponse(decoding: answer, codec: .standard)))
      case .look(let remote): pending += try machine.handle(.holds(try remote.map { try holdings($0.scope, local) }))
      case .load(let wants, let budget):
        let batch = try local.load(beyond: wants, budget: budget)
        pending += try machine.handle(.loaded(batch.fragments, hasMore: batch.hasMore))
      case .store(let fragments, _, _, _): pending += try machine.handle(.stored(try local.store(fragments).held))
      case .remember(_, let token): remembered = token
      case .fetch, .forget, .resolve, .acknowledge, .adapt, .despair, .take: break
      case .finish(let summary): return (summary, remembered)
      }
    }
    throw SyncCoreError(.unexpected, "no end")
  }

  private func holdings(_ scope: ScopeID, _ store: RelayAccess) throws -> ScopeHoldings {
    ScopeHoldings(scope: scope, holdings: try store.holdings(of: scope))
  }

  @Test("moves everything from one device to another in bounded batches, and is one short trip when there is nothing to do")
  func both() throws {
    let writer = try world.device(1, user: "li", grants: [.one(scope)])
    let reader = try world.device(2, user: "wang", grants: [.one(scope)])
    let (here, there) = (try TestRelay(), try TestRelay())
    var author = writer.author(in: scope)
    var fragments = (0..<40).map { author.write([noise(60_000, seed: UInt64($0))]).whole }
    fragments.append(author.write((0..<5).map { noise(700_000, seed: UInt64($0)) }).whole)
    let local = here.relay.officeAccess()
    _ = try local.store(fragments)

    let pushed = try exchange(local, with: try writer.access(), unsent: [scope])
    #expect(pushed.summary.sent == 41 && pushed.summary.refused.isEmpty && pushed.summary.trips > 6)
    let pulled = try exchange(there.relay.officeAccess(), with: try reader.access(), unsent: [])
    #expect(pulled.summary.received == 41)
    #expect(try there.relay.officeAccess().holdings(of: scope).vector == VersionVector([Dot(site: writer.site, seq: 41)]))

    let idle = try exchange(there.relay.officeAccess(), with: try reader.access(), token: pulled.token, unsent: [])
    #expect(idle.summary.trips == 1 && idle.summary.received == 0)
  }

  @Test("goes on after a cut in the middle of a large changeset without sending its parts again")
  func resumes() throws {
    let writer = try world.device(1, user: "li", grants: [.one(scope)])
    let here = try TestRelay()
    var author = writer.author(in: scope)
    let large = author.write((0..<5).map { noise(700_000, seed: UInt64($0)) })
    let local = here.relay.officeAccess()
    _ = try local.store([large.whole])
    _ = try writer.access().store([large.some(0..<4)])
    let rest = try exchange(local, with: try writer.access(), unsent: [scope])
    #expect(rest.summary.sent == 1 && rest.summary.trips == 2)
    #expect(try writer.access().load(beyond: [hold(scope)], budget: 9 << 20).fragments == [large.whole])
  }
}
