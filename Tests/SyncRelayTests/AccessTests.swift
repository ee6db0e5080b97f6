import SyncCore
import SyncKit
import SyncRelay
import Testing

@Suite("Access", .bothStores, .namingStore)
struct AccessTests {
  let world: TestRelay
  let scope = ScopeID(literal: "case/1")
  let device: TestDevice
  let stranger: TestDevice

  init() throws {
    world = try TestRelay()
    device = try world.device(1, user: "li", grants: [.one(scope)])
    stranger = try world.device(2, user: "zhao")
    var author = device.author(in: scope)
    _ = try device.access().store(author.write(count: 3))
  }

  @Test("shows nothing of a scope that was not granted")
  func unreadable() throws {
    let access = try stranger.access()
    #expect(try access.changedScopes(since: []).isEmpty)
    #expect(try access.holdings(of: scope) == Holdings())
    let batch = try access.load(beyond: [hold(scope)], budget: 1 << 20)
    #expect(batch.fragments.isEmpty && !batch.hasMore)
  }

  @Test("refuses a push to a scope that was not granted, shows nothing of it, and notes it once")
  func unwritable() throws {
    var author = stranger.author(in: scope)
    let push = [author.write().whole]
    for _ in 0..<2 {
      let answer = try stranger.access().store(push)
      #expect(answer.refused.map(\.code) == [Refusal.Code.notGranted])
      #expect(answer.held.isEmpty)
    }
    #expect(try world.relay.audit(limit: 99).filter { $0.event == "denied" }.map(\.detail) == ["not-granted case/1"])
  }

  @Test("gives a new scope to the user who opened it, and to nobody else")
  func opening() throws {
    let new = ScopeID(literal: "case/new")
    var author = stranger.author(in: new)
    #expect(try stranger.access().store([author.write().whole]).refused.isEmpty)
    #expect(try world.relay.grants(of: "zhao").map(\.scope) == [.one(new)])
    #expect(try stranger.access().store([author.write().whole]).refused.isEmpty)
    var late = device.author(in: new)
    #expect(try device.access().store([late.write().whole]).refused.map(\.code) == [Refusal.Code.notGranted])
    #expect(try world.relay.users(of: new).map(\.user) == ["zhao"])
  }

  @Test("opens no scope by a refused push, by another's changeset, or where somebody else already may")
  func notOpened() throws {
    let new = ScopeID(literal: "case/new")
    var author = stranger.author(in: new)
    let first = author.write()
    #expect(try stranger.access().store([author.write().whole]).refused.map(\.code) == [Refusal.Code.gap])
    #expect(try world.relay.grants(of: "zhao").isEmpty)
    #expect(try device.access().store([first.whole]).refused.map(\.code) == [Refusal.Code.notGranted])
    try world.relay.grant(user: "li", scope: .one(new))
    #expect(try stranger.access().store([first.whole]).refused.map(\.code) == [Refusal.Code.notGranted])
  }

  @Test("lets nobody open a scope whose name means all of them")
  func allIsNoScope() throws {
    let all = try #require(ScopeID("*"))
    var author = stranger.author(in: all)
    #expect(try stranger.access().store([author.write().whole]).refused.map(\.code) == [Refusal.Code.malformed])
    #expect(try world.relay.grants(of: "zhao").isEmpty)
    #expect { try world.relay.grant(user: "zhao", scope: .one(all)) } throws: { ($0 as? RelayError)?.code == .badArgument }
    #expect { try world.relay.createCode(user: "zhao", name: "赵", grants: [.one(all)]) } throws: {
      ($0 as? RelayError)?.code == .badArgument
    }
  }

  @Test("shows a later grant in the next hello, though the token is newer than the scope's changes")
  func laterGrant() throws {
    let token = try stranger.access().token()
    #expect(try stranger.access().changedScopes(since: token).isEmpty)
    try world.relay.grant(user: "zhao", scope: .one(scope))
    #expect(try stranger.access().changedScopes(since: token) == [scope])
    let next = try stranger.access().token()
    #expect(try stranger.access().changedScopes(since: next).isEmpty)
    #expect(try stranger.access().load(beyond: [hold(scope)], budget: 1 << 20).fragments.count == 3)
  }

  @Test("shows every scope in the next hello after a grant of all")
  func laterGrantOfAll() throws {
    let token = try stranger.access().token()
    try world.relay.grant(user: "zhao", scope: .all)
    #expect(try stranger.access().changedScopes(since: token) == [scope])
    #expect(try stranger.access().changedScopes(since: try stranger.access().token()).isEmpty)
  }

  @Test("tells the scopes that changed since a token, and all of them for a token it cannot have issued")
  func tokens() throws {
    let other = ScopeID(literal: "case/2")
    let access = try device.access()
    let before = try access.token()
    var author = device.author(in: other)
    _ = try access.store([author.write().whole])
    #expect(try access.changedScopes(since: before) == [other])
    #expect(Set(try access.changedScopes(since: [])) == [scope, other])
    #expect(Set(try access.changedScopes(since: [UInt8](repeating: 0xFF, count: 8))) == [scope, other])
    #expect(Set(try access.changedScopes(since: [1, 2, 3])) == [scope, other])
  }

  @Test("ends with a withdrawal or with its time, at once")
  func ending() throws {
    let access = try device.access()
    try world.relay.revoke(user: "li", scope: .one(scope))
    #expect(try access.load(beyond: [hold(scope)], budget: 1 << 20).fragments.isEmpty)
    try world.relay.grant(user: "li", scope: .one(scope), until: world.now + 1000)
    #expect(try access.load(beyond: [hold(scope)], budget: 1 << 20).fragments.count == 3)
    world.now += 1000
    #expect(try access.load(beyond: [hold(scope)], budget: 1 << 20).fragments.isEmpty)
    #expect(try access.changedScopes(since: []).isEmpty)
    #expect(try world.relay.grants(of: "li").isEmpty)
    #expect(try world.relay.users(of: scope).isEmpty)
  }

  @Test("lets a device write only as its user, and carry what others wrote")
  func authors() throws {
    var forged = Author(scope: scope, site: SiteID(deviceHigh: 7, deviceLow: 1, incarnation: 2), user: "wang")
    #expect(try device.access().store([forged.write().whole]).refused.map(\.code) == [Refusal.Code.notTheAuthor])
    var carried = Author(scope: scope, site: SiteID(deviceHigh: 8, deviceLow: 8, incarnation: 1), user: "wang")
    #expect(try device.access().store([carried.write().whole]).refused.isEmpty)
  }

  @Test("gives the office every scope, and takes from it what others wrote")
  func office() throws {
    let office = world.relay.officeAccess()
    #expect(try office.changedScopes(since: []) == [scope])
    #expect(try office.load(beyond: [hold(scope)], budget: 1 << 20).fragments.count == 3)
    var author = Author(scope: ScopeID(literal: "catalogue"), site: SiteID(deviceHigh: 1, deviceLow: 1, incarnation: 1), user: "office")
    #expect(try office.store([author.write().whole]).refused.isEmpty)
    #expect(try world.relay.users(of: author.scope).isEmpty)
  }

  @Test("tells whoever listens which scopes got changesets, once they are durable, and not of parts")
  func listening() throws {
    let heard = Heard()
    let principal = try #require(try world.relay.authenticate(stranger.token))
    let access = RelayAccess(world.relay, principal) { scopes in heard.note(scopes) }
    var author = stranger.author(in: ScopeID(literal: "case/new"))
    let large = author.write([[1], [2]])
    _ = try access.store([large.some(0..<1)])
    #expect(heard.scopes.isEmpty)
    _ = try access.store([large.some(1..<2)])
    _ = try access.store([large.whole])
    #expect(heard.scopes == [[author.scope]])
  }
}
