/// Why a message did not reach the other side, or why its answer cannot be used.
///
/// The error is a value: it carries a stable code and technical facts, and no text for a user. Whoever shows it chooses
/// the words and the language. It never contains a token or a password.
public struct TransportError: Error, Hashable, Sendable {
  /// What went wrong, as a stable name that programs may compare and print.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The name, in lower-case words joined by hyphens.
    public let rawValue: String

    /// Makes a code from its name.
    public init(rawValue: String) {
      self.rawValue = rawValue
    }
  }

  /// What went wrong.
  public var code: Code
  /// The HTTP status of the answer; `nil` when no complete answer header arrived.
  public var httpStatus: Int?
  /// How long the server asks to wait before the next attempt, in seconds; `nil` when it did not say.
  public var retryAfterSeconds: Int?
  /// The `code` member of the server's problem document; `nil` when the answer was not one.
  ///
  /// Only an answer with a server code is known to come from a relay. A gateway or a captive portal may answer 401 or
  /// 403 too, so nothing that cannot be undone may follow from the status alone.
  public var serverCode: String?
  /// The `id` member of the server's problem document, by which its log can be searched.
  public var serverID: String?
  /// A short technical line for a log: printable, of bounded length, free of credentials.
  public var detail: String

  /// Makes an error; everything but the code may be left out.
  public init(
    _ code: Code, httpStatus: Int? = nil, retryAfterSeconds: Int? = nil, serverCode: String? = nil,
    serverID: String? = nil, detail: String = ""
  ) {
    self.code = code
    self.httpStatus = httpStatus
    self.retryAfterSeconds = retryAfterSeconds
    self.serverCode = serverCode
    self.serverID = serverID
    self.detail = detail
  }

  /// Whether the cause may pass without anybody changing anything here, so that a later attempt makes sense.
  ///
  /// A captive portal shows itself as a redirect, a foreign page or a wrong certificate; all of these pass when the
  /// device changes networks, so they count.
  public var isTransient: Bool {
    switch code {
    case .unreachable, .timedOut, .cutShort, .linkTooFrail, .tlsFailed, .certificateDate, .pinMismatch, .proxyFailed, .notOurServer,
      .redirected, .tooMany, .serverFailed:
      true
    default: false
    }
  }

  /// Whether the link did not last for a message and its answer, so that a smaller message may get through.
  var isCut: Bool { code == .cutShort || code == .timedOut }
}

extension TransportError.Code {
  /// No connection: no network, no such host, or nobody listens there.
  public static let unreachable = Self(rawValue: "unreachable")
  /// The connection, the whole request or a silence within it took longer than allowed.
  public static let timedOut = Self(rawValue: "timed-out")
  /// The connection ended before the answer was complete.
  public static let cutShort = Self(rawValue: "cut-short")
  /// The connection ends again and again before even the smallest batch is across, or one part that is larger than that.
  public static let linkTooFrail = Self(rawValue: "link-too-frail")
  /// The caller asked to stop.
  public static let cancelled = Self(rawValue: "cancelled")
  /// TLS could not be agreed on, or the server's certificate is not trusted.
  public static let tlsFailed = Self(rawValue: "tls-failed")
  /// The server's certificate is expired or not yet valid; often it is this device's clock that is wrong.
  public static let certificateDate = Self(rawValue: "certificate-date")
  /// The server's certificate is trusted, and its key is none of the pinned ones.
  public static let pinMismatch = Self(rawValue: "pin-mismatch")
  /// The file of the authorities to trust cannot be read, or holds none.
  public static let badAuthorityFile = Self(rawValue: "bad-authority-file")
  /// This side's own certificate or its key cannot be read, or do not belong together.
  public static let badClientCertificate = Self(rawValue: "bad-client-certificate")
  /// The server wants to see a certificate of this side, and was shown none or one that it does not know.
  public static let clientCertificateRequired = Self(rawValue: "client-certificate-required")
  /// A pin that is not a key's digest.
  public static let badPin = Self(rawValue: "bad-pin")
  /// The proxy named by the options or by the environment cannot be used or refused the connection.
  public static let proxyFailed = Self(rawValue: "proxy-failed")
  /// Something answered that is not a relay: a web page, a captive portal, another program.
  public static let notOurServer = Self(rawValue: "not-our-server")
  /// The server sent the request elsewhere (3xx); redirects are never followed.
  public static let redirected = Self(rawValue: "redirected")
  /// The server does not accept the token (401).
  public static let unauthorized = Self(rawValue: "unauthorized")
  /// The server knows the caller and refuses (403).
  public static let forbidden = Self(rawValue: "forbidden")
  /// The server has nothing at that path (404 or 410).
  public static let notFound = Self(rawValue: "not-found")
  /// The server refuses a request of this size (413).
  public static let tooLarge = Self(rawValue: "too-large")
  /// Too many requests (429); see ``TransportError/retryAfterSeconds``.
  public static let tooMany = Self(rawValue: "too-many")
  /// The server refuses this request for another reason (any other 4xx).
  public static let rejected = Self(rawValue: "rejected")
  /// The server, or a gateway before it, failed (5xx).
  public static let serverFailed = Self(rawValue: "server-failed")
  /// The answer is larger than this side takes.
  public static let responseTooLarge = Self(rawValue: "response-too-large")
  /// A plain `http` address outside this machine; it would show the token to everyone on the way.
  public static let insecureURL = Self(rawValue: "insecure-url")
  /// The address or the path is malformed, or carries what it must not (credentials, a query, a fragment).
  public static let badURL = Self(rawValue: "bad-url")
  /// The token or another header value contains characters that no header may carry.
  public static let badHeader = Self(rawValue: "bad-header")
  /// The HTTP library itself failed on this device: no memory, or a feature that it lacks.
  public static let clientFailed = Self(rawValue: "client-failed")
}
