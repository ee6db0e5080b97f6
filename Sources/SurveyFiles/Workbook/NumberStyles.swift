/// Which of a workbook's styles show a number as a date.
enum NumberStyles {
  /// The styles, by the index that cells name them by.
  static func dates(_ archive: Archive) throws -> Set<Int> {
    var formats: [Int: String] = [:]
    var styles: [Int] = []
    var isOfCells = false
    let scan = XMLScan("xl/styles.xml")
    scan.onStart = { element, attributes in
      switch element {
      case "numFmt":
        if let id = attributes["numFmtId"].flatMap({ Int($0) }) { formats[id] = attributes["formatCode"] }
      case "cellXfs": isOfCells = true
      case "xf": if isOfCells { styles.append(attributes["numFmtId"].flatMap { Int($0) } ?? 0) }
      default: break
      }
    }
    scan.onEnd = { element in if element == "cellXfs" { isOfCells = false } }
    _ = try scan.walk(archive)
    return Set(styles.indices.filter { at in formats[styles[at]].map(isDate) ?? builtIn.contains { $0.contains(styles[at]) } })
  }

  /// The formats that every workbook has and none writes down; from 27 and from 50 on those of East Asia.
  private static let builtIn: [ClosedRange<Int>] = [14...22, 27...36, 45...47, 50...58]

  /// Whether a format shows a date or a time: it has y, m, d, h or s outside of quotes, brackets and escapes.
  static func isDate(_ format: String) -> Bool {
    var rest = format[...]
    while let mark = rest.popFirst() {
      switch mark {
      case "\"": rest = rest.drop { $0 != "\"" }.dropFirst()
      case "[": rest = rest.drop { $0 != "]" }.dropFirst()
      case "\\", "_", "*": rest = rest.dropFirst()
      case "y", "Y", "m", "M", "d", "D", "h", "H", "s", "S": return true
      default: break
      }
    }
    return false
  }
}
