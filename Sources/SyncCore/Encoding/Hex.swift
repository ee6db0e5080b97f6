/// Bytes as hexadecimal digits, for people, logs and JSON.
public enum Hex {
  /// Two lower-case digits for each byte.
  public static func text(_ bytes: some Sequence<UInt8>) -> String {
    var out = ""
    for byte in bytes { out += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    return out
  }

  /// Reads digits of either case; nil for an odd number of them, or anything else.
  public static func bytes(_ text: String) -> [UInt8]? {
    let digits = text.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count.isMultiple(of: 2) else { return nil }
    var out: [UInt8] = []
    for at in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digits[at], let low = digits[at + 1] else { return nil }
      out.append(UInt8(high << 4 | low))
    }
    return out
  }
}
