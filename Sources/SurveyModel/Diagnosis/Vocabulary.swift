/// The five key business links (关键环节) of a diagnosis.
public enum BusinessLink: String, Term {
  case rd
  case production
  case operations
  case purchaseSales
  case chainCollab

  public var label: String {
    switch self {
    case .rd: "研发设计"
    case .production: "生产制造"
    case .operations: "运营管理"
    case .purchaseSales: "采购销售"
    case .chainCollab: "产业链协同"
    }
  }

  public var labelEn: String {
    switch self {
    case .rd: "R&D and design"
    case .production: "Production"
    case .operations: "Operations management"
    case .purchaseSales: "Purchasing and sales"
    case .chainCollab: "Chain collaboration"
    }
  }
}

/// The six objectives (目标) with which findings are tagged.
public enum Objective: String, Term {
  case quality
  case efficiency
  case cost
  case inventory
  case green
  case safety

  public var label: String {
    switch self {
    case .quality: "提质"
    case .efficiency: "增效"
    case .cost: "降本"
    case .inventory: "减存"
    case .green: "绿色"
    case .safety: "安全"
    }
  }

  public var labelEn: String {
    switch self {
    case .quality: "Quality"
    case .efficiency: "Efficiency"
    case .cost: "Cost"
    case .inventory: "Inventory"
    case .green: "Green"
    case .safety: "Safety"
    }
  }
}

/// Whose need a requirement is.
public enum RequirementScope: String, Term {
  /// 共性: of a whole sub-sector; goes on its common list, for purchase in bulk.
  case common
  /// 个性: of one enterprise; goes into its own plan.
  case individual

  public var label: String {
    switch self {
    case .common: "共性"
    case .individual: "个性"
    }
  }

  public var labelEn: String {
    switch self {
    case .common: "Common"
    case .individual: "Individual"
    }
  }
}
