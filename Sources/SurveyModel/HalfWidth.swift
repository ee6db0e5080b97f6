extension Unicode.Scalar {
  /// The half-width twin of a full-width ASCII form (U+FF01…U+FF5E) or of the ideographic space; any other scalar as it is.
  var halfWidth: Unicode.Scalar {
    switch value {
    case 0xFF01...0xFF5E: Unicode.Scalar(value - 0xFEE0) ?? self
    case 0x3000: " "
    default: self
    }
  }
}

/// Whole numbers as people type them.
public enum TypedNumber {
  /// A number of 0 or more in digits of either width, without sign or leading zero. Nil for anything else.
  public static func whole(_ text: String) -> Int? { text.trimmingSpaces.plainNumber }

  /// A number of 0 or more with up to three decimals, in thousandths. Nil for anything else.
  public static func thousandths(_ text: String) -> Int? {
    let parts = text.halfWidth.trimmingSpaces.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts[0].description.plainNumber, whole <= Int.max / 1000 - 1 else { return nil }
    guard parts.count == 2 else { return whole * 1000 }
    guard (1...3).contains(parts[1].count), parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return whole * 1000 + (Int(parts[1] + String(repeating: "0", count: 3 - parts[1].count)) ?? 0)
  }
}

extension String {
  /// The text with full-width ASCII made half-width: a Chinese keyboard types Ｂ and １ as readily as B and 1.
  var halfWidth: String {
    var result = UnicodeScalarView()
    for scalar in unicodeScalars { result.append(scalar.halfWidth) }
    return String(result)
  }

  /// The text as a plain non-negative number: digits of either width, no sign, no leading zero. Nil for anything else.
  ///
  /// `Int("+1")` and `Int("01")` are numbers to Swift; as keys they would be a second spelling of the same question.
  var plainNumber: Int? {
    let digits = halfWidth
    guard let number = Int(digits), String(number) == digits, number >= 0 else { return nil }
    return number
  }

  /// The text without white space at its ends, ideographic space included.
  var trimmingSpaces: String {
    var view = Substring(self)
    while view.first?.isWhitespace == true { view.removeFirst() }
    while view.last?.isWhitespace == true { view.removeLast() }
    return String(view)
  }
}
