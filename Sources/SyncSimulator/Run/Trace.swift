/// Everything that happens in a world, as one number (FNV-1a), so that two runs of a seed can be compared (I-14).
struct Trace {
  private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func note(_ text: String) { note(Array(text.utf8)) }

  mutating func note(_ bytes: [UInt8]) {
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    hash = (hash ^ 0xff) &* 0x0000_0100_0000_01b3
  }
}
