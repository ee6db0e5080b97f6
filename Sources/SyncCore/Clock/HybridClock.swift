/// A hybrid logical time: milliseconds since 1970 in the upper 48 bits, a counter in the lower 16 (Kulkarni et al. 2014).
///
/// It orders candidates for display and nothing else: it never decides whether a value is kept.
public struct HybridTime: Hashable, Comparable, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The physical part, in milliseconds since 1970 (UTC).
  public var milliseconds: UInt64 { rawValue >> 16 }

  public static func < (a: HybridTime, b: HybridTime) -> Bool { a.rawValue < b.rawValue }
}

/// The clock of one replica: strictly rising, never behind what it has observed, whatever the wall clock says.
public struct HybridClock: Sendable {
  /// The latest time issued or observed.
  public private(set) var latest: HybridTime

  public init(latest: HybridTime = HybridTime(rawValue: 0)) { self.latest = latest }

  /// Takes note of a time that came from elsewhere.
  public mutating func observe(_ time: HybridTime) { latest = max(latest, time) }

  /// The time of the next write.
  /// - Parameter wall: what the wall clock shows, in milliseconds since 1970; a clock before 1970 counts as 1970.
  public mutating func next(wall: Int64) -> HybridTime {
    let physical = UInt64(clamping: wall) & (1 << 48 - 1)
    latest = HybridTime(rawValue: max(latest.rawValue &+ 1, physical << 16))
    return latest
  }
}
