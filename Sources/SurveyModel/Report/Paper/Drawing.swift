/// A picture as shapes, in a coordinate system of its own: x to the right, y downward, from 0 to ``width`` and ``height``.
///
/// Whoever shows it scales it: SVG on a page, vectors in print.
public struct Drawing: Hashable, Sendable {
  /// A place in the drawing.
  public struct Point: Hashable, Sendable {
    /// To the right.
    public let x: Double
    /// Downward.
    public let y: Double

    /// A place.
    public init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// A colour by what it is for; each has an own shade of grey, so that a print without colours tells them apart.
  public enum Ink: Hashable, Sendable, CaseIterable {
    case text, line, faint, before, after, warm1, warm2, warm3, warm4, paper

    /// Red, green and blue, 0…255 each.
    public var rgb: (red: Int, green: Int, blue: Int) {
      switch self {
      case .text: (0x22, 0x22, 0x22)
      case .line: (0x88, 0x88, 0x88)
      case .faint: (0xCC, 0xCC, 0xCC)
      case .before: (0x1F, 0x4E, 0x8C)
      case .after: (0xC0, 0x50, 0x1F)
      case .warm1: (0xFB, 0xE9, 0xD9)
      case .warm2: (0xF5, 0xC9, 0xA3)
      case .warm3: (0xE8, 0x9B, 0x63)
      case .warm4: (0xC9, 0x62, 0x2B)
      case .paper: (0xFF, 0xFF, 0xFF)
      }
    }
  }

  /// Which part of a word stands at its place.
  public enum Anchor: Hashable, Sendable {
    case start, middle, end
  }

  /// A shape; later ones cover earlier ones.
  public enum Shape: Hashable, Sendable {
    /// Lines from point to point; closed where `isClosed`, dashed where `isDashed`.
    case line([Point], Ink, width: Double, isClosed: Bool, isDashed: Bool)
    /// A filled polygon; `opacity` from 0 to 1.
    case area([Point], Ink, opacity: Double)
    /// A filled circle.
    case dot(Point, radius: Double, Ink)
    /// Words on one line, with their middle at the height of the point.
    case text(String, Point, Anchor, size: Double, Ink)
  }

  /// The width.
  public let width: Double
  /// The height.
  public let height: Double
  /// What it shows, for who cannot see it.
  public let title: String
  /// The shapes, the lowest first.
  public private(set) var shapes: [Shape] = []

  init(width: Double, height: Double, title: String) {
    self.width = width
    self.height = height
    self.title = title
  }

  mutating func add(_ shape: Shape) { shapes.append(shape) }

  mutating func text(_ words: String, _ x: Double, _ y: Double, _ anchor: Anchor = .middle, size: Double = 12, _ ink: Ink = .text) {
    add(.text(words, Point(x, y), anchor, size: size, ink))
  }

  mutating func line(_ points: [Point], _ ink: Ink, width: Double = 1, isClosed: Bool = false, isDashed: Bool = false) {
    add(.line(points, ink, width: width, isClosed: isClosed, isDashed: isDashed))
  }

  /// A filled rectangle.
  mutating func box(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ ink: Ink) {
    add(.area([Point(x, y), Point(x + width, y), Point(x + width, y + height), Point(x, y + height)], ink, opacity: 1))
  }
}
