import SyncKit

extension RecordType {
  /// A name that the enterprise has, had, or is called by.
  public static let enterpriseName = RecordType(
    "enterprise_name", "企业名称", "Name",
    [
      Field("name", .text, "名称", "name", .required), Field("kind", .term(TermList(NameKind.self)), "类型", "kind", .required),
      Field("validFrom", .day, "启用日期", "valid from", mayLieAhead: true), Field("validTo", .day, "停用日期", "valid to", mayLieAhead: true),
    ])

  /// A place where the enterprise works; coordinates are of WGS 84.
  public static let site = RecordType(
    "site", "厂区", "Site",
    [
      Field("name", .text, "名称", "name"), Field("district", .term(TermList(District.self)), "所在区", "district"),
      Field("address", .text, "地址", "address"), Field("longitude", .degrees(-180...180), "经度", "longitude"),
      Field("latitude", .degrees(-90...90), "纬度", "latitude"), Field("validFrom", .day, "启用日期", "valid from", mayLieAhead: true),
      Field("validTo", .day, "停用日期", "valid to", mayLieAhead: true),
    ])

  /// Under whom the enterprise reports from a day on.
  public static let unitTransfer = RecordType(
    "unit_transfer", "上报单位变更", "Change of reporting unit", key: .meaning, authority: [.office],
    [
      Field("fromOn", .day, "生效日期", "effective from", .key, mayLieAhead: true),
      Field("unit", .term(TermList(ReportingUnit.self)), "上报单位", "reporting unit", .required),
      Field("reason", .text, "原因", "reason"),
    ])

  /// What is known of an enterprise for one year, the counts behind questions 2 and 3 of the instrument of 2024 among it. That it is above
  /// scale (规上) is what the statistical register declares, never computed.
  public static let enterpriseYear = RecordType(
    "enterprise_year", "年度数据", "Figures of a year", key: .meaning,
    bounds: [
      Bound("equipment_digital", notAbove: "equipment_total"), Bound("equipment_networked", notAbove: "equipment_total"),
    ],
    [
      Field("year", .year, "年份", "year", .key), Field("aboveScale", .flag, "规上", "above scale", onceSelected: [.office]),
      Field("aboveScaleSource", .text, "规上依据", "source of above scale"),
      Field("employees", .whole(0...10_000_000), "从业人员", "employees"), Field("revenue", .money, "营业收入", "revenue"),
      Field("assets", .money, "资产总额", "total assets"), Field("cost", .money, "营业成本", "cost of revenue"),
      Field("energyKgce", .whole(0...1_000_000_000_000), "综合能耗(千克标准煤)", "energy (kg coal equivalent)"),
      Field("digitalSpend", .money, "数字化投入", "spent on digitalisation"),
      Field("equipmentSpend", .money, "设备投入", "invested in equipment"),
      Field("equipmentTotal", .whole(0...10_000_000), "生产设备台数", "production equipment"),
      Field("equipmentDigital", .whole(0...10_000_000), "数字化设备台数", "digital equipment"),
      Field("equipmentNetworked", .whole(0...10_000_000), "联网设备台数", "networked equipment"), Field("source", .text, "数据来源", "source"),
    ])

  /// A rung of a ladder, with the period for which it is recognised.
  public static let tier = RecordType(
    "tier", "梯度认定", "Tier",
    [
      Field("tier", .term(TermList(LadderTier.self)), "梯度", "tier", .required),
      Field("validFrom", .day, "有效期起", "valid from", .required, mayLieAhead: true),
      Field("validTo", .day, "有效期止", "valid to", mayLieAhead: true), Field("source", .text, "依据", "source"),
    ])

  /// A title that was awarded.
  public static let honour = RecordType(
    "honour", "荣誉", "Honour",
    [
      Field("title", .term(TermList(HonourTitle.self)), "称号", "title", .required), Field("year", .year, "年份", "year", .required),
      Field("project", .text, "项目", "project"), Field("source", .text, "依据", "source"),
    ])

  /// What an enterprise achieved that the indicators count.
  public static let achievement = RecordType(
    "achievement", "成果", "Achievement",
    [
      Field("kind", .term(TermList(AchievementKind.self)), "类型", "kind", .required), Field("title", .text, "名称", "title"),
      Field("count", .whole(1...1_000_000), "数量", "count"), Field("happenedOn", .day, "日期", "date", .required),
      Field("source", .text, "依据", "source"),
    ])

  /// That an enterprise is up or down the chain of a leader. Two leaders may claim one; the office says whose it is.
  public static let chainLink = RecordType(
    "chain_link", "链上关系", "Chain link", key: .meaning,
    [
      Field("leader", .reference("chain_leader"), "链主企业", "chain leader", .key),
      Field("direction", .term(TermList(ChainDirection.self)), "上下游", "direction"),
      Field("mode", .term(TermList(ChainMode.self)), "赋能模式", "mode"),
      Field("completedOn", .day, "完成改造日期", "completed on"),
      Field("attributed", .flag, "归属已认定", "attributed by the office", authority: [.office]),
      Field("note", .text, "备注", "note"),
    ])
}
