extension ExportKind {
  /// What is captured in the field, by forms of its own.
  static let captured: [RecordType] = [
    .assignment,
    RecordType(
      "visit", "走访", "Visit",
      [
        Field("user", .text, "人员", "user"), Field("kind", .term(TermList(VisitKind.self)), "类型", "kind"),
        Field("plannedOn", .day, "计划日期", "planned on"), Field("startedAt", .text, "开始时间", "started at"),
        Field("endedAt", .text, "结束时间", "ended at"), Field("place", .text, "地点", "place"),
        Field("attendees", .text, "参加人员", "attendees"), Field("note", .text, "备注", "note"),
        Field("visitedOn", .day, "更正后的日期", "amended day"), Field("amendedBy", .text, "更正人", "amended by"),
        Field("amendedBecause", .text, "更正原因", "amended because"),
      ]),
    RecordType(
      "assessment", "评测", "Assessment",
      [
        Field("visit", .reference("visit"), "所属走访", "visit"), Field("edition", .text, "指标版本", "edition"),
        Field("phase", .term(TermList(AssessmentPhase.self)), "阶段", "phase"),
        Field("assessor", .term(TermList(Assessor.self)), "评测方", "assessor"),
        Field("state", .term(TermList(RecordState.self)), "状态", "state"),
        Field("scoreMilli", .whole(0...100_000), "得分(分)", "score (points)"), Field("level", .whole(0...4), "等级", "level"),
        Field("source", .text, "数据来源", "source"), Field("startedAt", .text, "开始时间", "started at"),
        Field("startedBy", .text, "开始人", "started by"), Field("finalizedAt", .text, "定稿时间", "finalized at"),
        Field("finalizedBy", .text, "定稿人", "finalized by"),
      ]),
    RecordType(
      "answer", "评测答案", "Answer", key: .meaning,
      [
        Field("assessment", .reference("assessment"), "评测", "assessment", .key),
        Field("question", .whole(1...1000), "题号", "question", .key), Field("letters", .text, "选项", "options"),
        Field("note", .text, "备注", "note"),
      ]),
    RecordType(
      "scene", "场景等级", "Scene level", key: .meaning,
      [
        Field("assessment", .reference("assessment"), "评测", "assessment", .key), Field("scene", .whole(1...1000), "场景", "scene", .key),
        Field("level", .whole(0...4), "等级", "level"), Field("note", .text, "备注", "note"),
      ]),
    RecordType(
      "diagnosis", "诊断", "Diagnosis",
      [
        Field("visit", .reference("visit"), "所属走访", "visit"), Field("state", .term(TermList(RecordState.self)), "状态", "state"),
        Field("provider", .reference("provider"), "服务商", "provider"), Field("surveyedOn", .day, "调研日期", "surveyed on"),
        Field("fee", .money, "诊断费用", "fee"), Field("mainProducts", .text, "主要产品", "main products"),
        Field("processFlow", .text, "工艺流程", "process flow"), Field("devices", .text, "设备", "devices"),
        Field("software", .text, "软件", "software"), Field("targetLevel", .whole(1...4), "目标等级", "target level"),
        Field("roadMap", .text, "改造路径", "road map"), Field("startedAt", .text, "开始时间", "started at"),
        Field("startedBy", .text, "开始人", "started by"), Field("finalizedAt", .text, "定稿时间", "finalized at"),
        Field("finalizedBy", .text, "定稿人", "finalized by"),
      ]),
    RecordType(
      "diagnosis_link", "环节诊断", "Link section", key: .meaning,
      [
        Field("diagnosis", .reference("diagnosis"), "诊断", "diagnosis", .key),
        Field("link", .term(TermList(BusinessLink.self)), "环节", "link", .key), Field("currentState", .text, "现状", "current state"),
        Field("problems", .text, "问题", "problems"), Field("level", .whole(0...4), "当前水平", "current level"),
        Field("recommendation", .text, "建议", "recommendation"),
      ]),
    RecordType(
      "finding", "诊断发现", "Finding",
      [
        Field("diagnosis", .reference("diagnosis"), "诊断", "diagnosis"), Field("link", .term(TermList(BusinessLink.self)), "环节", "link"),
        Field("objectives", .terms(TermList(Objective.self)), "目标", "objectives"), Field("text", .text, "内容", "text"),
        Field("severity", .term(TermList(Severity.self)), "程度", "severity"), Field("createdAt", .text, "登记时间", "recorded at"),
        Field("createdBy", .text, "登记人", "recorded by"),
      ]),
    RecordType(
      "evidence", "佐证材料", "Evidence",
      [
        Field("diagnosis", .reference("diagnosis"), "诊断", "diagnosis"), Field("finding", .reference("finding"), "发现", "finding"),
        Field("fileName", .text, "文件名", "file name"), Field("sha256", .text, "文件摘要", "digest"),
        Field("bytes", .whole(0...1_000_000_000_000), "大小(字节)", "bytes"), Field("takenAt", .text, "拍摄时间", "taken at"),
        Field("caption", .text, "说明", "caption"),
      ]),
    RecordType(
      "need", "改造需求", "Need",
      [
        Field("diagnosis", .reference("diagnosis"), "诊断", "diagnosis"),
        Field("scope", .term(TermList(RequirementScope.self)), "性质", "scope"),
        Field("link", .term(TermList(BusinessLink.self)), "环节", "link"),
        Field("objective", .term(TermList(Objective.self)), "目标", "objective"),
        Field("text", .text, "内容", "text"), Field("priority", .whole(1...99), "优先级", "priority"), Field("budget", .money, "预算", "budget"),
        Field("createdAt", .text, "登记时间", "recorded at"), Field("createdBy", .text, "登记人", "recorded by"),
      ]),
  ]
}
