import SyncCore
import SyncKit
import Testing

@testable import SyncRelay

@Suite("The log", .bothStores, .namingStore)
struct LogTests {
  let world: TestRelay
  let scope = ScopeID(literal: "case/1")
  let other = ScopeID(literal: "case/2")
  let device: TestDevice

  init() throws {
    world = try TestRelay()
    device = try world.device(1, user: "li", grants: [.one(scope), .one(other)])
  }

  @Test("gives changesets positions without gaps, per scope, whoever wrote them and whatever was refused between")
  func positions() throws {
    let colleague = try world.device(2, user: "wang", grants: [.one(scope)])
    var mine = device.author(in: scope)
    var hers = colleague.author(in: scope)
    var elsewhere = device.author(in: other)
    _ = try device.access().store(mine.write(count: 2) + elsewhere.write(count: 1))
    var stranger = Author(scope: scope, site: colleague.site, user: "li")
    _ = try colleague.access().store([stranger.write().whole])
    _ = try colleague.access().store(hers.write(count: 2))
    _ = try device.access().store(mine.write(count: 1))
    let positions = try world.read { db in
      try db.rows("SELECT scope.name, position FROM changeset JOIN scope ON scope.id = scope ORDER BY scope.name, position")
        .map { "\(try $0["name"] as String) \(try $0["position"] as Int64)" }
    }
    #expect(positions == ["case/1 1", "case/1 2", "case/1 3", "case/1 4", "case/1 5", "case/2 1"])
  }

  @Test("takes a push again without harm and with the same answer")
  func idempotent() throws {
    var author = device.author(in: scope)
    let push = author.write(count: 3)
    let first = try device.access().store(push)
    let token = try device.access().token()
    let second = try device.access().store(push)
    #expect(first.held == [hold(scope, Dot(site: device.site, seq: 3))])
    #expect(first.held == second.held)
    #expect(second.refused.isEmpty)
    #expect(try device.access().token() == token)
    #expect(try world.count("changeset") == 3)
    #expect(try world.count("part") == 3)
  }

  @Test("refuses a changeset whose predecessor is missing")
  func gap() throws {
    var author = device.author(in: scope)
    _ = author.write()
    let second = author.write()
    let answer = try device.access().store([second.whole])
    #expect(answer.refused == [Refusal(scope: scope, dot: second.dot, code: Refusal.Code.gap)])
    #expect(try world.count("changeset") == 0)
  }

  @Test("refuses another changeset of the same name as a fork, and notes it once")
  func fork() throws {
    var author = device.author(in: scope)
    var clone = author
    _ = try device.access().store([author.write([[1]]).whole])
    let forked = clone.write([[2]])
    for _ in 0..<2 {
      let answer = try device.access().store([forked.whole])
      #expect(answer.refused == [Refusal(scope: scope, dot: forked.dot, code: Refusal.Code.fork)])
      #expect(answer.held == [hold(scope, forked.dot)])
    }
    #expect(try world.relay.audit(limit: 99).filter { $0.event == "fork" }.map(\.detail) == ["case/1 \(forked.dot)"])
  }

  @Test("refuses a changeset that is chained to another predecessor as a fork")
  func forkedChain() throws {
    var author = device.author(in: scope)
    var clone = author
    _ = try device.access().store([author.write([[1]]).whole])
    _ = clone.write([[2]])
    let next = clone.write([[3]])
    #expect(try device.access().store([next.whole]).refused.map(\.code) == [Refusal.Code.fork])
    #expect(try world.count("changeset") == 1)
  }

  @Test("refuses a part that is not what the header says, and keeps nothing of it")
  func digestMismatch() throws {
    let declared = [ChangesetHeader.Part(rows: 1, bytes: 3, digest: Codec.standard.digest([1, 2, 3]))]
    for parts: [[UInt8]] in [[[1, 2, 4]], [[1, 2]], [[1, 2, 3], [1]], []] {
      var author = device.author(in: scope)
      let bad = author.write(parts, declaring: declared)
      #expect(try device.access().store([bad.whole]).refused.map(\.code) == [Refusal.Code.malformed])
    }
    for table in ["changeset", "part", "staged", "scope", "site"] { #expect(try world.count(table) == 0, "\(table)") }
  }

  @Test("holds up nothing but the chain of what it refuses, and names the first of it alone")
  func poison() throws {
    var poisoned = device.author(in: scope)
    var sound = device.author(in: other)
    let bad = poisoned.write([[1]], declaring: [.init(rows: 1, bytes: 1, digest: Codec.standard.digest([2]))])
    let answer = try device.access().store([bad.whole, poisoned.write().whole, sound.write().whole, poisoned.write().whole])
    #expect(answer.refused == [Refusal(scope: scope, dot: bad.dot, code: Refusal.Code.malformed)])
    #expect(answer.held == [hold(scope), hold(other, Dot(site: device.site, seq: 1))])
  }

  @Test("refuses a header of a later version by name, and cannot name one that says nothing")
  func headers() throws {
    let later = CBOR.map([0: .unsigned(2), 1: .text("case/1"), 2: .bytes(device.site.bytes), 3: .unsigned(1)]).encoded
    var sound = device.author(in: other)
    let answer = try device.access().store([
      Fragment(header: later, signature: [], firstPart: 0, parts: [[1]]), sound.write().whole,
    ])
    #expect(answer.refused == [Refusal(scope: scope, dot: Dot(site: device.site, seq: 1), code: "unsupported-version")])
    #expect(try world.count("changeset") == 1)
    #expect { try device.access().store([Fragment(header: [0xFF], signature: [], firstPart: 0, parts: [[1]])]) } throws: {
      ($0 as? RelayError)?.code == .malformed
    }
  }

  @Test("keeps the parts of a changeset until the last is there, goes on where it was cut, and only then gives it a position")
  func staging() throws {
    var author = device.author(in: scope)
    let large = author.write([noise(9), noise(8), noise(7)])
    let token = try device.access().token()
    let first = try device.access().store([large.some(0..<1)])
    #expect(first.held == [hold(scope, partial: [.init(dot: large.dot, parts: 1)])])
    #expect(try world.count("changeset") == 0)
    #expect(try device.access().load(beyond: [hold(scope)], budget: 999).fragments.isEmpty)
    #expect(try device.access().store([large.some(2..<3)]).refused.map(\.code) == [Refusal.Code.gap])
    // Sent again from the start, as after a lost answer: nothing is stored twice.
    #expect(try device.access().store([large.some(0..<2)]).held.first?.holdings.parts(of: large.dot) == 2)
    #expect(try world.count("part") == 2)
    let last = try device.access().store([large.some(2..<3), author.write().whole])
    #expect(last.held == [hold(scope, Dot(site: device.site, seq: 2))])
    #expect(try world.count("staged") == 0)
    #expect(try device.access().token() != token)
    let loaded = try device.access().load(beyond: [hold(scope)], budget: 9999).fragments
    #expect(loaded.map(\.parts) == [large.parts, [[1, 2, 3]]])
    #expect(loaded.map(\.signature) == [[5], [5]])
  }

  @Test("refuses parts of another changeset than the one that is arriving")
  func stagedFork() throws {
    var author = device.author(in: scope)
    var clone = author
    let large = author.write([[1], [2]])
    let twin = clone.write([[3], [4]])
    _ = try device.access().store([large.some(0..<1)])
    #expect(try device.access().store([twin.some(1..<2)]).refused.map(\.code) == [Refusal.Code.fork])
    #expect(try device.access().store([twin.whole]).refused.map(\.code) == [Refusal.Code.fork])
    #expect(try device.access().store([large.some(1..<2)]).held == [hold(scope, large.dot)])
  }
}
