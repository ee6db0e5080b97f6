/// Tells from a request's byte counts when it has stalled: nothing moves at all, or so little that it would hold the connection, and the
/// lock of the exchange, for hardly anything.
///
/// libcurl's own limit on low speed is not used: it takes an upload that still drains from the system's buffers for a stall.
struct MovementWatch {
  /// What has moved of a request so far.
  struct Counts: Equatable {
    /// Handed to the system to be sent.
    var up = 0
    /// Received.
    var down = 0
    /// Of ``up``, what still waits in the system's buffers.
    var unsent = 0

    fileprivate var moved: Int { up - unsent + down }
  }

  private let stallTimeout: Duration
  private let leastBytesPerSecond: Int
  private let rateWindow: Duration
  private var last: (counts: Counts, time: ContinuousClock.Instant)
  /// Where the rate is counted from.
  private var window: (moved: Int, start: ContinuousClock.Instant)

  init(_ options: CurlTransport.Options, at now: ContinuousClock.Instant) {
    stallTimeout = options.stallTimeout
    leastBytesPerSecond = options.leastBytesPerSecond
    rateWindow = options.rateWindow
    last = (Counts(), now)
    window = (0, now)
  }

  /// While there is no connection yet, another limit counts.
  mutating func noteConnecting(_ counts: Counts, at now: ContinuousClock.Instant) {
    last = (counts, now)
    window = (counts.moved, now)
  }

  /// Notes what has moved by now.
  /// - Returns: whether the request has stalled.
  mutating func hasStalled(_ counts: Counts, at now: ContinuousClock.Instant) -> Bool {
    if counts != last.counts {
      last = (counts, now)
    } else if last.time.duration(to: now) >= stallTimeout {
      return true
    }
    let time = window.start.duration(to: now)
    guard time >= rateWindow else { return false }
    // Noticed late, a window has to bear more.
    let least = time / .seconds(1) * Double(leastBytesPerSecond)
    if Double(counts.moved - window.moved) < least { return true }
    window = (counts.moved, now)
    return false
  }
}
