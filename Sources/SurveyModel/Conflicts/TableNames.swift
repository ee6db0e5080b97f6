/// What tables and columns are called.
enum TableNames {
  static func table(_ name: String) -> BilingualText {
    tables[name] ?? RecordType.of(name)?.label ?? BilingualText(verbatim: name)
  }

  static func column(_ name: String, of table: String) -> BilingualText {
    let declared = fields(of: table).first { $0.column == name }?.label
    return special["\(table).\(name)"] ?? declared ?? columns[name] ?? BilingualText(verbatim: name)
  }

  /// The fields of a kind of record, also of one that is opened by a form of its own.
  private static func fields(of table: String) -> [Field] {
    (RecordType.of(table) ?? [RecordType.enterprise, .diagnosis].first { $0.table == table })?.fields ?? []
  }

  private static let tables: [String: BilingualText] = [
    "enterprise": BilingualText("企业", "Enterprise"),
    "assignment": BilingualText("任务分派", "Assignment"),
    "visit": BilingualText("走访", "Visit"),
    "assessment": BilingualText("评测", "Assessment"),
    "answer": BilingualText("评测答案", "Answer"),
    "scene": BilingualText("场景等级", "Scene level"),
    "diagnosis": BilingualText("诊断", "Diagnosis"),
    "diagnosis_link": BilingualText("环节诊断", "Link section"),
    "finding": BilingualText("诊断发现", "Finding"),
    "evidence": BilingualText("佐证材料", "Evidence"),
    "need": BilingualText("改造需求", "Need"),
    "attachment_policy": BilingualText("附件规定", "Rule for attachments"),
  ]

  private static let columns: [String: BilingualText] = [
    "name": BilingualText("名称", "name"),
    "uscc": BilingualText("统一社会信用代码", "credit code"),
    "district": BilingualText("所在区", "district"),
    "reporting_unit": BilingualText("上报单位", "reporting unit"),
    "sub_sector": BilingualText("细分行业", "sub-sector"),
    "industry_code": BilingualText("行业代码", "industry code"),
    "address": BilingualText("地址", "address"),
    "contact": BilingualText("联系人", "contact"),
    "created_at": BilingualText("登记时间", "recorded at"),
    "created_by": BilingualText("登记人", "recorded by"),
    "user": BilingualText("人员", "user"),
    "role": BilingualText("角色", "role"),
    "due_on": BilingualText("截止日期", "due on"),
    "assigned_at": BilingualText("分派时间", "assigned at"),
    "assigned_by": BilingualText("分派人", "assigned by"),
    "kind": BilingualText("类型", "kind"),
    "started_at": BilingualText("开始时间", "started at"),
    "started_by": BilingualText("开始人", "started by"),
    "ended_at": BilingualText("结束时间", "ended at"),
    "place": BilingualText("地点", "place"),
    "visited_on": BilingualText("更正后的日期", "amended day"),
    "amended_by": BilingualText("更正人", "amended by"),
    "amended_because": BilingualText("更正原因", "amended because"),
    "note": BilingualText("备注", "note"),
    "visit_id": BilingualText("所属走访", "visit"),
    "edition": BilingualText("指标版本", "edition"),
    "phase": BilingualText("阶段", "phase"),
    "assessor": BilingualText("评测方", "assessor"),
    "state": BilingualText("状态", "state"),
    "finalized_at": BilingualText("定稿时间", "finalized at"),
    "finalized_by": BilingualText("定稿人", "finalized by"),
    "letters": BilingualText("选项", "options"),
    "level": BilingualText("等级", "level"),
    "current_state": BilingualText("现状", "current state"),
    "problems": BilingualText("问题", "problems"),
    "recommendation": BilingualText("建议", "recommendation"),
    "link": BilingualText("环节", "link"),
    "objectives": BilingualText("目标", "objectives"),
    "objective": BilingualText("目标", "objective"),
    "text": BilingualText("内容", "text"),
    "severity": BilingualText("程度", "severity"),
    "diagnosis_id": BilingualText("所属诊断", "diagnosis"),
    "finding_id": BilingualText("所属发现", "finding"),
    "sha256": BilingualText("文件摘要", "digest"),
    "file_name": BilingualText("文件名", "file name"),
    "bytes": BilingualText("大小", "size"),
    "taken_at": BilingualText("拍摄时间", "taken at"),
    "caption": BilingualText("说明", "caption"),
    "media_type": BilingualText("文件类型", "kind of file"),
    "attached_by": BilingualText("添加人", "attached by"),
    "location": BilingualText("位置信息", "places"),
    "scope": BilingualText("性质", "scope"),
    "priority": BilingualText("优先级", "priority"),
    "budget_fen": BilingualText("预算", "budget"),
    "enterprise_id": BilingualText("所属企业", "enterprise"),
    Contested.existence: BilingualText("保留或删除", "kept or deleted"),
  ]

  /// Columns that mean something of their own in one table.
  private static let special: [String: BilingualText] = [
    "diagnosis_link.level": BilingualText("当前水平", "current level")
  ]
}
