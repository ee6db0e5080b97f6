/// What can be imported from a table, one record a row.
public enum ImportKind: String, CaseIterable, Codable, Sendable {
  case enterprises
  case providers
  case solutions

  /// The kind of record that a row becomes.
  public var type: RecordType {
    switch self {
    case .enterprises: .enterprise
    case .providers: .provider
    case .solutions: .solution
    }
  }

  /// The columns that are known, in the order of a template.
  public var columns: [ImportColumn] {
    switch self {
    case .enterprises: Self.enterprise + Self.year
    case .providers: Self.columns(.provider)
    case .solutions: Self.columns(.solution)
    }
  }

  private static let enterprise = columns(.enterprise)

  /// The figures of a year; one year a row.
  private static let year = RecordType.enterpriseYear.fields.map { ImportColumn($0, .year, also: otherHeadings["year.\($0.name)"] ?? []) }

  private static func columns(_ type: RecordType) -> [ImportColumn] {
    type.fields.map { field in
      ImportColumn(field, also: otherHeadings["\(type.table).\(field.name)"] ?? [])
    }
  }

  /// How offices head the columns otherwise.
  private static let otherHeadings: [String: [String]] = [
    "enterprise.name": ["名称", "单位名称", "公司名称", "enterprise", "enterprise name"],
    "enterprise.uscc": ["信用代码", "社会信用代码", "unified social credit code"],
    "enterprise.district": ["所属区", "区"],
    "enterprise.subSector": ["细分行业名称"],
    "enterprise.industryCode": ["国民经济行业代码"],
    "enterprise.address": ["企业地址", "详细地址"],
    "enterprise.contact": ["联系方式"],
    "enterprise.establishedOn": ["成立时间", "注册日期"],
    "enterprise.ownership": ["所有制", "企业性质"],
    "enterprise.mainProducts": ["主营产品"],
    "year.year": ["年度"],
    "year.aboveScale": ["是否规上", "规上企业"],
    "year.employees": ["从业人数", "员工人数", "从业人员数"],
    "year.revenue": ["主营业务收入"],
    "provider.name": ["服务商名称", "服务商", "企业名称"],
    "provider.uscc": ["信用代码", "社会信用代码"],
    "provider.kind": ["服务商类型"],
    "solution.name": ["解决方案名称", "方案名称", "产品名称"],
    "solution.provider": ["服务商名称", "所属服务商"],
    "solution.links": ["适用环节"],
  ]
}
