import Dispatch
import Foundation
import Synchronization

/// Hears SIGTERM and SIGINT, so that a long-running command ends between two steps and not within one.
final class StopSignal: Sendable {
  private let stopped = Mutex(false)
  private let condition = DispatchSemaphore(value: 0)
  // Only held, so that they live; nothing is asked of them.
  nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

  init() {
    let queue = DispatchQueue(label: "fieldsurvey.signals")
    sources = [SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: queue)
    }
    for source in sources {
      source.setEventHandler { [weak self] in self?.stop() }
      source.resume()
    }
  }

  var isStopped: Bool { stopped.withLock { $0 } }

  func stop() {
    stopped.withLock { $0 = true }
    condition.signal()
  }

  /// Wakes who sleeps, to look around.
  func nudge() { condition.signal() }

  /// Sleeps, unless told to stop, for as long as nobody nudges.
  /// - Returns: whether to stop.
  func wait(seconds: Double) -> Bool {
    if isStopped { return true }
    _ = condition.wait(timeout: .now() + seconds)
    return isStopped
  }
}
