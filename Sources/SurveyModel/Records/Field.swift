/// A field of a record: its name where people type it, its column, what it holds, and what it is called.
public struct Field: Sendable {
  /// Whether a record must have it.
  public enum Presence: Sendable {
    case optional, required
    /// It is part of the record's key: never changed.
    case key
  }

  /// How it is typed and how `--json` names it, apart from a unit: `downPayment`.
  public let name: String
  /// The column: `down_payment_fen`.
  public let column: String
  /// What it holds.
  public let kind: FieldKind
  /// What it is called.
  public let label: BilingualText
  /// Whether a record must have it.
  public let presence: Presence
  /// Whose word it is, where everyone may write the rest of the record; else empty.
  public let authority: Set<WorkRole>
  /// Whose word it is once the enterprise is on the pilot's list, because the programme's figures rest on it; else empty.
  public let authorityOnceSelected: Set<WorkRole>
  /// Whether its day, month or year may be one that has not come: a plan, a deadline, the end of a validity.
  let mayLieAhead: Bool

  init(
    _ name: String, _ kind: FieldKind, _ zh: String, _ en: String, _ presence: Presence = .optional, authority: Set<WorkRole> = [],
    onceSelected: Set<WorkRole> = [], mayLieAhead: Bool = false
  ) {
    self.name = name
    self.kind = kind
    self.presence = presence
    self.authority = authority
    authorityOnceSelected = onceSelected
    self.mayLieAhead = mayLieAhead
    label = BilingualText(zh, en)
    column = Self.snake(name) + kind.suffix
  }

  /// The field's key in JSON: the column in camel case, so that the unit is said: `downPaymentFen`.
  public var jsonName: String {
    switch kind {
    case .money: name + "Fen"
    case .degrees: name + "Micro"
    case .reference: name + "ID"
    default: name
    }
  }

  /// Whether a name, as typed, is this field's: its name, its column, or what it is called in either language.
  func isNamed(_ typed: String) -> Bool {
    let wanted = Self.plain(typed)
    return [name, column, jsonName, label.zh, label.en].contains { Self.plain($0) == wanted }
  }

  /// A name as it is compared: of any case and width, without spaces and marks.
  static func plain(_ text: String) -> String {
    text.halfWidth.lowercased().filter { !$0.isWhitespace && $0 != "_" && $0 != "-" }
  }

  private static func snake(_ name: String) -> String {
    name.reduce(into: "") { text, character in
      if character.isUppercase { text += "_" }
      text += character.lowercased()
    }
  }
}
