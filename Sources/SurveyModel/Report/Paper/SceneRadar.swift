import Foundation

/// The radar of the scenes: a spoke for each, the level as the distance from the middle, before and after one over the other.
struct SceneRadar {
  /// The levels of one assessment.
  struct Series {
    let name: String
    let ink: Drawing.Ink
    /// The level by the scene's number; none for a scene that is not answered, which is not level 0.
    let levels: [Int: Int]
    /// The numbers of the scenes on whose level its assessors differ.
    var contested: Set<Int> = []
  }

  /// Stands behind a scene that is open.
  static let mark = "？"

  /// The outermost ring.
  static let highest = 4
  static let center = Drawing.Point(280, 222)
  static let radius = 158.0

  let scenes: [Instrument.Scene]
  let series: [Series]

  /// The numbers of the scenes that are open in any of them.
  var contested: Set<Int> { series.reduce(into: []) { $0.formUnion($1.contested) } }

  /// The place of a level on a scene's spoke; the first spoke points upward, the others follow clockwise.
  func point(_ index: Int, _ level: Double) -> Drawing.Point {
    let angle = 2 * Double.pi * Double(index) / Double(max(scenes.count, 1)) - Double.pi / 2
    let distance = Self.radius * level / Double(Self.highest)
    return Drawing.Point(Self.center.x + distance * cos(angle), Self.center.y + distance * sin(angle))
  }

  var drawing: Drawing {
    var drawing = Drawing(width: 560, height: 470, title: "\(scenes.count)个场景的等级")
    for level in 1...Self.highest {
      let ring = scenes.indices.map { point($0, Double(level)) }
      drawing.line(ring, level == Self.highest ? .line : .faint, width: 0.8, isClosed: true)
    }
    for (index, scene) in scenes.enumerated() {
      drawing.line([Self.center, point(index, Double(Self.highest))], .faint, width: 0.6)
      let place = point(index, Double(Self.highest) + 0.3)
      let offset = place.x - Self.center.x
      let anchor: Drawing.Anchor = abs(offset) < 12 ? .middle : offset > 0 ? .start : .end
      let marks = (scene.constraint ? "★" : "") + (contested.contains(scene.number) ? Self.mark : "")
      drawing.text("\(scene.number) \(scene.label)\(marks)", place.x, place.y, anchor, size: 12)
    }
    for one in series { add(one, to: &drawing) }
    // Above what is drawn, so that a filled area does not hide the scale.
    for level in 1...Self.highest { drawing.text(String(level), Self.center.x + 8, point(0, Double(level)).y + 7, size: 10, .line) }
    legend(&drawing)
    return drawing
  }

  /// The levels of an assessment: an area where every scene has one, else the pieces between neighbours that have.
  private func add(_ series: Series, to drawing: inout Drawing) {
    let places = scenes.enumerated().map { index, scene in series.levels[scene.number].map { point(index, Double($0)) } }
    let isDashed = series.ink == .after
    let whole = places.compactMap { $0 }
    if whole.count == scenes.count {
      drawing.add(.area(whole, series.ink, opacity: 0.12))
      drawing.line(whole, series.ink, width: 1.8, isClosed: true, isDashed: isDashed)
    } else {
      for index in places.indices {
        if let from = places[index], let to = places[(index + 1) % places.count] {
          drawing.line([from, to], series.ink, width: 1.8, isDashed: isDashed)
        }
      }
    }
    for place in whole { drawing.add(.dot(place, radius: 3, series.ink)) }
  }

  private func legend(_ drawing: inout Drawing) {
    var left = Self.center.x - Double(series.count) * 85
    for one in series {
      let isDashed = one.ink == .after
      drawing.line([Drawing.Point(left, 448), Drawing.Point(left + 28, 448)], one.ink, width: 1.8, isDashed: isDashed)
      drawing.add(.dot(Drawing.Point(left + 14, 448), radius: 3, one.ink))
      drawing.text(one.name, left + 36, 448, .start)
      left += 170
    }
  }
}
