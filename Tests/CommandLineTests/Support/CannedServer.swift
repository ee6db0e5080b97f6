import Foundation

/// A server on this machine that gives every connection the same bytes, or hangs up without a word: what stands at an address where a
/// relay was expected.
final class CannedServer: @unchecked Sendable {
  let port: Int
  private let listener: Int32
  private let answer: [UInt8]?

  /// - Parameter answer: the whole answer, header included; nil to hang up.
  init(_ answer: String?) throws {
    self.answer = answer.map { Array($0.utf8) }
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, address, &length) == 0
      }
    }
    guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
    port = Int(UInt16(bigEndian: address.sin_port))
    let thread = Thread { [weak self] in
      while let self, self.serveOne() {}
    }
    thread.start()
  }

  deinit { close(listener) }

  var url: String { "http://127.0.0.1:\(port)" }

  /// An answer with a status, a type and a body.
  static func http(_ status: String, type: String = "text/html", body: String = "<html>登录</html>") -> String {
    "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
  }

  private func serveOne() -> Bool {
    let client = accept(listener, nil, nil)
    guard client >= 0 else { return false }
    defer { close(client) }
    guard let answer else { return true }
    // The request is read first, or closing would reset the connection before the answer is seen.
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var seen: [UInt8] = []
    while !Self.isWhole(seen) {
      let count = recv(client, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      seen += buffer[..<count]
    }
    var rest = answer[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { break }
      rest = rest.dropFirst(count)
    }
    shutdown(client, Int32(SHUT_WR))
    while recv(client, &buffer, buffer.count, 0) > 0 {}
    return true
  }

  private static func isWhole(_ bytes: [UInt8]) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.range(of: "\r\n\r\n") else { return false }
    let header = text[..<end.lowerBound].lowercased()
    let length = header.components(separatedBy: "content-length: ").dropFirst().first?.prefix { $0.isNumber }
    let headerBytes = text[..<end.upperBound].utf8.count
    return bytes.count >= headerBytes + (length.flatMap { Int($0) } ?? 0)
  }
}
