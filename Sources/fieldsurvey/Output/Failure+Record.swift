import SurveyModel

extension Failure {
  /// What the domain refuses about records.
  static func record(_ error: SurveyError) -> Text {
    let details = error.details
    func of(_ key: String) -> String { details[key] ?? "?" }
    func list(_ key: String) -> String { of(key).split(separator: "\n").joined(separator: ", ") }
    let table = name(of: of("table"))
    switch error.code {
    case .recordUnknown: return Text("找不到\(table.zh) \(of("id"))。", "No such \(table.en): \(of("id")).")
    case .recordAmbiguous:
      return Text(
        "\(table.zh)编号“\(of("id"))”不够长,可能是:\(list("matches"))", "\"\(of("id"))\" fits several (\(table.en)): \(list("matches"))")
    case .valueMissing: return Text("\(of("field")) 不能为空。", "\(of("field")) must not be empty.")
    case .valueInvalid:
      let allowed = details["allowed"] == nil ? Text("", "") : Text(";可用:\(list("allowed"))", "; allowed: \(list("allowed"))")
      return Text("\(of("field")) 不能是“\(of("value"))”", "\(of("field")) cannot be \"\(of("value"))\"") + allowed
    case .nothingToChange: return Text("没有指出要改什么。", "Nothing to change was named.")
    case .recordFinalized:
      return Text("\(table.zh) \(of("id")) 已定稿,不能再改。", "The \(table.en) \(of("id")) is finalized and not edited any more.")
    case .recordNotFinalized: return Text("\(table.zh) \(of("id")) 尚未定稿。", "The \(table.en) \(of("id")) is not finalized.")
    case .assessmentIncomplete:
      return Text(
        "还有 \(of("count")) 项未答:\(of("unanswered"))", "\(of("count")) items are not answered: \(of("unanswered"))")
    case .visitEnded: return Text("走访 \(of("id")) 已于 \(of("endedAt")) 结束。", "The visit \(of("id")) ended at \(of("endedAt")).")
    case .otherEnterprise:
      return Text("\(table.zh) \(of("id")) 属于另一家企业。", "The \(table.en) \(of("id")) belongs to another enterprise.")
    case .fileUnreadable: return Text("无法读取文件 \(of("path"))。", "The file \(of("path")) cannot be read.")
    default: return subsidy(error)
    }
  }

  /// A table as people call it.
  static func name(of table: String) -> Text {
    switch table {
    case "enterprise": Text("企业", "enterprise")
    case "assignment": Text("指派", "assignment")
    case "visit": Text("走访", "visit")
    case "assessment": Text("评测", "assessment")
    case "answer": Text("答案", "answer")
    case "scene": Text("场景", "scene")
    case "diagnosis": Text("诊断", "diagnosis")
    case "diagnosis_link": Text("环节", "link")
    case "finding": Text("问题", "finding")
    case "evidence": Text("佐证", "evidence")
    case "need": Text("需求", "need")
    default: Text(verbatim: table)
    }
  }
}
