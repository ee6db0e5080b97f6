import GRDB
import SyncCore

/// What the programme has of an enterprise, in short, for whoever opens its case.
public struct ProgrammeView: Encodable, Sendable {
  /// The steps that it reached, in the steps' order.
  public let steps: [Record]
  /// What took it off the list, or stopped it there, oldest first.
  public let standings: [Record]
  /// Its contracts.
  public let contracts: [Record]
  /// What the agency says, superseded verdicts included.
  public let acceptances: [Record]
  /// What the office ordered to be looked at again.
  public let orders: [Record]
  /// Under whom it reports, from which days on.
  public let unitTransfers: [Record]
  /// Under whom it reports today, where it was transferred.
  public let reportingUnit: Stored<ReportingUnit>?
  /// The agency's verdict that stands; nil before there is one with a level.
  public let rating: AgencyRating?
  /// What keeps it off the list today; nil for one that is on it.
  public let struck: Record?
}

extension ProgrammeView {
  /// The level that money goes by: the agency's, 0 where its latest verdict that stands is that the transformation failed; nil before there
  /// is either.
  var paidLevel: Int? {
    let superseded = Set(acceptances.compactMap { $0["supersedes"]?.text })
    let standing = acceptances.filter { acceptance in acceptance.id.map { !superseded.contains($0) } ?? false }
    let latest = standing.max { ($0["acceptedOn"]?.text ?? "", $0.id ?? "") < ($1["acceptedOn"]?.text ?? "", $1.id ?? "") }
    return latest?["verdict"]?.text == Verdict.failed.rawValue ? 0 : rating?.level
  }
}

/// The level that the agency gave and nobody else changes.
public struct AgencyRating: Codable, Hashable, Sendable {
  /// The acceptance.
  public let acceptanceID: String
  /// Its day.
  public let acceptedOn: String
  /// The level, 0…4.
  public let level: Int
  /// The instrument's edition, where it was said.
  public let edition: String?
}

extension AgencyRating {
  /// The latest verdict of these cases that passed, has a level and was not superseded.
  init?(_ db: Database, of enterprises: [String]) throws {
    let marks = databaseQuestionMarks(count: enterprises.count)
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT * FROM acceptance WHERE enterprise_id IN (\(marks)) AND verdict = 'passed' AND level IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM acceptance AS later WHERE later.enterprise_id = acceptance.enterprise_id AND later.supersedes_id = acceptance.id)
        ORDER BY accepted_on DESC, id DESC LIMIT 1
        """, arguments: StatementArguments(enterprises))
    guard let row, let level = row.integer("level") else { return nil }
    self.init(acceptanceID: row.string("id"), acceptedOn: row.string("accepted_on"), level: level, edition: row.text("edition"))
  }
}

extension ProgrammeView {
  /// - Parameter day: today in Beijing's calendar.
  init(_ db: Database, of enterprises: [String], on day: String, _ contests: Contests) throws {
    let marks = databaseQuestionMarks(count: enterprises.count)
    func all(_ type: RecordType, order: String) throws -> [Record] {
      try Row.fetchAll(
        db, sql: "SELECT * FROM \(type.table) WHERE enterprise_id IN (\(marks)) ORDER BY \(order)",
        arguments: StatementArguments(enterprises)
      ).map { Record(type, $0, contests) }
    }
    let order = EnrolmentStep.allCases.map(\.rawValue)
    func place(_ step: Record) -> Int { order.firstIndex(of: step["step"]?.text ?? "") ?? order.count }
    let standings = try all(.standing, order: "from_on, id")
    let transfers = try all(.unitTransfer, order: "from_on")
    let unit = transfers.last { ($0["fromOn"]?.text ?? "") <= day }
    self.init(
      steps: try all(.enrolmentStep, order: "happened_on").sorted { place($0) < place($1) }, standings: standings,
      contracts: try all(.contract, order: "signed_on, id"), acceptances: try all(.acceptance, order: "accepted_on, id"),
      orders: try all(.fieldOrder, order: "id"), unitTransfers: transfers, reportingUnit: unit?["unit"]?.text.map(Stored.init(rawValue:)),
      rating: try AgencyRating(db, of: enterprises),
      struck: standings.last { $0.strikes(on: day) })
  }
}

extension Record {
  /// Whether a standing keeps its enterprise off the list on a day. Who is suspended stays on it.
  fileprivate func strikes(on day: String) -> Bool {
    let kind = self["kind"]?.text.flatMap(StandingKind.init(rawValue:))
    guard kind == .removed || kind == .withdrawn, let from = self["fromOn"]?.text, from <= day else { return false }
    return self["toOn"]?.text.map { $0 > day } ?? true
  }
}
