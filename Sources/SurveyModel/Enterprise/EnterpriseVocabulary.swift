/// Which of an enterprise's names one is.
public enum NameKind: String, Term {
  case registered
  case former
  case short

  public var label: String {
    switch self {
    case .registered: "登记名称"
    case .former: "曾用名"
    case .short: "简称"
    }
  }

  public var labelEn: String {
    switch self {
    case .registered: "Registered"
    case .former: "Former"
    case .short: "Short"
    }
  }
}

/// A rung of the two ladders on which enterprises are cultivated (优质中小企业梯度培育; 科技企业梯度). Each is a fact with a period.
public enum LadderTier: String, Term {
  case innovative
  case specialised
  case littleGiant
  case champion
  case techSme
  case cityHighTech
  case nationalHighTech

  public var label: String {
    switch self {
    case .innovative: "创新型中小企业"
    case .specialised: "专精特新中小企业"
    case .littleGiant: "专精特新“小巨人”企业"
    case .champion: "制造业单项冠军"
    case .techSme: "科技型中小企业"
    case .cityHighTech: "市级高新技术企业"
    case .nationalHighTech: "国家高新技术企业"
    }
  }

  public var labelEn: String {
    switch self {
    case .innovative: "Innovative SME"
    case .specialised: "Specialised SME"
    case .littleGiant: "Little giant"
    case .champion: "Single champion"
    case .techSme: "Technology SME"
    case .cityHighTech: "City high-tech"
    case .nationalHighTech: "National high-tech"
    }
  }
}

/// A national title (domain R11) or one of the city's.
public enum HonourTitle: String, Term {
  case fusionPilot
  case industrialInternetPilot
  case platformLeader
  case smartFactoryModel
  case smartScene
  case lighthouse
  case other

  public var label: String {
    switch self {
    case .fusionPilot: "新一代信息技术与制造业融合发展试点示范项目"
    case .industrialInternetPilot: "工业互联网试点示范项目"
    case .platformLeader: "工业互联网平台创新领航应用案例"
    case .smartFactoryModel: "智能制造示范工厂"
    case .smartScene: "智能制造优秀场景"
    case .lighthouse: "“小灯塔”企业"
    case .other: "其他"
    }
  }

  public var labelEn: String {
    switch self {
    case .fusionPilot: "Fusion of IT and manufacturing, pilot"
    case .industrialInternetPilot: "Industrial internet pilot"
    case .platformLeader: "Leading platform application"
    case .smartFactoryModel: "Model factory of smart manufacturing"
    case .smartScene: "Excellent scene of smart manufacturing"
    case .lighthouse: "Little lighthouse"
    case .other: "Other"
    }
  }
}

/// How large an enterprise is (工信部联企业〔2011〕300号, industry).
public enum SizeClass: String, Term {
  case large
  case medium
  case small
  case micro

  public var label: String {
    switch self {
    case .large: "大型"
    case .medium: "中型"
    case .small: "小型"
    case .micro: "微型"
    }
  }

  public var labelEn: String {
    switch self {
    case .large: "Large"
    case .medium: "Medium"
    case .small: "Small"
    case .micro: "Micro"
    }
  }
}
