/// A hybrid logical time: milliseconds since 1970 in the upper 48 bits, a counter in the lower 16 (Kulkarni et al. 2014).
///
/// It orders candidates for display and nothing else: it never decides whether a value is kept.
public struct HybridTime: Hashable, Comparable, Sendable {
  public let rawValue: UInt64

  /// The last time that a header can carry: a time is stored as a signed number.
  public static let last = HybridTime(rawValue: UInt64(Int64.max))

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The physical part, in milliseconds since 1970 (UTC).
  public var milliseconds: UInt64 { rawValue >> 16 }

  public static func < (a: HybridTime, b: HybridTime) -> Bool { a.rawValue < b.rawValue }
}

/// The clock of one replica: strictly rising to the last time there is, never behind what it has observed, whatever the wall clock says.
public struct HybridClock: Sendable {
  /// The latest time issued or observed.
  public private(set) var latest: HybridTime

  public init(latest: HybridTime = HybridTime(rawValue: 0)) { self.latest = latest }

  /// Takes note of a time that came from elsewhere.
  public mutating func observe(_ time: HybridTime) { latest = max(latest, time) }

  /// The time of the next write.
  ///
  /// At the last time there is, in the year 6429, the clock stands still: a header can carry none beyond it, and among equal times the
  /// dots decide.
  /// - Parameter wall: what the wall clock shows, in milliseconds since 1970; a clock before 1970 counts as 1970.
  public mutating func next(wall: Int64) -> HybridTime {
    let physical = min(UInt64(clamping: wall), HybridTime.last.milliseconds) << 16
    latest = min(HybridTime(rawValue: max(latest.rawValue &+ 1, physical)), .last)
    return latest
  }
}
