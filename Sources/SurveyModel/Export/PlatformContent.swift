/// What the national pilot-city platform is told, with the field names that its kind is known to use.
///
/// No specification is published: the names were seen in public code, and what they lack is left out. A record's `key` is its credit code,
/// the enterprise's batch and its identifier with `/` between, so that to send it again after a correction replaces it. Money is in yuan, as text.
public struct PlatformContent: Encodable, Sendable {
  /// 厦门市, of Fujian.
  let provinceCode = "350000"
  let cityCode = District.city
  /// 基础信息库: the closed lists.
  var codes: [Code]?
  /// 企业数据库.
  var enterprises: [Enterprise]?
  /// Which of the platform's fields of an enterprise have no source here, and why.
  var withoutSource: [WithoutSource]?
  /// 服务机构库.
  var serviceProviders: [ServiceProvider]?
  /// 产品案例库.
  var solutions: [Solution]?

  /// How many records of each kind.
  public var counts: [String: Int] {
    var counts: [String: Int] = [:]
    counts["code"] = codes?.count
    counts["enterprise"] = enterprises?.count
    counts["provider"] = serviceProviders?.count
    counts["solution"] = solutions?.count
    return counts
  }

  struct Code: Encodable {
    let record: String
    let field: String
    let code: String
    let name: String
    let nameEn: String
  }

  /// A field of the platform that nothing here says. It is left out, and that it is gets told.
  struct WithoutSource: Encodable {
    let field: String
    let why: BilingualText

    static let ofEnterprises = [
      WithoutSource(
        field: "businessBenefits.profit",
        why: BilingualText("未登记利润；登记的是营业收入和营业成本，两者之差不是利润总额", "profit is not recorded; income less operating cost is not it")),
      WithoutSource(
        field: "systemCertification",
        why: BilingualText("未登记体系认证；systems 是在用的软件系统，不是认证", "certifications are not recorded; systems is software in use")),
    ]
  }

  struct Enterprise: Encodable {
    let key: String
    let enterpriseId: String
    let enterpriseName: String
    let uscc: String?
    let batch: Int?
    let contacts: String?
    let telephone: String?
    let provinceCode = "350000"
    let cityCode = District.city
    let districtCode: String?
    let reportingUnit: String?
    let location: String?
    let address: String?
    /// The section of GB/T 4754, a letter.
    let firstIndustryId: String?
    /// The division of GB/T 4754, two digits.
    let secondIndustryId: String?
    let industryCode: String?
    let subSector: String?
    let registeredCapital: String?
    let establishmentTime: String?
    let employeesNum: Int?
    let enterpriseType: String?
    let enterpriseScale: String?
    let mainProducts: String?
    let systems: String?
    /// Whether it is recognised on the day of the export; nil where nothing is known of a recognition.
    let highTechEnterprise: Bool?
    let tiers: [Tier]
    let businessBenefits: [String: Year]
    let evaluations: [Evaluation]
  }

  struct Tier: Encodable {
    let tier: String
    let validFrom: String?
    let validTo: String?
  }

  struct Year: Encodable {
    let totalAssets: String?
    let income: String?
    let employeesNum: Int?
    let aboveScale: Bool?
  }

  /// A finalized assessment with its answers. What is not answered is not there.
  struct Evaluation: Encodable {
    let key: String
    let recordId: String
    let edition: String
    let phase: String
    let assessor: String
    let finalizedAt: String?
    let scoreMilli: Int?
    let level: Int?
    let digitalScoringQuestionList: [Question]
    let digitalScenariosList: [Scenario]
  }

  struct Question: Encodable {
    let firstModuleKey: Int
    let firstModuleName: String
    /// Within the module, from 1.
    let order: Int
    let questionId: String
    let title: String
    let optionIds: [String]
    let blank: [String: String] = [:]
  }

  struct Scenario: Encodable {
    let firstModuleKey = 4
    let order: Int
    let scenariosId: String
    let title: String
    let scenariosLevel: Int
  }

  struct ServiceProvider: Encodable {
    let key: String
    let recordId: String
    let providerName: String
    let uscc: String?
    let batch: Int?
    let kind: String?
    let subSectors: [String]
    let contacts: String?
    let telephone: String?
    let selectedOn: String?
    /// How it stands in the pool by the latest entry.
    let state: String?
  }

  struct Solution: Encodable {
    let key: String
    let recordId: String
    let solutionName: String
    let providerId: String?
    let providerName: String?
    let subSector: String?
    let links: [String]
    let objectives: [String]
    let summary: String?
    let price: String?
    let listedOn: String?
    let withdrawnOn: String?
    let replicableOn: String?
  }
}

/// The platform's content with the time at which it was taken.
public struct PlatformExport: Sendable {
  public let content: PlatformContent
  /// In UTC.
  public let exportedAt: String
}
