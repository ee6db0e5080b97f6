/// A JSON document (RFC 8259) of which nothing is lost: members keep their order, their lines and their duplicates.
///
/// Foundation's reader keeps one of two members of the same name and says nothing; in an answer file that would pick an answer at
/// random. Numbers stay text, so that `2`, `2.0` and `2e0` can be told apart.
enum StrictJSON: Equatable {
  /// A member of an object.
  struct Member: Equatable {
    let key: String
    let value: StrictJSON
    /// The line where the key stands, from 1.
    let line: Int
  }

  case object([Member])
  case array([StrictJSON])
  case string(String)
  case number(String)
  case bool(Bool)
  case null

  /// The longest document, in bytes: an answer file has a few hundred.
  static let byteLimit = 1 << 20
  /// How deep values may nest, so that no document exhausts the stack.
  static let depthLimit = 16

  /// The whole number that a number's text spells without point or exponent; nil for any other value.
  var integer: Int? {
    guard case .number(let text) = self else { return nil }
    return Int(text)
  }

  /// The type's name, for ``SurveyError/Code/typeMismatch``.
  var typeName: String {
    switch self {
    case .object: "object"
    case .array: "array"
    case .string: "string"
    case .number(let text): text.utf8.allSatisfy { $0 == 0x2D || (0x30...0x39).contains($0) } ? "integer" : "number"
    case .bool: "boolean"
    case .null: "null"
    }
  }

  /// Reads a document.
  ///
  /// Throws ``SurveyError/Code/inputTooLarge``, ``SurveyError/Code/notUTF8`` or ``SurveyError/Code/jsonMalformed``.
  init(bytes: some Sequence<UInt8>) throws(SurveyError) {
    var bytes = Array(bytes)
    guard bytes.count <= Self.byteLimit else {
      throw SurveyError(.inputTooLarge, ["bytes": String(bytes.count), "limit": String(Self.byteLimit)])
    }
    guard String(validating: bytes, as: UTF8.self) != nil else { throw SurveyError(.notUTF8) }
    // Editors on Windows put a byte order mark before UTF-8; RFC 8259 §8.1 lets a reader ignore it.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    var scanner = Scanner(bytes: bytes)
    self = try scanner.document()
  }
}

// MARK: - Scanner

extension StrictJSON {
  private struct Scanner {
    let bytes: [UInt8]
    var position = 0
    var line = 1
    var lineStart = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    func malformed(_ expected: String) -> SurveyError {
      SurveyError(.jsonMalformed, ["line": String(line), "column": String(position - lineStart + 1), "expected": expected])
    }

    mutating func document() throws(SurveyError) -> StrictJSON {
      skipSpace()
      let value = try value(depth: 0)
      skipSpace()
      guard next == nil else { throw malformed("end") }
      return value
    }

    mutating func skipSpace() {
      while let byte = next {
        switch byte {
        case 0x20, 0x09, 0x0D: position += 1
        case 0x0A:
          position += 1
          line += 1
          lineStart = position
        default: return
        }
      }
    }

    mutating func take(_ byte: UInt8) -> Bool {
      guard next == byte else { return false }
      position += 1
      return true
    }

    mutating func value(depth: Int) throws(SurveyError) -> StrictJSON {
      guard depth < StrictJSON.depthLimit else { throw malformed("less depth") }
      guard let next else { throw malformed("value") }
      switch next {
      case UInt8(ascii: "{"): return try object(depth: depth)
      case UInt8(ascii: "["): return try array(depth: depth)
      case UInt8(ascii: "\""): return .string(try string())
      case UInt8(ascii: "t"): return try word("true", .bool(true))
      case UInt8(ascii: "f"): return try word("false", .bool(false))
      case UInt8(ascii: "n"): return try word("null", .null)
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
      default: throw malformed("value")
      }
    }

    mutating func word(_ text: StaticString, _ value: StrictJSON) throws(SurveyError) -> StrictJSON {
      let letters = Array("\(text)".utf8)
      guard bytes[position...].starts(with: letters) else { throw malformed("value") }
      position += letters.count
      return value
    }

    mutating func object(depth: Int) throws(SurveyError) -> StrictJSON {
      position += 1
      var members: [Member] = []
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      while true {
        skipSpace()
        let line = line
        guard next == UInt8(ascii: "\"") else { throw malformed("key") }
        let key = try string()
        skipSpace()
        guard take(UInt8(ascii: ":")) else { throw malformed("colon") }
        skipSpace()
        members.append(Member(key: key, value: try value(depth: depth + 1), line: line))
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        guard take(UInt8(ascii: ",")) else { throw malformed("comma") }
      }
    }

    mutating func array(depth: Int) throws(SurveyError) -> StrictJSON {
      position += 1
      var elements: [StrictJSON] = []
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(elements) }
      while true {
        skipSpace()
        elements.append(try value(depth: depth + 1))
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        guard take(UInt8(ascii: ",")) else { throw malformed("comma") }
      }
    }

    mutating func number() throws(SurveyError) -> String {
      let start = position
      _ = take(UInt8(ascii: "-"))
      if !take(UInt8(ascii: "0")) { try digits() }
      if take(UInt8(ascii: ".")) { try digits() }
      if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
        _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
        try digits()
      }
      return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    mutating func digits() throws(SurveyError) {
      let start = position
      while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
      guard position > start else { throw malformed("digit") }
    }

    mutating func string() throws(SurveyError) -> String {
      position += 1
      var content: [UInt8] = []
      while let byte = next {
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
        case UInt8(ascii: "\\"): content.append(contentsOf: try escape())
        case ..<0x20:
          position -= 1
          throw malformed("no control character")
        default: content.append(byte)
        }
      }
      throw malformed("quote")
    }

    mutating func escape() throws(SurveyError) -> [UInt8] {
      guard let byte = next else { throw malformed("escape") }
      position += 1
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
      case UInt8(ascii: "b"): return [0x08]
      case UInt8(ascii: "f"): return [0x0C]
      case UInt8(ascii: "n"): return [0x0A]
      case UInt8(ascii: "r"): return [0x0D]
      case UInt8(ascii: "t"): return [0x09]
      case UInt8(ascii: "u"): return try unicodeEscape()
      default:
        position -= 1
        throw malformed("escape")
      }
    }

    mutating func unicodeEscape() throws(SurveyError) -> [UInt8] {
      let unit = try hexUnit()
      var value = unit
      if (0xD800..<0xDC00).contains(unit) {
        guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw malformed("low surrogate") }
        let low = try hexUnit()
        guard (0xDC00..<0xE000).contains(low) else { throw malformed("low surrogate") }
        value = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(value) else { throw malformed("high surrogate") }
      return Array(String(Character(scalar)).utf8)
    }

    mutating func hexUnit() throws(SurveyError) -> UInt32 {
      var value: UInt32 = 0
      for _ in 0..<4 {
        guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw malformed("hex digit") }
        value = value << 4 | UInt32(digit)
        position += 1
      }
      return value
    }
  }
}
