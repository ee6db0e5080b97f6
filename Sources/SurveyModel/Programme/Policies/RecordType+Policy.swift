extension RecordType {
  /// A policy that the office has learned of, beside those that come with the program (``PolicyList``).
  public static let policyFile = RecordType(
    "policy_file", "政策文件", "Policy", in: .catalogue, authority: [.office],
    laws: [.needs("unit", where: "level", is: PolicyLevel.district.rawValue)],
    [
      Field("title", .text, "名称", "title", .required), Field("level", .term(TermList(PolicyLevel.self)), "层级", "level", .required),
      Field("unit", .term(TermList(ReportingUnit.self)), "区(管委会)", "district"),
      Field("adoptedBy", .text, "发布机关", "issued by"), Field("document", .text, "文号", "document number"),
      Field("adoptedAt", .day, "发布日期", "issued on"),
      Field("validFrom", .day, "有效期起", "valid from", mayLieAhead: true), Field("validTo", .day, "有效期止", "valid to", mayLieAhead: true),
      Field("concerns", .text, "适用对象", "concerns"), Field("gives", .text, "支持内容", "gives"), Field("source", .text, "出处", "source"),
      Field("doubt", .text, "存疑", "doubt"),
    ])
}
