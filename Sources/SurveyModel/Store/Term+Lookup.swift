extension Term {
  /// Reads a term as people type it: the key, or the name in either language, of any case and width.
  ///
  /// Throws ``SurveyError/Code/valueInvalid`` with the keys that can be.
  public static func parse(_ text: String, field: String) throws(SurveyError) -> Self {
    let wanted = text.halfWidth.trimmingSpaces.lowercased()
    let found = allCases.first { term in
      [term.rawValue, term.label.halfWidth, term.labelEn].contains { $0.lowercased() == wanted }
    }
    guard let found else {
      throw SurveyError(.valueInvalid, ["field": field, "value": text, "allowed": allCases.map(\.rawValue).joined(separator: "\n")])
    }
    return found
  }
}

/// A term as a record holds it: its key, which a newer version may have written and this one not know.
public struct Stored<T: Term>: Hashable, Sendable {
  /// The key as written.
  public let rawValue: String
  /// The term, if this version knows it.
  public var term: T? { T(rawValue: rawValue) }
  /// The name in Chinese, or the key.
  public var label: String { term?.label ?? rawValue }
  /// The name in English, or the key.
  public var labelEn: String { term?.labelEn ?? rawValue }

  /// A term by its key.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// A known term.
  public init(_ term: T) { rawValue = term.rawValue }
}

extension Stored: Codable {
  public init(from decoder: any Decoder) throws {
    rawValue = try decoder.singleValueContainer().decode(String.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }
}
