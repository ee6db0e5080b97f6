import SyncCore
import SyncKit
import SyncRelay
import Testing

@Suite("Packs over HTTP", .bothStores, .namingStore)
struct PackRouteTests {
  let world: TestRelay

  init() throws {
    var limits = RelayLimits()
    (limits.packChangesets, limits.packBytes) = (1, 20_000)
    world = try TestRelay(limits: limits)
  }

  /// A hundred scopes that a device opened, of which each changeset is some hundred bytes.
  private func filled(_ device: TestDevice) throws -> [ScopeID] {
    let scopes = try (0..<100).map { try #require(ScopeID("case/\($0 + 100)")) }
    for (at, scope) in scopes.enumerated() {
      var author = device.author(in: scope)
      #expect(try device.access().store([author.write([noise(400, seed: UInt64(at + 1))]).whole]).refused.isEmpty)
    }
    return scopes
  }

  @Test("are offered, given by ranges and resumed, to who may read all of them and to nobody else")
  func routes() async throws {
    let writer = try world.device(1, user: "li")
    let reader = try world.device(2, user: "office", grants: [.all])
    let scopes = try filled(writer)
    let stranger = try world.device(3, user: "wang", grants: [.one(scopes[0])])
    let report = try #require(try world.relay.pack())
    #expect(report.scopes == 100 && report.packs > 1)
    let question = PackQuestion(scopes).encoded(codec: .standard)
    try await withServer(world) { client in
      func offered(_ device: TestDevice) async throws -> [Pack] {
        let answer = try await client.request("POST", "/v1/packs", token: device.token, type: "application/cbor", body: question)
        #expect(answer.status == 200 && answer.headers["cache-control"] == "no-store")
        return try PackAnswer(decoding: answer.body, codec: .standard).packs
      }
      let packs = try await offered(reader)
      #expect(packs.count == report.packs && packs.reduce(0) { $0 + $1.bytes } == report.bytes)
      // Their author may hold each of them too, one by one; who may hold one of many is told of the pack that holds nothing else.
      #expect(try await offered(writer) == packs)
      let theirs = try await offered(stranger)
      #expect(theirs.count == 1 && theirs[0] != packs[0])
      let path = "/v1/packs/\(Hex.text(packs[0].digest))"
      var bytes: [UInt8] = []
      while bytes.count < packs[0].bytes {
        let piece = try await client.request(
          "GET", path, token: reader.token, headers: ["Range": "bytes=\(bytes.count)-\(bytes.count + 4999)"])
        #expect(piece.status == 206 && !piece.body.isEmpty && piece.body.count <= 5000)
        bytes += piece.body
      }
      #expect(Codec.standard.digest(bytes) == packs[0].digest)
      #expect(try await client.request("GET", path, token: reader.token, headers: ["Range": "bytes=\(packs[0].bytes)-"]).status == 416)
      #expect(try await client.request("GET", path, token: stranger.token, headers: ["Range": "bytes=0-"]).status == 404)
      #expect(try await client.request("GET", path, token: nil, headers: ["Range": "bytes=0-"]).status == 401)
      #expect(try await client.request("POST", path, token: reader.token, type: "application/cbor", body: []).status == 405)
      #expect(try await client.request("POST", "/v1/packs", token: reader.token, type: "application/cbor", body: [1, 2]).status == 400)
      #expect(try await client.request("POST", "/v1/packs", token: nil, type: "application/cbor", body: question).status == 401)
      // As a laptop asks.
      let (port, token) = (client.port, reader.token)
      let (found, piece) = try await onThread {
        let transport = try CurlTransport(baseURL: "http://127.0.0.1:\(port)", token: token)
        let remote = RemotePacks(transport, waitingAs: PatientTransport(over: transport) { (_) throws(TransportError) in })
        let found = try remote.packs(of: scopes)
        return (found, try remote.read(pack: found[1].digest, at: 10))
      }
      #expect(found == packs && piece.total == packs[1].bytes && piece.bytes.count == packs[1].bytes - 10)
    }
  }

  @Test("are of what the relay held when it was set back no more, once their files are gone")
  func gone() throws {
    let writer = try world.device(1, user: "li")
    let scopes = try filled(writer)
    try world.relay.pack()
    let offered = try writer.access().packs(of: scopes)
    #expect(!offered.isEmpty)
    #expect(throws: RelayError.self) { try writer.access().read(pack: [UInt8](repeating: 9, count: 32), at: 0) }
    #expect(throws: RelayError.self) { try writer.access().read(pack: offered[0].digest, at: -1) }
    #expect(try world.reopen().officeAccess().packs(of: scopes) == offered)
  }
}

@Suite("Withdrawn grants", .bothStores, .namingStore)
struct WithdrawnGrantTests {
  let world: TestRelay
  let scope = ScopeID(literal: "case/1")

  init() throws { world = try TestRelay() }

  private func hello(_ device: TestDevice, token: [UInt8] = [], _ scopes: [ScopeID] = []) throws -> (token: [UInt8], [WithdrawnScope]) {
    let access = try device.access()
    let answer = try ExchangeResponder.answer(.hello(epoch: access.epoch, token: token, scopes: scopes), from: access)
    guard case .heads(_, let token, _, _, _, let withdrawn) = answer else { throw SyncCoreError(.unexpected, "heads") }
    return (token, withdrawn)
  }

  @Test("are told once, and again to who asks about the scope; work of before is taken until the device shows that it was told")
  func told() throws {
    let device = try world.device(1, user: "li", grants: [.one(scope)])
    let other = try world.device(2, user: "li")
    var author = device.author(in: scope)
    #expect(try device.access().store(author.write(count: 2)).refused.isEmpty)
    let before = try hello(device).token
    #expect(try hello(device, token: before).1.isEmpty)
    #expect(try world.relay.revoke(user: "li", scope: .one(scope)))
    // Reading ends at once.
    #expect(try device.access().load(beyond: [hold(scope)], budget: 1 << 20).fragments.isEmpty)
    let told = WithdrawnScope(scope: scope, at: world.now, isRemoved: false)
    let (after, withdrawn) = try hello(device, token: before)
    #expect(withdrawn == [told])
    // An exchange that was cut there shows the token of before.
    #expect(try device.access().store([author.write().whole]).refused.isEmpty)
    #expect(try world.relay.officeAccess().holdings(of: scope).vector == VersionVector([Dot(site: device.site, seq: 3)]))
    let (_, again) = try hello(device, token: after)
    #expect(again.isEmpty)
    #expect(try hello(device, token: after, [scope]).1 == [told])
    #expect(try device.access().store([author.write().whole]).refused.map(\.code) == [Refusal.Code.notGranted])
    // Each device for itself: its own work, and what it carries that this was based on.
    var (late, carried) = (
      other.author(in: scope), Author(scope: scope, site: SiteID(deviceHigh: 3, deviceLow: 3, incarnation: 1), user: "wang")
    )
    #expect(try other.access().store([carried.write().whole, late.write().whole]).refused.isEmpty)
    #expect(try device.access().store([carried.write().whole]).refused.map(\.code) == [Refusal.Code.notGranted])
    // And nobody who never held it.
    let stranger = try world.device(4, user: "zhao")
    #expect(try stranger.access().store([carried.write().whole]).refused.map(\.code) == [Refusal.Code.notGranted])
    try world.relay.grant(user: "li", scope: .one(scope))
    #expect(try hello(device, token: before).1.isEmpty)
    #expect(try device.access().store([author.write().whole]).refused.map(\.code) == [Refusal.Code.gap])
  }

  @Test("take work of before for so long and no longer")
  func grace() throws {
    let device = try world.device(1, user: "li", grants: [.one(scope)])
    var author = device.author(in: scope)
    #expect(try device.access().store([author.write().whole]).refused.isEmpty)
    try world.relay.revoke(user: "li", scope: .one(scope))
    world.now += RelayLimits().withdrawnMilliseconds - 1
    #expect(try device.access().store([author.write().whole]).refused.isEmpty)
    world.now += 1
    #expect(try device.access().store([author.write().whole]).refused.map(\.code) == [Refusal.Code.notGranted])
  }

  @Test("of everything are told scope by scope, but for what is granted beside it; one that has ended is told as well")
  func everything() throws {
    let device = try world.device(1, user: "li", grants: [.all])
    let scopes = try (1...3).map { try #require(ScopeID("case/\($0)")) }
    for scope in scopes {
      var author = device.author(in: scope)
      #expect(try device.access().store([author.write().whole]).refused.isEmpty)
    }
    let before = try hello(device).token
    try world.relay.grant(user: "li", scope: .one(scopes[2]))
    try world.relay.revoke(user: "li", scope: .all, removing: true)
    #expect(try hello(device, token: before).1.map(\.scope) == [scopes[0], scopes[1]])
    #expect(try hello(device, token: before).1.allSatisfy(\.isRemoved))
    // What nobody has opened yet is not withdrawn.
    #expect(try hello(device, token: hello(device).token, [ScopeID(literal: "case/new")]).1.isEmpty)
    try world.relay.grant(user: "li", scope: .one(scopes[2]), until: world.now + 10)
    world.now += 10
    #expect(try hello(device, token: before).1.map(\.scope) == scopes)
    try world.relay.grant(user: "li", scope: .all)
    #expect(try hello(device, token: before).1.isEmpty)
  }

  @Test("are to be let go of later where that is asked for later")
  func removal() throws {
    let device = try world.device(1, user: "li", grants: [.one(scope)])
    #expect(try !world.relay.revoke(user: "wang", scope: .one(scope), removing: true))
    #expect(try world.relay.revoke(user: "li", scope: .one(scope)))
    #expect(try !world.relay.revoke(user: "li", scope: .one(scope)))
    let token = try hello(device).token
    #expect(try world.relay.revoke(user: "li", scope: .one(scope), removing: true))
    #expect(try hello(device, token: token).1 == [WithdrawnScope(scope: scope, at: world.now, isRemoved: true)])
    #expect(try !world.relay.revoke(user: "li", scope: .one(scope), removing: true))
  }
}
