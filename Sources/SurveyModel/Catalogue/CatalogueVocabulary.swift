/// What a digital service provider is.
public enum ProviderKind: String, Term {
  case chainLeader
  case integrator
  case sectorProvider

  public var label: String {
    switch self {
    case .chainLeader: "链主企业"
    case .integrator: "综合集成服务商"
    case .sectorProvider: "细分行业服务商"
    }
  }

  public var labelEn: String {
    switch self {
    case .chainLeader: "Chain leader"
    case .integrator: "Integrator"
    case .sectorProvider: "Sub-sector provider"
    }
  }
}

/// How a provider stands in the pool (资源池).
public enum PoolState: String, Term {
  case candidate
  case inPool
  case warned
  case suspended
  case removed

  public var label: String {
    switch self {
    case .candidate: "候选"
    case .inPool: "在库"
    case .warned: "警告"
    case .suspended: "暂停"
    case .removed: "移出"
    }
  }

  public var labelEn: String {
    switch self {
    case .candidate: "Candidate"
    case .inPool: "In the pool"
    case .warned: "Warned"
    case .suspended: "Suspended"
    case .removed: "Removed"
    }
  }
}

/// How a chain transforms itself. The plan names five and aims at six.
public enum ChainMode: String, Term {
  case technology
  case supplyChain
  case platform
  case ecosystem
  case green
  case other

  public var label: String {
    switch self {
    case .technology: "技术赋能"
    case .supplyChain: "供应链赋能"
    case .platform: "平台赋能"
    case .ecosystem: "生态赋能"
    case .green: "绿色赋能"
    case .other: "其他"
    }
  }

  public var labelEn: String {
    switch self {
    case .technology: "Technology"
    case .supplyChain: "Supply chain"
    case .platform: "Platform"
    case .ecosystem: "Ecosystem"
    case .green: "Green"
    case .other: "Other"
    }
  }
}

/// Where an enterprise stands to its chain leader.
public enum ChainDirection: String, Term {
  case upstream
  case downstream

  public var label: String {
    switch self {
    case .upstream: "上游"
    case .downstream: "下游"
    }
  }

  public var labelEn: String {
    switch self {
    case .upstream: "Upstream"
    case .downstream: "Downstream"
    }
  }
}

/// What an organisation is there for.
public enum AgencyKind: String, Term {
  case acceptance
  case diagnosis
  case training
  case service

  public var label: String {
    switch self {
    case .acceptance: "验收评测机构"
    case .diagnosis: "诊断服务机构"
    case .training: "培训机构"
    case .service: "公共服务机构"
    }
  }

  public var labelEn: String {
    switch self {
    case .acceptance: "Acceptance and rating"
    case .diagnosis: "Diagnosis"
    case .training: "Training"
    case .service: "Public service"
    }
  }
}

/// The ten fields of public service.
public enum ServiceDomain: String, Term {
  case taxation
  case intellectualProperty
  case digitalisation
  case innovation
  case talent
  case finance
  case market
  case management
  case founding
  case law

  public var label: String {
    switch self {
    case .taxation: "财税"
    case .intellectualProperty: "知识产权"
    case .digitalisation: "数字化"
    case .innovation: "技术创新与质量"
    case .talent: "人才与培训"
    case .finance: "投融资"
    case .market: "市场开拓"
    case .management: "管理咨询"
    case .founding: "创业"
    case .law: "法律"
    }
  }

  public var labelEn: String {
    switch self {
    case .taxation: "Taxation"
    case .intellectualProperty: "Intellectual property"
    case .digitalisation: "Digitalisation"
    case .innovation: "Innovation and quality"
    case .talent: "Talent and training"
    case .finance: "Investment and finance"
    case .market: "Market"
    case .management: "Management"
    case .founding: "Founding"
    case .law: "Law"
    }
  }
}

/// What an event is.
public enum EventKind: String, Term {
  case matching
  case training
  case visit
  case publicity
  case other

  public var label: String {
    switch self {
    case .matching: "供需对接"
    case .training: "培训"
    case .visit: "标杆企业探访"
    case .publicity: "政策宣讲"
    case .other: "其他"
    }
  }

  public var labelEn: String {
    switch self {
    case .matching: "Matching"
    case .training: "Training"
    case .visit: "Benchmark visit"
    case .publicity: "Publicity"
    case .other: "Other"
    }
  }
}

/// A result of the programme as a whole.
public enum ResultKind: String, Term {
  case chainMode
  case cluster
  case whitePaper
  case caseStudy
  case guide

  public var label: String {
    switch self {
    case .chainMode: "“链式”转型模式"
    case .cluster: "中小企业特色产业集群"
    case .whitePaper: "细分行业白皮书"
    case .caseStudy: "典型案例"
    case .guide: "细分行业改造指南"
    }
  }

  public var labelEn: String {
    switch self {
    case .chainMode: "Chain mode"
    case .cluster: "Characteristic cluster"
    case .whitePaper: "White paper"
    case .caseStudy: "Case study"
    case .guide: "Sub-sector guide"
    }
  }
}
