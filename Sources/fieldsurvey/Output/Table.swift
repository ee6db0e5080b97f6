/// Rows in columns, padded by the width that a terminal gives each character.
struct Table {
  let headers: [String]
  let rows: [[String]]
  /// The columns that are set flush right: numbers.
  var right: Set<Int> = []

  /// The header, then a line for each row; no spaces at a line's end.
  var lines: [String] {
    var widths = headers.map(Self.width)
    for row in rows {
      for (at, cell) in row.enumerated() where at < widths.count { widths[at] = max(widths[at], Self.width(cell)) }
    }
    return ([headers] + rows).map { row in
      var line = ""
      for (at, cell) in row.enumerated() {
        if at > 0 { line += "  " }
        let padding = String(repeating: " ", count: max(0, (at < widths.count ? widths[at] : 0) - Self.width(cell)))
        line += right.contains(at) ? padding + cell : cell + padding
      }
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
  }

  /// How many columns of a terminal a text takes.
  static func width(_ text: String) -> Int { text.reduce(0) { $0 + width($1) } }

  private static func width(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    if scalar.properties.isEmojiPresentation { return 2 }
    switch scalar.value {
    case 0x00..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0xFEFF, 0x0300...0x036F: return 0
    // East Asian Wide and Fullwidth (UAX #11), in blocks: radicals to Yi, Hangul, compatibility forms, full-width forms, supplements.
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
