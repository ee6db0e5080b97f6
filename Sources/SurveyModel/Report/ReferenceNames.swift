import GRDB

/// What the records are called that other records refer to.
struct ReferenceNames: Sendable {
  private var names: [String: String] = [:]

  /// The names of all that these records refer to, as far as it is here.
  init(_ db: Database, of records: [Record]) throws {
    for value in records.flatMap(\.values) {
      guard case .reference(let table) = value.field.kind, let id = value.text, names[id] == nil else { continue }
      guard let row = try Lookup.optionalRow(db, in: table, id) else { continue }
      let named = ["name", "title", "number", "report_number"].lazy.compactMap { row.hasColumn($0) ? row.text($0)?.nonEmpty : nil }.first
      names[id] = named ?? "编号 \(id.prefix(13))"
    }
  }

  /// What a field of a record says; a record that is referred to by its name. Nil while nothing is recorded.
  func text(_ record: Record, _ field: String) -> String? {
    guard let value = record[field], !value.isEmpty else { return nil }
    guard case .reference = value.field.kind, let id = value.text else { return value.shown.zh.nonEmpty }
    return names[id] ?? "本机没有这一条（\(id.prefix(13))）"
  }
}
