import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A link between a client and a server on this machine that ends after so many bytes, again and again.
///
/// It counts every byte that came to it, those included that it then lost.
final class CuttingProxy: Sendable {
  struct Counts: Sendable {
    /// Bytes that the client sent and that got as far as here.
    var up = 0
    /// Bytes that the server sent and that got as far as here.
    var down = 0
    var connections = 0
  }

  let port: Int
  private let listener: Int32
  private let server: Int
  private let bytesPerConnection: Int
  private let lost: Int
  private let state = Mutex(Counts())

  var counts: Counts { state.withLock { $0 } }

  /// - Parameters:
  ///   - server: the port that it leads to.
  ///   - bytesPerConnection: after how many bytes, both directions together, a connection ends.
  ///   - lost: how many of the last of them never arrive.
  init(to server: Int, bytesPerConnection: Int, lost: Int) throws {
    (self.server, self.bytesPerConnection, self.lost) = (server, bytesPerConnection, lost)
    listener = Self.socket()
    // Little is on its way at a time, as over a network whose own queues are short.
    var window: Int32 = 16 << 10
    setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &window, socklen_t(MemoryLayout<Int32>.size))
    var name = Self.address(port: 0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isBound = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &size) == 0
      }
    }
    guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
    port = Int(UInt16(bigEndian: name.sin_port))
    Thread.detachNewThread { [self] in
      while case let client = accept(listener, nil, nil), client >= 0 {
        Thread.detachNewThread { [self] in carry(client) }
      }
      close(listener)
    }
  }

  /// Takes no further connections.
  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func carry(_ client: Int32) {
    state.withLock { $0.connections += 1 }
    let upstream = Self.socket()
    var name = Self.address(port: server)
    let isConnected = withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(upstream, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
    }
    var left = isConnected ? bytesPerConnection : 0
    var buffer = [UInt8](repeating: 0, count: 8 << 10)
    while left > 0 {
      var polled = [pollfd(fd: client, events: Int16(POLLIN), revents: 0), pollfd(fd: upstream, events: Int16(POLLIN), revents: 0)]
      guard poll(&polled, 2, 60_000) > 0 else { break }
      guard let ready = polled.firstIndex(where: { $0.revents != 0 }) else { break }
      let count = recv(polled[ready].fd, &buffer, min(buffer.count, left), 0)
      guard count > 0 else { break }
      left -= count
      state.withLock { if ready == 0 { $0.up += count } else { $0.down += count } }
      // The last of it is under way when the link ends.
      if left < lost { continue }
      guard Self.send(buffer[..<count], to: polled[1 - ready].fd) else { break }
    }
    close(client)
    close(upstream)
  }

  private static func send(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard sent > 0 else { return false }
      rest = rest.dropFirst(sent)
    }
    return true
  }

  private static func socket() -> Int32 {
    #if canImport(Glibc)
      Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      Darwin.socket(AF_INET, SOCK_STREAM, 0)
    #endif
  }

  private static func address(port: Int) -> sockaddr_in {
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = in_port_t(UInt16(port)).bigEndian
    name.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return name
  }
}
