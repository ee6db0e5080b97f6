/// The sheet and the type on it, in points of 1/72 inch.
enum Metrics {
  static let width = 595.28
  static let height = 841.89
  static let left = 52.0
  static let right = 52.0
  static let top = 66.0
  static let bottom = 62.0

  /// The width that words may take.
  static let measure = width - left - right
  /// The height that they may take.
  static let depth = height - top - bottom

  /// What a row higher than this does: it is broken across pages. A lower one moves to the next page whole.
  static let tallRow = depth * 0.4
  /// Between a cell's border and its words.
  static let padding = 4.0
}

/// A kind of type.
struct Typeface: Hashable {
  let family: String
  let size: Double

  // Names that Windows, macOS and Linux know: whichever is installed, and any other font for what it lacks.
  private static let song = "Noto Serif CJK SC,Source Han Serif SC,SimSun,Songti SC,WenQuanYi Zen Hei,serif"
  private static let hei = "Noto Sans CJK SC,Source Han Sans SC,SimHei,Heiti SC,WenQuanYi Zen Hei,sans-serif"

  static let title = Typeface(family: hei, size: 26)
  static let subject = Typeface(family: hei, size: 17)
  static let section = Typeface(family: hei, size: 15)
  static let heading = Typeface(family: hei, size: 12)
  static let body = Typeface(family: song, size: 10.5)
  static let label = Typeface(family: hei, size: 9)
  static let cell = Typeface(family: song, size: 9)
  static let head = Typeface(family: hei, size: 9)
  static let note = Typeface(family: song, size: 8.5)
  static func picture(_ size: Double) -> Typeface { Typeface(family: hei, size: size) }
}
