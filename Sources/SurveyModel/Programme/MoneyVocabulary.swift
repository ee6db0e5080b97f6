/// How money was paid.
public enum PaymentChannel: String, Term {
  case eCNY
  case voucher
  case transfer
  case other

  public var label: String {
    switch self {
    case .eCNY: "数字人民币"
    case .voucher: "创新券"
    case .transfer: "转账"
    case .other: "其他"
    }
  }

  public var labelEn: String {
    switch self {
    case .eCNY: "e-CNY"
    case .voucher: "Innovation voucher"
    case .transfer: "Transfer"
    case .other: "Other"
    }
  }
}

/// Which part of a subsidy a payment is.
public enum Instalment: String, Term {
  case first
  case rest
  case single
  case annual
  case clawBack

  public var label: String {
    switch self {
    case .first: "首期"
    case .rest: "余款"
    case .single: "一次性"
    case .annual: "年度"
    case .clawBack: "追回"
    }
  }

  public var labelEn: String {
    switch self {
    case .first: "First"
    case .rest: "Rest"
    case .single: "Single"
    case .annual: "Annual"
    case .clawBack: "Claw-back"
    }
  }
}

/// Who is paid.
public enum Payee: String, Term {
  case enterprise
  case chainLeader
  case provider
  case agency
  case institution

  public var label: String {
    switch self {
    case .enterprise: "试点企业"
    case .chainLeader: "链主企业"
    case .provider: "服务商"
    case .agency: "第三方机构"
    case .institution: "培训机构"
    }
  }

  public var labelEn: String {
    switch self {
    case .enterprise: "The enterprise"
    case .chainLeader: "The chain leader"
    case .provider: "The provider"
    case .agency: "The agency"
    case .institution: "The training institution"
    }
  }
}

/// The rules of the plan that move money (四(五)).
public enum SubsidyRule: String, Term {
  case R0
  case R3
  case R4
  case R5
  case R6
  case R7
  case R8
  case R9
  case R10
  case R11
  case R13

  public var label: String {
    switch self {
    case .R0: "就高不重复"
    case .R3: "诊断咨询补助"
    case .R4: "链主企业奖励"
    case .R5: "技术改造补助"
    case .R6: "上云补助"
    case .R7: "标识解析奖励"
    case .R8: "数字化改造补助"
    case .R9: "平台奖补"
    case .R10: "验收评测费用"
    case .R11: "标杆示范奖励"
    case .R13: "培训补助"
    }
  }

  public var labelEn: String {
    switch self {
    case .R0: "The higher, never both"
    case .R3: "Diagnosis"
    case .R4: "Chain leaders"
    case .R5: "Technical renovation"
    case .R6: "Cloud use"
    case .R7: "Identifier resolution"
    case .R8: "Transformation"
    case .R9: "Platforms"
    case .R10: "Acceptance and rating"
    case .R11: "Benchmarks"
    case .R13: "Training"
    }
  }
}

/// What an enterprise achieved that the indicators count.
public enum AchievementKind: String, Term {
  case digitalWorkshop
  case smartFactory
  case intellectualProperty
  case resultTransfer
  case demoProject
  case researchBody
  case benchmark
  case industrialApp

  public var label: String {
    switch self {
    case .digitalWorkshop: "数字化车间"
    case .smartFactory: "智能工厂"
    case .intellectualProperty: "知识产权"
    case .resultTransfer: "科技成果转化"
    case .demoProject: "数字化转型示范类项目"
    case .researchBody: "创新型研究机构"
    case .benchmark: "融合发展新模式新标杆"
    case .industrialApp: "工业互联网APP优秀解决方案"
    }
  }

  public var labelEn: String {
    switch self {
    case .digitalWorkshop: "Digital workshop"
    case .smartFactory: "Smart factory"
    case .intellectualProperty: "Intellectual property"
    case .resultTransfer: "Transfer of results"
    case .demoProject: "Demonstration project"
    case .researchBody: "Research body"
    case .benchmark: "Benchmark"
    case .industrialApp: "Industrial internet app"
    }
  }
}
