import GRDB
import SyncCore
public import SyncKit

/// What the office orders where it cannot judge from its desk.
public enum FieldOrderKind: String, Term {
  /// Those who wrote differently go and look together.
  case jointRevisit
  /// The agency is to rate again: until it has, its level stands.
  case rerating

  public var label: String {
    switch self {
    case .jointRevisit: "联合复访"
    case .rerating: "重新评定"
    }
  }

  public var labelEn: String {
    switch self {
    case .jointRevisit: "Joint revisit"
    case .rerating: "Re-rating"
    }
  }
}

extension RecordType {
  /// An order of the office to go and look again. It settles nothing by itself.
  public static let fieldOrder = RecordType(
    "field_order", "现场任务", "Field order", authority: [.office],
    [
      Field("kind", .term(TermList(FieldOrderKind.self)), "类型", "kind", .required), Field("people", .text, "人员", "people"),
      Field("dueOn", .day, "截止日期", "due on", mayLieAhead: true), Field("reason", .text, "原因", "reason", .required),
      Field("doneOn", .day, "完成日期", "done on"), Field("orderedBy", .author, "下达人", "ordered by"),
    ])
}

extension Survey {
  /// Orders those whose values differ to look again together, one order for each enterprise. The conflicts stay open until somebody settles
  /// them.
  ///
  /// Throws ``SurveyError/Code/notAuthorised``, and what ``addRecord(_:_:of:because:)`` throws.
  public func orderRevisit(for conflicts: [Conflict], dueOn: String? = nil, because reason: String) throws -> [Record] {
    try requireOffice(RecordType.fieldOrder.table)
    let byCase = Dictionary(grouping: conflicts) { $0.row.scope.name }.sorted { $0.key < $1.key }
    let written = try write { db in
      try byCase.map { enterprise, conflicts in
        let people = Set(conflicts.flatMap(\.candidates).flatMap(\.writes).map(\.author)).sorted()
        var words = [("kind", FieldOrderKind.jointRevisit.rawValue), ("reason", reason)]
        if !people.isEmpty { words.append(("people", people.joined(separator: "、"))) }
        if let dueOn { words.append(("dueOn", dueOn)) }
        return try create(.fieldOrder, FieldInput(words), of: enterprise, because: nil, db)
      }
    }
    return try written.compactMap { if case .recorded(let record) = try told($0, .fieldOrder) { record } else { nil } }
  }

  /// The joint revisits of an enterprise that are ordered and not done.
  public func openRevisits(of enterprise: String) throws -> [Record] {
    try replica.read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM field_order WHERE enterprise_id = ? AND kind = ? AND done_on IS NULL ORDER BY id",
        arguments: [enterprise, FieldOrderKind.jointRevisit.rawValue]
      ).map { Record(.fieldOrder, $0, Contests([])) }
    }
  }
}
