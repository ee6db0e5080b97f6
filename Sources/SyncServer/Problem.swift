import Foundation
import HTTPTypes
import Hummingbird
import SyncCore
import SyncRelay

/// An error as a client sees it (RFC 9457): a status, a code, the request's id, and nothing of what is inside.
struct Problem: Error {
  let status: HTTPResponse.Status
  let code: String
  var headers: HTTPFields = [:]

  static let notFound = Problem(status: .notFound, code: "not-found")
  static let unauthorized = Problem(
    status: .unauthorized, code: "unauthorized", headers: [.wwwAuthenticate: #"Bearer realm="relay""#])
  static let wrongType = Problem(status: .unsupportedMediaType, code: "unsupported-media-type")
  static let tooLarge = Problem(status: .contentTooLarge, code: "too-large")
  static let tooSlow = Problem(status: .requestTimeout, code: "timed-out")
  static let malformed = Problem(status: .badRequest, code: "malformed")
  static let busy = Problem(
    status: .serviceUnavailable, code: "busy", headers: [.retryAfter: String(ServerLimits.retrySeconds)])
  static let draining = Problem(status: .serviceUnavailable, code: "draining")
  /// The log's database is away; nothing was taken.
  static let unavailable = Problem(
    status: .serviceUnavailable, code: "unavailable", headers: [.retryAfter: String(ServerLimits.retrySeconds)])
  static let failed = Problem(status: .internalServerError, code: "failed")

  /// A device that asks too often may ask again after so many seconds.
  static func tooMany(_ seconds: Int) -> Problem {
    Problem(status: .tooManyRequests, code: "too-many", headers: [.retryAfter: String(seconds)])
  }

  static func methodNotAllowed(_ allowed: HTTPRequest.Method) -> Problem {
    Problem(status: .methodNotAllowed, code: "method-not-allowed", headers: [.allow: allowed.rawValue])
  }

  /// Whether it answers a wrong enrolment code.
  var isWrongCode: Bool {
    [RelayError.Code.codeUnknown, .codeExpired, .codeUsed].contains { $0.rawValue == code }
  }

  init(status: HTTPResponse.Status, code: String, headers: HTTPFields = [:]) {
    self.status = status
    self.code = code
    self.headers = headers
  }

  /// What a client is told of an error: of one that it cannot do anything about, nothing.
  init(_ error: any Error) {
    switch error {
    case let problem as Problem: self = problem
    case let error as SyncCoreError:
      self.init(status: error.code == .tooLarge ? .contentTooLarge : .badRequest, code: error.code.description)
    case let error as RelayError: self.init(error)
    default: self = .failed
    }
  }

  private init(_ error: RelayError) {
    switch error.code {
    case .malformed, .badArgument: self.init(status: .badRequest, code: error.code.rawValue)
    case .tooLarge: self.init(status: .contentTooLarge, code: error.code.rawValue)
    case .codeUnknown, .codeExpired, .codeUsed: self.init(status: .forbidden, code: error.code.rawValue)
    case .deviceTaken, .otherKey: self.init(status: .conflict, code: error.code.rawValue)
    case .revoked: self = .unauthorized
    case .unavailable, .moved: self = .unavailable
    case .quota, .tooManyUploads, RelayError.Code(rawValue: Refusal.Code.notGranted):
      self.init(status: .forbidden, code: error.code.rawValue)
    case .wrongType: self.init(status: .unsupportedMediaType, code: error.code.rawValue)
    case .wrongDigest: self.init(status: .unprocessableContent, code: error.code.rawValue)
    case .otherOffset: self.init(status: .conflict, code: error.code.rawValue)
    case .noRoom: self.init(status: .init(code: 507, reasonPhrase: "Insufficient Storage"), code: error.code.rawValue)
    case .blobUnknown: self = .notFound
    default: self = .failed
    }
  }

  func response(id: String) -> Response {
    let document = Document(code: code, id: id, status: status.code, title: status.reasonPhrase)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Four plain members always encode; were they not to, the status alone has to do.
    let body = (try? encoder.encode(document)) ?? Data()
    var headers = headers
    headers[.contentType] = "application/problem+json"
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }

  private struct Document: Encodable {
    let type = "about:blank"
    let code: String
    let id: String
    let status: Int
    let title: String
  }
}
