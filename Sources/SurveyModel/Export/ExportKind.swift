/// A kind of record that is exported, and the database that it belongs to.
public struct ExportKind: Sendable {
  /// The kind; nil for the code tables, which are not records.
  let type: RecordType?
  /// The database.
  public let database: ServiceDatabase

  /// The name by which the kind is chosen: `enterprise_year`.
  public var name: String { type?.table ?? "code" }
  /// What it is called.
  public var label: BilingualText { type?.label ?? BilingualText("代码表", "Codes") }

  /// Every kind, in the order of the sheets.
  public static let all: [ExportKind] =
    [ExportKind(type: nil, database: .basic), ExportKind(type: .enterprise, database: .enterprises)]
    + (captured + RecordType.all).map { ExportKind(type: $0, database: database(of: $0)) }

  /// The kinds of a database, or those that are named, or all.
  ///
  /// Throws ``SurveyError/Code/valueInvalid`` with the names that can be.
  public static func chosen(_ names: [String] = [], _ database: ServiceDatabase? = nil) throws(SurveyError) -> [ExportKind] {
    for name in names where !all.contains(where: { $0.isNamed(name) }) {
      throw SurveyError(.valueInvalid, ["field": "kind", "value": name, "allowed": all.map(\.name).joined(separator: "\n")])
    }
    return all.filter { kind in
      (names.isEmpty || names.contains(where: kind.isNamed)) && (database == nil || kind.database == database)
    }
  }

  private func isNamed(_ typed: String) -> Bool { [name, label.zh, label.en].contains { Field.plain($0) == Field.plain(typed) } }

  private static func database(of type: RecordType) -> ServiceDatabase {
    switch type.table {
    case "policy_file": .basic
    case "provider", "provider_state", "chain_leader", "agency", "event", "attendance", "training": .services
    case "solution", "platform", "programme_result": .cases
    default: .enterprises
    }
  }
}
