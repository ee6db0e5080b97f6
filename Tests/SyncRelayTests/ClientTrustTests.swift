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
    let folder = NSTemporaryDirectory() + "client-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (authority, clients) = (try TestAuthority(), try TestAuthority("clients"))
    let trusted = folder + "/authority.pem"
    try Data(authority.pem.utf8).write(to: URL(fileURLWithPath: trusted))
    let good = try clients.issue("laptop").write(to: folder, as: "good")
    let strange = try authority.issue("laptop").write(to: folder, as: "strange")
    let server = try await CertifiedServer(authority.issue(), clients: clients)
    let port = server.port
    func code(_ files: (certificate: String, key: String)?) async throws -> TransportError.Code? {
      var options = CurlTransport.Options()
      options.certificateAuthorityFile = trusted
      options.clientCertificate = files.map { .init(certificateFile: $0.certificate, keyFile: $0.key) }
      let given = options
      return try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
          continuation.resume(
            with: Result {
              do {
                _ = try CurlTransport(baseURL: "https://localhost:\(port)", token: nil, options: given).roundTrip(path: "/", body: [1])
                return nil
              } catch let error as TransportError {
                return error.code
              }
            })
        }
      }
    }
    #expect(try await code(good) == nil)
    #expect(try await code(nil) == .tlsFailed)
    #expect(try await code(strange) == .tlsFailed)
    #expect(try await code((good.certificate, strange.key)) == .badClientCertificate)
    #expect(try await code((folder + "/none", good.key)) == .badClientCertificate)
    try await server.stop()
  }
}
