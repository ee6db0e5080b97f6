import Foundation
import SyncCore
import SyncKit
import SyncRelay
import SyncServer
import Synchronization
import TestCertificates
import Testing

/// A relay that lets only those in who show a certificate.
@Suite("A client's certificate")
struct ClientAuthorityTests {
  private let secure: SecureWorld
  private let device: TestDevice
  private let clients: TestAuthority
  private let files: TLSFiles
  private let shown: (certificate: String, key: String)

  init() throws {
    secure = try SecureWorld()
    device = try secure.world.device(1, user: "li")
    clients = try TestAuthority("clients")
    shown = try clients.issue("laptop").write(to: secure.world.folder, as: "laptop")
    var files = secure.files
    files.clientAuthorities = secure.world.folder + "/clients.pem"
    self.files = files
    try write(clients)
  }

  private func write(_ authority: TestAuthority) throws {
    try Data(authority.pem.utf8).write(to: URL(fileURLWithPath: secure.world.folder + "/clients.pem"), options: .atomic)
  }

  private func hello(_ client: HTTPClient, _ files: (certificate: String, key: String)?) async throws -> TransportError.Code? {
    try await secure.hello(client, token: device.token) { options in
      options.clientCertificate = files.map { .init(certificateFile: $0.certificate, keyFile: $0.key) }
    }?.code
  }

  @Test("is asked for where its authority is known: without one, with another's, or an expired one nobody is told anything")
  func required() async throws {
    let strange = try secure.authority.issue("laptop").write(to: secure.world.folder, as: "strange")
    let expired = try clients.issue("laptop", until: Date() - 60).write(to: secure.world.folder, as: "expired")
    try await withServer(secure.world, .init(port: 0, tls: files)) { client in
      try await eventually { try await hello(client, shown) == nil }
      for files in [nil, strange, expired] {
        // A connection that breaks off may take the reason with it.
        try await eventually { try await [.clientCertificateRequired].contains(hello(client, files)) }
      }
      // A token is no substitute, and health is nobody's business without one either.
      #expect(try await Curl.get("https://localhost:\(client.port)/healthz", authority: secure.trusted).status == 0)
    }
  }

  @Test("is judged by the authorities as they stand now; a file that cannot be used changes nothing")
  func reloaded() async throws {
    let others = try TestAuthority("other clients")
    let new = try others.issue("laptop").write(to: secure.world.folder, as: "new")
    let log = LogLines()
    try await withServer(secure.world, .init(port: 0, tls: files), log: log) { client in
      #expect(try await hello(client, new) != nil)
      try write(others)
      try await eventually { try await hello(client, new) == nil }
      #expect(try await hello(client, shown) != nil)
      try Data("none".utf8).write(to: URL(fileURLWithPath: files.clientAuthorities ?? ""))
      let kept = "certificate kept as before"
      try await eventually { log.all.contains { $0.contains(kept) && $0.contains("client-authorities-unreadable") } }
      #expect(try await hello(client, new) == nil)
    }
  }

  @Test("is asked for by no server whose authorities' file is missing or empty: that does not begin")
  func unreadable() throws {
    for (path, text) in [("/none", nil), ("/empty", ""), ("/nothing", "nothing")] {
      var files = files
      files.clientAuthorities = secure.world.folder + path
      if let text { try Data(text.utf8).write(to: URL(fileURLWithPath: secure.world.folder + path)) }
      do {
        _ = try RelayServer(relay: secure.world.relay, configuration: .init(port: 0, tls: files), logger: LogLines().logger)
        Issue.record("\(path) was taken")
      } catch {
        #expect(error.code == .clientAuthoritiesUnreadable)
      }
    }
  }

  @Test("of the server's own the pin is told as libcurl names it, and again when the key is another")
  func pin() async throws {
    let (first, second) = (try secure.authority.issue(), try secure.authority.issue())
    try first.write(to: secure.world.folder)
    let told = Mutex<[String]>([])
    let server = try RelayServer(
      relay: secure.world.relay, configuration: .init(port: 0, tls: secure.files), logger: LogLines().logger,
      onPin: { pin in told.withLock { $0.append(pin) } })
    #expect(told.withLock { $0 } == [first.pin])
    let running = Task { try await server.run(handlingSignals: false) }
    try second.write(to: secure.world.folder)
    try await eventually { told.withLock { $0 } == [first.pin, second.pin] }
    running.cancel()
    _ = try? await running.value
  }
}
