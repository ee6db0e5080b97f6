import SyncKit

extension RecordType {
  /// That an enterprise is in the pilot, and in which batch.
  public static let enrolment = RecordType(
    "enrolment", "试点名单", "Enrolment", key: .meaning, authority: [.office],
    [Field("batch", .whole(SurveyLimits.batches), "批次", "batch"), Field("note", .text, "备注", "note")])

  /// A step that an enterprise reached, and when.
  public static let enrolmentStep = RecordType(
    "enrolment_step", "试点进度", "Step", key: .meaning, authority: [.office],
    [
      Field("step", .term(TermList(EnrolmentStep.self)), "环节", "step", .key), Field("happenedOn", .day, "日期", "date", .required),
      Field("note", .text, "备注", "note"), Field("recordedBy", .author, "登记人", "recorded by"),
    ])

  /// That an enterprise is off the list from a day on, or until one.
  public static let standing = RecordType(
    "standing", "名单调整", "Standing", authority: [.office],
    [
      Field("kind", .term(TermList(StandingKind.self)), "类型", "kind", .required),
      Field("fromOn", .day, "起始日期", "from", .required, mayLieAhead: true),
      Field("toOn", .day, "恢复日期", "until", mayLieAhead: true), Field("reason", .text, "原因", "reason", .required),
      Field("decidedBy", .author, "决定机关", "decided by"),
    ])

  /// A contract of transformation (数字化改造合同), with who bears which part of the cost.
  public static let contract = RecordType(
    "contract", "改造合同", "Contract", bounds: [Bound("down_payment_fen", notAbove: "total_fen")],
    laws: [.makeUp(["enterpriseShare", "providerDiscount", "subsidy"], of: "total")],
    [
      Field("number", .text, "合同编号", "number"), Field("title", .text, "合同名称", "title"),
      Field("provider", .reference("provider"), "服务商", "provider"), Field("signedOn", .day, "签订日期", "signed on", .required),
      Field("total", .money, "合同总额", "total", .required), Field("downPayment", .money, "首付金额", "down payment"),
      Field("enterpriseShare", .money, "企业出资", "the enterprise's share"),
      Field("providerDiscount", .money, "服务商让利", "the provider's discount"),
      Field("subsidy", .money, "财政补助", "subsidy"), Field("actualInvestment", .money, "实际投入", "actually invested"),
      Field("startsOn", .day, "开工日期", "starts on", mayLieAhead: true), Field("endsOn", .day, "完工日期", "ends on", mayLieAhead: true),
      Field("scope", .text, "改造内容", "scope"),
    ])

  /// A check on site: is the transformation what was said?
  public static let spotCheck = RecordType(
    "spot_check", "现场抽查", "Spot check", authority: [.office, .district],
    [
      Field("contract", .reference("contract"), "合同", "contract"), Field("checkedOn", .day, "抽查日期", "checked on", .required),
      Field("checkedBy", .author, "抽查单位", "checked by"), Field("finding", .term(TermList(CheckFinding.self)), "结论", "finding", .required),
      Field("note", .text, "情况说明", "note"),
    ])

  /// A warning to an enterprise or to its provider. How many lead to removal the plan does not say: the office decides.
  public static let warning = RecordType(
    "warning", "警告", "Warning", authority: [.office, .district],
    laws: [.needs("provider", where: "subject", is: WarningSubject.provider.rawValue)],
    [
      Field("subject", .term(TermList(WarningSubject.self)), "对象", "to", .required),
      Field("provider", .reference("provider"), "服务商", "provider"),
      Field("ground", .term(TermList(CheckFinding.self)), "理由", "ground", .required), Field("issuedOn", .day, "日期", "issued on", .required),
      Field("issuedBy", .author, "发出单位", "issued by"), Field("withdrawnOn", .day, "撤销日期", "withdrawn on"),
      Field("note", .text, "说明", "note"),
    ])

  /// What the agency says of a finished transformation. It is never changed: a correction is another that supersedes it.
  public static let acceptance = RecordType(
    "acceptance", "验收", "Acceptance", authority: [.agency], isAppendOnly: true,
    laws: [.needs("level", where: "verdict", is: Verdict.passed.rawValue)],
    [
      Field("acceptedOn", .day, "验收日期", "date", .required), Field("verdict", .term(TermList(Verdict.self)), "结论", "verdict", .required),
      Field("level", .whole(0...4), "评定等级", "level"), Field("edition", .key(.edition), "指标版本", "edition"),
      Field("contract", .reference("contract"), "合同", "contract"), Field("agency", .reference("agency"), "验收机构", "agency"),
      Field("assessment", .reference("assessment"), "现场评测", "assessment on site"), Field("reportNumber", .text, "报告编号", "report number"),
      Field("fee", .money, "验收评测费用", "fee"), Field("satisfaction", .whole(1...5), "企业满意度", "satisfaction of the enterprise"),
      Field("supersedes", .reference("acceptance"), "更正", "supersedes"), Field("issuedBy", .author, "签发人", "issued by"),
      Field("note", .text, "备注", "note"),
    ])

  /// What an acceptance says of one criterion.
  public static let acceptanceCriterion = RecordType(
    "acceptance_criterion", "验收指标", "Criterion", key: .meaning, authority: [.agency], isAppendOnly: true,
    [
      Field("acceptance", .reference("acceptance"), "验收", "acceptance", .key),
      Field("criterion", .term(TermList(AcceptanceCriterion.self)), "指标", "criterion", .key),
      Field("rating", .term(TermList(CriterionRating.self)), "评价", "rating", .required), Field("text", .text, "说明", "text"),
    ])

  /// A file of the enterprise's dossier (一企一档).
  public static let dossierFile = RecordType(
    "dossier_file", "一企一档材料", "Dossier file",
    [
      Field("slot", .term(TermList(DossierSlot.self)), "类别", "slot", .required), Field("fileName", .text, "文件名", "file name"),
      Field("sha256", .text, "文件摘要", "digest"), Field("bytes", .whole(0...1_000_000_000_000), "大小", "size"),
      Field("receivedOn", .day, "收到日期", "received on"), Field("note", .text, "备注", "note"),
    ])

  /// What an enterprise paid a registered cloud platform in a year.
  public static let cloudUse = RecordType(
    "cloud_use", "上云", "Cloud use", key: .meaning,
    [
      Field("platform", .reference("platform"), "平台", "platform", .key), Field("year", .year, "年份", "year", .key),
      Field("fee", .money, "上云费用", "fee"), Field("firstUsedOn", .day, "首次使用日期", "first used on"),
    ])

  /// How many identifiers an enterprise registered and resolved in a month.
  public static let identifierMonth = RecordType(
    "identifier_month", "标识解析", "Identifiers of a month", key: .meaning,
    [
      Field("month", .month, "月份", "month", .key), Field("registrations", .whole(0...1_000_000_000_000), "注册量", "registrations"),
      Field("resolutions", .whole(0...1_000_000_000_000), "解析量", "resolutions"),
    ])

  /// A recommendation of a diagnosis: what to do, with which solution.
  public static let recommendation = RecordType(
    "recommendation", "改造建议", "Recommendation",
    [
      Field("diagnosis", .reference("diagnosis"), "诊断", "diagnosis"), Field("link", .term(TermList(BusinessLink.self)), "环节", "link"),
      Field("text", .text, "内容", "text", .required), Field("solution", .reference("solution"), "推荐方案", "solution"),
      Field("provider", .reference("provider"), "推荐服务商", "provider"), Field("budget", .money, "预算", "budget"),
      Field("targetLevel", .whole(1...4), "目标等级", "target level"), Field("dueOn", .day, "建议完成日期", "due on", mayLieAhead: true),
    ])

  /// Who took part in a survey on site.
  public static let surveyPerson = RecordType(
    "survey_person", "调研人员", "Surveyor",
    [
      Field("diagnosis", .reference("diagnosis"), "诊断", "diagnosis"), Field("name", .text, "姓名", "name", .required),
      Field("agency", .text, "单位", "organisation"), Field("role", .text, "职务", "role"), Field("contact", .text, "联系方式", "contact"),
      Field("account", .text, "账号", "account"),
    ])
}

// MARK: - Money

extension RecordType {
  /// Money that was paid. It is never changed: what was wrong is mended by another payment.
  public static let payment = RecordType(
    "payment", "兑付", "Payment", authority: [.finance], isAppendOnly: true,
    [
      Field("rule", .term(TermList(SubsidyRule.self)), "条款", "rule", .required),
      Field("instalment", .term(TermList(Instalment.self)), "期次", "instalment", .required),
      Field("amount", .money, "金额", "amount", .required),
      Field("paidOn", .day, "支付日期", "paid on", .required), Field("year", .year, "年度", "year", mayLieAhead: true),
      Field("payee", .term(TermList(Payee.self)), "收款方", "payee"),
      Field("channel", .term(TermList(PaymentChannel.self)), "支付方式", "channel"),
      Field("reference", .text, "凭证号", "reference"), Field("policy", .key(.policyVersion), "政策版本", "policy"),
      Field("approvedBy", .author, "审批人", "approved by"),
      Field("note", .text, "备注", "note"),
    ])

  /// What the office allows, beside the ceiling that the rule computes: 最高 means that it may be less.
  public static let approval = RecordType(
    "approval", "核定", "Approval", authority: [.office], bounds: [Bound("approved_fen", notAbove: "ceiling_fen")],
    [
      Field("rule", .term(TermList(SubsidyRule.self)), "条款", "rule", .required), Field("year", .year, "年度", "year", mayLieAhead: true),
      Field("ceiling", .money, "上限", "ceiling", .required), Field("approved", .money, "核定金额", "approved", .required),
      Field("policy", .key(.policyVersion), "政策版本", "policy"), Field("derivation", .text, "计算过程", "derivation"),
      Field("decidedOn", .day, "核定日期", "decided on"), Field("decidedBy", .author, "核定人", "decided by"), Field("note", .text, "备注", "note"),
    ])

  /// What another policy paid for the same item, for 就高不重复.
  public static let otherSupport = RecordType(
    "other_support", "其他政策支持", "Support of another policy",
    [
      Field("item", .text, "项目(发票或合同行)", "item", .required), Field("policyName", .text, "政策名称", "policy", .required),
      Field("amount", .money, "金额", "amount", .required), Field("paidOn", .day, "支付日期", "paid on"), Field("note", .text, "备注", "note"),
    ])
}
