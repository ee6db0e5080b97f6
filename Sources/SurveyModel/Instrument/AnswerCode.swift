/// The letters that answer one question, in order and without repeats: one value, chosen and merged as a whole.
///
/// Its ``text`` ("BC") is what one cell of the database holds. Letters are never united with those of another assessor, for that
/// would invent an answer which nobody gave.
///
/// ```swift
/// try AnswerCode(parsing: "ｃb").text  // "BC"
/// ```
public struct AnswerCode: Hashable, Sendable {
  /// The letters `A`…`Z`, ascending; at least one.
  public let letters: [String]

  /// The canonical text: the letters joined.
  public var text: String { letters.joined() }

  /// An answer of these letters, in any order, width and case.
  ///
  /// Throws ``SurveyError/Code/answerEmpty``, ``SurveyError/Code/letterUnknown`` or ``SurveyError/Code/letterRepeated``.
  /// Whether a question offers the letters is for ``Answers/problems(against:)`` to say.
  public init(letters raw: [String]) throws(SurveyError) {
    guard !raw.isEmpty else { throw SurveyError(.answerEmpty) }
    var letters: Set<String> = []
    for text in raw {
      guard let letter = Self.letter(text) else { throw SurveyError(.letterUnknown, ["letter": text]) }
      guard letters.insert(letter).inserted else { throw SurveyError(.letterRepeated, ["letter": letter]) }
    }
    self.letters = letters.sorted()
  }

  /// Reads the text form, as a database cell or a command line holds it.
  ///
  /// Throws as ``init(letters:)`` does.
  public init(parsing text: String) throws(SurveyError) {
    try self.init(letters: text.map(String.init))
  }

  /// Reads letters as people type them: together or apart, with commas or spaces between them, as `B C`, `BC` or `Ｂ、Ｃ`.
  ///
  /// Throws as ``init(letters:)`` does.
  public init(typed words: [String]) throws(SurveyError) {
    let separators: Set<Character> = [",", "、", ";"]
    let letters = words.joined().halfWidth.filter { !$0.isWhitespace && !separators.contains($0) }
    try self.init(parsing: letters)
  }

  /// The canonical form of one letter: half-width, upper case. Nil for what is no single letter A…Z.
  public static func letter(_ text: String) -> String? {
    var scalars = text.unicodeScalars.makeIterator()
    guard let scalar = scalars.next()?.halfWidth, scalars.next() == nil else { return nil }
    switch scalar.value {
    case 0x41...0x5A: return String(Character(scalar))
    case 0x61...0x7A: return Unicode.Scalar(scalar.value - 0x20).map { String(Character($0)) }
    default: return nil
    }
  }

  /// Letters that are known to be canonical; nil when there is none.
  init?(canonical letters: Set<String>) {
    guard !letters.isEmpty else { return nil }
    self.letters = letters.sorted()
  }
}

extension AnswerCode: CustomStringConvertible {
  /// The canonical text.
  public var description: String { text }
}

extension AnswerCode: Codable {
  /// Reads the text form.
  public init(from decoder: any Decoder) throws {
    try self.init(parsing: decoder.singleValueContainer().decode(String.self))
  }

  /// Writes the text form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
