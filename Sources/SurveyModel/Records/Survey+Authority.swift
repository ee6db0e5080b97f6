import GRDB
public import SyncCore
public import SyncKit

extension Survey {
  /// Closes conflicts with a reason, all or none: the word of the office, and in what is another role's word, of that role alone.
  ///
  /// Throws ``SurveyError/Code/notAuthorised``, and what SyncKit's `settle` throws.
  public func settle(_ decisions: [(conflict: Conflict, value: Value)], because reason: String) throws {
    try requireWriter()
    for (conflict, _) in decisions { try require(authority(over: conflict), conflict.row.table) }
    try replica.settle(decisions.map { Settlement($0.conflict, value: $0.value) }, reason: reason)
  }

  /// Who may settle a conflict.
  private func authority(over conflict: Conflict) throws -> Set<WorkRole> {
    let row = conflict.row
    let fields: [Field]
    if case .cell(let column) = conflict.kind {
      fields = RecordType.of(row.table)?.fields.filter { $0.column == column } ?? []
    } else {
      fields = []
    }
    if let authority = RecordType.of(row.table)?.authority(over: fields), !authority.isEmpty { return authority }
    if let id = row.assessment, try assessor(id) == .agency { return [.agency] }
    return [.office]
  }

  private func assessor(_ assessment: String) throws -> Assessor? {
    try replica.read { db in
      try Row.fetchOne(db, sql: "SELECT * FROM assessment WHERE id = ?", arguments: [assessment]).flatMap { Assessment($0).assessor.term }
    }
  }

  /// Refuses whoever only reads.
  func requireWriter() throws(SurveyError) {
    if role == .viewer { throw refusal("", WorkRole.allCases.filter { $0 != .viewer }) }
  }

  /// Refuses to speak as an assessor of another role: an agency's level decides money, and is its own alone.
  func require(assessor: Assessor?) throws(SurveyError) {
    if assessor == .agency { try require([.agency], "assessment") }
  }

  /// What the office alone does.
  func requireOffice(_ table: String) throws(SurveyError) { try require([.office], table) }

  /// Refuses a role that has no say in a table.
  func require(_ authority: Set<WorkRole>, _ table: String) throws(SurveyError) {
    guard authority.isEmpty || authority.contains(role) else { throw refusal(table, Array(authority)) }
  }

  private func refusal(_ table: String, _ authority: [WorkRole]) -> SurveyError {
    let roles = authority.map(\.rawValue).sorted().joined(separator: "\n")
    return SurveyError(.notAuthorised, ["table": table, "role": role.rawValue, "authority": roles])
  }
}

extension RowReference {
  /// The assessment that a row is, or is of.
  fileprivate var assessment: String? { ["assessment", "answer", "scene"].contains(table) ? key.first?.string : nil }
}
