/// What a field of a record holds: how it is typed, checked and stored.
public enum FieldKind: Sendable {
  /// Words, up to ``SurveyLimits/fieldBytes`` bytes.
  case text
  /// Who recorded or decided it: words, and the author where a new record does not say.
  case author
  /// A unified social credit code, examined and kept in canonical form.
  case creditCode
  /// A day, as `2024-06-30`.
  case day
  /// A month, as `2024-06`.
  case month
  /// A year of the calendar.
  case year
  /// An amount of money, typed in yuan or 万元 and stored in fen.
  case money
  /// A whole number in these bounds.
  case whole(ClosedRange<Int>)
  /// Degrees with up to six decimals, stored in millionths: bounds in whole degrees.
  case degrees(ClosedRange<Int>)
  /// Yes or no.
  case flag
  /// One of a closed list.
  case term(TermList)
  /// Several of a closed list, stored as their keys in the list's order with commas between.
  case terms(TermList)
  /// A key that a data file or a standard knows.
  case key(KeyList)
  /// A record of this table, typed as the beginning of its identifier, or its whole name where the table has names.
  case reference(String)

  /// What the stored column is called behind the field's name: `total` of money is `total_fen`.
  var suffix: String {
    switch self {
    case .money: "_fen"
    case .degrees: "_micro"
    case .reference: "_id"
    default: ""
    }
  }
}

/// A closed list as data, where its type does not matter.
public struct TermList: Sendable {
  /// A term: its key and its names.
  public struct Item: Sendable {
    public let key: String
    public let name: BilingualText
  }

  /// The terms in their order.
  public let items: [Item]

  init<T: Term>(_ type: T.Type) { items = T.allCases.map { Item(key: $0.rawValue, name: BilingualText($0.label, $0.labelEn)) } }

  /// Reads a term as people type it: the key, or the name in either language, of any case and width.
  func key(_ text: String) -> String? {
    let wanted = text.halfWidth.trimmingSpaces.lowercased()
    return items.first { item in [item.key, item.name.zh.halfWidth, item.name.en].contains { $0.lowercased() == wanted } }?.key
  }

  /// What a key is called; the key itself where this version does not know it.
  func name(_ key: String) -> BilingualText { items.first { $0.key == key }?.name ?? BilingualText(verbatim: key) }
}
