import Foundation
import NIOCore
import ServiceLifecycle
import SyncCore
import SyncServer
import Testing

@Suite("Over HTTP/2 the limits are the same")
struct HTTP2Tests {
  private static let requestsAtOnce = 4
  private static let resets = 100
  /// Sooner than the client itself would give up.
  private static let patience = TimeAmount.seconds(19)

  private func talk(
    _ pieces: [[UInt8]], idleSeconds: Int = 60, bodySeconds: Int = 60, answerSeconds: Int = 60,
    until isEnough: @escaping @Sendable ([HTTP2Client.Frame]) -> Bool = { _ in false }
  ) async throws -> HTTP2Client.Conversation {
    let secure = try SecureWorld()
    let configuration = RelayServerConfiguration(
      port: 0, tls: secure.files, maximumBodySeconds: bodySeconds, maximumAnswerSeconds: answerSeconds, maximumIdleSeconds: idleSeconds)
    return try await withServer(secure.world, configuration) { client in
      try await HTTP2Client.talk(port: client.port, authority: secure.trusted, pieces, until: isEnough)
    }
  }

  private func body(_ frames: [HTTP2Client.Frame], of stream: UInt32) -> String {
    String(decoding: frames.filter { $0.kind == HTTP2Client.data && $0.stream == stream }.flatMap(\.payload), as: UTF8.self)
  }

  @Test("a header's bytes")
  func header() async throws {
    let secure = try SecureWorld()
    // What libcurl sends beside it is some 300 bytes, counted as HTTP/2 counts.
    for (count, status) in [(15 << 10, 200), (17 << 10, 0)] {
      let answer = try await withServer(secure.world, .init(port: 0, tls: secure.files)) { client in
        try await Curl.get(
          "https://localhost:\(client.port)/healthz", authority: secure.trusted, headers: ["X-A: " + String(repeating: "a", count: count)])
      }
      #expect(answer.status == status, "\(answer)")
    }
  }

  @Test("a body's bytes")
  func largeBody() async throws {
    let header = HTTP2Client.request(1, "POST", "/v1/enrol", type: "application/json", hasBody: true)
    for (count, code) in [(4096, "malformed"), (4097, "too-large")] {
      let body = HTTP2Client.frame(HTTP2Client.data, flags: 1, stream: 1, [UInt8](repeating: 0x20, count: count))
      let frames = try await talk([HTTP2Client.preface, HTTP2Client.settingsTaken, header, body]) { frames in
        frames.contains { $0.kind == HTTP2Client.data && $0.flags & 1 == 1 }
      }.frames
      #expect(self.body(frames, of: 1).contains(#""code":"\#(code)""#))
    }
  }

  @Test("a body that does not end")
  func slowBody() async throws {
    let header = HTTP2Client.request(1, "POST", "/v1/enrol", type: "application/json", hasBody: true)
    let begun = [HTTP2Client.preface, HTTP2Client.settingsTaken, header, HTTP2Client.frame(HTTP2Client.data, stream: 1, [0x7B])]
    let said = try await talk(begun, bodySeconds: 1) { frames in
      frames.contains { $0.kind == HTTP2Client.data && $0.flags & 1 == 1 }
    }
    #expect(body(said.frames, of: 1).contains(#""code":"timed-out""#) && said.took >= .seconds(1))
  }

  @Test("an idle connection, whether it has asked for something or not, is closed whatever the other side says")
  func idle() async throws {
    let asks = [[], HTTP2Client.request(1, "GET", "/healthz")]
    for ask in asks {
      // The other side takes no settings and answers no ping.
      let said = try await talk([HTTP2Client.preface, ask], idleSeconds: 1)
      #expect(body(said.frames, of: 1) == (ask.isEmpty ? "" : "ok\n"))
      #expect(said.took >= .seconds(1) && said.took < Self.patience, "\(said.took)")
    }
  }

  @Test("a header that never ends is cut off")
  func slowHeader() async throws {
    let whole = HTTP2Client.request(1, "GET", "/healthz")
    let took = try await talk([HTTP2Client.preface, Array(whole.dropLast(3))], idleSeconds: 1).took
    #expect(took >= .seconds(1) && took < Self.patience, "\(took)")
  }

  @Test("an answer that is not taken holds the connection no longer than a body and an answer may take")
  func untaken() async throws {
    // A window of no bytes for every answer.
    let noWindow = HTTP2Client.frame(HTTP2Client.settings, [0, 4, 0, 0, 0, 0])
    let pieces = [HTTP2Client.preface, noWindow, HTTP2Client.settingsTaken, HTTP2Client.request(1, "GET", "/healthz")]
    let said = try await talk(pieces, bodySeconds: 1, answerSeconds: 1)
    #expect(body(said.frames, of: 1).isEmpty && said.took >= .seconds(2) && said.took < Self.patience, "\(said.took)")
  }

  @Test("four requests at once are worked on, and the fifth is not, whether the limit was heard of or not", arguments: [true, false])
  func streams(isPolite: Bool) async throws {
    func pieces(_ count: Int) -> [[UInt8]] {
      let open = (0..<count).map { number in
        HTTP2Client.request(UInt32(2 * number + 1), "POST", "/v1/enrol", type: "application/json", hasBody: true)
      }
      let last = HTTP2Client.frame(HTTP2Client.data, flags: 1, stream: UInt32(2 * count - 1), Array("{}".utf8))
      return [HTTP2Client.preface] + (isPolite ? [HTTP2Client.settingsTaken] : []) + open + [last]
    }
    let limit = Self.requestsAtOnce
    for (count, isAnswered) in [(limit, true), (limit + 1, false)] {
      let stream = UInt32(2 * count - 1)
      let frames = try await talk(pieces(count)) { frames in
        frames.contains { $0.stream == stream && ($0.kind == HTTP2Client.data || $0.kind == HTTP2Client.reset) }
      }.frames
      #expect(body(frames, of: stream).contains("malformed") == isAnswered, "\(frames)")
    }
  }

  @Test("what is under way is answered when the server is told to stop, and the other side is told as well")
  func shutdown() async throws {
    /// The server as a service that another group stops.
    struct Serving: Service {
      let server: RelayServer
      let onRunning: @Sendable (Int) -> Void

      func run() async throws { try await server.run(handlingSignals: false) { onRunning($0) } }
    }
    let (secure, log) = (try SecureWorld(), LogLines())
    let configuration = RelayServerConfiguration(port: 0, tls: secure.files, maximumBodySeconds: 2)
    let server = try RelayServer(relay: secure.world.relay, configuration: configuration, logger: log.logger)
    let (ports, source) = AsyncStream<Int>.makeStream()
    let group = ServiceGroup(
      configuration: .init(services: [Serving(server: server) { source.yield($0) }], gracefulShutdownSignals: [], logger: log.logger))
    async let ended: Void = group.run()
    var iterator = ports.makeAsyncIterator()
    let port = try #require(await iterator.next())
    let header = HTTP2Client.request(3, "POST", "/v1/enrol", type: "application/json", hasBody: true)
    // Once the first is answered the second has been read as well; its body never ends.
    let pieces = [HTTP2Client.preface, HTTP2Client.settingsTaken, header, HTTP2Client.request(5, "GET", "/healthz")]
    let frames = try await HTTP2Client.talk(port: port, authority: secure.trusted, pieces) { frames in
      if frames.contains(where: { $0.stream == 5 && $0.kind == HTTP2Client.data }) { Task { await group.triggerGracefulShutdown() } }
      return frames.contains { $0.stream == 3 && $0.kind == HTTP2Client.data }
    }.frames
    try await ended
    #expect(frames.contains { $0.kind == HTTP2Client.goAway })
    #expect(body(frames, of: 3).contains(#""code":"timed-out""#))
  }

  @Test("a hundred requests may be taken back, and more end the connection")
  func rapidReset() async throws {
    for (count, isAnswered) in [(Self.resets, true), (Self.resets + 1, false)] {
      let pairs = (0..<count).flatMap { number in
        let stream = UInt32(2 * number + 1)
        return [
          HTTP2Client.request(stream, "POST", "/v1/enrol", type: "application/json", hasBody: true),
          HTTP2Client.frame(HTTP2Client.reset, stream: stream, [0, 0, 0, 8]),
        ]
      }
      let last = UInt32(2 * count + 1)
      let pieces = [HTTP2Client.preface, HTTP2Client.settingsTaken] + pairs + [HTTP2Client.request(last, "GET", "/healthz")]
      let frames = try await talk(pieces) { frames in
        frames.contains { $0.stream == last && $0.kind == HTTP2Client.data }
      }.frames
      #expect(body(frames, of: last).contains("ok") == isAnswered)
    }
  }
}
