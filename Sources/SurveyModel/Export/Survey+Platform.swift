import GRDB
import SyncKit

extension Survey {
  /// What the national platform is told, of one moment.
  ///
  /// - Parameters:
  ///   - database: one of the four; nil for all.
  ///   - withContacts: whether personal data is among it.
  public func platformExport(_ database: ServiceDatabase? = nil, withContacts: Bool = false) throws -> PlatformExport {
    func wants(_ one: ServiceDatabase) -> Bool { database == nil || database == one }
    let today = try day(nil)
    let content = try replica.read { db in
      var content = PlatformContent()
      if wants(.basic) { content.codes = ExportKind.codeList }
      if wants(.enterprises) {
        content.enterprises = try PlatformReader(db, self, withContacts).enterprises(on: today)
        content.withoutSource = PlatformContent.WithoutSource.ofEnterprises
      }
      if wants(.services) { content.serviceProviders = try PlatformReader(db, self, withContacts).providers() }
      if wants(.cases) { content.solutions = try PlatformReader(db, self, withContacts).solutions() }
      return content
    }
    return PlatformExport(content: content, exportedAt: now)
  }
}

/// Reads records as the platform takes them.
private struct PlatformReader {
  private let db: Database
  private let survey: Survey
  private let withContacts: Bool

  init(_ db: Database, _ survey: Survey, _ withContacts: Bool) {
    self.db = db
    self.survey = survey
    self.withContacts = withContacts
  }

  // MARK: Enterprises

  /// Whether a recognition as a high-tech enterprise is in force; nil where none is recorded.
  private static func isHighTech(_ tiers: [Row], on day: String) -> Bool? {
    let recognitions = tiers.filter { $0.text("tier") == LadderTier.nationalHighTech.rawValue }
    guard !recognitions.isEmpty else { return nil }
    return recognitions.contains { $0.text("valid_from") ?? day <= day && $0.text("valid_to") ?? day >= day }
  }

  /// - Parameter day: in Beijing's calendar.
  func enterprises(on day: String) throws -> [PlatformContent.Enterprise] {
    let years = try grouped("enterprise_year", order: "year")
    let tiers = try grouped("tier", order: "valid_from, id")
    let enrolments = try grouped("enrolment", order: "enterprise_id")
    let assessments = try grouped("assessment", order: "id")
    return try all("enterprise", "WHERE merged_into IS NULL").map { row in
      let id = row.string("id")
      let batch = enrolments[id]?.first?.integer("batch")
      let figures = years[id] ?? []
      let industry = Industry(row.text("industry_code"))
      let district = row.text("district").flatMap(District.init(rawValue:))
      let key = Key(code: row.text("uscc"), batch: batch)
      return PlatformContent.Enterprise(
        key: key.text(id), enterpriseId: id, enterpriseName: row.string("name"), uscc: row.text("uscc"), batch: batch,
        contacts: contacts(row), telephone: telephone(row), districtCode: row.text("district"),
        reportingUnit: row.text("reporting_unit"), location: district.map { "福建省厦门市" + $0.label }, address: row.text("address"),
        firstIndustryId: industry?.section, secondIndustryId: industry?.division, industryCode: row.text("industry_code"),
        subSector: row.text("sub_sector"), registeredCapital: yuan(row, "registered_capital_fen"),
        establishmentTime: row.text("established_on"), employeesNum: figures.last { $0.integer("employees") != nil }?.integer("employees"),
        enterpriseType: row.text("ownership"), enterpriseScale: SizeOfYear(latestOf: figures)?.sizeClass.rawValue,
        mainProducts: row.text("main_products"),
        systems: row.text("systems"),
        highTechEnterprise: Self.isHighTech(tiers[id] ?? [], on: day),
        tiers: (tiers[id] ?? []).map {
          PlatformContent.Tier(tier: $0.string("tier"), validFrom: $0.text("valid_from"), validTo: $0.text("valid_to"))
        },
        businessBenefits: Dictionary(
          figures.map { year in
            let benefits = PlatformContent.Year(
              totalAssets: yuan(year, "assets_fen"), income: yuan(year, "revenue_fen"), employeesNum: year.integer("employees"),
              aboveScale: year.integer("above_scale").map { $0 != 0 })
            return (String(year.integer("year") ?? 0), benefits)
          }, uniquingKeysWith: { first, _ in first }),
        evaluations: try (assessments[id] ?? []).filter { $0.text("state") == RecordState.finalized.rawValue }.map {
          try evaluation(Assessment($0), $0, key)
        })
    }
  }

  private func evaluation(_ assessment: Assessment, _ row: Row, _ key: Key) throws -> PlatformContent.Evaluation {
    // Of an edition that is import-only there are no questions here, and its score and level stand in the record.
    let instrument = try? survey.instrument(assessment.edition)
    let answers = try StoredAnswers(db, of: assessment.id).answers
    let rating = instrument.map { RatingEngine($0).rating(of: answers) }
    return PlatformContent.Evaluation(
      key: key.text(assessment.id), recordId: assessment.id, edition: assessment.edition, phase: assessment.phase.rawValue,
      assessor: assessment.assessor.rawValue, finalizedAt: assessment.finalizedAt,
      scoreMilli: row.integer("score_milli") ?? rating?.scoreMilli, level: row.integer("level") ?? rating?.level,
      digitalScoringQuestionList: instrument.map { questions($0, answers) } ?? [],
      digitalScenariosList: (instrument?.scenes ?? []).compactMap { scene in
        answers.scenes[scene.number].map {
          PlatformContent.Scenario(order: scene.number, scenariosId: "scene\(scene.number)", title: scene.label, scenariosLevel: $0)
        }
      })
  }

  /// The answers, numbered anew in each dimension.
  private func questions(_ instrument: Instrument, _ answers: Answers) -> [PlatformContent.Question] {
    instrument.dimensions.enumerated().flatMap { at, dimension in
      instrument.questions.filter { $0.dimension == dimension.key }.enumerated().compactMap { order, question in
        answers.questions[question.number].map { code in
          PlatformContent.Question(
            firstModuleKey: at + 1, firstModuleName: dimension.label, order: order + 1, questionId: "q\(question.number)",
            title: question.label, optionIds: code.letters)
        }
      }
    }
  }

  // MARK: The catalogue

  func providers() throws -> [PlatformContent.ServiceProvider] {
    let states = Dictionary(grouping: try all("provider_state", order: "from_on, id")) { $0.string("provider_id") }
    return try all("provider").map { row in
      let batch = row.integer("batch")
      return PlatformContent.ServiceProvider(
        key: Key(code: row.text("uscc"), batch: batch).text(row.string("id")), recordId: row.string("id"),
        providerName: row.string("name"), uscc: row.text("uscc"), batch: batch, kind: row.text("kind"),
        subSectors: list(row, "sub_sectors"), contacts: contacts(row), telephone: telephone(row), selectedOn: row.text("selected_on"),
        state: states[row.string("id")]?.last?.text("state"))
    }
  }

  func solutions() throws -> [PlatformContent.Solution] {
    let providers = Dictionary(try all("provider").map { ($0.string("id"), $0) }, uniquingKeysWith: { first, _ in first })
    return try all("solution").map { row in
      let provider = row.text("provider_id").flatMap { providers[$0] }
      return PlatformContent.Solution(
        key: Key(code: provider?.text("uscc"), batch: provider?.integer("batch")).text(row.string("id")), recordId: row.string("id"),
        solutionName: row.string("name"), providerId: row.text("provider_id"), providerName: provider?.text("name"),
        subSector: row.text("sub_sector"), links: list(row, "links"), objectives: list(row, "objectives"), summary: row.text("summary"),
        price: yuan(row, "price_fen"), listedOn: row.text("listed_on"), withdrawnOn: row.text("withdrawn_on"),
        replicableOn: row.text("replicable_on"))
    }
  }

  // MARK: Rows and values

  private func all(_ table: String, _ condition: String = "", order: String = "id") throws -> [Row] {
    try Row.fetchAll(db, sql: "SELECT * FROM \(table) \(condition) ORDER BY \(order)")
  }

  private func grouped(_ table: String, order: String) throws -> [String: [Row]] {
    Dictionary(grouping: try all(table, order: order)) { $0.string("enterprise_id") }
  }

  private func yuan(_ row: Row, _ column: String) -> String? { row.integer(column).map { ExportTable.Content.money.text($0) } }

  private func list(_ row: Row, _ column: String) -> [String] { row.string(column).split(separator: ",").map(String.init) }

  private func contacts(_ row: Row) -> String? { withContacts ? row.text("contact") : nil }

  /// The number in what is known of whom to ask for.
  private func telephone(_ row: Row) -> String? {
    contacts(row)?.split { !("0"..."9").contains($0) && $0 != "-" && $0 != "+" }.map(String.init).first { $0.count >= 7 }
  }

  /// What a record is sent by, so that it replaces itself.
  private struct Key {
    let code: String?
    let batch: Int?

    func text(_ id: String) -> String { "\(code ?? "-")/\(batch.map(String.init) ?? "-")/\(id)" }
  }
}

/// Where an industry code stands in GB/T 4754-2017.
private struct Industry {
  /// The section's letter.
  let section: String
  /// The division's two digits.
  let division: String

  init?(_ code: String?) {
    guard let digits = code?.drop(while: \.isLetter).prefix(2), digits.count == 2, let number = Int(digits),
      let section = Self.sections.first(where: { number <= $0.last })
    else { return nil }
    self.section = section.letter
    division = String(digits)
  }

  /// The sections with the last division of each.
  private static let sections: [(letter: String, last: Int)] = [
    ("A", 5), ("B", 12), ("C", 43), ("D", 46), ("E", 50), ("F", 52), ("G", 60), ("H", 62), ("I", 65), ("J", 69), ("K", 70), ("L", 72),
    ("M", 75), ("N", 79), ("O", 82), ("P", 83), ("Q", 85), ("R", 90), ("S", 96), ("T", 97),
  ]
}
