/// Chance from a seed (SplitMix64), so that one seed is one data set on every machine.
struct SampleSource: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  /// Whether something happens that happens so many times in a hundred.
  mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }

  mutating func pick<T>(_ all: [T]) -> T { all[number(0...(all.count - 1))] }

  /// Some of them, each once, in an order of chance.
  mutating func some<T>(_ count: Int, of all: [T]) -> [T] { Array(all.shuffled(using: &self).prefix(count)) }

  /// A number that is often small and seldom large, as revenues and head counts are.
  mutating func skewed(_ range: ClosedRange<Int>) -> Int {
    let part = Double(number(0...10_000)) / 10_000
    return range.lowerBound + Int(Double(range.upperBound - range.lowerBound) * part * part * part)
  }

  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 32) } }
}
