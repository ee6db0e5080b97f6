import Foundation
import Synchronization
import Testing

@testable import SyncKit

private let cbor = CurlTransport.messageType
private let problem = CurlTransport.problemType

/// The error that a round trip to a server with this script ends in.
private func failure(
  readsBody: Bool = true, body: [UInt8] = [1, 2, 3], options: CurlTransport.Options = .init(),
  _ script: @escaping ScriptedServer.Script
) throws -> TransportError {
  let server = try ScriptedServer(readsBody: readsBody, script)
  defer { server.stop() }
  let transport = try CurlTransport(baseURL: server.address, token: "secret-token", options: options)
  return try #require(throws: TransportError.self) { try transport.roundTrip(path: "/v1/exchange", body: body) }
}

@Suite("A message that gets through")
struct CurlTransportDeliveryTests {
  @Test("A request says what it carries, what it wants and who asks, and the token is nowhere but in its header")
  func requestHeaders() throws {
    let server = try ScriptedServer { _, peer in
      peer.answer("200 OK", type: cbor, body: [9])
      return true
    }
    defer { server.stop() }
    let transport = try CurlTransport(baseURL: server.address + "/relay/", token: "secret-token")
    #expect(try transport.roundTrip(path: "/v1/exchange", body: [1, 2]) == [9])
    let request = try #require(server.requests.first)
    #expect(request.head.hasPrefix("POST /relay/v1/exchange HTTP/1.1\r\n"))
    #expect(request.header("Content-Type") == cbor)
    #expect(request.header("Accept") == "\(cbor), \(problem)")
    #expect(request.header("Authorization") == "Bearer secret-token")
    #expect(request.header("User-Agent") == "SyncKit")
    #expect(request.header("Expect") == nil)
    #expect(request.body == [1, 2])
    #expect(request.head.components(separatedBy: "secret-token").count == 2)
  }

  @Test("Without a token no authorization is sent, and a plain post names its own types")
  func plainPost() throws {
    let server = try ScriptedServer { _, peer in
      peer.answer("201 Created", type: "Application/JSON; charset=utf-8", body: Array("{}".utf8))
      return true
    }
    defer { server.stop() }
    let transport = try CurlTransport(baseURL: server.address, token: nil)
    let answer = try transport.post(path: "/v1/enrol", body: [], contentType: "text/plain", accept: "application/json")
    #expect(answer == Array("{}".utf8))
    let request = try #require(server.requests.first)
    #expect(request.header("Authorization") == nil)
    #expect(request.header("Content-Type") == "text/plain")
    #expect(request.header("Content-Length") == "0")
  }

  @Test("One connection serves many messages, and a body of a mebibyte comes back as it went")
  func echoOverOneConnection() throws {
    let server = try ScriptedServer { request, peer in
      peer.answer("200 OK", type: cbor, body: request.body)
      return true
    }
    defer { server.stop() }
    let transport = try CurlTransport(baseURL: server.address, token: nil)
    let largest = Mutex((up: 0, down: 0))
    transport.progress = { up, down in largest.withLock { $0 = (max($0.up, up), max($0.down, down)) } }
    let body = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    for _ in 0..<3 { #expect(try transport.roundTrip(path: "/v1/exchange", body: body) == body) }
    #expect(server.requests.map(\.connection) == [1, 1, 1])
    #expect(largest.withLock { $0 } == (up: 1 << 20, down: 1 << 20))
  }

  @Test("A connection that the server closed between two messages costs nothing but a new one")
  func reconnects() throws {
    let server = try ScriptedServer { _, peer in
      peer.answer("200 OK", type: cbor, body: [7])
      return false
    }
    defer { server.stop() }
    let transport = try CurlTransport(baseURL: server.address, token: nil)
    for _ in 0..<2 { #expect(try transport.roundTrip(path: "/a", body: [1]) == [7]) }
    #expect(server.requests.map(\.connection) == [1, 2])
  }

  @Test("A chunked answer is put together")
  func chunkedAnswer() throws {
    let server = try ScriptedServer { _, peer in
      peer.send("HTTP/1.1 200 OK\r\nContent-Type: \(cbor)\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
      peer.send("2\r\nde\r\n0\r\n\r\n")
      return true
    }
    defer { server.stop() }
    let transport = try CurlTransport(baseURL: server.address, token: nil)
    #expect(try transport.roundTrip(path: "/a", body: [1]) == Array("abcde".utf8))
  }

  @Test("An answer of exactly the largest size is taken, and one byte more is not", arguments: [-1, 0, 1])
  func largestAnswer(difference: Int) throws {
    let limit = 100_000
    let server = try ScriptedServer { _, peer in
      peer.answer("200 OK", type: cbor, body: [UInt8](repeating: 5, count: limit + difference))
      return true
    }
    defer { server.stop() }
    var options = CurlTransport.Options()
    options.maximumResponseBytes = limit
    let transport = try CurlTransport(baseURL: server.address, token: nil, options: options)
    if difference <= 0 {
      #expect(try transport.roundTrip(path: "/a", body: []).count == limit + difference)
    } else {
      let error = try #require(throws: TransportError.self) { try transport.roundTrip(path: "/a", body: []) }
      #expect(error.code == .responseTooLarge)
    }
  }
}

@Suite("An answer that is not the relay's yes")
struct CurlTransportAnswerTests {
  @Test("A web page with status 200 is a captive portal, not an answer")
  func webPage() throws {
    let error = try failure { _, peer in
      peer.answer("200 OK", type: "text/html", body: Array("<html>Please sign in</html>".utf8))
      return true
    }
    #expect(error.code == .notOurServer)
    #expect(error.httpStatus == 200)
    #expect(error.isTransient)
  }

  @Test("An answer without a type, and another program that speaks no HTTP, are not our server")
  func otherProgram() throws {
    let untyped = try failure { _, peer in
      peer.answer("200 OK", type: nil, body: [1])
      return true
    }
    #expect(untyped.code == .notOurServer)
    let other = try failure { _, peer in
      peer.send("SSH-2.0-OpenSSH_9.2\r\n")
      return false
    }
    #expect(other.code == .notOurServer)
    #expect(other.httpStatus == nil)
  }

  @Test("A redirect is refused, and its host is named")
  func redirect() throws {
    let error = try failure { _, peer in
      peer.answer("301 Moved Permanently", type: nil, headers: ["Location: http://portal.example/login?id=private"])
      return true
    }
    #expect(error.code == .redirected)
    #expect(error.httpStatus == 301)
    #expect(error.detail == "HTTP 301 to portal.example")
  }

  @Test(
    "A status has one meaning",
    arguments: [
      (400, TransportError.Code.rejected), (401, .unauthorized), (403, .forbidden), (404, .notFound), (410, .notFound),
      (408, .timedOut), (413, .tooLarge), (429, .tooMany), (500, .serverFailed), (502, .serverFailed),
      (503, .serverFailed), (511, .notOurServer),
    ])
  func statuses(status: Int, code: TransportError.Code) throws {
    let error = try failure { _, peer in
      peer.answer("\(status) X", type: "text/html", body: Array("<html>".utf8))
      return true
    }
    #expect(error.code == code)
    #expect(error.httpStatus == status)
    #expect(error.serverCode == nil)
    #expect(error.retryAfterSeconds == nil)
  }

  @Test("The wait that a busy server asks for is kept, and an absurd one is cut", arguments: [(7, 7), (999_999, 86_400)])
  func retryAfter(asked: Int, kept: Int) throws {
    let error = try failure { _, peer in
      peer.answer("429 Too Many Requests", type: problem, headers: ["Retry-After: \(asked)"], body: Array("{}".utf8))
      return true
    }
    #expect(error.code == .tooMany)
    #expect(error.retryAfterSeconds == kept)
  }

  @Test("A problem document's code and id are kept")
  func problemDocument() throws {
    let error = try failure { _, peer in
      let text = #"{"type":"about:blank","title":"No","code":"device-revoked","id":"req-42","extra":[1]}"#
      peer.answer("403 Forbidden", type: "application/problem+json; charset=utf-8", body: Array(text.utf8))
      return true
    }
    #expect(error.code == .forbidden)
    #expect(error.serverCode == "device-revoked")
    #expect(error.serverID == "req-42")
  }

  @Test(
    "A problem document that is broken or hostile adds nothing",
    arguments: [
      "{", #"{"code":7,"id":[]}"#, #"{"code":"a b\n","id":"\u001b[31m"}"#,
      #"{"code":"\#(String(repeating: "x", count: 101))","id":""}"#,
    ])
  func hostileProblem(text: String) throws {
    let error = try failure { _, peer in
      peer.answer("422 Unprocessable", type: problem, body: Array(text.utf8))
      return true
    }
    #expect(error.code == .rejected)
    #expect(error.serverCode == nil)
    #expect(error.serverID == nil)
  }

  @Test("A refusal that comes before the whole body was sent is still read")
  func earlyRefusal() throws {
    let error = try failure(readsBody: false, body: [UInt8](repeating: 1, count: 8 << 20)) { _, peer in
      peer.answer("413 Content Too Large", type: problem, body: Array(#"{"code":"batch-too-large"}"#.utf8))
      shutdown(peer.descriptor, Int32(SHUT_WR))
      while !peer.receive().isEmpty {}
      return false
    }
    #expect(error.code == .tooLarge)
  }

  @Test("An endless error page is not read to its end")
  func endlessErrorPage() throws {
    let error = try failure { _, peer in
      peer.send("HTTP/1.1 500 X\r\nContent-Type: text/html\r\nContent-Length: 99999999\r\n\r\n")
      peer.send([UInt8](repeating: 0x2E, count: TransportLimits.errorBytes + 1))
      _ = peer.receive()
      return false
    }
    #expect(error.code == .serverFailed)
  }
}
