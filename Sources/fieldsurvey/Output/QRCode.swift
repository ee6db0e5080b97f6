import CQrencode

/// A QR code as a terminal shows it, for a camera or a scanner to read.
struct QRCode {
  /// How many light modules stand around it, which readers ask for.
  private static let margin = 4

  private let width: Int
  private let isDark: [Bool]

  /// - Returns: nil for more text than a code holds: about 2300 bytes.
  init?(_ text: String) {
    guard let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else { return nil }
    defer { QRcode_free(code) }
    width = Int(code.pointee.width)
    isDark = (0..<width * width).map { code.pointee.data[$0] & 1 == 1 }
  }

  /// Two rows of modules a line, in half blocks: black on white.
  var lines: [String] {
    let span = -Self.margin..<width + Self.margin
    return stride(from: span.lowerBound, to: span.upperBound, by: 2).map { row in
      span.map { column in
        switch (isDark(row, column), isDark(row + 1, column)) {
        case (true, true): "█"
        case (true, false): "▀"
        case (false, true): "▄"
        case (false, false): " "
        }
      }.joined()
    }
  }

  private func isDark(_ row: Int, _ column: Int) -> Bool {
    (0..<width).contains(row) && (0..<width).contains(column) && isDark[row * width + column]
  }
}
