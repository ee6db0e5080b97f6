/// Whether two names or codes may be of one enterprise.
enum NameLikeness {
  /// A name without what many share: width, space, brackets, the city's and country's names, the company's form.
  static func core(_ name: String) -> String {
    var core = name.halfWidth.lowercased().filter { !$0.isWhitespace && !"()（）[]【】·.-_、,，“”\"'".contains($0) }
    for word in forms {
      while let range = core.ranges(of: word).first, core.count > word.count { core.removeSubrange(range) }
    }
    return core
  }

  /// Longer forms first, so that none is cut in two.
  private static let forms = ["股份有限公司", "有限责任公司", "有限公司", "股份公司", "分公司", "公司", "集团", "工厂", "福建省", "厦门市", "中国", "福建", "厦门"]

  /// Whether two cores differ by at most one character in five, and by one at least in short ones.
  static func isNear(_ a: [Character], _ b: [Character]) -> Bool {
    let allowed = max(1, min(a.count, b.count) / 5)
    guard min(a.count, b.count) >= 3, abs(a.count - b.count) <= allowed else { return false }
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
  static func distance(_ a: [Character], _ b: [Character], atMost bound: Int) -> Int {
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
