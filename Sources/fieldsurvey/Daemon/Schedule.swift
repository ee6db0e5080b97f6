/// When to sync next: after a failure soon, then ever later, up to the interval. A little chance keeps a fleet of laptops from coming
/// all at once.
struct Schedule {
  /// Seconds between exchanges while all goes well.
  let interval: Double
  /// The exchanges that failed since the last that did not.
  private(set) var failures = 0
  /// How long the relay asked to wait, in seconds.
  private var asked = 0.0
  /// How soon after the first failure to try again, in seconds.
  private static let firstRetry = 5.0
  /// Doubling more often than this is beyond any interval.
  private static let mostDoublings = 16

  init(interval: Double) { self.interval = interval }

  mutating func noteSuccess() { self = Schedule(interval: interval) }

  /// - Parameter seconds: how long the relay asked to wait; 0 if it did not.
  mutating func noteFailure(notBefore seconds: Double = 0) {
    failures = min(failures + 1, Self.mostDoublings)
    asked = seconds
  }

  /// How long to wait now, in seconds.
  var delay: Double {
    if failures == 0 { return interval * Double.random(in: 0.9...1.1) }
    return max(asked, min(interval, Self.firstRetry * Double(1 << (failures - 1))) * Double.random(in: 0.8...1.2))
  }
}
