import Foundation

/// The unified social credit code (统一社会信用代码) of GB 32100-2015: 18 characters with a check of its own, which hold an
/// organisation code of GB 11714 with another.
///
/// A failing check is a warning to confirm and not a reason to refuse: real codes exist that fail. Nor does the code say where a plant
/// stands: characters 3–8 name the place of registration.
///
/// ```swift
/// CreditCode.check(" ９１３５０２０６ma000015l").problems  // [.length(found: 17)]
/// CreditCode.check("91350206MAX000015L").valid           // true
/// ```
public enum CreditCode {
  /// What an examination of a code found.
  public struct Check: Codable, Hashable, Sendable {
    /// The text in canonical form: trimmed, half-width, upper case.
    public let normalised: String
    /// Whether it is a credit code without any problem. An old registration number is none.
    public let valid: Bool
    /// Everything that is wrong with it, in order of position; empty when valid.
    public let problems: [Problem]
    /// Who registered what; nil for text of neither form.
    public let kind: Kind?
    /// The six digits of the registering authority's division (GB/T 2260); nil where they cannot be read.
    public let registrationDivision: String?
  }

  /// One thing that is wrong with a code. Positions count from 1.
  public enum Problem: Codable, Hashable, Sendable {
    /// It has so many characters and not 18.
    case length(found: Int)
    /// It has 15 digits: a registration number (注册号) from before 2015.
    case oldRegistrationNumber
    /// A character outside the 31 of the standard, which lacks I, O, S, V and Z.
    case alphabet(position: Int, character: String)
    /// Characters 3–8, the division, are not all digits.
    case division(found: String)
    /// Character 17, the organisation code's check (GB 11714), is not what the eight before it give.
    case innerCheck(expected: String, found: String)
    /// Character 18, the whole code's check, is not what the 17 before it give.
    case outerCheck(expected: String, found: String)
  }

  /// Who registered what, by the first two characters.
  public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
    /// 91: an enterprise under market regulation.
    case enterprise
    /// 92: a self-employed household (个体工商户).
    case individualBusiness
    /// 93: a farmers' cooperative (农民专业合作社).
    case farmersCooperative
    /// 1: a public body under 机构编制.
    case publicBody
    /// 5: a social organisation under 民政.
    case socialOrganisation
    /// Any other.
    case other
    /// Not a credit code: a registration number of 15 digits.
    case oldRegistrationNumber
  }

  /// Examines a code as it was typed or pasted; both checks are made, whichever fails first.
  public static func check(_ text: String) -> Check {
    let normalised = normalise(text)
    let characters = Array(normalised)
    if characters.count == 15, characters.allSatisfy(\.isDigit) {
      return Check(
        normalised: normalised, valid: false, problems: [.oldRegistrationNumber], kind: .oldRegistrationNumber,
        registrationDivision: String(characters.prefix(6)))
    }
    guard characters.count == 18 else {
      return Check(normalised: normalised, valid: false, problems: [.length(found: characters.count)], kind: nil, registrationDivision: nil)
    }
    let division = characters[2..<8]
    let divisionReadable = division.allSatisfy(\.isDigit)
    var problems: [Problem] = []
    for (index, character) in characters.enumerated() where outerValues[character] == nil {
      problems.append(.alphabet(position: index + 1, character: String(character)))
    }
    if !divisionReadable { problems.append(.division(found: String(division))) }
    if let expected = innerCheck(characters[8..<16]), expected != characters[16] {
      problems.append(.innerCheck(expected: String(expected), found: String(characters[16])))
    }
    if let expected = outerCheck(characters[..<17]), expected != characters[17] {
      problems.append(.outerCheck(expected: String(expected), found: String(characters[17])))
    }
    return Check(
      normalised: normalised, valid: problems.isEmpty, problems: problems, kind: kind(characters),
      registrationDivision: divisionReadable ? String(division) : nil)
  }

  /// The canonical form: without white space (and zero-width marks) at the ends, half-width, upper case.
  public static func normalise(_ text: String) -> String {
    // Text pasted from a web page or a chat often brings marks that nobody sees.
    let marks = CharacterSet(charactersIn: "\u{FEFF}\u{200B}\u{200C}\u{200D}\u{200E}\u{200F}")
    return text.trimmingCharacters(in: .whitespacesAndNewlines.union(marks)).halfWidth.uppercased()
  }
}

// MARK: - Check characters

extension CreditCode {
  /// The alphabet of GB 32100-2015; a character's value is its index.
  private static let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY")
  private static let outerValues = Dictionary(uniqueKeysWithValues: alphabet.enumerated().map { ($1, $0) })
  /// 3^(i−1) mod 31.
  private static let outerWeights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]

  /// The alphabet of GB 11714, which has all 36: J is 19 here and 18 above.
  private static let innerValues = Dictionary(
    uniqueKeysWithValues: Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ").enumerated().map { ($1, $0) })
  private static let innerWeights = [3, 7, 9, 10, 5, 8, 4, 2]

  /// The 18th character for the first 17; nil when one of them is foreign.
  private static func outerCheck(_ body: ArraySlice<Character>) -> Character? {
    guard let sum = sum(body, outerValues, outerWeights) else { return nil }
    return alphabet[(31 - sum % 31) % 31]
  }

  /// The ninth character of an organisation code for its first eight; nil when one of them is foreign.
  private static func innerCheck(_ body: ArraySlice<Character>) -> Character? {
    guard let sum = sum(body, innerValues, innerWeights) else { return nil }
    switch 11 - sum % 11 {
    case 10: return "X"
    case 11: return "0"
    case let digit: return alphabet[digit]
    }
  }

  private static func sum(_ body: ArraySlice<Character>, _ values: [Character: Int], _ weights: [Int]) -> Int? {
    var sum = 0
    for (character, weight) in zip(body, weights) {
      guard let value = values[character] else { return nil }
      sum += value * weight
    }
    return sum
  }

  private static func kind(_ characters: [Character]) -> Kind {
    switch (characters[0], characters[1]) {
    case ("9", "1"): .enterprise
    case ("9", "2"): .individualBusiness
    case ("9", "3"): .farmersCooperative
    case ("1", _): .publicBody
    case ("5", _): .socialOrganisation
    default: .other
    }
  }

  /// A valid enterprise code for tests and demonstrations, which belongs to nobody that we know of.
  ///
  /// - Parameters:
  ///   - division: six digits, as `350206`.
  ///   - organisation: the first eight characters of the organisation code, as `MAX00001`.
  ///
  /// Throws ``SurveyError/Code/creditCodePart`` when a part has another length or a foreign character.
  public static func fictitious(division: String, organisation: String) throws(SurveyError) -> String {
    guard division.count == 6, division.allSatisfy(\.isDigit) else {
      throw SurveyError(.creditCodePart, ["part": "division", "value": division])
    }
    let body = Array(organisation)
    guard body.count == 8, body.allSatisfy({ outerValues[$0] != nil }), let inner = innerCheck(body[...]) else {
      throw SurveyError(.creditCodePart, ["part": "organisation", "value": organisation])
    }
    let code = "91\(division)\(organisation)\(inner)"
    guard let outer = outerCheck(Array(code)[...]) else {
      throw SurveyError(.creditCodePart, ["part": "organisation", "value": organisation])
    }
    return code + String(outer)
  }
}

extension Character {
  /// Whether it is one of 0…9; `isNumber` would take 四 and ½ as well.
  fileprivate var isDigit: Bool { ("0"..."9").contains(self) && isASCII }
}
