import GRDB
import SyncCore

/// A record of a kind that ``RecordType`` describes, as it stands.
public struct Record: Sendable {
  /// Its kind.
  public let type: RecordType
  /// Its identifier; nil where it is told by what it is about.
  public let id: String?
  /// The enterprise whose case it is of; nil in the catalogue.
  public let enterpriseID: String?
  /// What its fields hold, in their order.
  public let values: [FieldValue]
  /// What is open between several writers.
  public let contested: [Contested]

  init(_ type: RecordType, _ row: Row, _ contests: Contests) {
    self.type = type
    id = type.key == .identifier ? row.string("id") : nil
    enterpriseID = type.home == .enterprise ? row.string("enterprise_id") : nil
    values = type.fields.map { FieldValue($0, row) }
    contested = contests.of(type.table, type.keyColumns.map { Value(row[$0] ?? DatabaseValue.null) })
  }

  /// What a field holds, by the field's name.
  public subscript(name: String) -> FieldValue? { values.first { $0.field.name == name } }

  /// What people call it: its name or title, else the beginning of its identifier.
  public var title: String {
    let named = type.nameColumn.flatMap { column in values.first { $0.field.column == column }?.text?.nonEmpty }
    return named ?? id.map { String($0.prefix(13)) } ?? type.label.zh
  }
}

/// What a field of a record holds.
public struct FieldValue: Sendable {
  /// The field.
  public let field: Field
  private let stored: DatabaseValue

  init(_ field: Field, _ row: Row) {
    self.field = field
    stored = row[field.column] ?? .null
  }

  init(_ field: Field, _ stored: DatabaseValue) {
    self.field = field
    self.stored = stored
  }

  /// Whether nothing is recorded. Unanswered is not none.
  public var isEmpty: Bool { stored.isNull }

  /// The value as text, as it is stored.
  public var text: String? { Self.plain(stored) }

  /// A stored value as text; nil for nothing.
  static func plain(_ stored: DatabaseValue) -> String? {
    switch stored.storage {
    case .null, .blob: nil
    case .int64(let number): String(number)
    case .double(let number): String(number)
    case .string(let text): text
    }
  }

  /// The value as a whole number.
  public var integer: Int? { Int.fromDatabaseValue(stored) }

  /// What people read: terms by their names, money in yuan, a flag as a word; empty for nothing.
  public var shown: BilingualText {
    guard let text else { return BilingualText(verbatim: "") }
    switch field.kind {
    case .money: return integer.map { BilingualText(Money.text(fen: $0), Money.textEn(fen: $0)) } ?? BilingualText(verbatim: text)
    case .flag: return integer == 0 ? BilingualText("否", "no") : BilingualText("是", "yes")
    case .term(let list): return list.name(text)
    case .terms(let list):
      let names = text.split(separator: ",").map { list.name(String($0)) }
      return BilingualText(names.map(\.zh).joined(separator: "、"), names.map(\.en).joined(separator: ", "))
    case .degrees: return BilingualText(verbatim: integer.map(Self.degrees) ?? text)
    case .text, .author, .creditCode, .day, .month, .year, .whole, .key, .reference: return BilingualText(verbatim: text)
    }
  }

  /// Millionths of a degree as degrees with six decimals.
  public static func degrees(_ micro: Int) -> String {
    let fraction = String(1_000_000 + micro.magnitude % 1_000_000).dropFirst()
    return (micro < 0 ? "-" : "") + "\(micro.magnitude / 1_000_000).\(fraction)"
  }
}

// MARK: - JSON

extension Record: Encodable {
  /// One flat object: `id`, `enterpriseID`, the fields by their JSON names, `contested`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: AnyKey.self)
    try container.encodeIfPresent(id, forKey: AnyKey("id"))
    try container.encodeIfPresent(enterpriseID, forKey: AnyKey("enterpriseID"))
    for value in values { try container.encode(value, forKey: AnyKey(value.field.jsonName)) }
    try container.encode(contested, forKey: AnyKey("contested"))
  }
}

extension FieldValue: Encodable {
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch (field.kind, stored.storage) {
    case (_, .null), (_, .blob): try container.encodeNil()
    case (.flag, .int64(let number)): try container.encode(number != 0)
    case (.terms, .string(let text)): try container.encode(text.split(separator: ",").map(String.init))
    case (_, .int64(let number)): try container.encode(number)
    case (_, .double(let number)): try container.encode(String(number))
    case (_, .string(let text)): try container.encode(text)
    }
  }
}

/// A key that is known only when the program runs.
struct AnyKey: CodingKey {
  let stringValue: String
  let intValue: Int? = nil

  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
