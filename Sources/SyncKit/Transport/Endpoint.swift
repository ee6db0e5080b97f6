import CCurl
import Foundation

/// The checked address of the other side.
///
/// It is parsed by libcurl's own parser, so that what was checked is what will be connected to.
struct Endpoint {
  /// The normalized address without a trailing slash.
  let base: String
  /// Whether the host is this machine, by a name or number that cannot mean another.
  let isLoopback: Bool

  /// Parses and judges an address.
  ///
  /// - Throws: `badURL` when it is malformed or carries credentials, a query or a fragment; `insecureURL` when it is
  ///   plain `http` to another machine.
  init(_ text: String) throws(TransportError) {
    let url = try Self.parse(text)
    defer { curl_url_cleanup(url) }
    let scheme = Self.part(CURLUPART_SCHEME, of: url)
    guard let host = Self.part(CURLUPART_HOST, of: url), let whole = Self.part(CURLUPART_URL, of: url) else {
      throw TransportError(.badURL, detail: "the address names no host")
    }
    isLoopback = Self.isLoopback(host: host)
    guard scheme == "https" || isLoopback else {
      throw TransportError(.insecureURL, detail: "plain http is only for this machine")
    }
    var base = whole[...]
    while base.hasSuffix("/") { base = base.dropLast() }
    self.base = String(base)
  }

  /// Judges a proxy's address.
  ///
  /// - Throws: `badURL` when it is malformed, or carries credentials: these belong into the environment, or nowhere.
  static func checkProxy(_ text: String) throws(TransportError) { curl_url_cleanup(try parse(text)) }

  /// Judges the digest of a key.
  ///
  /// - Throws: `badPin` when it is not `sha256//` and the base64 of 32 bytes.
  static func checkPin(_ text: String) throws(TransportError) {
    let scheme = "sha256//"
    guard text.hasPrefix(scheme), let digest = Data(base64Encoded: String(text.dropFirst(scheme.count))), digest.count == 32 else {
      throw TransportError(.badPin, detail: "a pin is sha256// and the base64 of 32 bytes")
    }
  }

  /// The parts of an http or https address that names a server and nothing else; to be freed.
  private static func parse(_ text: String) throws(TransportError) -> OpaquePointer {
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw TransportError(.badURL, detail: "the address has characters other than visible ASCII")
    }
    guard let url = curl_url() else { throw TransportError(.clientFailed, detail: "curl_url") }
    let parsed = curl_url_set(url, CURLUPART_URL, text, 0)
    var fault: String?
    let surplus = [CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS, CURLUPART_QUERY, CURLUPART_FRAGMENT]
    if parsed != CURLUE_OK {
      fault = "the address cannot be parsed (\(parsed.rawValue))"
    } else if surplus.contains(where: { part($0, of: url) != nil }) {
      fault = "the address carries credentials, a query or a fragment"
    } else if !["https", "http"].contains(part(CURLUPART_SCHEME, of: url)) {
      fault = "the address is neither https nor http"
    }
    guard let fault else { return url }
    curl_url_cleanup(url)
    throw TransportError(.badURL, detail: fault)
  }

  /// The address of a path below this one.
  ///
  /// - Throws: `badURL` when the path does not begin with a slash or holds anything that a path needs to escape.
  func address(of path: String) throws(TransportError) -> String {
    guard path.hasPrefix("/"), path.utf8.allSatisfy(Self.isPlainInPath), !path.contains("/.") else {
      throw TransportError(.badURL, detail: "the path is not plain")
    }
    return base + path
  }

  /// Whether a host, as libcurl normalizes it, is this machine: `localhost`, 127.0.0.0/8 or ::1.
  static func isLoopback(host: String) -> Bool {
    let host = host.lowercased()
    if host == "localhost" { return true }
    if host.hasPrefix("["), host.hasSuffix("]") {
      var address = in6_addr()
      guard inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &address) == 1 else { return false }
      return withUnsafeBytes(of: address) { $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1 }
    }
    var address = in_addr()
    guard inet_pton(AF_INET, host, &address) == 1 else { return false }
    return withUnsafeBytes(of: address) { $0.first == 127 }
  }

  private static func isPlainInPath(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "/-._~%?=&,:".utf8.contains(byte)
    }
  }

  private static func part(_ part: CURLUPart, of url: OpaquePointer) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(url, part, &text, 0) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }
}
