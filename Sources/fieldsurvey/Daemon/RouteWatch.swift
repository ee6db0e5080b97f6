import Foundation

/// Notices that a way to other networks has appeared: a default route that was not there before.
struct RouteWatch {
  private let routes: @Sendable () -> Set<String>
  private var known: Set<String>

  init(_ routes: @escaping @Sendable () -> Set<String>) { (self.routes, known) = (routes, routes()) }

  mutating func hasAppeared() -> Bool {
    let now = routes()
    defer { known = now }
    return !now.subtracting(known).isEmpty
  }

  /// The interfaces and gateways of the kernel's default routes; none where the system does not tell.
  static func defaultRoutes() -> Set<String> {
    var routes: Set<String> = []
    for line in (try? String(contentsOfFile: "/proc/net/route", encoding: .utf8))?.split(separator: "\n").dropFirst() ?? [] {
      let fields = line.split(separator: "\t")
      if fields.count > 2, fields[1] == "00000000" { routes.insert(fields[0] + " " + fields[2]) }
    }
    for line in (try? String(contentsOfFile: "/proc/net/ipv6_route", encoding: .utf8))?.split(separator: "\n") ?? [] {
      let fields = line.split(separator: " ")
      // Destination, its prefix length, …, next hop at 4, interface last; the loopback's reject route is no way out.
      if fields.count > 9, fields[0].allSatisfy({ $0 == "0" }), fields[1] == "00", fields[9] != "lo" {
        routes.insert(fields[9] + " " + fields[4])
      }
    }
    return routes
  }
}
