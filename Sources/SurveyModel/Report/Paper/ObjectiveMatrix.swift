/// How many findings there are in each link for each objective: a finding with two objectives counts for both.
public struct ObjectiveMatrix: Hashable, Sendable, Encodable {
  /// The counts by link, then by objective, in the vocabularies' order.
  public let counts: [[Int]]
  /// The findings of each link, each once.
  public let findings: [Int]
  /// The findings whose link this version does not know; they are in no row.
  public let others: Int

  init(_ findings: [Finding]) {
    counts = BusinessLink.allCases.map { link in
      Objective.allCases.map { objective in findings.count { $0.link.term == link && $0.objectives.contains(Stored(objective)) } }
    }
    self.findings = BusinessLink.allCases.map { link in findings.count { $0.link.term == link } }
    others = findings.count { $0.link.term == nil }
  }

  /// The matrix as a picture: the more findings, the darker.
  var drawing: Drawing {
    let (left, top, width, height) = (96.0, 34.0, 66.0, 34.0)
    let (columns, rows) = (Objective.allCases, BusinessLink.allCases)
    var drawing = Drawing(
      width: left + width * Double(columns.count + 1) + 2, height: top + height * Double(rows.count) + 2, title: "诊断发现:环节 × 目标")
    for (column, objective) in columns.enumerated() {
      drawing.text(objective.label, left + width * (Double(column) + 0.5), top / 2, size: 13)
    }
    drawing.text("发现数", left + width * (Double(columns.count) + 0.5), top / 2, size: 13, .line)
    for (row, link) in rows.enumerated() {
      let y = top + height * Double(row)
      drawing.text(link.label, left - 10, y + height / 2, .end, size: 13)
      for (column, count) in counts[row].enumerated() {
        let x = left + width * Double(column)
        drawing.box(x, y, width, height, Self.ink(count))
        drawing.text(count == 0 ? "·" : String(count), x + width / 2, y + height / 2, size: 14, count > 5 ? .paper : .text)
      }
      drawing.text(String(findings[row]), left + width * (Double(columns.count) + 0.5), y + height / 2, size: 13, .line)
    }
    for row in 0...rows.count {
      let y = top + height * Double(row)
      drawing.line([Drawing.Point(left, y), Drawing.Point(left + width * Double(columns.count), y)], .line, width: 0.8)
    }
    for column in 0...columns.count {
      let x = left + width * Double(column)
      drawing.line([Drawing.Point(x, top), Drawing.Point(x, top + height * Double(rows.count))], .line, width: 0.8)
    }
    return drawing
  }

  private static func ink(_ count: Int) -> Drawing.Ink {
    switch count {
    case ...0: .paper
    case 1: .warm1
    case 2...3: .warm2
    case 4...5: .warm3
    default: .warm4
    }
  }
}
