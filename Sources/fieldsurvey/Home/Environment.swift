import Foundation
import SyncKit

/// Time and chance, from where the program is put together.
enum Environment {
  /// Shifts this program's wall clock by so many seconds: an aid for tests and demonstrations of laptops whose clock is wrong.
  static let clockOffsetKey = "FIELDSURVEY_CLOCK_OFFSET_SECONDS"
  private static let longestOffset: Int64 = 300_000_000_000

  /// The wall clock, in milliseconds since 1970.
  static let clock: @Sendable () -> Int64 = {
    let offset = ProcessInfo.processInfo.environment[clockOffsetKey].flatMap { Int64($0) } ?? 0
    // Within what a date can be: some ten thousand years either way.
    let shift = min(max(offset, -longestOffset), longestOffset) * 1000
    return { ReplicaConfiguration.systemClock() + shift }
  }()

  /// Where this machine remembers which database is which device's: outside of every home, so that a copied home is recognised.
  static let marks: ReplicaMarks = {
    let state =
      ProcessInfo.processInfo.environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? URL(fileURLWithPath: $0) : nil }
      ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".local/state")
    return ReplicaMarks(folder: state.appendingPathComponent(Program.name).path)
  }()

  /// Random bytes from the system's generator, fit for secrets.
  static let random: @Sendable (Int) -> [UInt8] = { count in
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }
}
