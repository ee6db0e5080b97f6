import CCurl
import Foundation
import SyncCore
import SyncKit
import SyncRelay
import SyncServer
import TestCertificates
import Testing

/// A relay behind TLS, with the authority that certified it.
struct SecureWorld: Sendable {
  let world: TestRelay
  let authority: TestAuthority
  let files: TLSFiles
  /// The file of the authority's certificate.
  let trusted: String

  init(_ certificate: ((TestAuthority) throws -> TestCertificate) = { try $0.issue() }) throws {
    world = try TestRelay()
    authority = try TestAuthority()
    let paths = try certificate(authority).write(to: world.folder)
    files = TLSFiles(certificate: paths.certificate, key: paths.key, period: .milliseconds(20))
    trusted = world.folder + "/authority.pem"
    try Data(authority.pem.utf8).write(to: URL(fileURLWithPath: trusted))
  }

  /// What a hello over libcurl comes to; nil for an answer.
  func hello(
    _ client: HTTPClient, token: String, _ change: (inout CurlTransport.Options) -> Void = { _ in }
  ) async throws -> TransportError? {
    var options = CurlTransport.Options()
    options.certificateAuthorityFile = trusted
    // All suites run at once, and some of them keep the threads on which the server answers.
    (options.connectTimeout, options.stallTimeout) = (.seconds(300), .seconds(300))
    change(&options)
    let (url, given) = ("https://localhost:\(client.port)", options)
    let hello = ExchangeRequest.hello(epoch: [], token: [], scopes: []).encoded(codec: .standard)
    return try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(
          with: Result {
            do {
              _ = try CurlTransport(baseURL: url, token: token, options: given).roundTrip(path: "/v1/hello", body: hello)
              return nil
            } catch let error as TransportError {
              return error
            }
          })
      }
    }
  }
}

@Suite("The server by TLS")
struct TLSTests {
  @Test("carries the exchange over HTTP/2 to whoever trusts its authority")
  func trusted() async throws {
    let secure = try SecureWorld()
    let device = try secure.world.device(1, user: "li")
    try await withServer(secure.world, .init(port: 0, tls: secure.files)) { client in
      #expect(try await secure.hello(client, token: device.token) == nil)
      let answer = try await Curl.get("https://localhost:\(client.port)/healthz", authority: secure.trusted)
      #expect(answer.status == 200 && answer.version == Int(CURL_HTTP_VERSION_2_0))
      // A problem is told as over HTTP/1.1.
      let refused = try #require(try await secure.hello(client, token: "x"))
      #expect(refused.code == .unauthorized && refused.serverCode == "unauthorized" && refused.serverID?.count == 16)
    }
  }

  @Test("is not believed by whoever trusts another authority, or for another name")
  func untrusted() async throws {
    let stranger = try TestAuthority("another authority")
    let other = try SecureWorld { _ in try stranger.issue() }
    let renamed = try SecureWorld { try $0.issue("relay.example.org") }
    for secure in [other, renamed] {
      let device = try secure.world.device(1, user: "li")
      try await withServer(secure.world, .init(port: 0, tls: secure.files)) { client in
        let error = try await secure.hello(client, token: device.token)
        #expect(error?.code == .tlsFailed)
      }
    }
  }

  @Test("speaks TLS 1.2, and nothing before it", arguments: [2, 3] as [UInt8])
  func version(minor: UInt8) async throws {
    let secure = try SecureWorld()
    try await withServer(secure.world, .init(port: 0, tls: secure.files, maximumHandshakeSeconds: 1)) { client in
      let answer = try await Self.answer(client, to: Self.clientHello(minor: minor))
      // An alert names its reason last: 70 is protocol_version. A handshake's first message is 2, the server's hello.
      try #require(answer.count > 6)
      #expect(minor == 2 ? answer[0] == 21 && answer[6] == 70 : answer[0] == 22 && answer[5] == 2)
    }
  }

  @Test("gives plain HTTP nothing: neither an answer nor a word of it")
  func plain() async throws {
    let secure = try SecureWorld()
    try await withServer(secure.world, .init(port: 0, tls: secure.files)) { client in
      let answer = try await Self.answer(client, to: HTTPClient.head("GET", "/healthz", length: 0))
      #expect(!String(decoding: answer, as: UTF8.self).contains("HTTP/1.1"))
      #expect(try await Curl.get("https://localhost:\(client.port)/healthz", authority: secure.trusted).status == 200)
    }
  }

  @Test("cuts off a handshake that does not end in time, though it goes on and on")
  func slowHandshake() async throws {
    let secure = try SecureWorld()
    try await withServer(secure.world, .init(port: 0, tls: secure.files, maximumHandshakeSeconds: 1)) { client in
      let began = ContinuousClock.now
      let connection = try HTTPClient.Connection(port: client.port)
      // On a thread of its own, as the tests' threads may be busy; after twelve seconds it gives up.
      Thread.detachNewThread {
        for byte in Self.clientHello(minor: 3).prefix(60) {
          connection.send([byte])
          Thread.sleep(forTimeInterval: 0.2)
        }
        connection.stop()
      }
      let took = began.duration(to: await connection.receiveAll().ended)
      #expect(took >= .seconds(1) && took < .seconds(10), "\(took)")
    }
  }

  @Test("shows a new certificate to the next connection, and keeps the one it has while the new one is no good")
  func reload() async throws {
    let secure = try SecureWorld()
    let device = try secure.world.device(1, user: "li")
    let (log, second) = (LogLines(), try TestAuthority("second authority"))
    let others = secure.world.folder + "/second.pem"
    try Data(second.pem.utf8).write(to: URL(fileURLWithPath: others))
    try await withServer(secure.world, .init(port: 0, tls: secure.files), log: log) { client in
      #expect(try await secure.hello(client, token: device.token) == nil)
      // A certificate without its key yet, as in the middle of a renewal.
      let renewed = try second.issue()
      try Data(renewed.pem.utf8).write(to: URL(fileURLWithPath: secure.files.certificate), options: .atomic)
      while !log.all.contains(where: { $0.contains("kept as before") }) { try await Task.sleep(for: .milliseconds(10)) }
      try await Task.sleep(for: .milliseconds(100))
      #expect(log.all.filter { $0.contains("kept as before") && $0.contains("error=key-mismatch") }.count == 1)
      #expect(try await secure.hello(client, token: device.token) == nil)
      try renewed.write(to: secure.world.folder)
      while !log.all.contains(where: { $0.contains("certificate changed") }) { try await Task.sleep(for: .milliseconds(10)) }
      #expect(try await secure.hello(client, token: device.token)?.code == .tlsFailed)
      #expect(try await secure.hello(client, token: device.token) { $0.certificateAuthorityFile = others } == nil)
    }
    #expect(!log.all.contains { $0.contains("PRIVATE KEY") })
  }

  @Test("does not begin without a certificate and a key that others cannot read, and says which file is wrong")
  func files() throws {
    let secure = try SecureWorld()
    let (good, folder) = (secure.files, secure.world.folder)
    let past = try secure.authority.issue(until: Date() - 1).write(to: folder, as: "past")
    let future = try secure.authority.issue(from: Date() + 3600).write(to: folder, as: "future")
    let other = try secure.authority.issue().write(to: folder, as: "other")
    func file(_ name: String, _ bytes: Data, mode: Int = 0o600) throws -> String {
      let path = "\(folder)/\(name)"
      try bytes.write(to: URL(fileURLWithPath: path))
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      return path
    }
    let key = try Data(contentsOf: URL(fileURLWithPath: good.key))
    let certificate = try Data(contentsOf: URL(fileURLWithPath: good.certificate))
    let full = 256 << 10
    let padding = Data(repeating: 0x0A, count: full - certificate.count)
    let cases: [(String, String, RelayError.Code?)] = [
      (good.certificate, good.key, nil),
      (folder + "/none", good.key, .certificateUnreadable),
      (folder, good.key, .certificateUnreadable),
      (try file("empty", Data()), good.key, .certificateUnreadable),
      (good.key, good.key, .certificateUnreadable),
      (try file("full", certificate + padding), good.key, nil),
      (try file("more", certificate + padding + [0x0A]), good.key, .certificateUnreadable),
      (good.certificate, folder + "/none", .keyUnreadable),
      (good.certificate, good.certificate, .keyExposed),
      (good.certificate, try file("nokey", certificate), .keyUnreadable),
      (good.certificate, try file("world", key, mode: 0o604), .keyExposed),
      (good.certificate, try file("groupwrites", key, mode: 0o620), .keyExposed),
      (good.certificate, try file("group", key, mode: 0o640), nil),
      (good.certificate, other.key, .keyMismatch),
      (past.certificate, past.key, .certificateDate),
      (future.certificate, future.key, .certificateDate),
    ]
    for (certificate, key, code) in cases {
      let files = TLSFiles(certificate: certificate, key: key)
      do throws(RelayError) {
        _ = try RelayServer(relay: secure.world.relay, configuration: .init(host: "0.0.0.0", tls: files), logger: LogLines().logger)
        #expect(code == nil, "\(certificate) \(key)")
      } catch {
        #expect(error.code == code, "\(certificate) \(key) \(error)")
        #expect(error.details.contains(certificate) || error.details.contains(key))
      }
    }
  }

  @Test("says so for the last fourteen days of a certificate", arguments: [(13.9, 1), (14.1, 0)])
  func expiry(days: Double, warnings: Int) throws {
    let secure = try SecureWorld { try $0.issue(until: Date() + days * 86_400) }
    let log = LogLines()
    _ = try RelayServer(relay: secure.world.relay, configuration: .init(tls: secure.files), logger: log.logger)
    #expect(log.all.filter { $0.contains("expires soon") }.count == warnings)
  }

  /// Sends bytes and gives all that comes until the server closes.
  private static func answer(_ client: HTTPClient, to bytes: [UInt8]) async throws -> [UInt8] {
    let connection = try HTTPClient.Connection(port: client.port)
    connection.send(bytes)
    return await connection.receiveAll().bytes
  }

  /// The first message of a handshake, of TLS 1.`minor` - 1 and no later one.
  private static func clientHello(minor: UInt8) -> [UInt8] {
    func sized(_ bytes: [UInt8]) -> [UInt8] { [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes }
    let suites: [UInt8] = [0xC0, 0x2B, 0xC0, 0x09]
    let extensions: [UInt8] =
      [0, 10] + sized(sized([0, 29, 0, 23])) + [0, 11] + sized([1, 0]) + [0, 13] + sized(sized([4, 3, 2, 3]))
    let body = [3, minor] + [UInt8](repeating: 7, count: 32) + [0] + sized(suites) + [1, 0] + sized(extensions)
    return [22, 3, 1] + sized([1, 0] + sized(body))
  }
}
