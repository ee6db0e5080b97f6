import Synchronization

/// Counts the requests under way and turns away what is too many.
final class RequestGate: Sendable {
  private let limit: Int
  private let count = Mutex(0)

  init(limit: Int) { self.limit = limit }

  /// Whether one more may come in; who came in has to ``leave()``.
  func enter() -> Bool {
    count.withLock { count in
      guard count < limit else { return false }
      count += 1
      return true
    }
  }

  /// How many are in.
  var underWay: Int { count.withLock { $0 } }

  func leave() { count.withLock { $0 -= 1 } }
}
