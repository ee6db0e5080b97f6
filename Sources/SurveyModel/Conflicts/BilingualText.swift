/// What a record or a value is called, in both languages.
public struct BilingualText: Codable, Hashable, Sendable {
  /// In Chinese.
  public let zh: String
  /// In English.
  public let en: String

  /// A text in both languages.
  public init(_ zh: String, _ en: String) {
    self.zh = zh
    self.en = en
  }

  /// A text that is the same in both: a name, a number, what somebody wrote.
  init(verbatim text: String) { self.init(text, text) }
}

/// What a row is, told to a person.
public struct RowDescription: Codable, Hashable, Sendable {
  /// The kind of record: 评测答案, 改造需求.
  public let table: BilingualText
  /// Which of them: 第 3 题 生产设备联网率.
  public let row: BilingualText
  /// The enterprise's name; nil when it is not here.
  public let enterprise: String?
}
