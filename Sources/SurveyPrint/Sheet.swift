import SurveyModel

/// A grey or a colour, red, green and blue from 0 to 1.
struct Tint: Hashable {
  let red: Double
  let green: Double
  let blue: Double

  init(_ red: Double, _ green: Double, _ blue: Double) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  init(_ ink: Drawing.Ink) {
    let rgb = ink.rgb
    self.init(Double(rgb.red) / 255, Double(rgb.green) / 255, Double(rgb.blue) / 255)
  }

  static let black = Tint(.text)
  static let grey = Tint(0.42, 0.42, 0.42)
  static let border = Tint(0.45, 0.45, 0.45)
  static let head = Tint(0.933, 0.949, 0.969)
  static let accent = Tint(.before)
  static let alert = Tint(0.69, 0.19, 0.06)
  static let alertGround = Tint(0.992, 0.945, 0.925)
}

/// A page as what stands where, from the top left of the sheet.
struct Sheet {
  enum Mark {
    /// A line of a block, kept alive with it; `y` is its top.
    case words(TextBlock, line: Int, x: Double, y: Double, Tint)
    case box(x: Double, y: Double, width: Double, height: Double, Tint)
    case rule(x: Double, y: Double, toX: Double, toY: Double, width: Double, Tint)
    case drawing(Drawing, x: Double, y: Double, scale: Double)
  }

  /// A section that begins on the page, for the reader's outline.
  struct Bookmark {
    let title: String
    let y: Double
  }

  var marks: [Mark] = []
  var bookmarks: [Bookmark] = []
}
