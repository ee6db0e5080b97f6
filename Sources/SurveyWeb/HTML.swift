import SurveyModel

/// Puts a page together. It is well-formed XML as well as HTML, and what people wrote is only ever text in it.
struct HTML {
  /// An attribute's name, and its value before it is escaped.
  typealias Attribute = (name: String, value: String)

  private(set) var text = ""

  /// An element with attributes, whose values are escaped, and what is in it.
  mutating func element(_ name: String, _ attributes: [Attribute] = [], _ content: (inout HTML) -> Void) {
    open(name, attributes)
    text += ">"
    content(&self)
    text += "</\(name)>"
  }

  /// An element that holds words alone.
  mutating func element(_ name: String, _ attributes: [Attribute] = [], text words: String) {
    element(name, attributes) { $0.words(words) }
  }

  /// An element that holds nothing, and by the rules of HTML never can.
  mutating func empty(_ name: String, _ attributes: [Attribute] = []) {
    open(name, attributes)
    text += "/>"
  }

  /// Words; a line break in them is one on the page.
  mutating func words(_ words: String) {
    let lines = Paper.printable(words).split(separator: "\n", omittingEmptySubsequences: false)
    for (at, line) in lines.enumerated() {
      if at > 0 { empty("br") }
      text += Self.escaped(line)
    }
  }

  /// A style sheet of ours, which has nothing to escape.
  mutating func style(_ sheet: String) { text += "<style>\(sheet)</style>" }

  private mutating func open(_ name: String, _ attributes: [Attribute]) {
    text += "<\(name)"
    for (key, value) in attributes { text += " \(key)=\"\(Self.escaped(Paper.printable(value)[...]))\"" }
  }

  private static func escaped(_ words: Substring) -> String {
    var out = ""
    for character in words.unicodeScalars {
      switch character {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      default: out.unicodeScalars.append(character)
      }
    }
    return out
  }
}
