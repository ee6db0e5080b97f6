import CZstd

/// libzstd, one frame at a time.
enum Zstd {
  /// The level that the wire and the log are written at.
  static let level: Int32 = 3
  /// The level that packs are written at.
  static let packingLevel: Int32 = 19

  static func compress(_ bytes: [UInt8], at level: Int32 = level) -> [UInt8] {
    let bound = ZSTD_compressBound(bytes.count)
    return [UInt8](unsafeUninitializedCapacity: bound) { target, used in
      let written = bytes.withUnsafeBytes { ZSTD_compress(target.baseAddress, bound, $0.baseAddress, $0.count, level) }
      // The bound is large enough for any input, so that only a lack of memory can fail; then the bytes go as they are.
      used = ZSTD_isError(written) == 0 ? written : 0
      if used == 0 { used = copy(bytes, to: target) }
    }
  }

  private static func copy(_ bytes: [UInt8], to target: UnsafeMutableBufferPointer<UInt8>) -> Int {
    bytes.withUnsafeBufferPointer { source in
      for at in source.indices { target[at] = source[at] }
      return source.count
    }
  }

  /// Inflates one frame that holds exactly `count` bytes; nil for anything else.
  static func inflate(_ bytes: ArraySlice<UInt8>, to count: Int) -> [UInt8]? {
    var ok = false
    let out = [UInt8](unsafeUninitializedCapacity: count) { target, used in
      let written = bytes.withUnsafeBytes { ZSTD_decompress(target.baseAddress, count, $0.baseAddress, $0.count) }
      ok = ZSTD_isError(written) == 0 && written == count
      used = ok ? count : 0
    }
    return ok ? out : nil
  }
}
