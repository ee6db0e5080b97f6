import SyncCore

/// Changes bytes and values blindly, and often to what programmers forget.
enum Mutation {
  static let numbers: [UInt64] = [
    0, 1, 2, 23, 24, 127, 128, 255, 256, 8191, 8192, 65_535, 1 << 31 - 1, 1 << 31, 1 << 32 - 1, 1 << 32, 1 << 63 - 1, 1 << 63, .max,
  ]
  static let values: [Value] = [
    .null, .integer(0), .integer(.max), .integer(.min), .integer(-1), .real(-0.0), .real(.infinity), .real(1.5), .text(""), .text([0xff]),
    .text("a\0b"), .blob([]), .blob([0, 0xff]), .text("0190a5d0-ac96-774b-bcce-b302099a8010"), .real(9_007_199_254_740_992),
  ]
  static let names = [
    "", "note", "memo", "plain", "id", "scope", "a", "rowid", "sqlite_schema", "synckit_log", "no\"such", "a\0", "e\u{301}", "\u{e9}",
  ]

  static func bytes(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var out = bytes
    for _ in 0...random.number(0...2) {
      let at = out.isEmpty ? 0 : random.number(0...out.count - 1)
      switch random.number(0...6) {
      case 0 where !out.isEmpty: out[at] ^= 1 << UInt8(random.number(0...7))
      case 1 where !out.isEmpty: out[at] = random.pick([0, 1, 2, 0x7f, 0x80, 0xff])
      case 2 where !out.isEmpty: out[at] = out[at] &+ random.pick([1, 255])
      case 3 where !out.isEmpty: out.remove(at: at)
      case 4 where !out.isEmpty: out.removeLast(random.number(1...out.count))
      case 5: out.insert(contentsOf: Array(out.dropFirst(at).prefix(random.number(1...24))), at: random.number(0...out.count))
      default: out.insert(random.pick([0, 1, 0x7f, 0x80, 0xff]), at: at)
      }
    }
    return out
  }

  /// Changes one node of a tree into another that can be encoded.
  static func tree(_ value: CBOR, _ random: inout SeededGenerator) -> CBOR {
    switch value {
    case .array(var items) where !items.isEmpty && random.chance(0.85):
      let at = random.number(0...items.count - 1)
      items[at] = tree(items[at], &random)
      return .array(items)
    case .map(var entries) where !entries.isEmpty && random.chance(0.85):
      let at = random.number(0...entries.count - 1)
      entries[at].value = tree(entries[at].value, &random)
      return .map(entries)
    default: return node(value, &random)
    }
  }

  private static func node(_ value: CBOR, _ random: inout SeededGenerator) -> CBOR {
    if random.chance(0.15) {
      return random.pick([.null, .bool(true), .unsigned(0), .negative(0), .bytes([]), .text(""), .array([]), .map([:])])
    }
    switch value {
    case .unsigned(let n): return .unsigned(random.chance(0.4) ? n &+ random.pick([1, .max]) : random.pick(numbers))
    case .negative: return .negative(random.pick(numbers))
    case .bytes(let bytes): return .bytes(self.bytes(bytes, &random))
    case .text(let text): return .text(random.chance(0.5) ? random.pick(names) : text + random.pick(["x", "\0", "\u{301}"]))
    case .bool(let flag): return .bool(!flag)
    case .null: return .unsigned(0)
    case .array(var items):
      guard !items.isEmpty else { return .array([.unsigned(1)]) }
      let (at, other) = (random.number(0...items.count - 1), random.number(0...items.count - 1))
      switch random.number(0...2) {
      case 0: items.remove(at: at)
      case 1: items.insert(items[at], at: other)
      default: items.swapAt(at, other)
      }
      return .array(items)
    case .map(var entries):
      guard !entries.isEmpty else { return .map([(1, .unsigned(1))]) }
      let at = random.number(0...entries.count - 1)
      if random.chance(0.5) { entries.remove(at: at) } else { entries.append((entries[entries.count - 1].key + 1, entries[at].value)) }
      return .map(entries)
    }
  }
}
