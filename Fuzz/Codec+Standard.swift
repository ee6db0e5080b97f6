extension Codec {
  /// The library's own, but for the digest: that is any function of the bytes here, since a fuzzer that has to compute SHA-256 does little
  /// else.
  static let standard = Codec(
    compress: { Zstd.compress($0) },
    inflate: { Zstd.inflate($0, to: $1) },
    digest: { bytes in
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
      return (0..<32).map { UInt8(truncatingIfNeeded: hash >> UInt64(8 * ($0 & 7))) }
    })
}
