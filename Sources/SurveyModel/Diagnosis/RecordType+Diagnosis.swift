extension RecordType {
  /// What a diagnosis tells beside its sections: who made it, what it saw of the business, and where it should lead. It is not among
  /// ``all``: a diagnosis is opened by a form of its own.
  public static let diagnosis = RecordType(
    "diagnosis", "诊断", "Diagnosis",
    [
      Field("source", .term(TermList(DiagnosisSource.self)), "诊断方", "made by"),
      Field("provider", .reference("provider"), "诊断服务机构", "provider"),
      Field("assessment", .reference("assessment"), "所依据的评测", "assessment that it starts from"),
      Field("fee", .money, "诊断费用", "fee"), Field("surveyedOn", .day, "现场调研日期", "surveyed on"),
      Field("mainProducts", .text, "主要产品", "main products"), Field("processFlow", .text, "业务与工艺流程", "process flow"),
      Field("devices", .text, "主要设备与智能化装备", "devices"), Field("software", .text, "在用工业软件与系统", "software"),
      Field("targetLevel", .whole(1...4), "目标等级", "target level"), Field("roadMap", .text, "改造路径", "road map"),
    ])
}
