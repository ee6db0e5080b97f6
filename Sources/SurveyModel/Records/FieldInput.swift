import GRDB

/// What is typed of a record's fields: names as people give them, with values, in the order given. An empty value takes a field's value
/// away.
public struct FieldInput: Sendable {
  /// A field by the name that was typed, and the text.
  public typealias Entry = (name: String, text: String)

  /// What was typed.
  public let entries: [Entry]

  /// Fields by their names.
  public init(_ entries: [Entry]) { self.entries = entries }

  /// Fields as `name=value`, with `=` of either width.
  ///
  /// Throws ``SurveyError/Code/fieldMalformed`` for what has no `=`.
  public init(parsing words: [String]) throws(SurveyError) {
    var entries: [Entry] = []
    for word in words {
      guard let at = word.firstIndex(where: { $0 == "=" || $0 == "＝" }), at > word.startIndex else {
        throw SurveyError(.fieldMalformed, ["value": word])
      }
      entries.append((String(word[..<at]).trimmingSpaces, String(word[word.index(after: at)...])))
    }
    self.entries = entries
  }

  /// The fields with their stored values, all that is wrong told at once.
  ///
  /// - Parameters:
  ///   - isNew: whether what a record must have has to be among them.
  ///   - row: the record that they change; nil where there is none.
  func read(_ type: RecordType, isNew: Bool, over row: Row? = nil, _ reading: FieldReading) throws
    -> [(field: Field, value: DatabaseValue)]
  {
    var problems: [SurveyError] = []
    var found: [(field: Field, value: DatabaseValue)] = []
    for entry in entries {
      guard let field = type.field(entry.name) else {
        problems.append(
          SurveyError(
            .fieldUnknown,
            [
              "field": entry.name, "allowed": type.fields.map(\.name).joined(separator: "\n"),
              "allowedZh": type.fields.map(\.label.zh).joined(separator: "\n"),
            ]))
        continue
      }
      guard !found.contains(where: { $0.field.name == field.name }) else {
        problems.append(SurveyError(.fieldRepeated, field.details))
        continue
      }
      do {
        found.append((field, try field.read(entry.text, reading)))
      } catch let error as SurveyError {
        problems.append(error)
      }
    }
    for field in type.fields where field.presence != .optional {
      let given = found.first { $0.field.name == field.name }
      let isRefused = problems.contains { $0.details["field"] == field.name }
      if given.map(\.value.isNull) ?? (isNew && !isRefused) { problems.append(SurveyError(.valueMissing, field.details)) }
    }
    // Of values that could not be read no law can tell.
    if problems.isEmpty { problems = type.faults(writing: found, over: row) }
    switch problems.count {
    case 0: return found
    case 1: throw problems[0]
    default: throw SurveyError(.recordRefused, ["table": type.table, "count": String(problems.count)], problems: problems)
    }
  }
}

extension SurveyLimits {
  /// The longest text of a field, in bytes: a page of words is far below it.
  public static let fieldBytes = 16_384
}

extension Field {
  /// The stored value of what was typed; NULL for nothing.
  ///
  /// Throws ``SurveyError/Code/valueInvalid``, ``SurveyError/Code/inputTooLarge``, ``SurveyError/Code/controlCharacter``,
  /// ``SurveyError/Code/notYet``, ``SurveyError/Code/creditCodeImpossible``, or what the lookup of a referred record throws.
  func read(_ typed: String, _ reading: FieldReading) throws -> DatabaseValue {
    guard typed.utf8.count <= SurveyLimits.fieldBytes else {
      throw SurveyError(
        .inputTooLarge, ["field": name, "bytes": String(typed.utf8.count), "limit": String(SurveyLimits.fieldBytes)])
    }
    if let mark = typed.unicodeScalars.first(where: \.isStrayControl) {
      throw SurveyError(.controlCharacter, details.merging(["codePoint": mark.codePoint]) { mine, _ in mine })
    }
    guard let words = typed.nonEmpty else { return .null }
    let plain = words.halfWidth
    switch kind {
    case .text, .author: return words.databaseValue
    case .creditCode: return try CreditCode.typed(words).databaseValue
    case .day: return try come(require(Moment.day(plain), typed), reading).databaseValue
    case .month: return try come(require(Moment.month(plain), typed), reading).databaseValue
    case .year:
      let year = try require(plain.plainNumber.flatMap { SurveyLimits.years.contains($0) ? $0 : nil }, typed)
      _ = try come(String(year), reading)
      return year.databaseValue
    case .key(let list):
      do throws(SurveyError) {
        return try list.key(words, reading.resources).databaseValue
      } catch {
        throw SurveyError(error.code, error.details.merging(details) { _, mine in mine }, underlying: error.underlying)
      }
    case .money: return try require(Money.fen(words), typed).databaseValue
    case .whole(let bounds): return try require(plain.plainNumber.flatMap { bounds.contains($0) ? $0 : nil }, typed).databaseValue
    case .degrees(let bounds): return try require(Self.micro(plain, bounds), typed).databaseValue
    case .flag: return try require(Self.flag(plain), typed).databaseValue
    case .term(let list): return try require(list.key(words), typed, allowed: list).databaseValue
    case .terms(let list):
      let parts = words.split { ",、，;；".contains($0) }.compactMap { String($0).nonEmpty }
      let keys = try parts.map { try require(list.key($0), $0, allowed: list) }
      // In the list's order, so that the same choice is the same text.
      return list.items.map(\.key).filter(keys.contains).joined(separator: ",").databaseValue
    case .reference(let table): return try Lookup.named(reading.db, in: table, words).databaseValue
    }
  }

  /// A day, or the month or year that it begins with, unless it has not come.
  private func come(_ day: String, _ reading: FieldReading) throws(SurveyError) -> String {
    guard !mayLieAhead, day > reading.latestDay.prefix(day.count) else { return day }
    throw SurveyError(.notYet, details.merging(["value": day, "latest": reading.latestDay]) { mine, _ in mine })
  }

  private func require<T>(_ value: T?, _ typed: String, allowed: TermList? = nil) throws(SurveyError) -> T {
    if let value { return value }
    var details = details
    details["value"] = typed
    details["form"] = form
    details["allowed"] = allowed?.items.map(\.key).joined(separator: "\n")
    details["allowedZh"] = allowed?.items.map(\.name.zh).joined(separator: "\n")
    throw SurveyError(.valueInvalid, details)
  }

  /// The field for an error: its name, and what it is called in Chinese.
  var details: [String: String] { ["field": name, "fieldZh": label.zh] }

  /// What its values look like, for an error; nil where that is a list.
  private var form: String? {
    switch kind {
    case .day: "day"
    case .month: "month"
    case .year: "year"
    case .money: "money"
    case .whole(let bounds): "\(bounds.lowerBound)…\(bounds.upperBound)"
    case .degrees(let bounds): "\(bounds.lowerBound)…\(bounds.upperBound)"
    case .flag: "flag"
    default: nil
    }
  }

  private static func flag(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "yes", "true", "1", "是", "y": true
    case "no", "false", "0", "否", "n": false
    default: nil
    }
  }

  /// Degrees with up to six decimals as millionths.
  private static func micro(_ text: String, _ bounds: ClosedRange<Int>) -> Int? {
    let isNegative = text.hasPrefix("-")
    let parts = (isNegative ? text.dropFirst() : text[...]).split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first.flatMap({ String($0).plainNumber }), bounds.contains(isNegative ? -whole : whole) else { return nil }
    let decimals = parts.count > 1 ? parts[1] : "0"
    guard (1...6).contains(decimals.utf8.count), decimals.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let fraction = Int(decimals + String(repeating: "0", count: 6 - decimals.utf8.count))
    else { return nil }
    let micro = (whole * 1_000_000 + fraction) * (isNegative ? -1 : 1)
    return (bounds.lowerBound * 1_000_000...bounds.upperBound * 1_000_000).contains(micro) ? micro : nil
  }
}

extension Unicode.Scalar {
  /// Whether it is a control character that no text has: lines and tabs are kept, for people write in lines.
  fileprivate var isStrayControl: Bool { properties.generalCategory == .control && !"\t\n\r".unicodeScalars.contains(self) }

  /// Its number as people look it up: `U+0000`.
  fileprivate var codePoint: String {
    let digits = String(value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

extension SurveyError.Code {
  /// A day, a month or a year that has not come, of something that happened. Details: `field`, `value`, `latest` (the last day that is taken).
  public static let notYet = Self("not-yet")
  /// A control character in a text. Details: `field`, `codePoint`.
  public static let controlCharacter = Self("control-character")
}
