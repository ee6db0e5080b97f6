/// A small generator of pseudo-random numbers (SplitMix64), so that every run sees the same rows.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

/// One answer of the survey workload: 120 payload bytes.
struct AnswerRow {
  let id: String
  let enterprise: String
  let indicator: String
  let value: String
  let score: Double
  let note: String
  let updatedBy: String
}

/// The rows and updates that all are measured on.
enum Workload {
  static let rowCount = 100_000
  static let updateCount = 20_000

  static func rows(_ count: Int = rowCount) -> [AnswerRow] {
    var random = SeededGenerator(seed: 1)
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    let words = (0..<400).map { _ in
      String((0..<Int.random(in: 3...9, using: &random)).map { _ in letters[Int.random(in: 0..<26, using: &random)] })
    }
    var time: UInt64 = 1_760_000_000_000
    return (0..<count).map { _ in
      time += UInt64.random(in: 1...900, using: &random)
      return AnswerRow(
        id: uuid(time, &random), enterprise: "E" + padded(Int.random(in: 0..<5000, using: &random), 6),
        indicator: "IND_" + padded(Int.random(in: 0..<120, using: &random), 3), value: decimal(&random),
        score: Double(Int.random(in: 0...100_000, using: &random)) / 1000,
        note: (0..<6).map { _ in words[Int.random(in: 0..<400, using: &random)] }.joined(separator: " "),
        updatedBy: "agent" + padded(Int.random(in: 0..<300, using: &random), 3))
    }
  }

  /// Random rows and their new values; two sites overlap in about a fifth of theirs.
  static func updates(_ rows: [AnswerRow], site: String, seed: UInt64, count: Int = updateCount) -> [(value: String, id: String)] {
    var random = SeededGenerator(seed: seed)
    var places = Array(rows.indices)
    for at in 0..<count { places.swapAt(at, Int.random(in: at..<places.count, using: &random)) }
    return places.prefix(count).sorted().map { (site + "-" + decimal(&random), rows[$0].id) }
  }

  static func uuid(_ time: UInt64, _ random: inout SeededGenerator) -> String {
    let high = time << 16 | 0x7000 | UInt64.random(in: 0..<0x1000, using: &random)
    let low = 0x8000_0000_0000_0000 | UInt64.random(in: 0..<0x4000_0000_0000_0000, using: &random)
    let digits = hex(high) + hex(low)
    let at = [0, 8, 12, 16, 20, 32].map { digits.index(digits.startIndex, offsetBy: $0) }
    return zip(at, at.dropFirst()).map { String(digits[$0..<$1]) }.joined(separator: "-")
  }

  static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private static func hex(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static func decimal(_ random: inout SeededGenerator) -> String {
    "\(Int.random(in: 0..<1_000_000, using: &random)).\(padded(Int.random(in: 0..<1_000_000, using: &random), 6))"
  }
}
