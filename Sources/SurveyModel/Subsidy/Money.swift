/// Money: whole fen inside, yuan or 万元 where people read and write it.
public enum Money {
  /// Reads `80000`, `80000元`, `8.5万`, `8.5万元` or `1,200.50`; full width is taken. Nil for anything else, also for less than a fen, and
  /// for commas that do not stand before every three digits: `1,5` may be meant as 1.5.
  public static func fen(_ text: String) -> Int? {
    var plain = text.halfWidth.trimmingSpaces.filter { !$0.isWhitespace }
    var unit = 100
    if plain.hasSuffix("元") { plain.removeLast() }
    if plain.hasSuffix("万") {
      plain.removeLast()
      unit = 1_000_000
    }
    let parts = plain.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    guard let whole = parts.first.flatMap(ungrouped), !whole.isEmpty, whole.utf8.allSatisfy(isDigit), fraction.utf8.allSatisfy(isDigit),
      parts.count == 1 || !fraction.isEmpty, fraction.count <= 6, let yuan = Int(whole)
    else { return nil }
    let places = fraction.count
    let scale = (0..<places).reduce(1) { power, _ in power * 10 }
    let (product, overflow) = yuan.multipliedReportingOverflow(by: unit)
    let part = (Int(fraction) ?? 0) * unit
    guard !overflow, part % scale == 0 else { return nil }
    let (sum, tooMuch) = product.addingReportingOverflow(part / scale)
    return tooMuch ? nil : sum
  }

  /// The amount in yuan, in 万元 from ten thousand on: `800元`, `8.5万元`.
  public static func text(fen: Int) -> String {
    fen.magnitude < 1_000_000 ? decimal(fen, places: 2) + "元" : decimal(fen, places: 6) + "万元"
  }

  /// The amount in yuan with a currency mark, for readers of English: `CNY 85000`.
  public static func textEn(fen: Int) -> String { "CNY " + decimal(fen, places: 2) }

  /// The amount in yuan as a derivation writes it: `300,000`, and `1,234.50` where there are fen.
  static func grouped(fen: Int) -> String {
    let cents = Int(fen.magnitude % 100)
    let yuan = (fen.magnitude / 100).grouped
    return (fen < 0 ? "-" : "") + yuan + (cents == 0 ? "" : ".\(cents / 10)\(cents % 10)")
  }

  /// A percentage of an amount, down to the whole fen: what is in doubt stays with the payer.
  /// - Parameters:
  ///   - percent: 0…100, so that the share fits whenever the amount does.
  ///   - fen: an amount of 0 or more.
  static func share(_ percent: Int, of fen: Int) -> (fen: Int, isExact: Bool) {
    let product = fen.multipliedFullWidth(by: percent)
    let (quotient, remainder) = 100.dividingFullWidth(product)
    return (quotient, remainder == 0)
  }

  /// The digits before the point without the commas before every three of them; nil where a comma stands elsewhere.
  private static func ungrouped(_ digits: Substring) -> String? {
    let groups = digits.split(separator: ",", omittingEmptySubsequences: false)
    guard groups.count > 1 else { return String(digits) }
    guard (1...3).contains(groups[0].count), groups.dropFirst().allSatisfy({ $0.count == 3 }) else { return nil }
    return groups.joined()
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func decimal(_ number: Int, places: Int) -> String {
    let scale = (0..<places).reduce(UInt(1)) { power, _ in power * 10 }
    var fraction = String(number.magnitude % scale)
    fraction = String(repeating: "0", count: places - fraction.count) + fraction
    while fraction.last == "0" { fraction.removeLast() }
    return (number < 0 ? "-" : "") + String(number.magnitude / scale) + (fraction.isEmpty ? "" : "." + fraction)
  }
}

extension BinaryInteger {
  /// The number with a comma before every three digits: `20,000,000`.
  var grouped: String {
    var text = String(magnitude)
    var place = text.utf8.count - 3
    while place > 0 {
      text.insert(",", at: text.index(text.startIndex, offsetBy: place))
      place -= 3
    }
    return (self < 0 ? "-" : "") + text
  }
}
