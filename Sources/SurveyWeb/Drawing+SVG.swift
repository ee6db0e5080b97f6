import SurveyModel

extension HTML {
  /// A drawing as an inline SVG, with its title for who cannot see it.
  mutating func drawing(_ drawing: Drawing) {
    let (width, height) = (Self.number(drawing.width), Self.number(drawing.height))
    let attributes: [Attribute] = [
      ("xmlns", "http://www.w3.org/2000/svg"), ("viewBox", "0 0 \(width) \(height)"), ("width", width), ("height", height), ("role", "img"),
    ]
    element("svg", attributes) { html in
      html.element("title", text: drawing.title)
      for shape in drawing.shapes { html.shape(shape) }
    }
  }

  private mutating func shape(_ shape: Drawing.Shape) {
    switch shape {
    case .line(let points, let ink, let width, let isClosed, let isDashed):
      var attributes: [Attribute] = [
        ("points", Self.points(points)), ("fill", "none"), ("stroke", Self.color(ink)), ("stroke-width", Self.number(width)),
        ("stroke-linejoin", "round"),
      ]
      if isDashed { attributes.append(("stroke-dasharray", "6 3")) }
      empty(isClosed ? "polygon" : "polyline", attributes)
    case .area(let points, let ink, let opacity):
      empty("polygon", [("points", Self.points(points)), ("fill", Self.color(ink)), ("fill-opacity", Self.number(opacity))])
    case .dot(let center, let radius, let ink):
      empty(
        "circle", [("cx", Self.number(center.x)), ("cy", Self.number(center.y)), ("r", Self.number(radius)), ("fill", Self.color(ink))])
    case .text(let words, let place, let anchor, let size, let ink):
      let side =
        switch anchor {
        case .start: "start"
        case .middle: "middle"
        case .end: "end"
        }
      let attributes: [Attribute] = [
        ("x", Self.number(place.x)), ("y", Self.number(place.y)), ("text-anchor", side), ("dominant-baseline", "central"),
        ("font-size", Self.number(size)), ("fill", Self.color(ink)),
      ]
      element("text", attributes, text: words)
    }
  }

  private static func points(_ points: [Drawing.Point]) -> String {
    points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
  }

  private static func color(_ ink: Drawing.Ink) -> String {
    let rgb = ink.rgb
    return "rgb(\(rgb.red),\(rgb.green),\(rgb.blue))"
  }

  /// A number with two decimals at most: as exact as any screen, and alike on every machine.
  static func number(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let fraction = String(100 + hundredths.magnitude % 100).dropFirst()
    let whole = (hundredths < 0 ? "-" : "") + String(hundredths.magnitude / 100)
    return fraction == "00" ? whole : "\(whole).\(fraction.hasSuffix("0") ? fraction.dropLast() : fraction)"
  }
}
