/// Puts Markdown together: headings, lists and tables, with what people wrote made harmless.
struct Markdown {
  private(set) var text = ""

  mutating func heading(_ level: Int, _ title: String) { block("\(String(repeating: "#", count: level)) \(title)") }

  mutating func paragraph(_ words: String) { block(words) }

  mutating func list(_ items: [String]) { if !items.isEmpty { block(items.map { "- \($0)" }.joined(separator: "\n")) } }

  /// - Parameter right: the columns that are set flush right.
  mutating func table(_ headers: [String], _ rows: [[String]], right: Set<Int> = []) {
    func line(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }
    let rule = headers.indices.map { right.contains($0) ? "---:" : "---" }
    block(([headers, rule] + rows).map(line).joined(separator: "\n"))
  }

  private mutating func block(_ words: String) {
    if !text.isEmpty { text += "\n" }
    text += words + "\n"
  }

  /// What somebody wrote, on one line and without effect on the layout.
  static func plain(_ words: String) -> String {
    var out = ""
    for character in words.trimmingSpaces {
      if character.isNewline || character == "\t" {
        out += out.hasSuffix(" ") ? "" : " "
      } else if character.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) {
        if "\\`*_[]<>|#".contains(character) { out += "\\" }
        out.append(character)
      }
    }
    return out
  }
}
