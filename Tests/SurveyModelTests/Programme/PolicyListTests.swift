import Foundation
import GRDB
import SyncKit
import Testing

@testable import SurveyModel

@Suite struct PolicyListTests {
  let place: TestCase
  let office: Survey

  init() throws {
    place = try TestCase()
    office = try place.laptop("office", as: .office)
  }

  @Test func eachPolicySaysWhereItIsToldAndWhatIsInDoubt() throws {
    let list = try PolicyList.bundled()
    #expect(Set(list.policies.map(\.level)).isSuperset(of: [.national, .city, .district]))
    for policy in list.policies {
      #expect(list.sources.contains { $0.tag == policy.source }, "\(policy.id)")
      #expect(policy.confidence == .issued || !policy.doubts.isEmpty, "\(policy.id)")
    }
    // What the papers say of money, as they say it.
    let laboratories = try #require(list.policies.first { $0.id == "joint-laboratories" })
    #expect(laboratories.gives.zh.contains("10%") && laboratories.gives.zh.contains("1000万元"))
    #expect(list.policies.first { $0.id == "huli-research-cooperation" }?.gives.zh.contains("20%,最高 30万元") == true)
    #expect(list.policies.first { $0.id == "huli-digital-artisans" }?.gives.zh == "免费培训")
  }

  @Test func theListHasThePilotsRulesAndIsInTheOrderOfTheLevels() throws {
    let all = try office.policies()
    #expect(all.map(\.origin).contains(.rules))
    #expect(all.first { $0.id == "xiamen-2024-draft" }?.doubts.count == 1)
    let levels = all.compactMap { $0.level.term }
    #expect(levels == PolicyLevel.allCases.flatMap { level in levels.filter { $0 == level } })
    #expect(Set(all.map(\.id)).count == all.count)
  }

  @Test func aDistrictHasItsOwnAndWhatIsAboveIt() throws {
    _ = try office.addRecord(.policyFile, .of("title=示例措施", "level=区", "unit=集美区", "gives=示例", "doubt=未核对"))
    let (huli, jimei) = (try office.policies(in: .huli), try office.policies(in: .jimei))
    #expect(
      huli.contains { $0.id == "huli-talent" } && huli.contains { $0.id == "instrument-2024" } && !huli.contains { $0.title.zh == "示例措施" })
    #expect(jimei.last?.title.zh == "示例措施" && jimei.contains { $0.id == "instrument-2024" } && !jimei.contains { $0.id == "huli-talent" })
    #expect(jimei.last?.doubts.map(\.zh) == ["未核对"])
    #expect(try office.policies(of: .district, in: .jimei).map(\.title.zh) == ["示例措施"])
    #expect(try office.policies(of: .province).isEmpty)
    #expect(try office.policies(of: .district).allSatisfy { $0.unit != nil })
  }

  @Test func aPolicyIsTheOfficesWordAndADistrictsNamesIt() throws {
    let lin = try place.laptop("lin")
    #expect(try lin.addRecord(.policyFile, .of("title=示例", "level=city")).proposal != nil)
    #expect(refusal { _ = try office.addRecord(.policyFile, .of("title=示例", "level=district")) }?.details["field"] == "unit")
    #expect(refusal { _ = try office.addRecord(.policyFile, .of("title=示例", "level=moon")) }?.code == .valueInvalid)
    let id = try #require(try office.addRecord(.policyFile, .of("title=示例", "level=city", "validTo=2030-12-31")).record?.id)
    try office.exchange(with: lin)
    #expect(try lin.policies().first { $0.id == id }?.effectiveTo == "2030-12-31")
  }

  /// A slip in the data file is told, with its place.
  @Test(arguments: [
    ("\"level\": \"city\"", "\"level\": \"moon\"", SurveyError.Code.policyMalformed),
    ("\"source\": \"S4\"", "\"source\": \"S9\"", .policyInconsistent), ("\"unit\": \"350206\",", "", .policyInconsistent),
    ("2024-09-04\",", "2024-09-31\",", .policyInconsistent), ("\"format\": 1", "\"format\": 2", .policyInconsistent),
  ])
  func aListThatBreaksItsLawsIsRefused(_ right: String, _ wrong: String, _ code: SurveyError.Code) throws {
    let text = String(decoding: try ResourceFolder.standard.data(of: "policies-xiamen.json"), as: UTF8.self)
    let range = try #require(text.range(of: right))
    let broken = text.replacingCharacters(in: range, with: wrong)
    #expect(refusal { _ = try PolicyList(json: Data(broken.utf8)) }?.code == code)
  }

  /// A home of the version before has its records, and the list beside them.
  @Test func aHomeOfTheVersionBeforeGetsTheNewColumns() throws {
    var migrator = DatabaseMigrator()
    SurveySchema.migrate(&migrator)
    let queue = try DatabaseQueue()
    try migrator.migrate(queue, upTo: "survey-3")
    try queue.write { db in try db.execute(sql: "INSERT INTO policy_file(id, title) VALUES('a', '旧')") }
    try migrator.migrate(queue)
    let row = try #require(try queue.read { db in try Row.fetchOne(db, sql: "SELECT * FROM policy_file") })
    #expect(row.text("title") == "旧" && row.text("level") == nil)
  }
}
