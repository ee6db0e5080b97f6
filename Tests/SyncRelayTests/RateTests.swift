import Foundation
import SyncCore
import SyncKit
import SyncServer
import Synchronization
import Testing

@Suite("A device that asks too often")
struct RateTests {
  /// A clock that stands until it is moved.
  private final class StoppedClock: Sendable {
    private let time = Mutex(ContinuousClock.now)
    var now: ContinuousClock.Instant { time.withLock { $0 } }
    func advance(by duration: Duration) { time.withLock { $0 += duration } }
  }

  @Test("is told when to come back, with what it asked untouched, and slows nobody else")
  func limit() async throws {
    let (world, clock) = (try TestRelay(), StoppedClock())
    let (device, other) = (try world.device(1, user: "li"), try world.device(2, user: "wang"))
    let hello = ExchangeRequest.hello(epoch: [], token: [], scopes: []).encoded(codec: .standard)
    let configuration = RelayServerConfiguration(port: 0, maximumRequestsPerDevice: 3, requestsPerDevicePerSecond: 2)
    let now: @Sendable () -> ContinuousClock.Instant = { clock.now }
    try await withServer(world, configuration, now: now) { client in
      func ask(_ device: TestDevice) async throws -> HTTPClient.Answer {
        try await client.request("POST", "/v1/hello", token: device.token, type: "application/cbor", body: hello)
      }
      for _ in 0..<3 { #expect(try await ask(device).status == 200) }
      let refused = try await ask(device)
      #expect(refused.status == 429 && refused.json["code"] == "too-many" && refused.headers["retry-after"] == "1")
      for _ in 0..<3 { #expect(try await ask(other).status == 200) }
      clock.advance(by: .milliseconds(499))
      #expect(try await ask(device).status == 429)
      clock.advance(by: .milliseconds(1))
      #expect(try await ask(device).status == 200)
      #expect(try await ask(device).status == 429)
      // However long it was quiet, no more come at once than at first.
      clock.advance(by: .seconds(3600))
      for _ in 0..<3 { #expect(try await ask(device).status == 200) }
      #expect(try await ask(device).status == 429)
      #expect(try await client.request("GET", "/healthz").status == 200)
    }
  }
}
