import Foundation
import SyncCore
import SyncKit
import SyncRelay
import SyncServer
import Testing

@Suite("The server", .bothStores, .namingStore)
struct ServerTests {
  let world: TestRelay
  let scope = ScopeID(literal: "case/1")
  let device: TestDevice

  init() throws {
    world = try TestRelay()
    device = try world.device(1, user: "li", grants: [.one(scope)])
  }

  private func ask(_ request: ExchangeRequest, _ client: HTTPClient, token: String) async throws -> ExchangeResponse {
    let answer = try await client.request(
      "POST", request.path, token: token, type: "application/cbor", body: request.encoded(codec: .standard))
    #expect(answer.status == 200)
    #expect(answer.headers["content-type"] == "application/cbor")
    return try ExchangeResponse(decoding: answer.body, codec: .standard)
  }

  @Test("carries the exchange: hello, push, pull, and tells the office of what was stored")
  func exchange() async throws {
    var author = device.author(in: scope)
    let part = ChangePart.encode([], codec: .standard) { _ in device.site }
    let written = [author.write([part]), author.write([noise(300_000), noise(300_000)])]
    let reader = try world.device(2, user: "wang", grants: [.one(scope)])
    let heard = Heard()
    let note: @Sendable ([ScopeID]) -> Void = { heard.note($0) }
    try await withServer(world, onStored: note) { client in
      let first = try await ask(.hello(epoch: [], token: [], scopes: [scope]), client, token: device.token)
      guard case .heads(let epoch, let token, let before, _, _, _) = first else { throw SyncCoreError(.unexpected, "heads") }
      #expect(before == [hold(scope)])
      let held = hold(scope, Dot(site: device.site, seq: 2))
      #expect(try await ask(.push(written.map(\.whole)), client, token: device.token) == .receipt([held], refused: []))
      let changes = try await ask(.pull([hold(scope)]), client, token: reader.token)
      #expect(changes == .changes(written.map(\.whole), isComplete: true))
      let after = try await ask(.hello(epoch: epoch, token: token, scopes: []), client, token: reader.token)
      guard case .heads(epoch, _, let scopes, true, _, _) = after else { throw SyncCoreError(.unexpected, "heads") }
      #expect(scopes.map(\.holdings.vector) == [held.holdings.vector] && scopes[0].holdings.ends.count == 1)
    }
    #expect(heard.scopes == [[scope]])
  }

  @Test("enrols a device by its code and says why it does not")
  func enrolment() async throws {
    let code = try world.relay.createCode(user: "zhao", name: "赵工", role: "specialist", grants: [.one(scope)])
    let body = Array(#"{"code":"\#(code)","device":"00000000-0000-0009-0000-000000000009","label":"笔记本"}"#.utf8)
    try await withServer(world) { client in
      let answer = try await client.request("POST", "/v1/enrol", type: "application/json; charset=utf-8", body: body)
      #expect(answer.status == 200 && answer.headers["cache-control"] == "no-store")
      #expect(answer.json["user"] == "zhao" && answer.json["name"] == "赵工" && answer.json["role"] == "specialist")
      #expect(answer.json["epoch"]?.count == 32)
      #expect(String(decoding: answer.body, as: UTF8.self).contains(#""grants":["case/1"]"#))
      let token = try #require(answer.json["token"])
      _ = try await ask(.hello(epoch: [], token: [], scopes: []), client, token: token)
      let again = try await client.request("POST", "/v1/enrol", type: "application/json", body: body)
      #expect(again.status == 403 && again.json["code"] == "code-used")
      for bad in ["", "[]", #"{"code":"x","device":"no","label":"l"}"#] {
        let answer = try await client.request("POST", "/v1/enrol", type: "application/json", body: Array(bad.utf8))
        #expect(answer.status == 400 && answer.json["code"] == "malformed")
      }
    }
  }

  @Test("is slow with wrong codes while somebody guesses, and as quick as ever with a right one and with everybody else")
  func guessing() async throws {
    let code = try world.relay.createCode(user: "zhao", name: "赵工")
    func body(_ code: String) -> [UInt8] {
      Array(#"{"code":"\#(code)","device":"00000000000000090000000000000009","label":"l"}"#.utf8)
    }
    let (wrong, right) = (body("00000-00000"), body(code))
    try await withServer(world, .init(port: 0, maximumRequests: 4)) { client in
      for _ in 0..<19 { _ = try await client.request("POST", "/v1/enrol", type: "application/json", body: wrong) }
      // More at once than the server works on: those that wait are not among them.
      let slow = Task {
        try await withThrowingTaskGroup(of: HTTPClient.Answer.self) { group in
          for _ in 0..<12 { group.addTask { try await client.request("POST", "/v1/enrol", type: "application/json", body: wrong) } }
          let answers = try await group.reduce(into: [HTTPClient.Answer]()) { $0.append($1) }
          return (answers, ContinuousClock.now)
        }
      }
      while !world.relay.isBeingGuessedAt { try await Task.sleep(for: .milliseconds(5)) }
      try await Task.sleep(for: .milliseconds(100))
      #expect(try await client.request("POST", "/v1/enrol", type: "application/json", body: right).status == 200)
      // It came later than the wrong ones and would be answered later, had it to wait as they do.
      let answered = ContinuousClock.now
      let (answers, ended) = try await slow.value
      #expect(answered < ended)
      for answer in answers { #expect(answer.status == 403 || answer.status == 503) }
    }
  }

  @Test("answers everything it does not take with a problem that has a code and an id, and tells nothing else")
  func problems() async throws {
    let hello = ExchangeRequest.hello(epoch: [], token: [], scopes: []).encoded(codec: .standard)
    let log = LogLines()
    struct Wrong: Sendable {
      var method = "POST"
      var path = "/v1/hello"
      var token: String?
      var type: String? = "application/cbor"
      var headers: [String: String] = [:]
      var body: [UInt8]
      let status: Int
      let code: String
    }
    let chunked = ["Transfer-Encoding": "chunked"]
    let good = device.token
    let cases = [
      Wrong(body: hello, status: 401, code: "unauthorized"),
      Wrong(token: "x", body: hello, status: 401, code: "unauthorized"),
      Wrong(token: String(repeating: "A", count: 43), body: hello, status: 401, code: "unauthorized"),
      Wrong(method: "GET", token: good, body: [], status: 405, code: "method-not-allowed"),
      Wrong(method: "TRACE", token: good, body: [], status: 405, code: "method-not-allowed"),
      Wrong(method: "POST", path: "/healthz", body: [], status: 405, code: "method-not-allowed"),
      Wrong(path: "/v1/other?token=\(good)", token: good, body: hello, status: 404, code: "not-found"),
      Wrong(token: good, type: "application/json", body: hello, status: 415, code: "unsupported-media-type"),
      Wrong(token: good, type: nil, body: hello, status: 415, code: "unsupported-media-type"),
      Wrong(token: good, body: [], status: 400, code: "malformed"),
      Wrong(token: good, body: [0, 0xFF], status: 400, code: "malformed"),
      Wrong(path: "/v1/push", token: good, body: hello, status: 400, code: "malformed"),
      Wrong(token: good, body: [UInt8](repeating: 0, count: Limits.messageBytes + 1), status: 413, code: "too-large"),
      Wrong(token: good, body: [UInt8](repeating: 0, count: Limits.messageBytes), status: 400, code: "malformed"),
      // A message that says that it inflates to more than is allowed.
      Wrong(token: good, body: [1, 0x81, 0x80, 0x80, 0x08, 0], status: 413, code: "too-large"),
      Wrong(
        path: "/v1/enrol", type: "application/json", headers: chunked, body: Self.chunk(5000), status: 413, code: "too-large"),
    ]
    try await withServer(world, log: log) { client in
      for wrong in cases {
        let answer = try await client.request(
          wrong.method, wrong.path, token: wrong.token, type: wrong.type, headers: wrong.headers, body: wrong.body)
        #expect(answer.status == wrong.status && answer.json["code"] == wrong.code, "\(wrong.path) \(wrong.code) \(answer)")
        #expect(answer.headers["content-type"] == "application/problem+json")
        let id = try #require(answer.json["id"])
        #expect(log.all.contains { $0.contains("id=\(id)") && $0.contains("status=\(wrong.status)") && $0.contains("code=\(wrong.code)") })
        #expect(Set(answer.json.keys) == ["type", "title", "code", "id"])
      }
      #expect(try await client.request("GET", "/healthz").status == 200)
    }
    #expect(!log.all.contains { $0.contains(good) })
    #expect(log.all.contains { $0.contains("device=\(device.id)") && $0.contains("method=POST") && $0.contains("ms=") })
  }

  private static func chunk(_ count: Int) -> [UInt8] {
    Array("\(String(count, radix: 16))\r\n".utf8) + [UInt8](repeating: 0x20, count: count) + Array("\r\n0\r\n\r\n".utf8)
  }

  @Test("turns a revoked device away at its very next request")
  func revoked() async throws {
    try await withServer(world) { client in
      _ = try await ask(.hello(epoch: [], token: [], scopes: []), client, token: device.token)
      try world.relay.revoke(device: device.id)
      let hello = ExchangeRequest.hello(epoch: [], token: [], scopes: []).encoded(codec: .standard)
      #expect(try await client.request("POST", "/v1/hello", token: device.token, type: "application/cbor", body: hello).status == 401)
    }
  }

  @Test("does not answer for a push of which the end is missing")
  func cut() async throws {
    var author = device.author(in: scope)
    let push = ExchangeRequest.push([author.write([noise(5000)]).whole]).encoded(codec: .standard)
    try await withServer(world) { client in
      do {
        let connection = try HTTPClient.Connection(port: client.port)
        connection.send(HTTPClient.head("POST", "/v1/push", token: device.token, type: "application/cbor", length: push.count))
        connection.send(Array(push.dropLast()))
      }
      #expect(try await client.request("GET", "/healthz").status == 200)
    }
    #expect(try world.count("changeset") == 0)
  }

  @Test("turns away what is too much at once, with a time to come back, and nothing of what is under way is lost")
  func busy() async throws {
    var author = device.author(in: scope)
    let push = ExchangeRequest.push(author.write(count: 1)).encoded(codec: .standard)
    try await withServer(world, .init(port: 0, maximumRequests: 1)) { client in
      var connection = try HTTPClient.Connection(port: client.port)
      var answer = HTTPClient.Answer(status: 0, headers: [:], body: [])
      // Begins a push and leaves it open; again if the question whether it is being worked on came before it was.
      for _ in 0..<100 where answer.status != 503 {
        connection = try HTTPClient.Connection(port: client.port)
        connection.send(HTTPClient.head("POST", "/v1/push", token: device.token, type: "application/cbor", length: push.count))
        try await Task.sleep(for: .milliseconds(50))
        answer = try await client.request("GET", "/healthz")
      }
      #expect(answer.status == 503 && answer.json["code"] == "busy" && answer.headers["retry-after"] == "5")
      connection.send(push)
      #expect(try await connection.receive().status == 200)
      #expect(try await client.request("GET", "/healthz").status == 200)
    }
  }

  @Test("lets nobody keep the others out by enrolling very slowly")
  func slowStrangers() async throws {
    let code = try world.relay.createCode(user: "zhao", name: "赵工")
    let body = Array(#"{"code":"\#(code)","device":"00000000000000090000000000000009","label":"l"}"#.utf8)
    try await withServer(world, .init(port: 0, maximumRequests: 1)) { client in
      let strangers = try (0..<20).map { _ in
        let connection = try HTTPClient.Connection(port: client.port)
        connection.send(HTTPClient.head("POST", "/v1/enrol", type: "application/json", length: 100) + [0x7B])
        return connection
      }
      try await Task.sleep(for: .milliseconds(200))
      #expect(try await client.request("GET", "/healthz").status == 200)
      #expect(try await client.request("POST", "/v1/enrol", type: "application/json", body: body).status == 200)
      for stranger in strangers { stranger.stop() }
    }
  }

  @Test("does not wait for ever for a body")
  func slow() async throws {
    try await withServer(world, .init(port: 0, maximumBodySeconds: 1)) { client in
      let connection = try HTTPClient.Connection(port: client.port)
      connection.send(HTTPClient.head("POST", "/v1/enrol", type: "application/json", length: 100) + [0x7B])
      let answer = try await connection.receive()
      #expect(answer.status == 408 && answer.json["code"] == "timed-out")
    }
  }

  @Test("lets the request under way finish when it is told to stop")
  func shutdown() async throws {
    var author = device.author(in: scope)
    let push = ExchangeRequest.push(author.write(count: 1)).encoded(codec: .standard)
    let server = try RelayServer(relay: world.relay, configuration: .init(port: 0), logger: LogLines().logger)
    let (ports, source) = AsyncStream<Int>.makeStream()
    async let ended: Void = server.run { source.yield($0) }
    var iterator = ports.makeAsyncIterator()
    let client = HTTPClient(port: try #require(await iterator.next()))
    let connection = try HTTPClient.Connection(port: client.port)
    connection.send(HTTPClient.head("POST", "/v1/push", token: device.token, type: "application/cbor", length: push.count))
    // Once another request is answered, this one has been read as well.
    #expect(try await client.request("GET", "/healthz").status == 200)
    kill(getpid(), SIGTERM)
    while (try? HTTPClient.Connection(port: client.port)) != nil { try await Task.sleep(for: .milliseconds(10)) }
    connection.send(push)
    #expect(try await connection.receive().status == 200)
    try await ended
    #expect(try world.count("changeset") == 1)
  }

  @Test("binds to this machine alone, unless TLS stands before it")
  func address() throws {
    func code(_ host: String, proxy: Bool = false) -> RelayError.Code? {
      do {
        _ = try RelayServer(
          relay: world.relay, configuration: .init(host: host, port: 0, behindTLSProxy: proxy), logger: LogLines().logger)
        return nil
      } catch {
        return error.code
      }
    }
    for host in ["127.0.0.1", "127.8.0.1", "::1", "localhost"] { #expect(code(host) == nil, "\(host)") }
    for host in ["0.0.0.0", "::", "", "10.0.0.1", "127.0.0.1.example.org", "127.0.0", "relay.example.org"] {
      #expect(code(host) == .insecureAddress, "\(host)")
      #expect(code(host, proxy: true) == nil)
    }
  }
}
