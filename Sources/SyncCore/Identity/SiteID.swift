/// One writer for ever: a device and the incarnation it is living.
///
/// A new incarnation starts after a restore, a clone or an expired lease, so that no dot is ever used twice.
/// On the wire a site is 20 bytes: the device's 16, then the incarnation as a big-endian 32-bit number.
public struct SiteID: Hashable, Sendable {
  /// The length of a site on the wire, in bytes.
  public static let byteCount = 20

  /// The length of a device's identifier, in bytes.
  public static let deviceByteCount = 16

  /// The first eight bytes of the device's identifier, big-endian.
  public let deviceHigh: UInt64
  /// The last eight bytes of the device's identifier, big-endian.
  public let deviceLow: UInt64
  /// Which life of the device this is: 1 for the first, drawn by chance for each later one, so that two copies of a replica which both
  /// begin a new life do not meet again. From ``leastDerivedIncarnation`` on it is no life but a re-stamped branch (``Restamp``).
  public let incarnation: UInt32

  /// Below it are lives, from it on names of branches.
  public static let leastDerivedIncarnation: UInt32 = 1 << 31

  public init(deviceHigh: UInt64, deviceLow: UInt64, incarnation: UInt32) {
    self.deviceHigh = deviceHigh
    self.deviceLow = deviceLow
    self.incarnation = incarnation
  }

  /// Reads a site from its 20 bytes; nil when there are more or fewer.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    var life: UInt32 = 0
    for (position, byte) in bytes.enumerated() {
      switch position {
      case 0..<8: high = high << 8 | UInt64(byte)
      case 8..<16: low = low << 8 | UInt64(byte)
      default: life = life << 8 | UInt32(byte)
      }
    }
    self.init(deviceHigh: high, deviceLow: low, incarnation: life)
  }

  /// One of a device's lives; nil when the identifier does not have its 16 bytes.
  public init?(device: some Collection<UInt8>, incarnation: UInt32) {
    self.init(bytes: Array(device) + (0..<4).reversed().map { UInt8(truncatingIfNeeded: incarnation >> (8 * UInt32($0))) })
  }

  /// The site's 20 bytes, in the order in which sites compare.
  public var bytes: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(Self.byteCount)
    for shift in stride(from: 56, through: 0, by: -8) { out.append(UInt8(truncatingIfNeeded: deviceHigh >> UInt64(shift))) }
    for shift in stride(from: 56, through: 0, by: -8) { out.append(UInt8(truncatingIfNeeded: deviceLow >> UInt64(shift))) }
    for shift in stride(from: 24, through: 0, by: -8) { out.append(UInt8(truncatingIfNeeded: incarnation >> UInt32(shift))) }
    return out
  }
}

extension SiteID: Comparable {
  public static func < (a: SiteID, b: SiteID) -> Bool {
    (a.deviceHigh, a.deviceLow, a.incarnation) < (b.deviceHigh, b.deviceLow, b.incarnation)
  }
}

extension SiteID: CustomStringConvertible {
  /// The device in hexadecimal, a dot, and the incarnation: `1f0c…9a.1`.
  public var description: String {
    func hex(_ n: UInt64) -> String {
      let digits = String(n, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
    return hex(deviceHigh) + hex(deviceLow) + "." + String(incarnation)
  }

  /// Reads what `description` wrote; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 32, let life = UInt32(parts[1]),
      let high = UInt64(parts[0].prefix(16), radix: 16), let low = UInt64(parts[0].suffix(16), radix: 16)
    else { return nil }
    self.init(deviceHigh: high, deviceLow: low, incarnation: life)
  }
}
