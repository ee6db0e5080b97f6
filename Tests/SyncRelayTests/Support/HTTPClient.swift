import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A client of one request a connection, which sends what it is told, right or wrong.
struct HTTPClient: Sendable {
  let port: Int

  struct Answer: Sendable {
    let status: Int
    let headers: [String: String]
    let body: [UInt8]

    /// The members of a JSON body that are text.
    var json: [String: String] {
      let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
      return (object ?? [:]).compactMapValues { $0 as? String }
    }
  }

  struct Failure: Error {
    let errno: Int32
  }

  /// A connection with some of a request sent; the rest may follow.
  final class Connection: Sendable {
    private let descriptor: Int32

    init(port: Int) throws {
      #if canImport(Glibc)
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      #else
        descriptor = socket(AF_INET, SOCK_STREAM, 0)
      #endif
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(port).bigEndian
      address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
      let result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
      }
      guard result == 0 else { throw Failure(errno: errno) }
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) {
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        // A server that has answered may close on the rest.
        if count <= 0 { return }
        sent += count
      }
    }

    /// Ends a sending that nobody reads any more.
    func stop() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Reads an answer until the other side closes.
    func receive() async throws -> Answer { try HTTPClient.parse(await receiveAll().bytes) }

    /// Reads whatever comes until the other side closes, and tells when that was.
    func receiveAll() async -> (bytes: [UInt8], ended: ContinuousClock.Instant) {
      let descriptor = descriptor
      return await withCheckedContinuation { continuation in
        DispatchQueue.global().async {
          var all: [UInt8] = []
          var buffer = [UInt8](repeating: 0, count: 1 << 16)
          while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count <= 0 { break }
            all += buffer[..<count]
          }
          continuation.resume(returning: (all, .now))
        }
      }
    }
  }

  /// Sends a request and waits for its answer.
  func request(
    _ method: String, _ path: String, token: String? = nil, type: String? = nil, headers: [String: String] = [:], body: [UInt8] = []
  ) async throws -> Answer {
    let connection = try Connection(port: port)
    let message = Self.head(method, path, token: token, type: type, headers: headers, length: body.count) + body
    // Beside each other: who refuses a large body answers before it has read it.
    DispatchQueue.global().async { connection.send(message) }
    let answer = try await connection.receive()
    connection.stop()
    return answer
  }

  static func head(
    _ method: String, _ path: String, token: String? = nil, type: String? = nil, headers: [String: String] = [:], length: Int
  ) -> [UInt8] {
    var lines = ["\(method) \(path) HTTP/1.1", "Host: localhost", "Connection: close"]
    if headers["Transfer-Encoding"] == nil { lines.append("Content-Length: \(length)") }
    if let token { lines.append("Authorization: Bearer \(token)") }
    if let type { lines.append("Content-Type: \(type)") }
    lines += headers.map { "\($0): \($1)" }
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }

  private static func parse(_ bytes: [UInt8]) throws -> Answer {
    guard let end = Data(bytes).range(of: Data("\r\n\r\n".utf8)) else { throw Failure(errno: 0) }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    let headers = lines.dropFirst().reduce(into: [String: String]()) { all, line in
      let fields = line.split(separator: ":", maxSplits: 1)
      if fields.count == 2 { all[fields[0].lowercased()] = fields[1].trimmingCharacters(in: .whitespaces) }
    }
    return Answer(status: status, headers: headers, body: Array(bytes[end.upperBound...]))
  }
}
