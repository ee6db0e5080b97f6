/// Random numbers that a seed decides (SplitMix64).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// The seed is scattered first: from neighbouring states the generator would give the same numbers, a few places apart.
  public init(seed: Int) { state = Self.scattered(UInt64(truncatingIfNeeded: seed) ^ 0x5851_f42d_4c95_7f2d) }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.scattered(state)
  }

  private static func scattered(_ state: UInt64) -> UInt64 {
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

extension SeededGenerator {
  /// True for this share of all draws.
  public mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &self) < share }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  mutating func pick<T>(_ all: [T]) -> T { all[Int.random(in: 0..<all.count, using: &self)] }

  /// One of several, by their weights.
  mutating func pick<T>(_ all: [(weight: Int, value: T)]) -> T {
    var left = Int.random(in: 0..<max(1, all.reduce(0) { $0 + $1.weight }), using: &self)
    for one in all {
      left -= one.weight
      if left < 0 { return one.value }
    }
    return all[all.count - 1].value
  }
}
