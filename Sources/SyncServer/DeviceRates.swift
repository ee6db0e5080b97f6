import SyncRelay
import Synchronization

/// How often each device may ask: some requests at once, and then as many as come back with time. One device's do not count for another.
final class DeviceRates: Sendable {
  private let atOnce: Int
  /// How long it takes until one more may come.
  private let interval: Duration
  private let now: @Sendable () -> ContinuousClock.Instant
  /// When each device may ask as often at once as at the very first. Only enrolled devices are in it, so that it stays small.
  private let rested = Mutex<[DeviceID: ContinuousClock.Instant]>([:])

  init(atOnce: Int, perSecond: Int, now: @escaping @Sendable () -> ContinuousClock.Instant) {
    self.atOnce = atOnce
    interval = .seconds(1) / perSecond
    self.now = now
  }

  /// Counts a request of a device.
  /// - Returns: nil if it may come in; else in how many seconds one may, at least 1.
  func wait(of device: DeviceID) -> Int? {
    rested.withLock { rested in
      let now = now()
      let start = max(rested[device] ?? now, now)
      let wait = now.duration(to: start) - interval * (atOnce - 1)
      guard wait > .zero else {
        rested[device] = start + interval
        return nil
      }
      return Int(wait.components.seconds) + (wait.components.attoseconds > 0 ? 1 : 0)
    }
  }
}
