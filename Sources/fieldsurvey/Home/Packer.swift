import Dispatch
import Foundation
import SyncCore
import SyncKit
import SyncRelay
import Synchronization

/// Packs the relay's scopes from time to time, beside what is served: so that a first sync finds its answer written down.
final class Packer: Sendable {
  /// How long it waits between two looks, in seconds. A look at which nothing is worth packing reads some numbers.
  private static let interval = 600.0

  private let relay: Relay
  private let isStopped = Mutex(false)
  private let wakeUp = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  init(_ relay: Relay) { self.relay = relay }

  /// Begins, on a thread of its own.
  /// - Parameter report: told each new failure once, however often it repeats. Nobody waits for packs: what is not packed is pulled.
  func start(report: @escaping @Sendable (Failure) -> Void) {
    let thread = Thread { [self] in
      var last: Failure?
      while !isStopped.withLock({ $0 }) {
        do {
          try relay.pack(with: .packing)
          last = nil
        } catch {
          let failure = Failure(error)
          if failure != last { report(failure) }
          last = failure
        }
        _ = wakeUp.wait(timeout: .now() + Self.interval)
      }
      ended.signal()
    }
    thread.name = "packer"
    thread.qualityOfService = .background
    thread.start()
  }

  /// Ends after the round under way.
  func stop() {
    isStopped.withLock { $0 = true }
    wakeUp.signal()
    _ = ended.wait(timeout: .now() + 30)
  }
}
