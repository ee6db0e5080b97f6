import SurveyModel
import Testing

/// An office beside an agency and a finance bureau whose word arrives at once, and the policy by which money is reckoned.
struct MoneyDesk {
  /// The day for which it is reckoned.
  static let day = "2025-06-30"

  let office: Survey
  let policy: SubsidyPolicy
  private let agency: Survey
  private let finance: Survey
  /// Keeps the laptops' folder until the test ends.
  private let place: TestCase

  init() throws {
    place = try TestCase()
    office = try place.laptop("office", as: .office)
    agency = try place.laptop("agency", as: .agency, start: 1_795_000_500_000)
    finance = try place.laptop("finance", as: .finance, start: 1_795_000_900_000)
    policy = try SubsidyPolicies.bundled().policy(on: Self.day)
  }

  /// An enterprise's identifier.
  func plant(_ name: String) throws -> String { try office.addEnterprise(EnterpriseDraft(name: name)).id }

  /// What the office records: of an enterprise, or for all.
  @discardableResult
  func add(_ type: RecordType, _ words: [String], of plant: String?) throws -> Record {
    try #require(try office.addRecord(type, FieldInput(parsing: words), of: plant).record)
  }

  /// An agency's verdict.
  @discardableResult
  func accept(_ plant: String, _ words: [String]) throws -> Record { try hear(agency, .acceptance, words, plant) }

  /// What finance paid.
  @discardableResult
  func pay(_ plant: String, _ words: [String]) throws -> Record { try hear(finance, .payment, words, plant) }

  private func hear(_ speaker: Survey, _ type: RecordType, _ words: [String], _ plant: String) throws -> Record {
    try office.exchange(with: speaker)
    let record = try #require(try speaker.addRecord(type, FieldInput(parsing: words), of: plant).record)
    try office.exchange(with: speaker)
    return record
  }
}
