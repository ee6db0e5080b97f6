import Hummingbird
import SyncCore
import Synchronization

/// What the server counts of its requests, since it started.
///
/// Plain numbers behind a lock, and ``Exposition`` that writes them down. The API of swift-metrics would need a factory and a handler for each
/// kind beside the same numbers, and has one registry for the whole process, in which two servers of one test would count together.
/// Labels are of closed sets, so that no stranger can make the numbers many: routes are ours, statuses and codes too.
final class Metrics: Sendable {
  /// The upper bounds of the durations' classes, in seconds: from an idle exchange to a full batch over a slow network.
  static let bounds: [Double] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

  struct Counts: Sendable {
    struct Answer: Hashable, Sendable {
      let route: Route
      let status: Int
    }

    var requests: [Answer: Int] = [:]
    var durations: [Route: Durations] = [:]
    var bytesIn = 0
    var bytesOut = 0
    var refused: [String: Int] = [:]
  }

  /// How many requests took how long.
  struct Durations: Sendable {
    /// Of each class, those that took no longer than its bound and longer than the bound before.
    var classes = [Int](repeating: 0, count: Metrics.bounds.count)
    var count = 0
    var seconds = 0.0

    mutating func note(_ seconds: Double) {
      if let at = Metrics.bounds.firstIndex(where: { seconds <= $0 }) { classes[at] += 1 }
      count += 1
      self.seconds += seconds
    }
  }

  /// What a request asks for.
  enum Route: String, CaseIterable, Comparable, Sendable {
    case hello = "/v1/hello"
    case push = "/v1/push"
    case pull = "/v1/pull"
    case enrol = "/v1/enrol"
    case blobs = "/v1/blobs"
    /// One file's, whichever it is.
    case blob = "/v1/blobs/{digest}"
    case packs = "/v1/packs"
    /// One pack's, whichever it is.
    case pack = "/v1/packs/{digest}"
    case health = "/healthz"
    case ready = "/readyz"
    case metrics = "/metrics"
    /// Nothing that there is.
    case other

    init(path: String) {
      self = path.hasPrefix("/v1/blobs/") ? .blob : path.hasPrefix("/v1/packs/") ? .pack : Route(rawValue: path) ?? .other
    }

    static func < (left: Route, right: Route) -> Bool { left.rawValue < right.rawValue }
  }

  private let state = Mutex(Counts())

  var counts: Counts { state.withLock { $0 } }

  /// Notes an answered request.
  func note(_ line: AccessLine, _ response: Response) {
    let seconds = Double(line.elapsed.components.seconds) + Double(line.elapsed.components.attoseconds) / 1e18
    state.withLock { counts in
      counts.requests[Counts.Answer(route: line.route, status: response.status.code), default: 0] += 1
      counts.durations[line.route, default: Durations()].note(seconds)
      counts.bytesIn += line.received
      counts.bytesOut += response.body.contentLength ?? 0
    }
  }

  /// Notes what a push brought that was not taken.
  func note(_ refused: [Refusal]) {
    if refused.isEmpty { return }
    state.withLock { counts in
      for refusal in refused { counts.refused[refusal.code, default: 0] += 1 }
    }
  }
}
