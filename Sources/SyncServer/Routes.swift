import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import SyncCore
import SyncRelay

// MARK: - The exchange

extension RelayResponder {
  func exchange(_ request: Request, _ line: inout AccessLine) async throws -> Response {
    // Who asks comes before what is asked: nobody else's body is read.
    let principal = try await authenticate(request)
    line.device = principal.device
    if let device = principal.device, let seconds = rates.wait(of: device) { throw Problem.tooMany(seconds) }
    let bytes = try await body(of: request, upTo: Limits.messageBytes, within: bodySeconds)
    line.received = bytes.count
    let path = request.uri.path
    let answer = try await offLoop {
      let message = try ExchangeRequest(decoding: bytes, codec: relay.codec)
      guard message.path == path else { throw Problem.malformed }
      if case .hello(_, _, let scopes) = message, scopes.count > relay.limits.scopesPerRequest { throw Problem.tooLarge }
      let isOfFirstSync = Self.isOfFirstSync(message)
      if isOfFirstSync, !firstSyncs.enter() { throw Problem.busy }
      defer { if isOfFirstSync { firstSyncs.leave() } }
      let access = RelayAccess(relay, principal, onStored: onStored)
      let answer = try ExchangeResponder.answer(message, from: access)
      if case .receipt(_, let refused) = answer { counters.note(refused) }
      return answer.encoded(codec: relay.codec)
    }
    return Response(
      status: .ok, headers: [.contentType: "application/cbor", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer)))
  }

  /// Whether much is asked for by somebody who has nothing of it.
  static func isOfFirstSync(_ message: ExchangeRequest) -> Bool {
    guard case .pull(let wants, _) = message else { return false }
    return wants.count(where: { $0.holdings.vector.isEmpty && $0.holdings.partial.isEmpty }) >= ServerLimits.firstSyncScopes
  }

  func authenticate(_ request: Request) async throws -> Principal {
    guard let token = Self.bearerToken(request) else { throw Problem.unauthorized }
    guard let principal = try await offLoop({ try relay.authenticate(token) }) else { throw Problem.unauthorized }
    return principal
  }

  static func bearerToken(_ request: Request) -> String? {
    let scheme = "Bearer "
    guard let header = request.headers[.authorization], header.prefix(scheme.count).lowercased() == scheme.lowercased() else { return nil }
    return String(header.dropFirst(scheme.count))
  }
}

// MARK: - Enrolment

extension RelayResponder {
  private struct EnrolmentRequest: Decodable {
    let code: String
    let device: String
    let label: String
    /// The device's public key, in hexadecimal.
    let key: String?
    /// The device's public key for encryption, in hexadecimal.
    let encryptionKey: String?
  }

  private struct EnrolmentResponse: Encodable {
    let token: String
    let user: String
    let name: String
    let role: String
    /// In hexadecimal.
    let epoch: String
    /// The names of the scopes; `*` for all.
    let grants: [String]
    /// What the device's changesets are to cite, with the issuer's signature, both in hexadecimal; absent where nothing is signed.
    let certificate: String?
    let certificateSignature: String?
    /// The certificates of the office's devices, as pairs of the same two.
    let office: [[String]]
  }

  func enrol(_ bytes: [UInt8], _ line: inout AccessLine) async throws -> Response {
    line.received = bytes.count
    guard let asked = try? JSONDecoder().decode(EnrolmentRequest.self, from: Data(bytes)), let device = DeviceID(asked.device) else {
      throw Problem.malformed
    }
    line.device = device
    func publicKey(_ text: String) throws(Problem) -> [UInt8] {
      guard let bytes = Hex.bytes(text) else { throw Problem.malformed }
      return bytes
    }
    let key = try asked.key.map(publicKey)
    let encryptionKey = try asked.encryptionKey.map(publicKey) ?? []
    let enrolment = try await offLoop {
      try relay.enrol(code: asked.code, device: device, label: asked.label, key: key, encryptionKey: encryptionKey)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let answer = try encoder.encode(
      EnrolmentResponse(
        token: enrolment.token, user: enrolment.user, name: enrolment.name, role: enrolment.role, epoch: Hex.text(enrolment.epoch),
        grants: enrolment.grants.map(\.scope.description), certificate: enrolment.certificate.map { Hex.text($0.bytes) },
        certificateSignature: enrolment.certificate.map { Hex.text($0.signature) },
        office: enrolment.office.map { [Hex.text($0.bytes), Hex.text($0.signature)] }))
    return Response(
      status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer)))
  }
}
