/// One thing that an assessor fills in: a scored question or a scene. Its text form is `q3` or `scene7`.
///
/// Items sort as an instrument lists them: the questions by number, then the scenes by number.
public enum InstrumentItem: Hashable, Sendable {
  /// A scored question, by its number from 1.
  case question(Int)
  /// A scene of digital operation (数字化经营场景), by its number from 1.
  case scene(Int)

  /// Reads the text form; nil for anything else, also for `q03` or `Q3`.
  public init?(_ text: String) {
    if text.hasPrefix("q"), let number = String(text.dropFirst()).asciiNumber {
      self = .question(number)
    } else if text.hasPrefix("scene"), let number = String(text.dropFirst(5)).asciiNumber {
      self = .scene(number)
    } else {
      return nil
    }
  }

  /// A question as people type its number: `3`, `３` or `q3`. Nil for what is no number.
  public static func typedQuestion(_ text: String) -> InstrumentItem? { number(in: text, after: "q").map { .question($0) } }

  /// A scene as people type its number: `7`, `７` or `scene7`. Nil for what is no number.
  public static func typedScene(_ text: String) -> InstrumentItem? { number(in: text, after: "scene").map { .scene($0) } }

  /// A number as people type it, without a prefix or with it.
  private static func number(in text: String, after prefix: String) -> Int? {
    let plain = text.halfWidth.trimmingSpaces.lowercased()
    return (plain.hasPrefix(prefix) ? String(plain.dropFirst(prefix.count)) : plain).plainNumber
  }

  /// The number within its kind, from 1.
  public var number: Int {
    switch self {
    case .question(let number), .scene(let number): number
    }
  }
}

extension InstrumentItem: CustomStringConvertible {
  /// The text form: `q3`, `scene7`.
  public var description: String {
    switch self {
    case .question(let number): "q\(number)"
    case .scene(let number): "scene\(number)"
    }
  }
}

extension InstrumentItem: Comparable {
  public static func < (left: InstrumentItem, right: InstrumentItem) -> Bool {
    switch (left, right) {
    case (.question, .scene): true
    case (.scene, .question): false
    default: left.number < right.number
    }
  }
}

extension InstrumentItem: Codable {
  /// Reads the text form.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let item = InstrumentItem(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "neither qN nor sceneN: \(text)")
    }
    self = item
  }

  /// Writes the text form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension String {
  /// A number as this program writes it, which excludes full-width digits.
  fileprivate var asciiNumber: Int? {
    utf8.allSatisfy { $0 < 0x80 } ? plainNumber : nil
  }
}
