extension RecordType {
  /// An enterprise's own fields, for tables of them. It is not among ``all``: a case is opened by a form of its own.
  static let enterprise = RecordType(
    "enterprise", "企业", "Enterprise",
    [
      Field("name", .text, "企业名称", "name", .required), Field("uscc", .creditCode, "统一社会信用代码", "credit code"),
      Field("district", .term(TermList(District.self)), "所在区", "district"),
      Field("reportingUnit", .term(TermList(ReportingUnit.self)), "上报单位", "reporting unit"),
      .subSector,
      Field("industryCode", .key(.industry), "行业代码", "industry code"), Field("address", .text, "地址", "address"),
      Field("contact", .text, "联系人", "contact"), Field("establishedOn", .day, "成立日期", "established on"),
      Field("registeredCapital", .money, "注册资本", "registered capital"), Field("ownership", .text, "企业类型", "ownership"),
      Field("mainProducts", .text, "主要产品", "main products"), Field("park", .text, "所在园区", "park"),
      Field("systems", .text, "在用系统", "systems in use"),
      Field("untrustedOn", .day, "严重失信认定日期", "found untrustworthy on"), Field("untrustedSource", .text, "失信依据", "source"),
    ])
}

extension Field {
  /// It decides whether an enterprise counts for the programme's targets.
  static let subSector = Field("subSector", .term(TermList(SubSector.self)), "细分行业", "sub-sector", onceSelected: [.office])
}
