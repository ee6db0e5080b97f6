import Dispatch
import Foundation
import SyncKit
import SyncRelay
import Synchronization

/// The office's own replica beside the relay: takes in what laptops pushed soon after, and hands out what the office wrote.
final class OfficeDesk: Sendable {
  /// How long it sleeps when nothing wakes it, in seconds: what another process of the office wrote has to leave too.
  private static let interval = 3.0
  /// How long it waits for the pushes of one exchange to come in together, in seconds.
  private static let settling = 0.1
  /// How many times as long as an exchange took it rests after it, and how long at the most, in seconds: an exchange passes over all that the
  /// office has, so that in a busy night the laptops' requests would else wait for the office's looking again and again.
  private static let (rest, longestRest) = (4.0, 10.0)
  /// How much less of a busy processor its thread gets than those that answer laptops (setpriority(2)): the office may see a little later what
  /// somebody waits to have taken.
  private static let niceness: Int32 = 10

  private let home: Home
  private let relay: Relay
  private let replica: Replica
  private let wakeUp = DispatchSemaphore(value: 0)
  private let isStopped = Mutex(false)
  private let ended = DispatchSemaphore(value: 0)

  init(_ home: Home, _ relay: Relay) throws {
    self.home = home
    self.relay = relay
    replica = try home.replica()
  }

  /// Something was stored: look soon.
  func wake() { wakeUp.signal() }

  /// Begins, on a thread of its own: the exchange blocks.
  /// - Parameter report: told each new failure once, however often it repeats.
  func start(report: @escaping @Sendable (Failure) -> Void) {
    let thread = Thread { [self] in
      #if os(Linux)
        // There it is said of the thread that calls, and not of the process.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
      #endif
      var last: Failure?
      while !isStopped.withLock({ $0 }) {
        let began = ContinuousClock.now
        do {
          try exchange()
          last = nil
        } catch {
          let failure = Failure(error)
          if failure != last, failure.code != "busy" { report(failure) }
          last = failure
        }
        let took = (ContinuousClock.now - began) / Duration.seconds(1)
        if wakeUp.wait(timeout: .now() + Self.interval) == .success {
          let pause = DispatchTime.now() + min(max(Self.settling, Self.rest * took), Self.longestRest)
          while !isStopped.withLock({ $0 }), wakeUp.wait(timeout: pause) == .success {}
          while wakeUp.wait(timeout: .now()) == .success {}
        }
      }
      ended.signal()
    }
    thread.name = "office"
    thread.start()
  }

  /// Ends after the exchange under way, and a last one.
  func stop() {
    isStopped.withLock { $0 = true }
    wakeUp.signal()
    _ = ended.wait(timeout: .now() + 30)
    try? exchange()
  }

  private func exchange() throws {
    // Another process of the office may be at it, and does the same.
    let lock = try SyncLock(home, wait: 1)
    defer { withExtendedLifetime(lock) {} }
    let exchange = Exchange(home: home, replica: replica, relay: relay)
    _ = try exchange.run()
    _ = try exchange.moveAttachments(.all)
  }
}
