import Foundation
import SyncKit
import SyncServer
import TestCertificates
import Testing

@Suite("Whom the client believes, and how it shows itself")
struct ClientTrustTests {
  @Test("a pinned key has to be shown beside a trusted certificate; one of several is enough")
  func pins() async throws {
    let authority = try TestAuthority()
    let certificate = try authority.issue()
    let secure = try SecureWorld { _ in certificate }
    let device = try secure.world.device(1, user: "li")
    let trusted = secure.world.folder + "/pinned.pem"
    try Data(authority.pem.utf8).write(to: URL(fileURLWithPath: trusted))
    let other = try authority.issue().pin
    try await withServer(secure.world, .init(port: 0, tls: secure.files)) { client in
      func code(_ authorities: String, _ pins: [String]) async throws -> TransportError.Code? {
        try await secure.hello(client, token: device.token) {
          ($0.certificateAuthorityFile, $0.pinnedKeys) = (authorities, pins)
        }?.code
      }
      for pins in [[certificate.pin], [other, certificate.pin]] {
        let accepted = try await code(trusted, pins)
        #expect(accepted == nil)
      }
      #expect(try await code(trusted, [other]) == .pinMismatch)
      // A pin is no substitute for trust.
      #expect(try await code(secure.trusted, [certificate.pin]) == .tlsFailed)
      #expect(try await code(secure.world.folder + "/none", [certificate.pin]) == .badAuthorityFile)
      for wrong in ["", certificate.pin + ";", "sha256//AAAA", String(certificate.pin.dropFirst(8)), "md5" + certificate.pin.dropFirst(6)] {
        #expect(try await code(trusted, [wrong]) == .badPin, "\(wrong)")
      }
    }
  }

  @Test("shows its own certificate where it has one, and says when that is no good")
  func clientCertificate() async throws {
    let (world, clients) = (try SecureWorld(), try TestAuthority("clients"))
    let folder = world.world.folder
    let good = try clients.issue("laptop").write(to: folder, as: "good")
    let strange = try world.authority.issue("laptop").write(to: folder, as: "strange")
    let server = try await CertifiedServer(world.authority.issue(), clients: clients)
    func code(_ files: (certificate: String, key: String)?) async throws -> TransportError.Code? {
      try await world.hello(HTTPClient(port: server.port), token: "x") { options in
        options.clientCertificate = files.map { .init(certificateFile: $0.certificate, keyFile: $0.key) }
      }?.code
    }
    #expect(try await code(good) == nil)
    #expect(try await code(nil) == .tlsFailed)
    #expect(try await code(strange) == .tlsFailed)
    #expect(try await code((good.certificate, strange.key)) == .badClientCertificate)
    #expect(try await code((folder + "/none", good.key)) == .badClientCertificate)
    try await server.stop()
  }

  @Test("believes no certificate before its first day or after its last")
  func dates() async throws {
    let world = try SecureWorld()
    for (from, until, code) in [(-2.0, 1.0, nil), (-2, -1, TransportError.Code.certificateDate), (1, 2, .certificateDate)] {
      let hour = 3600.0
      let server = try await CertifiedServer(world.authority.issue(from: Date() + from * hour, until: Date() + until * hour))
      #expect(try await world.hello(HTTPClient(port: server.port), token: "x")?.code == code)
      try await server.stop()
    }
  }
}
