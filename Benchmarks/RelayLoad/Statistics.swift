import Foundation
import Synchronization

/// How long things took, in seconds.
struct Durations: Sendable {
  private var seconds: [Double] = []

  mutating func note(_ duration: Duration) {
    seconds.append(duration.seconds)
  }

  mutating func add(_ other: Durations) { seconds += other.seconds }

  var count: Int { seconds.count }

  /// The duration that a share of all do not exceed.
  func quantile(_ share: Double) -> Double {
    let sorted = seconds.sorted()
    return sorted.isEmpty ? .nan : sorted[min(sorted.count - 1, Int((Double(sorted.count) * share).rounded(.up)) - 1)]
  }

  var text: String {
    let figures = [0.5, 0.95, 0.99].map { String(format: "%.1f", quantile($0) * 1000) }
    return "p50 \(figures[0]) ms, p95 \(figures[1]) ms, p99 \(figures[2]) ms"
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

/// What the laptops of one phase saw.
struct Tally: Sendable {
  var exchanges = Durations()
  var requests = Durations()
  /// How long the files took that followed the words.
  var files = Durations()
  var fileBytes = 0
  var bytesUp = 0
  var bytesDown = 0
  /// How often the relay said that it has too much to do.
  var busy = 0
  var errors: [String] = []
}

/// Does a number of things on some threads, each with its number; blocking is allowed.
func onThreads(_ threads: Int, _ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
  let state = Mutex<(next: Int, failure: (any Error)?)>((0, nil))
  let ended = DispatchSemaphore(value: 0)
  for _ in 0..<threads {
    let thread = Thread {
      defer { ended.signal() }
      while true {
        let number = state.withLock { state -> Int? in
          guard state.failure == nil, state.next < count else { return nil }
          defer { state.next += 1 }
          return state.next
        }
        guard let number else { return }
        do {
          try body(number)
        } catch {
          state.withLock { state in state.failure = state.failure ?? error }
        }
      }
    }
    thread.stackSize = 4 << 20
    thread.start()
  }
  for _ in 0..<threads { ended.wait() }
  if let failure = state.withLock({ $0.failure }) { throw failure }
}
