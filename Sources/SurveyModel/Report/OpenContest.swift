import GRDB

/// Something that several people wrote differently and that nobody has settled, as a report tells it: with every value.
public struct OpenContest: Hashable, Sendable, Encodable {
  /// What is open: 环节诊断·生产制造·当前水平.
  public let subject: String
  /// Each value with who wrote it, the shown one first: 2（lin）. Empty where a rule is broken and not a value open.
  public let values: [String]

  /// As one sentence.
  var sentence: String {
    let sides = values.enumerated().map { $1 + ($0 == 0 ? "〔本报告采用〕" : "") }
    return subject + "：" + (sides.isEmpty ? "数据规则冲突，待办公室处理" : sides.joined(separator: "；"))
  }

  /// What is open of a record.
  /// - Parameter name: which record: 环节诊断·生产制造.
  static func all(_ contested: [Contested], of table: String, named name: String) -> [OpenContest] {
    contested.map { contest in
      let field = fields(of: table).first { $0.column == contest.column }
      let column = field?.label.zh ?? TableNames.column(contest.column, of: table).zh
      let values = contest.candidates.map { candidate in
        let value = candidate.value.map { words($0, contest.column, table, field) } ?? "（撤回）"
        return "\(value)（\(candidate.by.joined(separator: "、"))）"
      }
      return OpenContest(subject: "\(name)·\(column)", values: values)
    }
  }

  /// What is open of a record that its kind describes.
  static func all(_ record: Record) -> [OpenContest] {
    all(record.contested, of: record.type.table, named: "\(record.type.label.zh)·\(record.title)")
  }

  private static func fields(of table: String) -> [Field] {
    switch table {
    case RecordType.enterprise.table: RecordType.enterprise.fields
    case RecordType.diagnosis.table: RecordType.diagnosis.fields
    default: RecordType.of(table)?.fields ?? []
    }
  }

  private static func words(_ value: String, _ column: String, _ table: String, _ field: Field?) -> String {
    if column == Contested.existence { return value == "deleted" ? "删除" : "保留" }
    if let field { return FieldValue(field, Int(value)?.databaseValue ?? value.databaseValue).shown.zh }
    if column == "budget_fen", let fen = Int(value) { return Money.text(fen: fen) }
    return Survey.textName(value, column, table).zh
  }
}

extension AssessmentView {
  /// What is open of the assessment and of its items.
  var openContests: [OpenContest] {
    let phase = "评测（\(assessment.phase.label)）"
    return OpenContest.all(contested, of: "assessment", named: phase)
      + items.flatMap { OpenContest.all($0.contested, of: $0.item.table, named: "\(phase)\(ReportText.item($0.item).zh) \($0.label)") }
  }
}
