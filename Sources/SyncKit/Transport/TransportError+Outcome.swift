import CCurl
import Foundation

extension TransportError {
  /// Judges what came of a request; `nil` when its answer is usable.
  ///
  /// A complete answer header decides before any failure after it: a server that refuses a large body closes the
  /// connection on the rest, and its refusal is what the caller must learn.
  init?(_ outcome: CurlConnection.Outcome, expecting mediaType: String, secret: String?) {
    if let status = outcome.status, !(200..<300).contains(status) {
      self.init(status: status, outcome)
    } else if let status = outcome.status, outcome.mediaType != mediaType {
      self.init(.notOurServer, httpStatus: status, detail: "HTTP \(status), \(outcome.mediaType ?? "no media type")")
    } else if outcome.isTooLarge {
      self.init(.responseTooLarge, httpStatus: outcome.status)
    } else if outcome.result != CURLE_OK {
      self.init(Code(outcome), httpStatus: outcome.status, detail: outcome.message)
    } else if outcome.status == nil {
      self.init(.cutShort, detail: "no answer")
    } else if !outcome.isFramed {
      self.init(.cutShort, httpStatus: outcome.status, detail: "the answer does not say where it ends")
    } else {
      return nil
    }
    detail = Self.sanitized(detail, secret: secret)
  }

  private init(status: Int, _ outcome: CurlConnection.Outcome) {
    self.init(Code(httpStatus: status), httpStatus: status, retryAfterSeconds: outcome.retryAfterSeconds)
    detail = "HTTP \(status), \(outcome.mediaType ?? "no media type")"
    if code == .redirected, let host = outcome.redirectURL.flatMap({ URLComponents(string: $0)?.host }) {
      detail = "HTTP \(status) to \(host)"
    }
    guard outcome.mediaType == CurlTransport.problemType,
      let problem = try? JSONDecoder().decode(Problem.self, from: Data(outcome.body))
    else { return }
    serverCode = Self.member(problem.code)
    serverID = Self.member(problem.id)
  }

  /// The two members of a problem document (RFC 9457) that programs use.
  private struct Problem: Decodable {
    let code: String?
    let id: String?
  }

  /// A member that is fit for a log and a comparison, or nothing.
  private static func member(_ text: String?) -> String? {
    guard let text, !text.isEmpty, text.utf8.count <= TransportLimits.problemMemberCharacters,
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { return nil }
    return text
  }

  /// Makes a text fit for a log: printable, of bounded length, without the secret and without credentials in addresses.
  static func sanitized(_ text: String, secret: String?) -> String {
    var text = text
    if let secret, !secret.isEmpty { text = text.replacingOccurrences(of: secret, with: "…") }
    text = text.replacing(/\/\/[^\/\s@]*@/, with: "//")
    let printable = text.unicodeScalars.map { scalar -> Character in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: " "
      default: Character(scalar)
      }
    }
    return String(printable.prefix(TransportLimits.detailCharacters))
  }
}

extension TransportError.Code {
  /// What a status other than success means.
  fileprivate init(httpStatus status: Int) {
    switch status {
    case 300..<400: self = .redirected
    case 401: self = .unauthorized
    case 403: self = .forbidden
    case 404, 410: self = .notFound
    case 407: self = .proxyFailed
    case 408: self = .timedOut
    case 413: self = .tooLarge
    case 429: self = .tooMany
    case 511: self = .notOurServer  // "network authentication required": a captive portal says what it is.
    case 500..<600: self = .serverFailed
    default: self = .rejected
    }
  }

  /// What a failure of libcurl means.
  fileprivate init(_ outcome: CurlConnection.Outcome) {
    if outcome.proxyStatus >= 300 {
      self = .proxyFailed
      return
    }
    switch outcome.result {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: self = .unreachable
    case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: self = .proxyFailed
    case CURLE_OPERATION_TIMEDOUT: self = .timedOut
    case CURLE_ABORTED_BY_CALLBACK: self = outcome.isStalled ? .timedOut : .cancelled
    case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_SEND_FAIL_REWIND,
      CURLE_HTTP2, CURLE_HTTP2_STREAM:
      self = outcome.wasToldOff ? .clientCertificateRequired : .cutShort
    case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING: self = .notOurServer
    case CURLE_PEER_FAILED_VERIFICATION:
      // OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED.
      self = outcome.verifyResult == 9 || outcome.verifyResult == 10 ? .certificateDate : .tlsFailed
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH: self = .pinMismatch
    case CURLE_SSL_CACERT_BADFILE: self = .badAuthorityFile
    case CURLE_SSL_CERTPROBLEM: self = .badClientCertificate
    case CURLE_SSL_CLIENTCERT: self = .clientCertificateRequired
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED:
      self = .tlsFailed
    case CURLE_URL_MALFORMAT: self = .badURL
    default: self = .clientFailed
    }
  }
}

extension CurlConnection.Outcome {
  /// Whether the other side has ended TLS with an alert after the handshake was over for this side. From 1.3 on that is how it says
  /// that it wants to see a certificate, or another one; libcurl tells it as a broken connection, with OpenSSL's number in its words.
  fileprivate var wasToldOff: Bool {
    let match = message.firstMatch(of: /error:([0-9A-Fa-f]{8}):/)
    guard let number = match.flatMap({ UInt32($0.output.1, radix: 16) }) else { return false }
    // The library that is SSL's, and the reasons that stand for alerts: a thousand and the alert.
    return number >> 23 == 20 && (1000...1255).contains(number & 0x7F_FFFF)
  }
}
