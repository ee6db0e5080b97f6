import Foundation
import Synchronization
import Testing

@testable import SyncKit

private let cbor = CurlTransport.messageType

/// The error that a round trip to a server with this script ends in.
private func failure(
  options: CurlTransport.Options = .init(), _ script: @escaping ScriptedServer.Script
) throws -> TransportError {
  let server = try ScriptedServer(script)
  defer { server.stop() }
  let transport = try CurlTransport(baseURL: server.address, token: "secret-token", options: options)
  return try #require(throws: TransportError.self) { try transport.roundTrip(path: "/v1/exchange", body: [1, 2, 3]) }
}

@Suite("A network that fails")
struct CurlTransportFailureTests {
  @Test("Nobody listens there")
  func refused() throws {
    let server = try ScriptedServer { _, _ in false }
    server.stop()
    let transport = try CurlTransport(baseURL: server.address, token: nil)
    let error = try #require(throws: TransportError.self) { try transport.roundTrip(path: "/a", body: [1]) }
    #expect(error.code == .unreachable)
    #expect(error.httpStatus == nil)
    #expect(error.isTransient)
  }

  @Test(
    "A cut anywhere in the answer is noticed",
    arguments: [
      "", "HTTP/1.1 200 OK\r\nContent-Ty", "HTTP/1.1 100 Continue\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Type: application/cbor\r\nContent-Length: 10\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Type: application/cbor\r\nContent-Length: 10\r\n\r\nabc",
      "HTTP/1.1 200 OK\r\nContent-Type: application/cbor\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
      "HTTP/1.1 200 OK\r\nContent-Type: application/cbor\r\n\r\nan end that nobody announced",
    ])
  func cut(sent: String) throws {
    let error = try failure { _, peer in
      peer.send(sent)
      return false
    }
    #expect(error.code == .cutShort)
    #expect(error.isTransient)
  }

  @Test("What follows the announced length is no part of the answer")
  func tooMuch() throws {
    let server = try ScriptedServer { _, peer in
      peer.send("HTTP/1.1 200 OK\r\nContent-Type: \(cbor)\r\nContent-Length: 3\r\n\r\nabcdefg")
      return false
    }
    defer { server.stop() }
    let transport = try CurlTransport(baseURL: server.address, token: nil)
    #expect(try transport.roundTrip(path: "/a", body: [1]) == Array("abc".utf8))
  }

  @Test("A lying length is refused as far as headers go", arguments: ["-5", "abc"])
  func lyingLength(length: String) throws {
    let error = try failure { _, peer in
      peer.send("HTTP/1.1 200 OK\r\nContent-Type: \(cbor)\r\nContent-Length: \(length)\r\n\r\nabc")
      return false
    }
    #expect(error.code == .notOurServer || error.code == .cutShort)
  }

  @Test("A silence longer than allowed ends the request")
  func stall() throws {
    var options = CurlTransport.Options()
    options.stallTimeout = .milliseconds(300)
    let released = DispatchSemaphore(value: 0)
    defer { released.signal() }
    let error = try failure(options: options) { _, peer in
      peer.send("HTTP/1.1 200 OK\r\nContent-Type: \(cbor)\r\nContent-Length: 10\r\n\r\nabc")
      released.wait()
      return false
    }
    #expect(error.code == .timedOut)
    #expect(error.httpStatus == 200)
  }

  @Test("A slow link that still drains what the system has buffered is no silence")
  func slowDrain() throws {
    var options = CurlTransport.Options()
    options.stallTimeout = .milliseconds(600)
    let server = try ScriptedServer(readsBody: false, window: 1 << 17) { request, peer in
      let length = request.header("Content-Length").flatMap(Int.init) ?? 0
      var taken = request.body.count
      while taken < length {
        Thread.sleep(forTimeInterval: 0.1)
        taken += peer.receive().count
      }
      peer.answer("200 OK", type: cbor, body: [1])
      return false
    }
    defer { server.stop() }
    let transport = try CurlTransport(baseURL: server.address, token: nil, options: options)
    #expect(try transport.roundTrip(path: "/a", body: [UInt8](repeating: 7, count: 1 << 20)) == [1])
  }

  @Test("An answer that trickles is a stall, however steadily")
  func trickle() throws {
    var options = CurlTransport.Options()
    (options.leastBytesPerSecond, options.rateWindow) = (256, .milliseconds(800))
    let start = ContinuousClock.now
    let error = try failure(options: options) { _, peer in
      peer.send("HTTP/1.1 200 OK\r\nContent-Type: \(cbor)\r\nContent-Length: 1000\r\n\r\n")
      for _ in 0..<1000 {
        guard peer.send([1]) else { break }
        Thread.sleep(forTimeInterval: 0.02)
      }
      return false
    }
    #expect(error.code == .timedOut)
    #expect(error.isTransient)
    #expect(start.duration(to: .now) < .seconds(10))
  }

  @Test("A slow answer above the least rate arrives")
  func slowButSteady() throws {
    var options = CurlTransport.Options()
    (options.leastBytesPerSecond, options.rateWindow) = (256, .milliseconds(800))
    let server = try ScriptedServer { _, peer in
      peer.send("HTTP/1.1 200 OK\r\nContent-Type: \(cbor)\r\nContent-Length: 3000\r\n\r\n")
      for _ in 0..<100 {
        peer.send([UInt8](repeating: 1, count: 30))
        Thread.sleep(forTimeInterval: 0.03)
      }
      return false
    }
    defer { server.stop() }
    let transport = try CurlTransport(baseURL: server.address, token: nil, options: options)
    #expect(try transport.roundTrip(path: "/a", body: [1]).count == 3000)
  }

  @Test("A request that takes too long in all ends")
  func total() throws {
    var options = CurlTransport.Options()
    options.totalTimeout = .milliseconds(150)
    let released = DispatchSemaphore(value: 0)
    defer { released.signal() }
    let error = try failure(options: options) { _, _ in
      released.wait()
      return false
    }
    #expect(error.code == .timedOut)
    #expect(error.httpStatus == nil)
  }

  @Test("A caller that wants to stop is heard")
  func cancelled() throws {
    let released = DispatchSemaphore(value: 0)
    defer { released.signal() }
    let server = try ScriptedServer { _, _ in
      released.wait()
      return false
    }
    defer { server.stop() }
    let transport = try CurlTransport(baseURL: server.address, token: nil)
    transport.isCancelled = { !server.requests.isEmpty }
    let error = try #require(throws: TransportError.self) { try transport.roundTrip(path: "/a", body: [1]) }
    #expect(error.code == .cancelled)
    #expect(!error.isTransient)
  }

  @Test("An answer that does not say its size is abandoned while it arrives")
  func oversized() throws {
    var options = CurlTransport.Options()
    options.maximumResponseBytes = 1 << 16
    let sent = Mutex(0)
    let error = try failure(options: options) { _, peer in
      peer.send("HTTP/1.1 200 OK\r\nContent-Type: \(cbor)\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = Array("1000\r\n".utf8) + [UInt8](repeating: 1, count: 4096) + Array("\r\n".utf8)
      for _ in 0..<4096 {
        sent.withLock { $0 += 1 }
        guard peer.send(chunk) else { break }
      }
      return false
    }
    #expect(error.code == .responseTooLarge)
    #expect(sent.withLock { $0 } < 4096)
  }

  @Test("A header without end is abandoned")
  func endlessHeader() throws {
    let error = try failure { _, peer in
      peer.send("HTTP/1.1 200 OK\r\n")
      let line = "X: " + String(repeating: "y", count: 4000) + "\r\n"
      for _ in 0..<100 where peer.send(line) {}
      return false
    }
    #expect(error.code == .responseTooLarge)
  }

  @Test("TLS with something that speaks none fails as TLS")
  func noTLS() throws {
    let plain = try ScriptedServer(greeting: "220 ready\r\n") { _, _ in false }
    defer { plain.stop() }
    let secure = plain.address.replacingOccurrences(of: "http:", with: "https:")
    let transport = try CurlTransport(baseURL: secure, token: "secret-token")
    let error = try #require(throws: TransportError.self) { try transport.roundTrip(path: "/a", body: [1]) }
    #expect(error.code == .tlsFailed)
    #expect(plain.requests.isEmpty)
  }
}

@Suite("A proxy that was named")
struct NamedProxyTests {
  @Test("is asked for the way, and is shown neither the token nor what is sent")
  func connect() throws {
    let proxy = try ScriptedServer { _, peer in
      peer.answer("502 Bad Gateway", type: "text/html", body: [])
      return false
    }
    defer { proxy.stop() }
    var options = CurlTransport.Options()
    options.proxy = proxy.address
    let transport = try CurlTransport(baseURL: "https://relay.example.org", token: "secret-token", options: options)
    let error = try #require(throws: TransportError.self) { try transport.roundTrip(path: "/a", body: Array("words".utf8)) }
    #expect(error.code == .proxyFailed)
    let request = try #require(proxy.requests.first)
    #expect(request.head.hasPrefix("CONNECT relay.example.org:443 HTTP/1.1\r\n"))
    #expect(!request.head.contains("secret-token") && request.body.isEmpty)
  }

  @Test("carries no credentials", arguments: ["http://me:pw@proxy:3128", "socks5://proxy", "proxy with spaces", ""])
  func refused(address: String) throws {
    var options = CurlTransport.Options()
    options.proxy = address
    let error = try #require(throws: TransportError.self) {
      try CurlTransport(baseURL: "https://relay.example.org", token: nil, options: options)
    }
    #expect(error.code == .badURL && !error.detail.contains("pw"))
  }
}

@Suite("An address that is refused before anything is sent")
struct EndpointTests {
  @Test(
    "Plain http leaves this machine for nobody",
    arguments: [
      "http://relay.example.org", "http://127.0.0.1.example.org", "http://127.example.org:80", "http://128.0.0.1",
      "http://[::2]", "http://localhost.example.org", "HTTP://relay.example.org", "http://10.0.0.1", "http://0.0.0.0",
      "http://[::ffff:10.0.0.1]",
    ])
  func insecure(address: String) throws {
    let error = try #require(throws: TransportError.self) { try CurlTransport(baseURL: address, token: nil) }
    #expect(error.code == .insecureURL)
  }

  @Test(
    "This machine is known by its names and numbers",
    arguments: [
      "http://127.0.0.1:8080", "http://127.255.0.3", "http://localhost", "http://LOCALHOST:1", "http://[::1]:8080",
      "http://[0:0:0:0:0:0:0:1]", "https://127.0.0.1",
    ])
  func loopback(address: String) throws {
    #expect(try Endpoint(address).isLoopback)
  }

  @Test(
    "A malformed address, or one that carries more than a place, is refused",
    arguments: [
      "", "relay.example.org", "ftp://relay.example.org", "file:///etc/passwd", "https://", "https://user@h.example",
      "https://user:pw@h.example", "https://h.example/?q=1", "https://h.example/#f", "https://h.example:99999",
      "https://h.example/a b", "https://h.example\r\nX: y", "https://主机.example",
    ])
  func malformed(address: String) throws {
    let error = try #require(throws: TransportError.self) { try CurlTransport(baseURL: address, token: nil) }
    #expect(error.code == .badURL)
    #expect(!error.detail.contains("pw"))
  }

  @Test("A path is plain", arguments: ["", "a", "/a b", "/a\r\nX: y", "/../a", "/a/./b", "/é", "/a#b", "/a\\b", "/@h"])
  func path(path: String) throws {
    let transport = try CurlTransport(baseURL: "http://127.0.0.1:1", token: nil)
    let error = try #require(throws: TransportError.self) { try transport.roundTrip(path: path, body: []) }
    #expect(error.code == .badURL)
  }

  @Test("A token is one visible word", arguments: ["", "a b", "a\r\nX-Admin: 1", "é"])
  func token(token: String) throws {
    let error = try #require(throws: TransportError.self) {
      try CurlTransport(baseURL: "https://relay.example.org", token: token)
    }
    #expect(error.code == .badHeader)
  }

  @Test("A detail shows no secret, no credentials and no control characters, and is short")
  func sanitizedDetail() {
    let text = "proxy 'http://me:pw@proxy.example:3128' said\r\n\u{1B}[31m Bearer secret-token" + String(repeating: "x", count: 500)
    let detail = TransportError.sanitized(text, secret: "secret-token")
    #expect(detail.hasPrefix("proxy 'http://proxy.example:3128' said   [31m Bearer …xxx"))
    #expect(detail.count == TransportLimits.detailCharacters)
  }
}
