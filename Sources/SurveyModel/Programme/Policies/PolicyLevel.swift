/// Whose policy it is.
public enum PolicyLevel: String, Term {
  case national
  case province
  case city
  case district

  public var label: String {
    switch self {
    case .national: "国家"
    case .province: "省"
    case .city: "市"
    case .district: "区"
    }
  }

  public var labelEn: String {
    switch self {
    case .national: "National"
    case .province: "Province"
    case .city: "City"
    case .district: "District"
    }
  }
}
