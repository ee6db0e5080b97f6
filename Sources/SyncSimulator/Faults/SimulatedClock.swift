import Foundation

/// A device's wall clock: the world's time, wrong by something, or standing still.
final class SimulatedClock: @unchecked Sendable {
  /// When worlds begin, in milliseconds since 1970.
  static let start: Int64 = 1_760_000_000_000
  private let lock = NSLock()
  private var time = SimulatedClock.start
  private var fault = ClockFault.right
  private var frozenAt: Int64 = 0
  private var readsLeft = 0
  private var onRead: (() -> Void)?

  func now() -> Int64 {
    lock.withLock {
      switch fault {
      case .right: time
      case .off(let wrong): time &+ wrong
      case .frozen: frozenAt
      }
    }
  }

  /// What the device's software reads.
  func read() -> Int64 {
    if readsLeft > 0 {
      readsLeft -= 1
      if readsLeft == 0 { onRead?() }
    }
    return now()
  }

  /// Does something when the clock is read for the nth time from now on: software reads it in the middle of its transactions.
  func onRead(_ number: Int, _ body: @escaping () -> Void) { (readsLeft, onRead) = (number, body) }

  var isExpectingRead: Bool { readsLeft > 0 }

  func expectNothing() { (readsLeft, onRead) = (0, nil) }

  /// The world goes on.
  func pass(_ milliseconds: Int64) { lock.withLock { time += milliseconds } }

  func set(_ fault: ClockFault) {
    let shown = now()
    lock.withLock {
      self.fault = fault
      frozenAt = shown
    }
  }
}

/// Chance that the world's seed decides.
final class SimulatedChance: @unchecked Sendable {
  private let lock = NSLock()
  private var generator: SeededGenerator

  init(seed: Int) { generator = SeededGenerator(seed: seed) }

  func bytes(_ count: Int) -> [UInt8] { lock.withLock { (0..<count).map { _ in .random(in: .min ... .max, using: &generator) } } }
}
