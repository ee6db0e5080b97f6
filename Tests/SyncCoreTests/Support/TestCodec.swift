import SyncCore

extension Codec {
  /// Compresses runs and digests without any strength: what the core must be able to work with is the interface alone.
  static let test = Codec(
    compress: { bytes in
      var out: [UInt8] = []
      var at = 0
      while at < bytes.count {
        var run = 1
        while at + run < bytes.count, run < 255, bytes[at + run] == bytes[at] { run += 1 }
        out += [UInt8(run), bytes[at]]
        at += run
      }
      return out
    },
    inflate: { bytes, count in
      var out: [UInt8] = []
      var at = bytes.startIndex
      while at + 1 < bytes.endIndex {
        guard bytes[at] > 0, out.count + Int(bytes[at]) <= count else { return nil }
        out += [UInt8](repeating: bytes[at + 1], count: Int(bytes[at]))
        at += 2
      }
      return at == bytes.endIndex && out.count == count ? out : nil
    },
    digest: { bytes in
      (0..<4 as Range<UInt64>).flatMap { lane in
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 &+ lane
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return (0..<8 as Range<UInt64>).map { byte in UInt8(truncatingIfNeeded: hash >> (8 * byte)) }
      }
    })
}
