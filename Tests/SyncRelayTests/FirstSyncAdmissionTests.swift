import Dispatch
import SyncCore
import SyncKit
import SyncRelay
import Synchronization
import Testing

@testable import SyncServer

@Suite("First syncs", .timeLimit(.minutes(2)))
struct FirstSyncAdmissionTests {
  /// A clock that stops whoever asks it next, until that one is let go on.
  private final class StoppingClock: Sendable {
    private let state = Mutex((isArmed: false, asked: 0))
    let hasStopped = DispatchSemaphore(value: 0)
    let goOn = DispatchSemaphore(value: 0)

    /// How often it was asked.
    var asked: Int { state.withLock { $0.asked } }

    func arm() { state.withLock { $0.isArmed = true } }

    func now() -> Int64 {
      let stops = state.withLock { state in
        defer { state = (false, state.asked + 1) }
        return state.isArmed
      }
      if stops {
        hasStopped.signal()
        goOn.wait()
      }
      return 1_800_000_000_000
    }
  }

  private static func pull(_ scopes: Int, holding: Int = 0) -> ExchangeRequest {
    let site = SiteID(bytes: [UInt8](repeating: 5, count: SiteID.byteCount))
    return .pull(
      (0..<scopes).compactMap { number in
        let vector = number < holding ? VersionVector(site.map { [Dot(site: $0, seq: 1)] } ?? []) : VersionVector()
        return ScopeID("s\(number)").map { ScopeHoldings(scope: $0, holdings: Holdings(vector: vector)) }
      })
  }

  @Test("a pull about many scopes of which the asker has nothing is of one")
  func kind() {
    let least = ServerLimits.firstSyncScopes
    #expect(RelayResponder.isOfFirstSync(Self.pull(least)))
    #expect(!RelayResponder.isOfFirstSync(Self.pull(least - 1)))
    #expect(!RelayResponder.isOfFirstSync(Self.pull(10 * least, holding: 9 * least + 1)))
    #expect(!RelayResponder.isOfFirstSync(.push([])))
    #expect(!RelayResponder.isOfFirstSync(.hello(epoch: [], token: [], scopes: (0..<least).compactMap { ScopeID("s\($0)") })))
  }

  @Test("take half of the threads at the most: the next is told to come back, and a day's work is taken meanwhile")
  func admission() async throws {
    let world = try TestRelay()
    let device = try world.device(1, user: "li", grants: [.one(try #require(ScopeID("plant")))])
    let clock = StoppingClock()
    let relay = try TestRelay.open(world.place, clock: { clock.now() })
    var author = device.author(in: try #require(ScopeID("plant")))
    let push = ExchangeRequest.push(author.write(count: 1)).encoded(codec: .standard)
    let pull = Self.pull(ServerLimits.firstSyncScopes).encoded(codec: .standard)
    try await withServer(world, .init(port: 0, databaseThreads: 2), over: relay) { client in
      let asked = clock.asked
      let connection = try HTTPClient.Connection(port: client.port)
      connection.send(HTTPClient.head("POST", "/v1/pull", token: device.token, type: "application/cbor", length: pull.count))
      // Who asks is looked up at one time by the clock, and the next who asks it is the pull.
      while clock.asked == asked { try await Task.sleep(for: .milliseconds(5)) }
      clock.arm()
      connection.send(pull)
      #expect(await Task.detached { clock.hasStopped.wait(timeout: .now() + 30) == .success }.value)
      defer { clock.goOn.signal() }
      let other = try await client.request("POST", "/v1/pull", token: device.token, type: "application/cbor", body: pull)
      #expect(other.status == 503 && other.json["code"] == "busy" && other.headers["retry-after"] == "5")
      #expect(try await client.request("POST", "/v1/push", token: device.token, type: "application/cbor", body: push).status == 200)
      clock.goOn.signal()
      #expect(try await connection.receive().status == 200)
      #expect(try await client.request("POST", "/v1/pull", token: device.token, type: "application/cbor", body: pull).status == 200)
    }
  }
}
