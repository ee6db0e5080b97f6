/// How far an enterprise has come in the pilot (申报 to 归档). Each is a dated fact of its own; a diagnosis may come before or after the selection.
public enum EnrolmentStep: String, Term {
  case applied
  case selected
  case diagnosed
  case signed
  case transforming
  case preAcceptance
  case accepted
  case rated
  case paid
  case closed

  public var label: String {
    switch self {
    case .applied: "申报"
    case .selected: "入选名单"
    case .diagnosed: "已诊断"
    case .signed: "立项签约"
    case .transforming: "改造中"
    case .preAcceptance: "达到预验收条件"
    case .accepted: "验收通过"
    case .rated: "已评级"
    case .paid: "已兑付"
    case .closed: "已办结"
    }
  }

  public var labelEn: String {
    switch self {
    case .applied: "Applied"
    case .selected: "Selected"
    case .diagnosed: "Diagnosed"
    case .signed: "Signed"
    case .transforming: "Transforming"
    case .preAcceptance: "Ready for acceptance"
    case .accepted: "Accepted"
    case .rated: "Rated"
    case .paid: "Paid"
    case .closed: "Closed"
    }
  }
}

/// What takes an enterprise off the list, or stops it there. It is a status from a day on, never a deletion.
public enum StandingKind: String, Term {
  case suspended
  case removed
  case withdrawn

  public var label: String {
    switch self {
    case .suspended: "暂停"
    case .removed: "移出名单"
    case .withdrawn: "企业退出"
    }
  }

  public var labelEn: String {
    switch self {
    case .suspended: "Suspended"
    case .removed: "Removed"
    case .withdrawn: "Withdrawn"
    }
  }
}

/// What a spot check (现场抽查) found.
public enum CheckFinding: String, Term {
  case ok
  case fake
  case offContract

  public var label: String {
    switch self {
    case .ok: "属实"
    case .fake: "虚假改造"
    case .offContract: "不符合合同要求"
    }
  }

  public var labelEn: String {
    switch self {
    case .ok: "As it should be"
    case .fake: "Fake transformation"
    case .offContract: "Not as contracted"
    }
  }
}

/// Whom a warning is addressed to.
public enum WarningSubject: String, Term {
  case enterprise
  case provider

  public var label: String {
    switch self {
    case .enterprise: "企业"
    case .provider: "服务商"
    }
  }

  public var labelEn: String {
    switch self {
    case .enterprise: "The enterprise"
    case .provider: "The provider"
    }
  }
}

/// What an acceptance (验收) concludes.
public enum Verdict: String, Term {
  case passed
  case rectify
  case failed

  public var label: String {
    switch self {
    case .passed: "通过"
    case .rectify: "整改"
    case .failed: "不通过"
    }
  }

  public var labelEn: String {
    switch self {
    case .passed: "Passed"
    case .rectify: "To be rectified"
    case .failed: "Failed"
    }
  }
}

/// What an acceptance looks at; the list of the plan is open.
public enum AcceptanceCriterion: String, Term {
  case effect
  case dataConnection
  case ioRatio
  case mgmtReform
  case other

  public var label: String {
    switch self {
    case .effect: "应用成效"
    case .dataConnection: "数据贯通程度"
    case .ioRatio: "投入产出比"
    case .mgmtReform: "企业管理体制配套改革"
    case .other: "其他"
    }
  }

  public var labelEn: String {
    switch self {
    case .effect: "Effect in use"
    case .dataConnection: "Degree of data connection"
    case .ioRatio: "Input-output ratio"
    case .mgmtReform: "Supporting management reform"
    case .other: "Other"
    }
  }
}

/// How a criterion is judged: the plan gives no scale, so three steps.
public enum CriterionRating: String, Term {
  case good
  case fair
  case poor

  public var label: String {
    switch self {
    case .good: "好"
    case .fair: "一般"
    case .poor: "差"
    }
  }

  public var labelEn: String {
    switch self {
    case .good: "Good"
    case .fair: "Fair"
    case .poor: "Poor"
    }
  }
}

/// What belongs into an enterprise's file (一企一档).
public enum DossierSlot: String, Term {
  case finance
  case assessmentBefore
  case assessmentAfter
  case investmentList
  case commitment
  case application
  case invoices
  case contract
  case other

  public var label: String {
    switch self {
    case .finance: "利润表或财务报表(近两年)"
    case .assessmentBefore: "改造前自评测报告"
    case .assessmentAfter: "改造后自评测报告"
    case .investmentList: "投入清单明细表"
    case .commitment: "真实性声明"
    case .application: "备案表或验收申请表"
    case .invoices: "发票与付款凭证"
    case .contract: "数字化改造合同"
    case .other: "其他"
    }
  }

  public var labelEn: String {
    switch self {
    case .finance: "Financial statements of two years"
    case .assessmentBefore: "Self-assessment before"
    case .assessmentAfter: "Self-assessment after"
    case .investmentList: "List of investments"
    case .commitment: "Declaration of truth"
    case .application: "Application for acceptance"
    case .invoices: "Invoices and proofs of payment"
    case .contract: "The transformation contract"
    case .other: "Other"
    }
  }
}
