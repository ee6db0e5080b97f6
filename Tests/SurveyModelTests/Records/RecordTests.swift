import Foundation
import GRDB
import SurveyModel
import SyncKit
import Testing

@Suite struct RecordTests {
  let place: TestCase
  let office: Survey
  let enterprise: String

  init() throws {
    place = try TestCase()
    office = try place.laptop("office", as: .office)
    enterprise = try office.addEnterprise(EnterpriseDraft(name: "示例甲", creditCode: "91350206MAX000015L")).id
  }

  /// A field that no column holds could be typed and never be read again.
  @Test func everyKindHasItsTableWithItsColumns() throws {
    for type in RecordType.all {
      let columns = try office.replica.read { db in try db.columns(in: type.table) }
      let names = Set(columns.map(\.name))
      let key = columns.filter { $0.primaryKeyIndex > 0 }.sorted { $0.primaryKeyIndex < $1.primaryKeyIndex }.map(\.name)
      var expected = Set(type.fields.map(\.column))
      if type.key == .identifier { expected.insert("id") }
      if type.home == .enterprise { expected.insert("enterprise_id") }
      #expect(names == expected, "\(type.table)")
      #expect(key == type.keyColumns, "\(type.table)")
      #expect(Set(type.fields.map(\.name)).count == type.fields.count, "\(type.table)")
      #expect(Set(type.fields.map(\.label.zh)).count == type.fields.count, "\(type.table)")
    }
  }

  @Test func fieldsAreTypedByAnyOfTheirNames() throws {
    let provider = try #require(
      try office.addRecord(.provider, .of("名称=示例服务商", "kind=综合集成服务商", "subSectors=medical，电子器件制造", "遴选日期=２０２４-０３-０１")).record)
    #expect(provider["subSectors"]?.text == "electronicDevices,medical")
    #expect(provider["selectedOn"]?.text == "2024-03-01")
    let contract = try #require(
      try office.addRecord(.contract, .of("合同总额=80万", "signed on=2024-05-02", "服务商=示例服务商", "down_payment_fen=240,000元"), of: enterprise)
        .record)
    #expect(contract["total"]?.integer == 80_000_000)
    #expect(contract["downPayment"]?.integer == 24_000_000)
    #expect(contract["provider"]?.text == provider.id)
    let json = String(decoding: try JSONEncoder().encode(contract), as: UTF8.self)
    #expect(json.contains("\"totalFen\":80000000"))
    #expect(json.contains("\"enterpriseID\":\"\(enterprise)\""))
  }

  @Test func allThatIsWrongIsToldAtOnceAndNothingIsRecorded() throws {
    let refused = refusal {
      _ = try office.addRecord(.contract, .of("total=-5", "signedOn=2025-02-30", "colour=red", "number=a", "合同编号=b"), of: enterprise)
    }
    #expect(refused?.code == .recordRefused)
    #expect(refused?.problems.map(\.code) == [.valueInvalid, .valueInvalid, .fieldUnknown, .fieldRepeated])
    #expect(refusal { _ = try office.addRecord(.contract, .of("total=1"), of: enterprise) }?.details["field"] == "signedOn")
    #expect(refusal { _ = try office.addRecord(.contract, .of("total=1", "signedOn=2024-01-01")) }?.details == ["field": "enterprise"])
    #expect(try office.records(.contract).isEmpty)
  }

  /// Each bad value names its field and what was typed; the good ones on the bound are taken.
  @Test(arguments: [
    ("level=5", false), ("level=4", true), ("level=-1", false), ("satisfaction=0", false), ("satisfaction=5", true),
    ("acceptedOn=2025-02-30", false), ("acceptedOn=2024-02-29", true), ("verdict=maybe", false), ("verdict=整改", true),
  ])
  func aValueIsCheckedByItsKind(_ word: String, isTaken: Bool) throws {
    let agency = try place.laptop("agency", as: .agency)
    let enterprise = try agency.addEnterprise(EnterpriseDraft(name: "示例乙")).id
    var words = ["acceptedOn=2024-09-01", "verdict=passed", "level=2"].filter { !$0.hasPrefix(word.prefix { $0 != "=" } + "=") }
    words.append(word)
    let refused = refusal { _ = try agency.addRecord(.acceptance, try FieldInput(parsing: words), of: enterprise) }
    #expect((refused == nil) == isTaken, "\(word): \(String(describing: refused))")
    if let refused { #expect(refused.code == .valueInvalid) }
  }

  @Test func aTextOfTheLimitIsTakenAndOneMoreIsNot() throws {
    let most = String(repeating: "a", count: SurveyLimits.fieldBytes)
    #expect(refusal { _ = try office.addRecord(.contract, .of("total=1", "signedOn=2024-01-01", "scope=\(most)"), of: enterprise) } == nil)
    let refused = refusal { _ = try office.addRecord(.contract, .of("total=1", "signedOn=2024-01-01", "scope=\(most)a"), of: enterprise) }
    #expect(refused?.code == .inputTooLarge)
  }

  @Test func whatIsToldByWhatItIsAboutIsRecordedOnce() throws {
    _ = try office.addRecord(.enterpriseYear, .of("year=2024", "aboveScale=是", "revenue=3000万"), of: enterprise)
    let again = try #require(try office.addRecord(.enterpriseYear, .of("year=2024", "employees=120"), of: enterprise).record)
    #expect(again["revenue"]?.integer == 3_000_000_000)
    #expect(again["employees"]?.integer == 120)
    #expect(try office.records(.enterpriseYear, of: enterprise).count == 1)
    let deleted = try office.deleteRecord(.enterpriseYear, nil, .of("year=2024"), of: enterprise)
    #expect(deleted["aboveScale"]?.integer == 1)
    #expect(try office.records(.enterpriseYear).isEmpty)
  }

  /// Two who record the same year of one enterprise write the same row, so that their difference is seen.
  @Test func aDifferenceBetweenTwoWritersIsKept() throws {
    let lin = try place.laptop("lin")
    let chen = try place.laptop("chen", start: 1_795_000_500_000)
    let id = try lin.addEnterprise(EnterpriseDraft(name: "示例丙")).id
    try lin.exchange(with: chen)
    _ = try lin.addRecord(.enterpriseYear, .of("year=2024", "employees=120"), of: id)
    _ = try chen.addRecord(.enterpriseYear, .of("year=2024", "employees=118"), of: id)
    try lin.exchange(with: chen)
    for survey in [lin, chen] {
      let record = try #require(try survey.records(.enterpriseYear, of: id).first)
      #expect(Set(record.contested.first?.candidates.compactMap(\.value) ?? []) == ["118", "120"])
    }
  }

  @Test func aRecordNamesNoOtherEnterprisesCase() throws {
    let other = try office.addEnterprise(EnterpriseDraft(name: "示例丁")).id
    let contract = try #require(try office.addRecord(.contract, .of("total=1", "signedOn=2024-01-01"), of: other).record?.id)
    let refused = refusal {
      _ = try office.addRecord(.spotCheck, .of("contract=\(contract)", "checkedOn=2024-06-01", "finding=ok"), of: enterprise)
    }
    #expect(refused?.code == .otherEnterprise)
  }

  @Test func aVerdictIsNeverChangedOnlySuperseded() throws {
    let agency = try place.laptop("agency", as: .agency)
    let enterprise = try agency.addEnterprise(EnterpriseDraft(name: "示例乙")).id
    let first = try #require(
      try agency.addRecord(.acceptance, .of("acceptedOn=2024-09-01", "verdict=passed", "level=3"), of: enterprise).record?.id)
    #expect(refusal { _ = try agency.editRecord(.acceptance, first, .of("level=4")) }?.code == .recordAppendOnly)
    #expect(refusal { _ = try agency.deleteRecord(.acceptance, first) }?.code == .recordAppendOnly)
    _ = try agency.addRecord(.acceptanceCriterion, .of("acceptance=\(first)", "criterion=effect", "rating=good"))
    let again = refusal { _ = try agency.addRecord(.acceptanceCriterion, .of("acceptance=\(first)", "criterion=effect", "rating=poor")) }
    #expect(again?.code == .recordAppendOnly)
    let second = try agency.addRecord(
      .acceptance, .of("acceptedOn=2024-09-08", "verdict=passed", "level=2", "supersedes=\(first)"), of: enterprise)
    #expect(second.record?["supersedes"]?.text == first)
  }
}
