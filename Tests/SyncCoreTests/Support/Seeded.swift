import SyncCore

/// A generator with a seed (SplitMix64), so that what a random test finds can be found again.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }

  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }

  mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }
}

extension SiteID {
  /// A site of a device that is named by a small number.
  static func number(_ n: UInt64, life: UInt32 = 1) -> SiteID { SiteID(deviceHigh: 0, deviceLow: n, incarnation: life) }
}

extension SyncCoreError.Code {
  /// The code of the error that something throws; nil when it throws none.
  static func thrown(by body: () throws -> Void) -> SyncCoreError.Code? {
    do {
      try body()
      return nil
    } catch {
      return (error as? SyncCoreError)?.code
    }
  }
}
