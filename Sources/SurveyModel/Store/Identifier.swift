import SyncCore

/// Makes identifiers for new records: UUIDs of version 7 (RFC 9562 §5.7) as lower-case text. They sort by the time of their making.
struct IdentifierSource: Sendable {
  /// The wall clock, in milliseconds since 1970.
  let clock: @Sendable () -> Int64
  /// Random bytes, as many as asked for.
  let random: @Sendable (Int) -> [UInt8]

  /// A new identifier: 48 bits of time, 74 of chance.
  func next() -> String {
    let time = UInt64(clamping: clock())
    var bytes = (0..<6).map { UInt8(truncatingIfNeeded: time >> UInt64(40 - 8 * $0)) } + random(10)
    bytes[6] = bytes[6] & 0x0F | 0x70
    bytes[8] = bytes[8] & 0x3F | 0x80
    var text = ""
    for (at, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(at) { text += "-" }
      text += Hex.text(CollectionOfOne(byte))
    }
    return text
  }
}
