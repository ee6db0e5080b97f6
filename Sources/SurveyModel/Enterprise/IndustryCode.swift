/// Codes of the industrial classification GB/T 4754-2017: a section's letter, where it is given, and two to four digits, the first two of
/// which are the division.
enum IndustryCode {
  /// The sections with their divisions.
  private static let sections: [(letter: Character, divisions: ClosedRange<Int>)] = [
    ("A", 1...5), ("B", 6...12), ("C", 13...43), ("D", 44...46), ("E", 47...50), ("F", 51...52), ("G", 53...60), ("H", 61...62),
    ("I", 63...65), ("J", 66...69), ("K", 70...70), ("L", 71...72), ("M", 73...75), ("N", 76...79), ("O", 80...82), ("P", 83...83),
    ("Q", 84...85), ("R", 86...90), ("S", 91...96), ("T", 97...97),
  ]

  /// A code as it was typed, in its one form; nil for what has no such form, or a division that the standard does not have, or not there.
  static func typed(_ text: String) -> String? {
    let code = text.halfWidth.trimmingSpaces.uppercased()
    let letter = code.first.flatMap { $0.isLetter ? $0 : nil }
    let digits = letter == nil ? code[...] : code.dropFirst()
    guard (2...4).contains(digits.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let division = Int(digits.prefix(2)),
      let section = sections.first(where: { $0.divisions.contains(division) }), letter == nil || letter == section.letter
    else { return nil }
    return code
  }
}
