#if canImport(Glibc)
  import Dispatch
  import Glibc

  /// Hears from the kernel that its routes have changed, so that nobody has to look every so often.
  ///
  /// What has changed is not read: it is told, and whoever hears of it looks.
  final class RouteNews {
    /// As linux/netlink.h has it.
    private struct Address {
      var family = sa_family_t(AF_NETLINK)
      var padding: UInt16 = 0
      /// The kernel gives a number.
      var port: UInt32 = 0
      /// RTMGRP_IPV4_ROUTE and RTMGRP_IPV6_ROUTE: what the kernel says to everybody about its routes.
      var groups: UInt32 = 0x40 | 0x400
    }

    /// NETLINK_ROUTE.
    private static let routes: Int32 = 0
    private let source: any DispatchSourceRead

    /// - Parameter onNews: told, on a queue of its own, that something has changed.
    /// - Returns: nil where the kernel does not tell: where sockets of this kind are forbidden.
    init?(_ onNews: @escaping @Sendable () -> Void) {
      let kind = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
      let descriptor = socket(AF_NETLINK, kind, Self.routes)
      guard descriptor >= 0 else { return nil }
      var address = Address()
      let bound = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<Address>.size)) }
      }
      guard bound == 0 else {
        close(descriptor)
        return nil
      }
      source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: DispatchQueue(label: "fieldsurvey.routes"))
      source.setEventHandler {
        var message: UInt64 = 0
        // Each is taken, whatever it says; what was lost because too many came is news as well.
        while recv(descriptor, &message, MemoryLayout.size(ofValue: message), 0) > 0 || errno == ENOBUFS || errno == EINTR { errno = 0 }
        onNews()
      }
      source.setCancelHandler { close(descriptor) }
      source.activate()
    }

    deinit { source.cancel() }
  }
#endif
