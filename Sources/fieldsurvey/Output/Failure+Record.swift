import SurveyModel

extension Failure {
  /// What the domain refuses about records.
  static func record(_ error: SurveyError) -> Text {
    let details = error.details
    func of(_ key: String) -> String { details[key] ?? "?" }
    func list(_ key: String) -> String { of(key).split(separator: "\n").joined(separator: ", ") }
    let table = name(of: of("table"))
    let field = details["fieldZh"].map { Text($0, of("field")) } ?? self.field(of("field"))
    switch error.code {
    case .recordUnknown: return Text("找不到\(table.zh) \(of("id"))。", "No such \(table.en): \(of("id")).")
    case .recordAmbiguous:
      return Text(
        "\(table.zh)编号“\(of("id"))”不够长,可能是:\(list("matches"))", "\"\(of("id"))\" fits several (\(table.en)): \(list("matches"))")
    case .valueMissing: return Text("\(field.zh)不能为空。", "\(field.en) must not be empty.")
    case .valueInvalid:
      return Text("\(field.zh)不能是“\(of("value"))”", "\(field.en) cannot be \"\(of("value"))\"") + allowed(details)
    case .nothingToChange: return Text("没有指出要改什么。", "Nothing to change was named.")
    case .recordFinalized:
      return Text("\(table.zh) \(of("id")) 已定稿,不能再改。", "The \(table.en) \(of("id")) is finalized and not edited any more.")
    case .recordSubmitted:
      return Text("\(table.zh) \(of("id")) 曾经定稿提交,不能删除。", "The \(table.en) \(of("id")) was submitted once, and is not deleted.")
    case .recordHandedOver:
      return Text(
        "这是 \(of("author")) 的草稿,已随企业移交,只供参考,不能改。",
        "This draft is \(of("author"))'s, handed over with the case: it is read and not changed.")
    case .recordNotFinalized: return Text("\(table.zh) \(of("id")) 尚未定稿。", "The \(table.en) \(of("id")) is not finalized.")
    case .assessmentIncomplete:
      return Text(
        "还有 \(of("count")) 项未答:\(of("unanswered"))", "\(of("count")) items are not answered: \(of("unanswered"))")
    case .visitEnded: return Text("走访 \(of("id")) 已于 \(of("endedAt")) 结束。", "The visit \(of("id")) ended at \(of("endedAt")).")
    case .otherEnterprise:
      return Text("\(table.zh) \(of("id")) 属于另一家企业。", "The \(table.en) \(of("id")) belongs to another enterprise.")
    case .fieldMalformed: return Text("“\(of("value"))”不是 字段=值。", "\"\(of("value"))\" is not FIELD=VALUE.")
    case .fieldUnknown:
      return Text("没有字段“\(of("field"))”", "there is no field \"\(of("field"))\"") + allowed(details)
    case .fieldRepeated: return Text("字段“\(field.zh)”重复", "the field \(field.en) is there twice")
    case .keyFixed: return Text("\(field.zh)是记录的键,不能改。", "\(field.en) is part of the record's key, and is not changed.")
    case .fieldAbove: return Text("\(field.zh)不能多于\(details["limitZh"] ?? of("limit"))。", "\(field.en) cannot be more than \(of("limit")).")
    case .notYet:
      return Text(
        "\(field.zh)“\(of("value"))”还没有到,最晚可填 \(of("latest"));如本机时钟不对,请先校正。",
        "\(field.en) \"\(of("value"))\" has not come: the latest that is taken is \(of("latest")). Set this machine's clock if it is wrong."
      )
    case .controlCharacter:
      return Text("\(field.zh)含有控制字符 \(of("codePoint")),请删去。", "\(field.en) holds the control character \(of("codePoint")); take it out.")
    case .fieldNeeded:
      return Text(
        "\(of("byZh"))为“\(of("valueZh"))”时,必须填写\(field.zh)。", "\(field.en) must be given where \(of("by")) is \(of("value")).")
    case .partsDiffer:
      let (sum, whole) = (Int(of("sumFen")) ?? 0, Int(of("wholeFen")) ?? 0)
      let partsZh = (details["partsZh"] ?? of("parts")).split(separator: "\n").joined(separator: "、")
      return Text(
        "\(partsZh)合计 \(Money.text(fen: sum)),与\(field.zh) \(Money.text(fen: whole)) 不符。",
        "\(list("parts")) come to \(Money.textEn(fen: sum)), which does not agree with \(field.en), \(Money.textEn(fen: whole)).")
    case .levelUnlikeScore:
      let points = Printer.points(Int(of("score")) ?? 0)
      let levels = of("allowed").split(separator: "\n")
      return Text(
        "\(of("edition")) 版得 \(points) 分应为 \(levels.joined(separator: " 或 ")) 级,不是 \(of("level")) 级。",
        "By the edition \(of("edition")), \(points) points are level \(levels.joined(separator: " or ")), not \(of("level")).")
    case .recordRefused: return Text("\(table.zh)有 \(of("count")) 处不能接受:", "The \(table.en) cannot be taken, for \(of("count")) reasons:")
    case .recordAppendOnly:
      return Text(
        "\(table.zh)一经登记不再修改;有误时请另记一条更正。", "A \(table.en) is never changed once recorded; mend it by recording another.")
    case .recordReferenced:
      let by = name(of: of("by"))
      return Text(
        "\(table.zh)是\(by.zh) \(of("record")) 的依据,不能删除。",
        "The \(table.en) is what the \(by.en) \(of("record")) rests on, and is not deleted.")
    case .editionScored:
      return Text(
        "\(of("edition")) 版在这里按答案计分,不登记现成的结果。",
        "The edition \(of("edition")) is scored here from its answers; a finished result is not recorded.")
    case .notAuthorised:
      let roles = of("authority").split(separator: "\n").compactMap { WorkRole(rawValue: String($0)) }
      let (zh, en) = (roles.map(\.label).joined(separator: "、"), roles.map(\.labelEn).joined(separator: ", "))
      let own = WorkRole(rawValue: of("role"))
      let ownName = Text(own?.label ?? of("role"), own?.labelEn ?? of("role"))
      if of("table").isEmpty { return Text("\(ownName.zh)只能查看,不能登记或修改。", "\(ownName.en): reads, and writes nothing.") }
      return Text(
        "\(table.zh)由\(zh)决定,您是\(ownName.zh)。", "A \(table.en) is the word of: \(en). You are: \(ownName.en).")
    case .proposalDecided: return Text("建议 \(of("id")) 已由 \(of("by")) 处理。", "The proposal \(of("id")) was decided by \(of("by")).")
    case .enterpriseMerged:
      return Text("企业 \(of("id")) 已并入 \(of("canonical"))。", "The enterprise \(of("id")) was merged into \(of("canonical")) already.")
    case .creditCodesDiffer:
      return Text(
        "两家企业的信用代码不同(\(of("first"))、\(of("second"))),没有合并。",
        "The credit codes differ (\(of("first")), \(of("second"))): not merged.")
    case .snapshotTaken: return Text("\(of("quarter")) 已冻结,不再更改。", "\(of("quarter")) is frozen already, and stays as it is.")
    case .quarterNotOver:
      return Text("\(of("quarter")) 到 \(of("lastDay")) 才结束。", "\(of("quarter")) is not over before \(of("lastDay")).")
    case .indicatorUnknown: return Text("没有指标 \(of("id"))。", "There is no indicator \(of("id")).")
    case .replicaNotEmpty: return Text("这个数据目录里已有企业,没有写入。", "This home has enterprises already: nothing was written.")
    case .planMalformed:
      guard let path = details["path"] else { return Text("指标文件格式不对。", "The file of indicators is malformed.") }
      return Text("指标文件格式不对:“\(path)”。", "The file of indicators is malformed at \"\(path)\".")
    case .fileUnreadable: return Text("无法读取文件 \(of("path"))。", "The file \(of("path")) cannot be read.")
    default: return subsidy(error)
    }
  }

  /// What may stand instead, to be put behind a sentence.
  private static func allowed(_ details: [String: String]) -> Text {
    if let keys = details["allowed"] {
      let named = (details["allowedZh"] ?? keys).split(separator: "\n").joined(separator: "、")
      return Text("。可用:\(named)", "; allowed: \(keys.split(separator: "\n").joined(separator: ", "))")
    }
    return switch details["form"] {
    case nil: Text("", "")
    case "day": Text("。应为日历上的一天,如 2025-02-28。", ": a day of the calendar, as 2025-02-28.")
    case "month": Text("。应为一个月,如 2025-02。", ": a month, as 2025-02.")
    case "year": Text("。应为年份,如 2025。", ": a year, as 2025.")
    case "money": Text("。应为不小于 0 的金额,如 80000、8.5万。", ": an amount of 0 or more, as 80000 or 8.5万.")
    case "industry":
      Text(
        "。应为 GB/T 4754—2017 的代码:01 至 97 之间的大类,可续到四位,前面可加与之相符的门类字母,如 3971、C39。",
        ": a code of GB/T 4754-2017: a division 01 to 97, with up to two digits more, and its section's letter before it or none, as 3971 or C39."
      )
    case "flag": Text("。应为 是 或 否。", ": yes or no.")
    case let bounds?: Text("。应为整数 \(bounds)。", ": a whole number \(bounds).")
    }
  }

  /// A value that no record names, as people call it.
  private static func field(_ name: String) -> Text {
    switch name {
    case "asOf", "on": Text("日期", name)
    case "budget": Text("预算", name)
    case "edition": Text("指标版本", name)
    case "enterprise": Text("企业", name)
    case "id": Text("编号", name)
    case "industry": Text("行业代码", name)
    case "kind": Text("类型", name)
    case "level": Text("等级", name)
    case "link": Text("环节", name)
    case "name": Text("名称", name)
    case "objective": Text("目标", name)
    case "priority": Text("优先级", name)
    case "quarter": Text("季度", name)
    case "reason": Text("理由", name)
    case "score": Text("得分", name)
    case "source": Text("数据来源", name)
    case "text": Text("内容", name)
    case "phase": Text("阶段", name)
    case "assessor": Text("评测方", name)
    case "role": Text("角色", name)
    default: Text(verbatim: name)
    }
  }

  /// A table as people call it.
  static func name(of table: String) -> Text {
    if let type = RecordType.of(table) { return Text(type.label.zh, type.label.en.lowercased()) }
    return switch table {
    case "alias": Text("合并", "merge")
    case "snapshot": Text("季度快照", "snapshot")
    case "late_record": Text("迟到的记录", "late record")
    case "erasure": Text("删除个人信息", "erasure")
    case "proposal": Text("建议", "proposal")
    case "enterprise": Text("企业", "enterprise")
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
