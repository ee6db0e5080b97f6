/// Keeps text in a CSV file from being taken for a formula: a spreadsheet runs what begins with `=`, and a name can be made up to do harm.
///
/// What begins so gets an apostrophe before it, which spreadsheets take for "this is text"; what already has one gets another, so that
/// reading takes away exactly what writing put there.
enum CSVGuard {
  static func put(_ text: String) -> String { isDangerous(text.unicodeScalars[...]) ? "'" + text : text }

  static func removed(_ text: String) -> String {
    let scalars = text.unicodeScalars
    return scalars.first == "'" && isDangerous(scalars.dropFirst()) ? String(scalars.dropFirst()) : text
  }

  /// Whether a formula begins here, behind any apostrophes. Some spreadsheets take full-width marks as well.
  private static func isDangerous(_ text: Substring.UnicodeScalarView) -> Bool {
    guard let first = text.drop(while: { $0 == "'" }).first else { return false }
    return ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"].contains(first)
  }
}
