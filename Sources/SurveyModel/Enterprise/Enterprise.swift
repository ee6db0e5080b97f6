import GRDB

/// An enterprise, and with it a case: everything that the survey records about it belongs to its scope.
public struct Enterprise: Codable, Hashable, Sendable, Identifiable {
  /// The identifier, which is also the name of the case's scope.
  public let id: String
  /// The registered name.
  public let name: String
  /// The unified social credit code in canonical form, valid or not; nil while unknown.
  public let creditCode: String?
  /// Where the plant stands.
  public let district: Stored<District>?
  /// Under whom it is reported.
  public let reportingUnit: Stored<ReportingUnit>?
  /// The sub-sector as declared.
  public let subSector: Stored<SubSector>?
  /// The code of GB/T 4754-2017.
  public let industryCode: String?
  /// The plant's address.
  public let address: String?
  /// Whom to ask for.
  public let contact: String?
  /// The day on which it was founded.
  public let establishedOn: String?
  /// Its registered capital, in fen.
  public let registeredCapitalFen: Int?
  /// What kind of enterprise it is, by its owners.
  public let ownership: String?
  /// What it makes.
  public let mainProducts: String?
  /// The park where it stands.
  public let park: String?
  /// The systems that it uses: MES, ERP …
  public let systems: String?
  /// The day on which it was found seriously untrustworthy (严重失信); nil for nearly all.
  public let untrustedOn: String?
  /// Who found that, and where it stands.
  public let untrustedSource: String?
  /// When it was recorded, in UTC.
  public let createdAt: String?
  /// Who recorded it.
  public let createdBy: String?
  /// The enterprise that stands for it since the office merged them; nil for nearly all.
  public let mergedInto: String?
}

extension Enterprise {
  init(_ row: Row) {
    self.init(
      id: row.string("id"), name: row.string("name"), creditCode: row.text("uscc"), district: row.term("district"),
      reportingUnit: row.term("reporting_unit"), subSector: row.term("sub_sector"), industryCode: row.text("industry_code"),
      address: row.text("address"), contact: row.text("contact"), establishedOn: row.text("established_on"),
      registeredCapitalFen: row.integer("registered_capital_fen"), ownership: row.text("ownership"),
      mainProducts: row.text("main_products"),
      park: row.text("park"), systems: row.text("systems"), untrustedOn: row.text("untrusted_on"),
      untrustedSource: row.text("untrusted_source"), createdAt: row.text("created_at"), createdBy: row.text("created_by"),
      mergedInto: row.text("merged_into"))
  }
}

/// What a list shows of an enterprise: enough to find it and to tell it from others. ``Survey/enterprise(_:)`` has the rest.
public struct EnterpriseLine: Codable, Hashable, Sendable, Identifiable {
  /// The identifier, which is also the name of the case's scope.
  public let id: String
  /// The registered name.
  public let name: String
  /// The unified social credit code in canonical form, valid or not; nil while unknown.
  public let creditCode: String?
  /// Where the plant stands.
  public let district: Stored<District>?
  /// The sub-sector as declared.
  public let subSector: Stored<SubSector>?
  /// The plant's address.
  public let address: String?
  /// The enterprise that stands for it since the office merged them; nil for nearly all.
  public let mergedInto: String?
}

extension EnterpriseLine {
  /// The enterprises of a replica, by name. A list of thousands takes as long as what it reads, so it reads no more than it shows.
  static func all(_ db: Database) throws -> [EnterpriseLine] {
    try PlacedRow.fetchAll(
      db, sql: "SELECT id, name, uscc, district, sub_sector, address, merged_into FROM enterprise ORDER BY name, id"
    ) { row in
      EnterpriseLine(
        id: row.string("id"), name: row.string("name"), creditCode: row.text("uscc"), district: row.term("district"),
        subSector: row.term("sub_sector"), address: row.text("address"), mergedInto: row.text("merged_into"))
    }
  }
}

/// What is known of an enterprise, to be recorded; in an edit, what is nil stays as it is.
public struct EnterpriseDraft: Sendable {
  /// The registered name; a new enterprise must have one.
  public var name: String?
  /// The unified social credit code as typed; checked, not refused.
  public var creditCode: String?
  /// Where the plant stands.
  public var district: District?
  /// Under whom it is reported; where a new one does not say, under the district.
  public var reportingUnit: ReportingUnit?
  /// The sub-sector as declared.
  public var subSector: SubSector?
  /// The code of GB/T 4754-2017, two to four digits.
  public var industryCode: String?
  /// The plant's address.
  public var address: String?
  /// Whom to ask for.
  public var contact: String?
  /// What else is known, by the fields' names as people type them: `establishedOn`, `注册资本` …; an empty value is taken away.
  public var facts: FieldInput

  /// An enterprise, or the parts of one that change.
  public init(
    name: String? = nil, creditCode: String? = nil, district: District? = nil, reportingUnit: ReportingUnit? = nil,
    subSector: SubSector? = nil,
    industryCode: String? = nil, address: String? = nil, contact: String? = nil, facts: FieldInput = FieldInput([])
  ) {
    self.name = name
    self.creditCode = creditCode
    self.district = district
    self.reportingUnit = reportingUnit
    self.subSector = subSector
    self.industryCode = industryCode
    self.address = address
    self.contact = contact
    self.facts = facts
  }
}

/// An enterprise that was recorded or changed, with what a person should look at again.
public struct AddedEnterprise: Codable, Hashable, Sendable, Identifiable {
  /// The enterprise's identifier.
  public let id: String
  /// The enterprise as recorded.
  public let enterprise: Enterprise
  /// What the examination of its credit code found; nil when none was given.
  public let creditCodeCheck: CreditCode.Check?
  /// Enterprises on this device that carry the same code or the same name.
  public let similar: [Enterprise]
  /// What of an edit is another role's word and was proposed; nil where nothing is.
  public var proposal: Proposal?
}
