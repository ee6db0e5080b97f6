import Foundation
import Synchronization

/// A TCP server on the loopback interface that answers each request with whatever bytes a test wants, right or wrong.
final class ScriptedServer: Sendable {
  /// A request as it arrived.
  struct Request: Sendable {
    var head = ""
    var body: [UInt8] = []
    /// Which connection it came over, counted from 1.
    var connection = 0

    /// The value of a header, or `nil`.
    func header(_ name: String) -> String? {
      let prefix = name.lowercased() + ":"
      let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(prefix) }
      return line.map { $0.dropFirst(prefix.count).trimmingCharacters(in: .whitespaces) }
    }
  }

  /// What a test's script does with one request; the connection stays open when it returns `true`.
  typealias Script = @Sendable (Request, Peer) -> Bool

  /// The accepted end of a connection.
  struct Peer: Sendable {
    let descriptor: Int32

    /// Sends bytes as they are; `false` when the other end no longer takes them.
    @discardableResult
    func send(_ bytes: some Sequence<UInt8>) -> Bool {
      var rest = Array(bytes)[...]
      while !rest.isEmpty {
        let sent = rest.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard sent > 0 else { return false }
        rest = rest.dropFirst(sent)
      }
      return true
    }

    /// Sends text as it is.
    @discardableResult
    func send(_ text: String) -> Bool { send(text.utf8) }

    /// Sends a complete answer.
    func answer(_ status: String, type: String?, headers: [String] = [], body: [UInt8] = []) {
      var lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + headers
      if let type { lines.append("Content-Type: \(type)") }
      send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
    }

    /// Receives at most 64 KiB; empty at the end of the stream.
    func receive() -> [UInt8] {
      [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
        count = max(0, recv(descriptor, buffer.baseAddress, buffer.count, 0))
      }
    }
  }

  /// The address to connect to, without a path.
  let address: String
  private let listener: Int32
  private let record = Record()

  /// What arrived; the threads share it, so that they do not keep the server alive.
  private final class Record: Sendable {
    let requests = Mutex<[Request]>([])
  }

  /// Every request that arrived, in order.
  var requests: [Request] { record.requests.withLock { $0 } }

  /// Starts listening on a free port.
  ///
  /// - Parameters:
  ///   - readsBody: `false` hands the request to the script when its head is complete.
  ///   - window: the receive buffer in bytes, to slow a sender down; `nil` for the system's.
  ///   - greeting: sent as soon as somebody connects, before anything is read.
  init(readsBody: Bool = true, greeting: String = "", window: Int32? = nil, _ script: @escaping Script) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = inet_addr("127.0.0.1")
    if var window { setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &window, socklen_t(MemoryLayout<Int32>.size)) }
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isBound = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &size) == 0
      }
    }
    guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
    address = "http://127.0.0.1:\(UInt16(bigEndian: name.sin_port))"
    Thread.detachNewThread { [record] in
      var count = 0
      while case let descriptor = accept(listener, nil, nil), descriptor >= 0 {
        count += 1
        let (peer, number) = (Peer(descriptor: descriptor), count)
        Thread.detachNewThread {
          peer.send(greeting)
          while var request = Self.read(from: peer, withBody: readsBody) {
            request.connection = number
            record.requests.withLock { $0.append(request) }
            guard script(request, peer) else { break }
          }
          close(descriptor)
        }
      }
      close(listener)
    }
  }

  /// Stops listening; connections that are open end by themselves.
  func stop() {
    // The accepting thread closes the socket: closed here, its number could be another's before that thread looks again.
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private static func read(from peer: Peer, withBody: Bool) -> Request? {
    var bytes: [UInt8] = []
    let blank = Array("\r\n\r\n".utf8)
    while true {
      if let end = bytes.firstRange(of: blank) {
        var request = Request(head: String(decoding: bytes[..<end.lowerBound], as: UTF8.self))
        request.body = Array(bytes[end.upperBound...])
        let length = withBody ? request.header("Content-Length").flatMap(Int.init) ?? 0 : 0
        while request.body.count < length {
          let more = peer.receive()
          guard !more.isEmpty else { return nil }
          request.body += more
        }
        return request
      }
      let more = peer.receive()
      guard !more.isEmpty else { return nil }
      bytes += more
    }
  }
}
