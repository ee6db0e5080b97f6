/// One of the city's four databases (四个数据库), by which what is exported can be chosen.
public enum ServiceDatabase: String, Term {
  case basic
  case enterprises
  case services
  case cases

  public var label: String {
    switch self {
    case .basic: "基础信息库"
    case .enterprises: "企业数据库"
    case .services: "服务机构库"
    case .cases: "产品案例库"
    }
  }

  public var labelEn: String {
    switch self {
    case .basic: "Basic information"
    case .enterprises: "Enterprises"
    case .services: "Service organisations"
    case .cases: "Products and cases"
    }
  }
}
