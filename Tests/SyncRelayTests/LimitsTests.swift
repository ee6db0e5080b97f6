import SyncCore
import SyncKit
import SyncRelay
import Testing

@Suite("The relay's limits hold at n and break at n + 1", .bothStores, .namingStore)
struct LimitsTests {
  let scope = ScopeID(literal: "case/1")

  private func world(_ change: (inout RelayLimits) -> Void) throws -> (TestRelay, TestDevice) {
    var limits = RelayLimits()
    change(&limits)
    let world = try TestRelay(limits: limits)
    return (world, try world.device(1, user: "li", grants: [.one(scope)]))
  }

  private func codes(_ device: TestDevice, _ fragments: [Fragment]) throws -> [String] {
    try device.access().store(fragments).refused.map(\.code)
  }

  @Test("a changeset's bytes")
  func changeset() throws {
    var author = Author(scope: scope, site: SiteID(deviceHigh: 7, deviceLow: 1, incarnation: 1), user: "li")
    let written = author.write([noise(100), noise(200)])
    let size = written.header.count + 300
    for (limit, expected) in [(size, []), (size - 1, [Refusal.Code.tooLarge])] {
      let (world, device) = try world { $0.changesetBytes = limit }
      // Refused by what it declares, before its parts have come.
      #expect(try codes(device, [written.some(0..<1)]) == expected)
      #expect(try world.count("part") == (expected.isEmpty ? 1 : 0))
    }
  }

  @Test("a header's bytes")
  func header() throws {
    var author = Author(scope: scope, site: SiteID(deviceHigh: 7, deviceLow: 1, incarnation: 1), user: "li")
    let written = author.write()
    for (limit, expected) in [(written.header.count, []), (written.header.count - 1, [Refusal.Code.tooLarge])] {
      let (_, device) = try world { $0.headerBytes = limit }
      #expect(try codes(device, [written.whole]) == expected)
    }
  }

  @Test("a signature's bytes")
  func signature() throws {
    let (_, device) = try world { $0.signatureBytes = 64 }
    var author = device.author(in: scope)
    for (count, expected) in [(64, []), (65, [Refusal.Code.tooLarge])] {
      let written = author.write()
      let fragment = Fragment(
        header: written.header, signature: [UInt8](repeating: 1, count: count), firstPart: 0, parts: written.parts)
      #expect(try codes(device, [fragment]) == expected)
    }
  }

  @Test("the fragments of a push")
  func fragments() throws {
    let (world, device) = try world { $0.fragmentsPerPush = 4 }
    var author = device.author(in: scope)
    #expect(try codes(device, author.write(count: 4)) == [])
    #expect { try device.access().store(author.write(count: 5)) } throws: { ($0 as? RelayError)?.code == .tooLarge }
    #expect(try world.count("changeset") == 4)
  }

  @Test("as many fragments as fill a batch may be pushed")
  func batch() throws {
    var author = Author(scope: ScopeID(literal: "s"), site: SiteID(deviceHigh: 7, deviceLow: 1, incarnation: 1), user: "")
    let smallest = author.write([[]]).whole
    #expect(Limits.batchBytes / smallest.byteCount < RelayLimits().fragmentsPerPush)
  }

  @Test("the scopes of a pull")
  func scopes() throws {
    let (_, device) = try world { $0.scopesPerRequest = 2 }
    let wants = ["a", "b", "c"].compactMap { ScopeID($0) }.map { hold($0) }
    #expect(try device.access().load(beyond: Array(wants.prefix(2)), budget: 1).fragments.isEmpty)
    #expect { try device.access().load(beyond: wants, budget: 1) } throws: { ($0 as? RelayError)?.code == .tooLarge }
  }

  @Test("the unfinished bytes of one device, until what it abandoned makes way")
  func staging() throws {
    let (world, device) = try world {
      $0.stagingBytesPerDevice = 300
      $0.stagingMilliseconds = 1000
    }
    let other = ScopeID(literal: "case/2")
    var author = device.author(in: scope)
    var second = device.author(in: other)
    let large = author.write([noise(200), noise(200)])
    let exact = second.write([noise(100), noise(1), noise(1)])
    #expect(try codes(device, [large.some(0..<1), exact.some(0..<1)]) == [])
    #expect(try codes(device, [exact.some(1..<2)]) == [Refusal.Code.tooLarge])
    // What completes a changeset leaves nothing unfinished, so that it may always come.
    #expect(try codes(device, [large.some(1..<2)]) == [])
    #expect(try codes(device, [exact.some(1..<2)]) == [])
    let next = author.write([noise(200), noise(200)])
    #expect(try codes(device, [next.some(0..<1)]) == [Refusal.Code.tooLarge])
    world.now += 1000
    #expect(try codes(device, [next.some(0..<1)]) == [Refusal.Code.tooLarge])
    world.now += 1
    #expect(try codes(device, [next.some(0..<1)]) == [])
    #expect(try device.access().holdings(of: other) == Holdings())
  }

  @Test("an enrolment code's grants")
  func grants() throws {
    let (world, _) = try world { _ in }
    let scopes = (0...RelayLimits.grantsPerCode).compactMap { ScopeID("case/\($0)") }.map { GrantedScope.one($0) }
    _ = try world.relay.createCode(user: "u", name: "n", grants: scopes.dropLast())
    #expect { try world.relay.createCode(user: "u", name: "n", grants: scopes) } throws: { ($0 as? RelayError)?.code == .tooLarge }
  }
}
