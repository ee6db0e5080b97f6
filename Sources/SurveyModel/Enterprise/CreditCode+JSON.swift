extension CreditCode.Problem {
  /// The problem's stable code, as `--json` output prints it.
  public var code: String {
    switch self {
    case .length: "length"
    case .oldRegistrationNumber: "old-registration-number"
    case .alphabet: "alphabet"
    case .division: "division"
    case .innerCheck: "inner-check"
    case .outerCheck: "outer-check"
    }
  }

  private enum CodingKeys: String, CodingKey {
    case code, position, expected, found
  }

  /// Reads what ``encode(to:)`` wrote.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func text(_ key: CodingKeys) throws -> String { try container.decode(String.self, forKey: key) }
    switch try text(.code) {
    case "length": self = .length(found: try container.decode(Int.self, forKey: .found))
    case "old-registration-number": self = .oldRegistrationNumber
    case "alphabet": self = .alphabet(position: try container.decode(Int.self, forKey: .position), character: try text(.found))
    case "division": self = .division(found: try text(.found))
    case "inner-check": self = .innerCheck(expected: try text(.expected), found: try text(.found))
    case "outer-check": self = .outerCheck(expected: try text(.expected), found: try text(.found))
    case let other:
      throw DecodingError.dataCorruptedError(forKey: .code, in: container, debugDescription: "no such problem: \(other)")
    }
  }

  /// Writes one flat object: `{"code": "outer-check", "expected": "L", "found": "M"}`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(code, forKey: .code)
    switch self {
    case .length(let found): try container.encode(found, forKey: .found)
    case .oldRegistrationNumber: break
    case .alphabet(let position, let character):
      try container.encode(position, forKey: .position)
      try container.encode(character, forKey: .found)
    case .division(let found): try container.encode(found, forKey: .found)
    case .innerCheck(let expected, let found), .outerCheck(let expected, let found):
      try container.encode(expected, forKey: .expected)
      try container.encode(found, forKey: .found)
    }
  }
}
