/// A term of a closed list: a stable raw key for storage and exchange, and its names for people.
public protocol Term: RawRepresentable<String>, CaseIterable, Codable, Hashable, Sendable {
  /// The name in Chinese.
  var label: String { get }
  /// The name in English.
  var labelEn: String { get }
}

/// A district of Xiamen, by its code of GB/T 2260: where a site stands.
///
/// Which of them an enterprise counts under is its ``ReportingUnit``. The high-tech zone 火炬高新区 has no code of its own and lies in
/// several districts.
public enum District: String, Term {
  case siming = "350203"
  /// Before 2003 the code 350205 was 杏林; old data cannot tell.
  case haicang = "350205"
  case huli = "350206"
  case jimei = "350211"
  case tongan = "350212"
  case xiangan = "350213"

  /// The code of the city as a whole, which many credit codes carry.
  public static let city = "350200"

  /// Codes that old data may hold, with the name they then had.
  public static let abolished = ["350202": "鼓浪屿区", "350204": "开元区", "350221": "同安县"]

  public var label: String {
    switch self {
    case .siming: "思明区"
    case .haicang: "海沧区"
    case .huli: "湖里区"
    case .jimei: "集美区"
    case .tongan: "同安区"
    case .xiangan: "翔安区"
    }
  }

  public var labelEn: String {
    switch self {
    case .siming: "Siming"
    case .haicang: "Haicang"
    case .huli: "Huli"
    case .jimei: "Jimei"
    case .tongan: "Tong'an"
    case .xiangan: "Xiang'an"
    }
  }
}

/// Under whom an enterprise is reported: one of the six districts or the high-tech zone's committee. Each enterprise counts once.
public enum ReportingUnit: String, Term {
  case siming = "350203"
  case haicang = "350205"
  case huli = "350206"
  case jimei = "350211"
  case tongan = "350212"
  case xiangan = "350213"
  /// 火炬管委会; the code is ours, for GB/T 2260 has none.
  case torch = "XM-TORCH"

  /// The unit that reports for a district.
  public init(_ district: District) {
    self =
      switch district {
      case .siming: .siming
      case .haicang: .haicang
      case .huli: .huli
      case .jimei: .jimei
      case .tongan: .tongan
      case .xiangan: .xiangan
      }
  }

  /// The district that the unit is; nil for the high-tech zone.
  public var district: District? { District(rawValue: rawValue) }

  public var label: String { district?.label ?? "火炬管委会" }

  public var labelEn: String { district?.labelEn ?? "Torch High-Tech Zone" }
}

/// A sub-sector (细分行业) as the enterprise declares it; an industry code only suggests it.
public enum SubSector: String, Term {
  case electronicDevices
  case powerEquipment
  case medical
  case aircraftMaintenance
  case apparelFood
  case other

  /// Whether it is one of the city pilot's three. Of the others two are fields of Huli's own "3+2" and bring no pilot subsidy.
  public var isPilot: Bool {
    switch self {
    case .electronicDevices, .powerEquipment, .medical: true
    case .aircraftMaintenance, .apparelFood, .other: false
    }
  }

  public var label: String {
    switch self {
    case .electronicDevices: "电子器件制造"
    case .powerEquipment: "输配电及控制设备制造"
    case .medical: "医疗仪器设备及耗材制造"
    case .aircraftMaintenance: "航空维修"
    case .apparelFood: "服装食品消费"
    case .other: "其他"
    }
  }

  public var labelEn: String {
    switch self {
    case .electronicDevices: "Electronic devices"
    case .powerEquipment: "Power transmission, distribution and control equipment"
    case .medical: "Medical instruments, equipment and consumables"
    case .aircraftMaintenance: "Aircraft maintenance"
    case .apparelFood: "Clothing and food consumer goods"
    case .other: "Other"
    }
  }
}
