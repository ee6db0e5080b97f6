/// What a rule asks for and nobody recorded, with what stands in for it. It is said, never passed over: what is not recorded is not nothing.
public enum MissingFact: String, Term {
  case diagnosisFee
  case equipmentSpend
  case cloudFee
  case identifierCounts
  case contract
  case downPayment
  case actualInvestment
  case level
  case title
  case acceptance
  case acceptanceFee
  case serviceIncome
  case crossIndustry
  case attendance
  case paidItem
  case payments
  case paymentYear
  case payee

  public var label: String {
    switch self {
    case .diagnosisFee: "诊断费用"
    case .equipmentSpend: "上年度设备投入"
    case .cloudFee: "上云费用"
    case .identifierCounts: "标识注册量与解析量"
    case .contract: "改造合同"
    case .downPayment: "首付金额(按 0 计算)"
    case .actualInvestment: "实际投入(按合同总额计算)"
    case .level: "评定等级(各等级分别列出)"
    case .title: "国家级称号"
    case .acceptance: "所主张企业的验收(按已登记的完成日期计算)"
    case .acceptanceFee: "验收评测费用"
    case .serviceIncome: "数字化服务收入"
    case .crossIndustry: "是否双跨平台(按不是计算)"
    case .attendance: "课程的学时或人数(该课程未计)"
    case .paidItem: "其他政策支持对应的合同或条款"
    case .payments: "付款(本程序的付款登记在企业名下)"
    case .paymentYear: "付款的年度"
    case .payee: "付款归谁(几方主张同一家企业)"
    }
  }

  public var labelEn: String {
    switch self {
    case .diagnosisFee: "the fee of the diagnosis"
    case .equipmentSpend: "the previous year's investment in equipment"
    case .cloudFee: "the cloud fees"
    case .identifierCounts: "the registrations and resolutions"
    case .contract: "a contract"
    case .downPayment: "the down payment (counted as 0)"
    case .actualInvestment: "the actual investment (the contract's total stands in)"
    case .level: "the level (each stands apart)"
    case .title: "a national title"
    case .acceptance: "the acceptance of what is claimed (the recorded day of completion stands in)"
    case .acceptanceFee: "the fee of the acceptance"
    case .serviceIncome: "the income from digital services"
    case .crossIndustry: "whether it is a cross-industry platform (counted as none)"
    case .attendance: "the hours or people of a course (it is not counted)"
    case .paidItem: "the contract or rule that another policy's support is for"
    case .payments: "the payments (here they are an enterprise's)"
    case .paymentYear: "the year of a payment"
    case .payee: "whose a payment is (several claim one enterprise)"
    }
  }
}
