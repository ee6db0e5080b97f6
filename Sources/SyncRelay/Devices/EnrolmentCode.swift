/// The one-time code by which a device enrols: Crockford's base 32, shown in two groups, read leniently.
enum EnrolmentCode {
  /// No I, L, O or U: nothing that is mistaken for something else when read aloud.
  static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
  private static let groupLength = 5

  /// Makes a code from random bytes, one for each symbol: 256 is a multiple of 32, so that all symbols are equally likely.
  static func make(_ random: [UInt8]) -> String {
    String(decoding: random.map { alphabet[Int($0 % 32)] }, as: UTF8.self)
  }

  /// The code as it is shown: `7K3QM-9WX2T`.
  static func shown(_ code: String) -> String {
    stride(from: 0, to: code.utf8.count, by: groupLength).map { String(code.dropFirst($0).prefix(groupLength)) }.joined(separator: "-")
  }

  /// The code that somebody typed: any case, any grouping, full-width characters, I and L for 1, O for 0; nil when it is none.
  static func normalized(_ typed: String) -> String? {
    // Longer than any grouping of a code makes it: not worth reading.
    guard typed.utf8.count <= 8 * RelayLimits.codeCharacters else { return nil }
    var out: [UInt8] = []
    for scalar in typed.unicodeScalars {
      // The full-width forms of the ASCII characters stand in the same order.
      let value = (0xFF01...0xFF5E).contains(scalar.value) ? scalar.value - 0xFEE0 : scalar.value
      switch value {
      case 0x20, 0x09, 0x0A, 0x0D, 0x2D, 0x3000, 0x2010...0x2015: continue
      default: break
      }
      guard value < 0x80 else { return nil }
      var symbol = UInt8(value)
      if (0x61...0x7A).contains(symbol) { symbol -= 0x20 }
      switch symbol {
      case UInt8(ascii: "I"), UInt8(ascii: "L"): symbol = UInt8(ascii: "1")
      case UInt8(ascii: "O"): symbol = UInt8(ascii: "0")
      default: break
      }
      guard alphabet.contains(symbol) else { return nil }
      out.append(symbol)
    }
    return out.count == RelayLimits.codeCharacters ? String(decoding: out, as: UTF8.self) : nil
  }
}

/// A device's secret: random bytes as base64url. Only its digest is kept.
enum DeviceToken {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  /// The length of a token's text.
  static let characters = (RelayLimits.tokenBytes * 4 + 2) / 3

  static func text(_ bytes: [UInt8]) -> String {
    var out: [UInt8] = []
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 6 {
        count -= 6
        out.append(alphabet[Int(bits >> count & 63)])
      }
    }
    if count > 0 { out.append(alphabet[Int(bits << (6 - count) & 63)]) }
    return String(decoding: out, as: UTF8.self)
  }

  /// Whether a text has a token's form; anything else is not worth a digest.
  static func isWellFormed(_ text: String) -> Bool {
    text.utf8.count == characters && text.utf8.allSatisfy(alphabet.contains)
  }

  /// Compares without telling by its time how much is equal.
  static func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
