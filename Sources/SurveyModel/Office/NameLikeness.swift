/// Whether two names or codes may be of one enterprise.
enum NameLikeness {
  /// A name without what many share: width, space, brackets, the city's and country's names, the company's form.
  static func core(_ name: String) -> [Unicode.Scalar] {
    var core = Array(name.halfWidth.lowercased().unicodeScalars.filter { !$0.properties.isWhitespace && !marks.contains($0) })
    for form in forms {
      while core.count > form.count, let start = place(of: form, in: core) { core.removeSubrange(start..<start + form.count) }
    }
    return core
  }

  private static let marks = Set("()（）[]【】·.-_、,，“”\"'".unicodeScalars)

  /// Longer forms first, so that none is cut in two.
  private static let forms = ["股份有限公司", "有限责任公司", "有限公司", "股份公司", "分公司", "公司", "集团", "工厂", "福建省", "厦门市", "中国", "福建", "厦门"]
    .map { Array($0.unicodeScalars) }

  private static func place(of form: [Unicode.Scalar], in text: [Unicode.Scalar]) -> Int? {
    (0...(text.count - form.count)).first { text[$0] == form[0] && text[$0..<$0 + form.count].elementsEqual(form) }
  }

  /// A name of fewer characters is near none: too many would be.
  static let shortest = 3

  /// In how many characters names may differ of which the shorter has so many: one in five, and one at least.
  static func changesAllowed(_ count: Int) -> Int { max(1, count / 5) }

  /// Whether two cores are long enough and differ in no more characters than are allowed.
  static func isNear(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Bool {
    let shorter = min(a.count, b.count)
    let allowed = changesAllowed(shorter)
    guard shorter >= shortest, abs(a.count - b.count) <= allowed else { return false }
    return distance(a, b, atMost: allowed) <= allowed
  }

  /// Whether two codes differ in one place, or in two neighbours that are swapped.
  static func isNearCode(_ a: String, _ b: String) -> Bool {
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    guard a.count == b.count, a.count == 18 else { return false }
    let differing = a.indices.filter { a[$0] != b[$0] }
    switch differing.count {
    case 1: return true
    case 2:
      let (i, j) = (differing[0], differing[1])
      return j == i + 1 && a[i] == b[j] && a[j] == b[i]
    default: return false
    }
  }

  /// How many characters must be put in, taken out or changed; anything above the bound may come back as more than it.
  static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar], atMost bound: Int) -> Int {
    var row = Array(0...b.count)
    for (i, character) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      var least = row[0]
      for j in b.indices {
        let cost = min(row[j + 1] + 1, row[j] + 1, diagonal + (character == b[j] ? 0 : 1))
        diagonal = row[j + 1]
        row[j + 1] = cost
        least = min(least, cost)
      }
      if least > bound { return bound + 1 }
    }
    return row[b.count]
  }
}
