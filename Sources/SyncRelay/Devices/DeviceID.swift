public import SyncCore

/// A device's identifier: the 16 bytes that its sites have in common.
public struct DeviceID: Hashable, Sendable, CustomStringConvertible {
  /// The length of an identifier, in bytes.
  public static let byteCount = 16

  /// The first eight bytes, big-endian.
  public let high: UInt64
  /// The last eight bytes, big-endian.
  public let low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The device of a site.
  public init(of site: SiteID) { self.init(high: site.deviceHigh, low: site.deviceLow) }

  /// Reads 32 hexadecimal digits, with or without the hyphens of a UUID; nil for anything else.
  public init?(_ text: String) {
    let isHyphenated = text.utf8.count == 36
    if isHyphenated {
      let hyphens = text.utf8.enumerated().filter { $0.element == UInt8(ascii: "-") }.map(\.offset)
      guard hyphens == [8, 13, 18, 23] else { return nil }
    }
    let digits = isHyphenated ? text.filter { $0 != "-" } : text
    guard digits.utf8.count == 32, digits.utf8.allSatisfy({ ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x66 || $0 >= 0x30 && $0 <= 0x39 }),
      let high = UInt64(digits.prefix(16), radix: 16), let low = UInt64(digits.suffix(16), radix: 16)
    else { return nil }
    self.init(high: high, low: low)
  }

  /// Reads 16 bytes; nil when there are more or fewer.
  init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.init(high: bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }, low: bytes[8...].reduce(0) { $0 << 8 | UInt64($1) })
  }

  /// The identifier's 16 bytes.
  public var bytes: [UInt8] {
    [high, low].flatMap { half in stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: half >> UInt64($0)) } }
  }

  /// 32 hexadecimal digits, as a site's description begins.
  public var description: String { Hex.text(bytes) }
}
