extension RecordType {
  /// A digital service provider (数字化服务商).
  public static let provider = RecordType(
    "provider", "服务商", "Provider", in: .catalogue, authority: [.office],
    [
      Field("name", .text, "名称", "name", .required), Field("uscc", .creditCode, "统一社会信用代码", "credit code"),
      Field("kind", .term(TermList(ProviderKind.self)), "类型", "kind", .required),
      Field("subSectors", .terms(TermList(SubSector.self)), "细分行业", "sub-sectors"), Field("contact", .text, "联系人", "contact"),
      Field("selectedOn", .day, "遴选日期", "selected on"), Field("batch", .whole(SurveyLimits.batches), "批次", "batch"),
    ])

  /// How a provider stands in the pool from a day on.
  public static let providerState = RecordType(
    "provider_state", "服务商状态", "Provider's state", in: .catalogue, authority: [.office],
    [
      Field("provider", .reference("provider"), "服务商", "provider", .required),
      Field("state", .term(TermList(PoolState.self)), "状态", "state", .required),
      Field("fromOn", .day, "起始日期", "from", .required, mayLieAhead: true),
      Field("reason", .text, "原因", "reason"), Field("decidedBy", .author, "决定机关", "decided by"),
    ])

  /// A small, fast, light and precise solution or product (小快轻准).
  public static let solution = RecordType(
    "solution", "解决方案", "Solution", in: .catalogue, authority: [.office, .provider],
    [
      Field("name", .text, "名称", "name", .required), Field("provider", .reference("provider"), "服务商", "provider"),
      Field("subSector", .term(TermList(SubSector.self)), "细分行业", "sub-sector"),
      Field("links", .terms(TermList(BusinessLink.self)), "环节", "links"),
      Field("objectives", .terms(TermList(Objective.self)), "目标", "objectives"),
      Field("summary", .text, "简介", "summary"), Field("price", .money, "价格", "price"), Field("listedOn", .day, "上架日期", "listed on"),
      Field("withdrawnOn", .day, "下架日期", "withdrawn on", mayLieAhead: true),
      Field("replicableOn", .day, "认定可复制推广日期", "found replicable on"),
    ])

  /// A cloud platform that the city has registered (备案).
  public static let platform = RecordType(
    "platform", "备案平台", "Registered platform", in: .catalogue, authority: [.office],
    [
      Field("name", .text, "名称", "name", .required), Field("operator", .text, "运营方", "operator"),
      Field("registeredOn", .day, "备案日期", "registered on"), Field("crossIndustry", .flag, "双跨平台", "cross-industry"),
    ])

  /// What a platform earned in a year, as its reward counts it.
  public static let platformYear = RecordType(
    "platform_year", "平台年度数据", "Platform's figures of a year", in: .catalogue, key: .meaning, authority: [.office],
    [
      Field("platform", .reference("platform"), "平台", "platform", .key), Field("year", .year, "年份", "year", .key),
      Field("serviceIncome", .money, "数字化服务收入", "income from digital services"), Field("source", .text, "数据来源", "source"),
    ])

  /// A chain leader (链主企业).
  public static let chainLeader = RecordType(
    "chain_leader", "链主企业", "Chain leader", in: .catalogue, authority: [.office],
    [
      Field("name", .text, "名称", "name", .required), Field("uscc", .creditCode, "统一社会信用代码", "credit code"),
      Field("selectedOn", .day, "遴选日期", "selected on"), Field("contact", .text, "联系人", "contact"),
    ])

  /// An organisation that examines, diagnoses, trains or serves.
  public static let agency = RecordType(
    "agency", "专业机构", "Agency", in: .catalogue, authority: [.office],
    [
      Field("name", .text, "名称", "name", .required), Field("uscc", .creditCode, "统一社会信用代码", "credit code"),
      Field("kind", .term(TermList(AgencyKind.self)), "类型", "kind", .required),
      Field("domains", .terms(TermList(ServiceDomain.self)), "服务领域", "domains"), Field("recognisedOn", .day, "认定日期", "recognised on"),
    ])

  /// An event: matching, training, a benchmark visit.
  public static let event = RecordType(
    "event", "活动", "Event", in: .catalogue,
    [
      Field("title", .text, "名称", "title", .required), Field("kind", .term(TermList(EventKind.self)), "类型", "kind", .required),
      Field("heldOn", .day, "日期", "held on", .required, mayLieAhead: true), Field("place", .text, "地点", "place"),
      Field("note", .text, "备注", "note"),
    ])

  /// That an enterprise came to an event, and with whom it was matched.
  public static let attendance = RecordType(
    "attendance", "参会", "Attendance", in: .catalogue, key: .meaning,
    [
      Field("event", .reference("event"), "活动", "event", .key), Field("enterprise", .reference("enterprise"), "企业", "enterprise", .key),
      Field("matchedProvider", .reference("provider"), "对接服务商", "matched with"), Field("note", .text, "备注", "note"),
    ])

  /// A course of the hundred-talent plan.
  public static let training = RecordType(
    "training", "培训", "Training", in: .catalogue,
    [
      Field("title", .text, "名称", "title", .required), Field("agency", .reference("agency"), "培训机构", "institution"),
      Field("registered", .flag, "课程已备案", "registered"), Field("heldOn", .day, "日期", "held on", .required, mayLieAhead: true),
      Field("hours", .whole(1...1000), "学时", "class hours"), Field("attendees", .whole(0...100_000), "人数", "attendees"),
    ])

  /// A result of the programme as a whole, which the indicators count.
  public static let programmeResult = RecordType(
    "programme_result", "项目成果", "Result", in: .catalogue, authority: [.office],
    [
      Field("kind", .term(TermList(ResultKind.self)), "类型", "kind", .required), Field("title", .text, "名称", "title", .required),
      Field("subSector", .term(TermList(SubSector.self)), "细分行业", "sub-sector"),
      Field("mode", .term(TermList(ChainMode.self)), "赋能模式", "mode"),
      Field("happenedOn", .day, "日期", "date", .required), Field("note", .text, "备注", "note"),
    ])
}
