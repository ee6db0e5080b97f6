import GRDB
import SyncKit

/// What the records are called that other records refer to.
public struct ReferenceNames: Sendable {
  private var names: [String: String] = [:]
  private let people: PersonNames?

  /// The names of all that these records refer to, as far as it is here.
  ///
  /// - Parameter people: who is behind accounts, where that is to be told.
  init(_ db: Database, of records: [Record], people: PersonNames? = nil) throws {
    self.people = people
    let owners = Set(records.compactMap(\.enterpriseID)).map { ("enterprise", $0) }
    let references = records.flatMap(\.values).compactMap { value -> (String, String)? in
      guard case .reference(let table) = value.field.kind, let id = value.text else { return nil }
      return (table, id)
    }
    for (table, id) in owners + references where names[id] == nil {
      guard let row = try Lookup.optionalRow(db, in: table, id) else { continue }
      let named = ["name", "title", "number", "report_number"].lazy.compactMap { row.hasColumn($0) ? row.text($0)?.nonEmpty : nil }.first
      names[id] = named ?? "编号 \(id.prefix(13))"
    }
  }

  /// What the record of an identifier is called, where one of the records refers to it or is of its case; nil where it is not here.
  public func name(of id: String) -> String? { names[id] }

  /// A user of the program, as papers name people.
  func user(_ account: String?) -> String? { people?.user(account) ?? account?.nonEmpty }

  /// What a field of a record says; a record that is referred to by its name, and who is behind an account. Nil while nothing is recorded.
  func text(_ record: Record, _ field: String) -> String? {
    guard let value = record[field], !value.isEmpty else { return nil }
    if case .author = value.field.kind, let people, let said = value.text { return people.author(said) }
    guard case .reference = value.field.kind, let id = value.text else { return value.shown.zh.nonEmpty }
    return names[id] ?? "本机没有这一条（\(id.prefix(13))）"
  }
}

extension Survey {
  /// What the records are called that these refer to, and the enterprises whose they are.
  public func referenceNames(of records: [Record]) throws -> ReferenceNames {
    try replica.read { db in try ReferenceNames(db, of: records) }
  }
}
