import SyncCore
import SyncKit
import SyncRelay
import Testing

@Suite("A pull", .bothStores, .namingStore)
struct LoadTests {
  let world: TestRelay
  let a = ScopeID(literal: "case/a")
  let b = ScopeID(literal: "case/b")
  let device: TestDevice
  let reader: TestDevice

  init() throws {
    world = try TestRelay()
    device = try world.device(1, user: "li", grants: [.one(a), .one(b)])
    reader = try world.device(2, user: "wang", grants: [.one(a), .one(b)])
  }

  @Test("brings what is missing of each site, in the scope's order, and nothing else")
  func missing() throws {
    var mine = device.author(in: a)
    var hers = reader.author(in: a)
    _ = try device.access().store(mine.write(count: 2))
    _ = try reader.access().store(hers.write(count: 2))
    _ = try device.access().store(mine.write(count: 1))
    func dots(_ want: ScopeHoldings) throws -> [Dot] {
      try reader.access().load(beyond: [want], budget: 1 << 20).fragments.compactMap(\.dot)
    }
    func dot(_ device: TestDevice, _ seq: UInt64) -> Dot { Dot(site: device.site, seq: seq) }
    #expect(try dots(hold(a)) == [dot(device, 1), dot(device, 2), dot(reader, 1), dot(reader, 2), dot(device, 3)])
    #expect(try dots(hold(a, dot(reader, 1))) == [dot(device, 1), dot(device, 2), dot(reader, 2), dot(device, 3)])
    #expect(try dots(hold(a, dot(device, 2), dot(reader, 2))) == [dot(device, 3)])
    #expect(try dots(hold(a, dot(device, 3), dot(reader, 2))).isEmpty)
    // Whoever has more than the relay, after it was restored, misses nothing here.
    #expect(try dots(hold(a, dot(device, 9), dot(reader, 2))).isEmpty)
  }

  @Test("keeps to the budget, carries on where it ended, and says truly whether there is more")
  func budget() throws {
    var author = device.author(in: a)
    var second = device.author(in: b)
    for number in 0..<10 {
      _ = try device.access().store([author.write([noise(200, seed: UInt64(number))]).whole, second.write([noise(150)]).whole])
    }
    for budget in [1, 500, 1200, 3000, 10_000] {
      var held: [ScopeID: VersionVector] = [a: VersionVector(), b: VersionVector()]
      var got: [Dot] = []
      var hasMore = true
      while hasMore {
        let wants = held.map { ScopeHoldings(scope: $0.key, holdings: Holdings(vector: $0.value)) }.sorted { $0.scope < $1.scope }
        let batch = try reader.access().load(beyond: wants, budget: budget)
        let size = batch.fragments.reduce(0) { $0 + $1.byteCount }
        #expect(size <= budget || batch.fragments.count == 1 && batch.fragments[0].parts.count == 1)
        try #require(!batch.fragments.isEmpty)
        for fragment in batch.fragments {
          let header = try ChangesetHeader(decoding: fragment.header)
          #expect(header.dot.seq == (held[header.scope]?[header.dot.site] ?? 0) + 1)
          held[header.scope]?.insert(header.dot)
          got.append(header.dot)
        }
        hasMore = batch.hasMore
      }
      #expect(got.count == 20, "budget \(budget)")
    }
  }

  @Test("brings several scopes in one batch")
  func scopes() throws {
    var author = device.author(in: a)
    var second = device.author(in: b)
    _ = try device.access().store([author.write().whole, second.write().whole])
    let batch = try reader.access().load(beyond: [hold(a), hold(b), hold(a)], budget: 1 << 20)
    #expect(try batch.fragments.map { try ChangesetHeader(decoding: $0.header).scope } == [a, b])
    #expect(!batch.hasMore)
  }

  @Test("brings a changeset larger than the budget in parts, from the first that is missing, one part at the least")
  func parts() throws {
    var author = device.author(in: a)
    let large = author.write((0..<6).map { noise(1000, seed: UInt64($0)) })
    _ = try device.access().store([large.whole, author.write().whole])
    func load(_ parts: Int, budget: Int) throws -> ChangeBatch {
      try reader.access().load(
        beyond: [hold(a, partial: parts == 0 ? [] : [.init(dot: large.dot, parts: parts)])], budget: budget)
    }
    let overhead = Fragment(header: large.header, signature: [5], firstPart: 0, parts: []).byteCount
    let tiny = try load(0, budget: 1)
    #expect(tiny.fragments == [large.some(0..<1)] && tiny.hasMore)
    #expect(try load(1, budget: overhead + 2 * 1005 - 1).fragments == [large.some(1..<2)])
    #expect(try load(1, budget: overhead + 2 * 1005).fragments == [large.some(1..<3)])
    let rest = try load(5, budget: 1 << 20)
    #expect(rest.fragments.count == 2 && rest.fragments.first == large.some(5..<6) && !rest.hasMore)
    // An asker that has all parts and not the changeset has parts of something else.
    #expect(try load(6, budget: 1 << 20).fragments.first == large.whole)
  }
}
