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

/// The rules of the plan that move money (四(五)). What they are called is the policy's word.
public enum SubsidyRule: String, Term {
  case r0 = "R0"
  case r3 = "R3"
  case r4 = "R4"
  case r5 = "R5"
  case r6 = "R6"
  case r7 = "R7"
  case r8 = "R8"
  case r9 = "R9"
  case r10 = "R10"
  case r11 = "R11"
  case r13 = "R13"

  public var label: String { name.zh }
  public var labelEn: String { name.en }

  /// The name in the latest version of the policy; the identifier where no policy is at hand.
  private var name: BilingualText { (try? Self.names.get())?[rawValue] ?? BilingualText(verbatim: rawValue) }

  /// What keeps the names from being read, for whoever shows the identifiers in their place; nil where nothing does.
  public static var namesFault: SurveyError? {
    if case .failure(let error) = names { error } else { nil }
  }

  private static let names: Result<[String: BilingualText], SurveyError> = Result { () throws(SurveyError) in
    let rules = try SubsidyPolicies.bundled().policy(on: nil).rules
    return Dictionary(rules.map { ($0.id, $0.name) }) { first, _ in first }
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
