/// A column of a file that can be imported: the field that it fills, and how people head it.
public struct ImportColumn: Sendable {
  /// Which record a column is of.
  enum Part: Sendable {
    /// The record that the row stands for.
    case record
    /// The figures of one year, which go to a record of their own.
    case year
  }

  /// The field.
  public let field: Field
  /// Other headings that are taken, beside the field's names.
  public let otherHeadings: [String]
  /// Whether a file must have the column, and each row a value in it.
  public let isRequired: Bool
  let part: Part

  init(_ field: Field, _ part: Part = .record, also otherHeadings: [String] = []) {
    self.field = field
    self.part = part
    self.otherHeadings = otherHeadings
    isRequired = part == .record && field.presence == .required
  }

  /// Whether the column holds money, whose unit its heading must say.
  public var isMoney: Bool { if case .money = field.kind { true } else { false } }

  /// The heading as a template has it, with the unit where there is one.
  public var heading: BilingualText {
    isMoney ? BilingualText("\(field.label.zh)(\(MoneyUnit.wan.name.zh))", "\(field.label.en) (\(MoneyUnit.wan.name.en))") : field.label
  }

  /// Whether a heading without its unit is this column's; width, case and spaces do not matter.
  func isNamed(_ heading: String) -> Bool { field.isNamed(heading) || otherHeadings.contains { Field.plain($0) == Field.plain(heading) } }

  /// What a cell says, as ``Field`` reads it.
  ///
  /// Throws ``SurveyError/Code/amountNegative``, ``SurveyError/Code/unitMixed``, ``SurveyError/Code/creditCodeImpossible``.
  func typed(_ cell: String, in unit: MoneyUnit?) throws(SurveyError) -> String {
    let plain = cell.halfWidth.trimmingSpaces
    switch field.kind {
    case .money:
      let amount = try Self.amount(plain)
      let own = MoneyUnit.split(amount)
      if let stated = own.unit, stated != unit { throw SurveyError(.unitMixed, ["unit": unit?.rawValue ?? ""]) }
      return own.number + (unit == .wan ? "万" : "")
    case .whole: return try Self.amount(plain).filter { $0 != "," }
    case .day: return Self.day(plain)
    case .creditCode:
      return try CreditCode.typed(cell)
    default: return cell
    }
  }

  /// A fault as the reader of a table needs it: a day that is none, the names of a list and not only its keys.
  func explained(_ error: SurveyError) -> SurveyError {
    guard error.code == .valueInvalid else { return error }
    switch field.kind {
    case .day: return SurveyError(.cellDateInvalid, error.details)
    case .term(let list), .terms(let list):
      let names = list.items.map(\.name.zh).joined(separator: "\n")
      return SurveyError(.valueInvalid, error.details.merging(["names": names]) { _, new in new })
    default: return error
    }
  }

  /// A number without the marks that a spreadsheet shows it with.
  private static func amount(_ text: String) throws(SurveyError) -> String {
    let number = text.filter { !$0.isWhitespace && !"¥￥".contains($0) }
    // Accountants put what is below zero in parentheses.
    if ["-", "−", "("].contains(where: number.hasPrefix) { throw SurveyError(.amountNegative) }
    return number
  }

  /// A day as spreadsheets write it, `2025/2/3`, `2025.2.3` or `2025年2月3日`, in the form that fields take.
  private static func day(_ text: String) -> String {
    let parts = text.split { "-/.年月日".contains($0) }
    guard parts.count == 3, parts[0].count == 4, parts.dropFirst().allSatisfy({ (1...2).contains($0.count) }) else { return text }
    return parts.map { $0.count == 1 ? "0" + $0 : String($0) }.joined(separator: "-")
  }
}

/// The unit in which a column of money counts.
public enum MoneyUnit: String, CaseIterable, Sendable {
  case yuan
  /// 万元, ten thousand yuan.
  case wan

  /// What it is called.
  var name: BilingualText {
    switch self {
    case .yuan: BilingualText("元", "CNY")
    case .wan: BilingualText("万元", "10k CNY")
    }
  }

  /// A unit as a heading says it; nil for another.
  init?(heading: String) {
    switch Field.plain(heading) {
    case "元", "人民币元", "人民币", "cny", "rmb", "yuan": self = .yuan
    case "万元", "万", "人民币万元", "10kcny", "10krmb", "10kyuan": self = .wan
    default: return nil
    }
  }

  /// A cell's number, and the unit that the cell itself carries. Of 亿 there is no heading, so that it never fits.
  static func split(_ text: String) -> (number: String, unit: MoneyUnit?) {
    for (suffix, unit) in [("万元", MoneyUnit.wan), ("万", .wan), ("元", .yuan)] where text.hasSuffix(suffix) {
      return (String(text.dropLast(suffix.count)), unit)
    }
    return (text, nil)
  }
}
