import Foundation
import Hummingbird
import NIOCore
import SyncCore
import SyncRelay

// MARK: - A device's key

extension RelayResponder {
  /// All in hexadecimal.
  private struct KeyRequest: Decodable {
    let former: String
    let key: String
    let encryptionKey: String
    let formerSignature: String
    let keySignature: String
  }

  private struct KeyResponse: Encodable {
    let certificate: String
    let certificateSignature: String
  }

  /// Certifies the key that a device takes in the place of the one it has.
  func changeKey(_ request: Request, _ line: inout AccessLine) async throws -> Response {
    let principal = try await authenticate(request)
    line.device = principal.device
    guard let device = principal.device else { throw Problem.unauthorized }
    if let seconds = rates.wait(of: device) { throw Problem.tooMany(seconds) }
    let bytes = try await body(of: request, upTo: ServerLimits.enrolmentBytes, within: bodySeconds)
    line.received = bytes.count
    guard let asked = try? JSONDecoder().decode(KeyRequest.self, from: Data(bytes)), let former = Hex.bytes(asked.former),
      let key = Hex.bytes(asked.key), let encryptionKey = Hex.bytes(asked.encryptionKey),
      let formerSignature = Hex.bytes(asked.formerSignature), let keySignature = Hex.bytes(asked.keySignature)
    else { throw Problem.malformed }
    let rotation = try KeyRotation(device: device.bytes, former: former, key: key, encryptionKey: encryptionKey)
    let signed = try await offLoop {
      try relay.rotate(rotation, signatures: (formerSignature, keySignature), by: principal)
    }
    let answer = try JSONEncoder().encode(
      KeyResponse(certificate: Hex.text(signed.bytes), certificateSignature: Hex.text(signed.signature)))
    return Response(
      status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer)))
  }
}
