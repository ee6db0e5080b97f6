import Synchronization

/// Notices that enrolment codes are being guessed.
///
/// It never turns anybody away: a right code is taken whatever others try, or a stranger could keep every laptop out by guessing.
/// That is safe because a code cannot be guessed in its ten minutes; docs/threat-model.md has the figures. What many wrong codes do
/// is that the next ones are answered late and no longer written to the audit, which would grow without end.
///
/// Kept in memory: what a restart forgets is only that somebody was guessing.
final class WrongCodes: Sendable {
  private let limit: Int
  private let window: Int64
  /// When the latest wrong codes came, at most as many as are let through.
  private let times = Mutex<[Int64]>([])

  init(_ limits: RelayLimits) {
    limit = limits.wrongCodes
    window = limits.wrongCodeMilliseconds
  }

  /// Notes one more.
  /// - Returns: whether it is one of the few that are written down.
  func note(at now: Int64) -> Bool {
    times.withLock { times in
      forget(&times, now)
      guard times.count < limit else { return false }
      times.append(now)
      return true
    }
  }

  /// Whether there have been so many of late that somebody is guessing.
  func areMany(at now: Int64) -> Bool {
    times.withLock { times in
      forget(&times, now)
      return times.count >= limit
    }
  }

  /// A clock that was put back must not make a guess of the future count for ever.
  private func forget(_ times: inout [Int64], _ now: Int64) { times.removeAll { $0 <= now - window || $0 > now } }
}
