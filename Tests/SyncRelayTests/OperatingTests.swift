import Foundation
import SyncCore
import SyncKit
import SyncRelay
import Testing

@testable import SyncServer

@Suite("Who operates the relay")
struct OperatingTests {
  let world: TestRelay
  let scope = ScopeID(literal: "case/1")
  let device: TestDevice
  static let token = "0123456789abcdef"

  init() throws {
    world = try TestRelay()
    device = try world.device(1, user: "li", grants: [.one(scope)])
  }

  private func push(_ fragments: [Fragment], _ client: HTTPClient) async throws {
    let push = ExchangeRequest.push(fragments)
    let answer = try await client.request(
      "POST", push.path, token: device.token, type: "application/cbor", body: push.encoded(codec: .standard))
    #expect(answer.status == 200)
  }

  @Test("is told that it is ready, or why it is not; that it lives is told apart from that")
  func readiness() async throws {
    try await withServer(world) { client in
      let answer = try await client.request("GET", "/readyz")
      #expect(answer.status == 200 && answer.body == Array("ready\n".utf8) && answer.headers["cache-control"] == "no-store")
      #expect(try await client.request("POST", "/readyz").status == 405)
    }
    try await withServer(world, .init(port: 0, leastFreeBytes: .max)) { client in
      let answer = try await client.request("GET", "/readyz")
      #expect(answer.status == 503 && answer.json["code"] == "no-room")
      #expect(try await client.request("GET", "/healthz").status == 200)
    }
    try await withServer(world) { client in
      // Still open here, but nobody else could ever read what is written.
      try FileManager.default.removeItem(atPath: world.path)
      let answer = try await client.request("GET", "/readyz")
      #expect(answer.status == 503 && answer.json["code"] == "unwritable")
      #expect(try await client.request("GET", "/healthz").status == 200)
      try world.relay.close()
      #expect(try await client.request("GET", "/readyz").json["code"] == "unreadable")
      #expect(try await client.request("GET", "/healthz").status == 500)
    }
  }

  @Test("knows whether the disk has the room that was asked for")
  func room() throws {
    let free = try #require(try world.relay.statistics().freeBytes)
    // The disk is not ours alone: a tenth either way is room for what others do meanwhile.
    #expect(world.relay.obstacle(leastFreeBytes: free / 10 * 9) == nil)
    #expect(world.relay.obstacle(leastFreeBytes: free / 10 * 11) == .noRoom)
  }

  @Test("reads the numbers with their token, in a form that holds to the letter, and others get none")
  func metrics() async throws {
    var author = device.author(in: scope)
    let part = ChangePart.encode([], codec: .standard) { _ in device.site }
    let written = [author.write([part]), author.write([part])]
    var stranger = Author(scope: scope, site: device.site, user: "wang")
    stranger.seq = 2
    let refused = stranger.write([part])
    try await withServer(world, .init(port: 0, metricsToken: Self.token)) { client in
      for token in [nil, "", device.token, Self.token + "x"] {
        #expect(try await client.request("GET", "/metrics", token: token).status == 401)
      }
      #expect(try await client.request("POST", "/metrics", token: Self.token).status == 405)
      try await push(written.map(\.whole), client)
      try await push([refused.whole], client)
      #expect(try await client.request("GET", "/no/such%22route\n").status != 200)
      let answer = try await client.request("GET", "/metrics", token: Self.token)
      #expect(answer.status == 200 && answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      let body = String(decoding: answer.body, as: UTF8.self)
      let text = try PrometheusText(body)
      #expect(text.value("synckit_relay_requests_total", ["route": "/v1/push", "status": "200"]) == 2)
      #expect(text.value("synckit_relay_requests_total", ["route": "/metrics", "status": "401"]) == 4)
      #expect(text.value("synckit_relay_request_duration_seconds_count", ["route": "/v1/push"]) == 2)
      #expect(text.value("synckit_relay_refused_total", ["code": Refusal.Code.notTheAuthor]) == 1)
      #expect(text.value("synckit_relay_changesets") == 2 && text.value("synckit_relay_scopes") == 1)
      #expect(text.value("synckit_relay_devices", ["state": "active"]) == 1)
      #expect(text.value("synckit_relay_request_bytes_total") ?? 0 > 100 && text.value("synckit_relay_response_bytes_total") ?? 0 > 100)
      #expect(text.value("synckit_relay_requests_open") == 0 && text.value("synckit_relay_draining") == 0)
      #expect(text.value("synckit_relay_log_bytes") ?? 0 > 10_000 && text.value("synckit_relay_disk_free_bytes") ?? 0 > 0)
      #expect(text.value("synckit_relay_received_timestamp_seconds") == 1_800_000_000)
      // Neither a case nor a person nor a device.
      for word in [scope.name, "li", "\(device.id)", "laptop"] {
        #expect(!text.samples.contains { $0.name.contains(word) || $0.labels.values.contains(word) })
      }
      let again = try PrometheusText(
        String(decoding: try await client.request("GET", "/metrics", token: Self.token).body, as: UTF8.self))
      #expect(again.value("synckit_relay_requests_total", ["route": "/metrics", "status": "200"]) == 1)
    }
    try await withServer(world) { client in
      let answer = try await client.request("GET", "/metrics", token: Self.token)
      #expect(answer.status == 404)
    }
  }

  @Test("chooses a token that nobody guesses, and times that a supervisor waits")
  func limits() throws {
    func server(_ configuration: RelayServerConfiguration) throws {
      _ = try RelayServer(relay: world.relay, configuration: configuration, logger: LogLines().logger)
    }
    let bytes = RelayServerConfiguration.metricsTokenBytes
    for length in [bytes, bytes + 1] { try server(.init(metricsToken: String(repeating: "x", count: length))) }
    #expect(throws: RelayError.self) { try server(.init(metricsToken: String(repeating: "x", count: bytes - 1))) }
    for seconds in [0, 299, 300] { try server(.init(drainSeconds: seconds)) }
    for seconds in [-1, 301] { #expect(throws: RelayError.self) { try server(.init(drainSeconds: seconds)) } }
    #expect(throws: RelayError.self) { try server(.init(leastFreeBytes: -1)) }
  }

  @Test("finds durations in the class whose bound they do not pass, and labels that end where they end")
  func exposition() throws {
    var durations = Metrics.Durations()
    for seconds in [0.004, 0.005, 0.0051, 300, 301] { durations.note(seconds) }
    #expect(durations.classes.first == 2 && durations.classes[1] == 1 && durations.classes.last == 1 && durations.count == 5)
    #expect(Exposition.escaped("a\\b\"c\nd") == #"a\\b\"c\nd"#)
  }
}
