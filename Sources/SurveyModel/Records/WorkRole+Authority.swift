public import SyncCore

extension WorkRole {
  /// What a role has a say in, as certificates tell it: the kinds of record, the fields that are one role's word, and what the program
  /// keeps for the office. What hangs on what a row says, such as who assessed, is the commands' to refuse.
  public var authority: Authority {
    // Whoever only reads has a device that says what became of an erasure.
    if self == .viewer { return Authority(only: ["erasure_receipt"], settles: []) }
    var withheld: [String: Set<String>] = [:]
    var own: Set<String> = []
    for (table, roles) in Self.tables {
      if roles.contains(self) { own.insert(table) } else { withheld[table] = [] }
    }
    for (table, column, roles) in Self.columns where !roles.contains(self) && withheld[table] != [] {
      withheld[table, default: []].insert(column)
    }
    if self == .agency { own.formUnion(["assessment", "answer", "scene"]) }
    return Authority(withheld: withheld, settles: self == .office ? nil : own)
  }

  /// The tables that are some roles' word alone.
  private static let tables: [String: Set<WorkRole>] = {
    let office = ["alias", "distinct_pair", "snapshot", "correction", "handover", "erasure", "late_record", "attachment_policy"]
    var tables = Dictionary(uniqueKeysWithValues: office.map { ($0, Set([WorkRole.office])) })
    for type in kinds where !type.authority.isEmpty { tables[type.table] = type.authority }
    return tables
  }()

  /// The columns that are some roles' word alone.
  private static let columns: [(table: String, column: String, roles: Set<WorkRole>)] =
    kinds.flatMap { type in type.fields.filter { !$0.authority.isEmpty }.map { (type.table, $0.column, $0.authority) } }
    + [("enterprise", "merged_into", [.office])]
    + ["state", "decided_by", "decided_at", "decision"].map { ("proposal", $0, Set(allCases).subtracting([.specialist, .viewer])) }

  private static let kinds = RecordType.all + [RecordType.enterprise, .assignment]
}
