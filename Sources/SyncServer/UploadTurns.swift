import Synchronization

/// Which files are arriving over which requests, in this process.
///
/// A device whose link was cut asks at once how much has arrived, while what did is still being written down. It is answered when that has
/// come to rest, and nothing may follow over the old connection: a second request would else be in its way.
final class UploadTurns: Sendable {
  struct Turn: Hashable {
    fileprivate let key: [UInt8]
    fileprivate let number: Int
  }

  private struct State {
    var number = 0
    /// The request that brings a file, and when bytes of it last came.
    var underWay: [[UInt8]: (number: Int, moved: ContinuousClock.Instant)] = [:]
  }

  /// How long nothing comes over a connection that is waited for.
  private static let rest = Duration.milliseconds(250)
  /// The longest that is waited for one that goes on bringing bytes.
  private static let patience = Duration.seconds(5)
  private let state = Mutex(State())

  /// Begins to bring a file, in place of whoever did before.
  func begin(_ key: [UInt8]) -> Turn {
    state.withLock { state in
      state.number += 1
      state.underWay[key] = (state.number, .now)
      return Turn(key: key, number: state.number)
    }
  }

  /// Whether a request may still bring bytes; if so, it is noted that it does.
  func goesOn(_ turn: Turn) -> Bool {
    state.withLock { state in
      guard state.underWay[turn.key]?.number == turn.number else { return false }
      state.underWay[turn.key]?.moved = .now
      return true
    }
  }

  func end(_ turn: Turn) {
    state.withLock { state in
      if state.underWay[turn.key]?.number == turn.number { state.underWay[turn.key] = nil }
    }
  }

  /// Waits until a file's request has ended or come to rest, and lets nothing follow over it.
  func settle(_ key: [UInt8]) async throws {
    let start = ContinuousClock.now
    while let moved = state.withLock({ $0.underWay[key]?.moved }) {
      if moved.duration(to: .now) >= Self.rest || start.duration(to: .now) >= Self.patience {
        state.withLock { $0.underWay[key] = nil }
        return
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }
}
