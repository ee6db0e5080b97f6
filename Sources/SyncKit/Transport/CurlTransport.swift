/// The exchange over HTTPS, by libcurl.
///
/// It keeps one connection and uses it again. It is synchronous and serves one thread at a time. Certificates are always
/// verified, redirects are never followed, and plain `http` is accepted only for this machine. Proxies are taken from the
/// options, or from the environment as libcurl does (`https_proxy`, `no_proxy`), except for this machine's own addresses.
///
/// ```swift
/// let transport = try CurlTransport(baseURL: "https://relay.example.org", token: token)
/// let answer = try transport.roundTrip(path: "/v1/exchange", body: message)
/// ```
///
/// ## Topics
/// ### Making one
/// - ``init(baseURL:token:options:)``
/// - ``Options``
/// ### Sending
/// - ``roundTrip(path:body:)``
/// - ``post(path:body:contentType:accept:)``
/// ### Watching and stopping
/// - ``progress``
/// - ``isCancelled``
public final class CurlTransport: ExchangeTransport {
  /// Time limits, bounds and names; the defaults suit a slow mobile network.
  public struct Options: Sendable {
    /// How long connecting may take, name resolution and TLS included; whole milliseconds.
    public var connectTimeout: Duration = .seconds(15)
    /// How long nothing at all may move in either direction, once connected, before the request is given up; noticed
    /// within a second.
    public var stallTimeout: Duration = .seconds(30)
    /// The least rate, both directions together, over each ``rateWindow`` once connected; what is slower counts as stalled. The worst
    /// of mobile networks carry several times as much.
    public var leastBytesPerSecond: Int = TransportLimits.leastBytesPerSecond
    /// Over how long ``leastBytesPerSecond`` is judged.
    public var rateWindow: Duration = TransportLimits.rateWindow
    /// How long one request may take in all; whole milliseconds.
    public var totalTimeout: Duration = .seconds(600)
    /// The largest answer taken, in bytes; a larger one is abandoned while it arrives.
    public var maximumResponseBytes: Int = TransportLimits.responseBytes
    /// A PEM file of the authorities to trust in place of the system's; `nil` for the system's.
    public var certificateAuthorityFile: String?
    /// The digests of the keys of which the server has to show one, beside a certificate that is trusted; each as `sha256//` and
    /// the base64 of the SHA-256 of the key as SubjectPublicKeyInfo. Empty for any key.
    public var pinnedKeys: [String] = []
    /// The certificate by which this program makes itself known, with its key, as PEM files that are not encrypted; `nil` for none.
    public var clientCertificate: ClientCertificate?
    /// The proxy's address, without credentials, in place of the environment's; `nil` for the environment's.
    public var proxy: String?
    /// The name by which this program makes itself known to the server.
    public var userAgent: String = "SyncKit"

    /// Makes the default options.
    public init() {}
  }

  /// Where a certificate and its key stand.
  public struct ClientCertificate: Hashable, Sendable {
    /// The certificate's file, and behind it in the same file what leads to its authority.
    public var certificateFile: String
    /// The key's file.
    public var keyFile: String

    /// Names the files.
    public init(certificateFile: String, keyFile: String) {
      self.certificateFile = certificateFile
      self.keyFile = keyFile
    }
  }

  /// The media type of the exchange's messages.
  public static let messageType = "application/cbor"
  /// The media type of a server's errors.
  public static let problemType = "application/problem+json"

  /// Told the bytes sent and received so far of the request under way, about once a second at least.
  public var progress: ((_ bytesUp: Int, _ bytesDown: Int) -> Void)?
  /// Asked about once a second at least, while a request is under way, whether to give it up.
  public var isCancelled: (() -> Bool)?

  private let endpoint: Endpoint
  private let token: String?
  private let connection: CurlConnection

  /// Makes a transport to one server; nothing is sent yet.
  ///
  /// - Parameters:
  ///   - baseURL: the server's address; every path is appended to it.
  ///   - token: the bearer token sent with every request; `nil` to send none.
  ///   - options: time limits, bounds and names.
  /// - Throws: ``TransportError`` with `badURL`, `insecureURL`, `badHeader`, `badPin` or `clientFailed`.
  public init(baseURL: String, token: String?, options: Options = Options()) throws(TransportError) {
    endpoint = try Endpoint(baseURL)
    if let token, token.isEmpty || !token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
      throw TransportError(.badHeader, detail: "the token has characters other than visible ASCII")
    }
    try Self.checkHeader(options.userAgent)
    for pin in options.pinnedKeys { try Endpoint.checkPin(pin) }
    if let proxy = options.proxy { try Endpoint.checkProxy(proxy) }
    self.token = token
    connection = try CurlConnection(endpoint: endpoint, options: options)
  }

  public func roundTrip(path: String, body: [UInt8]) throws(TransportError) -> [UInt8] {
    try post(path: path, body: body, contentType: Self.messageType, accept: Self.messageType)
  }

  /// Posts a body of any type and returns the answer's, if it is of the type asked for.
  ///
  /// - Parameters:
  ///   - path: appended to the server's address; it begins with a slash and needs no escaping.
  ///   - body: the bytes to send; may be empty.
  ///   - contentType: the media type of `body`.
  ///   - accept: the only media type, without parameters, in which a successful answer is taken.
  /// - Returns: the bytes of a complete answer with a 2xx status and the media type asked for.
  /// - Throws: ``TransportError`` for everything else.
  public func post(
    path: String, body: [UInt8], contentType: String, accept: String
  ) throws(TransportError) -> [UInt8] {
    let (outcome, error) = try perform(.post, path: path, headers: ["Content-Type": contentType], body: body, accept: accept)
    if let error { throw error }
    return outcome.body
  }

  /// Sends a request.
  /// - Returns: what came of it, and why it is no complete answer of the type asked for, where it is none.
  func perform(
    _ method: CurlConnection.Method, path: String, headers fields: KeyValuePairs<String, String>, body: [UInt8] = [], accept: String
  ) throws(TransportError) -> (outcome: CurlConnection.Outcome, error: TransportError?) {
    for (_, value) in fields { try Self.checkHeader(value) }
    try Self.checkHeader(accept)
    let expected = accept.lowercased()
    var headers = fields.map { "\($0): \($1)" } + ["Accept: \(expected), \(Self.problemType)"]
    // Bodies are small enough that asking first would only cost a round trip.
    headers.append("Expect:")
    if let token { headers.append("Authorization: Bearer \(token)") }
    let request = CurlConnection.Request(
      method: method, url: try endpoint.address(of: path), headers: headers, body: body, accept: expected)
    let outcome = connection.perform(request, progress: progress, isCancelled: isCancelled)
    return (outcome, TransportError(outcome, expecting: expected, secret: token))
  }

  private static func checkHeader(_ value: String) throws(TransportError) {
    guard !value.isEmpty, value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
      throw TransportError(.badHeader, detail: "a header value has characters other than printable ASCII")
    }
  }
}
