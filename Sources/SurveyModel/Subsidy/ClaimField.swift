/// One key of a claim: what stands there.
public struct ClaimField: Encodable, Hashable, Sendable {
  /// What kind of value a key has.
  public enum Form: String, Term {
    /// Fen; a list of amounts is added up.
    case amounts
    /// A whole number of 0 or more.
    case count
    /// True or false.
    case flag
    /// A level, or all that are in dispute.
    case level
    /// A list of keys.
    case keys
    /// An object from months to whole numbers.
    case months
    /// A list of objects with fields of their own.
    case list
    /// Plain text.
    case text

    public var label: String {
      switch self {
      case .amounts: "金额,整数,单位分;多笔写成列表,自动相加"
      case .count: "整数"
      case .flag: "true 或 false"
      case .level: #"等级;有争议时写成列表 [2,3] 或范围 {"from":2,"to":4}"#
      case .keys: "代号列表"
      case .months: #"各月数量:{"2024-01":520000}"#
      case .list: "对象列表"
      case .text: "文字"
      }
    }

    public var labelEn: String {
      switch self {
      case .amounts: "an amount in fen, an integer; several as a list, which is added up"
      case .count: "an integer"
      case .flag: "true or false"
      case .level: #"a level; where it is in dispute a list [2,3] or a range {"from":2,"to":4}"#
      case .keys: "a list of keys"
      case .months: #"a number by month: {"2024-01":520000}"#
      case .list: "a list of objects"
      case .text: "text"
      }
    }
  }

  /// The key.
  public let key: String
  /// What its value is like.
  public let form: Form
  /// Whether it must be there.
  public let required: Bool
  /// What it means.
  public let name: BilingualText
  /// A value that can stand there, as JSON.
  public let example: String
  /// The keys that can stand in the list, where it is one of keys, with their names.
  public let allowed: [String: BilingualText]
  /// The fields of each object, where it is a list of objects.
  public let parts: [ClaimField]
  /// Whether ``SubsidyPolicy/Rule/example`` shows it.
  let isInExample: Bool

  private enum CodingKeys: CodingKey {
    case key, form, required, name, example, allowed, parts
  }

  init(
    _ key: String, _ form: Form, _ zh: String, _ en: String, required: Bool = true, example: String, allowed: [String: BilingualText] = [:],
    parts: [ClaimField] = [], isInExample: Bool = true
  ) {
    self.key = key
    self.form = form
    self.required = required
    name = BilingualText(zh, en)
    self.example = example
    self.allowed = allowed
    self.parts = parts
    self.isInExample = isInExample
  }

  /// The field of the amount that a rule pays a part of.
  init(_ base: PolicyBase) {
    self.init(base.key, .amounts, base.name.zh, base.name.en, example: String(base.example))
  }

  /// The field in which a claim says whether a condition holds.
  init(_ condition: PolicyCondition) {
    self.init(condition.key, .flag, condition.name.zh, condition.name.en, required: condition.required, example: "true")
  }
}
