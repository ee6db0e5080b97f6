import GRDB
import SyncKit
import Testing

@testable import SurveyModel

@Suite struct DuplicateTests {
  let place: TestCase
  let office: Survey

  init() throws {
    place = try TestCase()
    office = try place.laptop("office", as: .office)
  }

  private func add(_ name: String, _ code: String? = nil, _ address: String? = nil) throws -> String {
    try office.addEnterprise(EnterpriseDraft(name: name, creditCode: code, address: address)).id
  }

  private func grounds() throws -> [[DuplicatePair.Ground]] { try office.duplicates().map(\.grounds) }

  @Test func theSameCodeIsTheStrongestGround() throws {
    _ = try add("示例鹭岛精密电子有限公司", "91350206MAX000015L")
    _ = try add("示例湖里精工厂", "91350206MAX000015L")
    #expect(try grounds() == [[.creditCode]])
  }

  @Test(arguments: [
    ("91350206MAX000015L", "91350206MAX00001RL", true), ("91350206MAX000015L", "91350206MAX000051L", true),
    ("91350206MAX000015L", "19350206MAX000015L", true), ("91350206MAX000015L", "91350206MAY000025L", false),
  ])
  func codesThatDifferByASlipAreNear(_ a: String, _ b: String, isNear: Bool) throws {
    _ = try add("示例甲乙丙", a)
    _ = try add("示例丁戊己", b)
    #expect(try grounds() == (isNear ? [[.nearCode]] : []))
  }

  @Test func namesAreComparedWithoutFormAndPlace() throws {
    _ = try add("厦门市鹭岛精密电子有限公司")
    _ = try add("鹭岛精密电子（厦门）股份有限公司")
    _ = try add("鹭岛精蜜电子")
    let found = try grounds()
    #expect(found.filter { $0 == [.name] }.count == 1)
    #expect(found.filter { $0 == [.nearName] }.count == 2)
  }

  /// One character in five may differ, and one at least; short names differ anywhere.
  @Test(arguments: [
    ("甲乙丙", "甲丁丙", true), ("甲乙丙", "丁乙丙", true), ("甲乙", "甲丙", false), ("甲乙丙丁戊己庚辛壬", "甲乙丙丁戊己庚癸子", false),
    ("甲乙丙丁戊己庚辛壬癸", "子乙丙丁戊丑己庚辛壬癸", true), ("甲乙丙丁戊己庚辛壬癸", "子乙丙丁丑己庚辛壬癸寅", false),
  ])
  func namesAreNearWithinOneCharacterInFive(_ a: String, _ b: String, isNear: Bool) throws {
    _ = try add(a)
    _ = try add(b)
    #expect(try grounds() == (isNear ? [[.nearName]] : []))
  }

  @Test func pagesTakenOneAfterTheOtherAreTheWholeList() throws {
    for number in 0..<5 { _ = try add("鹭岛精密电子\(number)号", "91350206MAX000015L") }
    let all = try office.duplicates()
    #expect(all.count == 10)
    for limit in [1, 3, 9, 10, 11] {
      var (seen, after): ([DuplicatePair], String?) = ([], nil)
      repeat {
        let page = try office.duplicates(after: after, limit: limit)
        #expect(page.pairs.count <= limit && page.total == 10)
        #expect((page.next == nil) == (seen.count + page.pairs.count == all.count))
        seen += page.pairs
        after = page.next
      } while after != nil && seen.count <= all.count
      #expect(seen == all, "\(limit)")
    }
  }

  /// Whoever merges what a page shows goes on where it ended.
  @Test func aPageBeginsWhereTheOneBeforeEndedThoughThatPairIsGone() throws {
    for number in 0..<4 { _ = try add("鹭岛精密电子\(number)号", "91350206MAX000015L") }
    let all = try office.duplicates()
    let first = try office.duplicates(after: nil, limit: 2)
    try office.keepApart(all[1].first.id, all[1].second.id, because: "两家")
    #expect(try office.duplicates(after: first.next, limit: 10).pairs == Array(all[2...]))
    for word in ["", "name", "moon/a/b", "name/a/b/c"] {
      #expect(refusal { _ = try office.duplicates(after: word, limit: 1) }?.code == .valueInvalid, "\(word)")
    }
  }

  /// The shortcut finds what comparing each with each finds.
  @Test(arguments: 0..<6) func noNearNameIsPassedOver(_ seed: UInt64) throws {
    var random = SampleSource(seed: seed)
    let letters = Array("甲乙丙丁戊己".unicodeScalars)
    let names = (0..<120).map { _ in (0..<Int.random(in: 2...11, using: &random)).map { _ in letters.randomElement(using: &random) ?? "甲" }
    }
    var expected: Set<[Int]> = []
    for (i, a) in names.enumerated() {
      for (j, b) in names.enumerated() where i < j && a != b && NameLikeness.isNear(a, b) { expected.insert([i, j]) }
    }
    var found: Set<[Int]> = []
    NearNames(names).each { found.insert([$0, $1]) }
    #expect(found == expected, "seed \(seed)")
    #expect(!expected.isEmpty)
  }

  @Test func oneAddressOfFewIsAGroundAndOneOfManyIsABuilding() throws {
    for number in 1...2 { _ = try add("示例\(["甲乙丙", "丁戊己"][number - 1])", nil, "湖里区创新路 1 号") }
    #expect(try grounds() == [[.address]])
    for name in ["庚辛壬", "癸子丑", "寅卯辰", "巳午未"] { _ = try add("示例\(name)", nil, "湖里区创新路 1 号") }
    #expect(try grounds().isEmpty)
  }

  @Test func whatWasFoundToBeTwoIsNotSuggestedAgain() throws {
    let (a, b) = (try add("示例甲", "91350206MAX000015L"), try add("示例乙", "91350206MAX000015L"))
    try office.keepApart(b, a, because: "两个厂区,分别登记")
    #expect(try office.duplicates().isEmpty)
  }

  @Test func aMergeMovesNothingAndCanBeUndone() throws {
    let (canonical, retired) = (try add("示例新名", "91350206MAX000015L"), try add("示例旧名"))
    let visit = try office.startVisit(to: retired).id
    let preview = try office.mergePreview(retired, into: canonical)
    #expect(preview.children == ["visit": 1])
    #expect(preview.differing["name"] == ["示例旧名", "示例新名"])
    _ = try office.merge(retired, into: canonical, because: "更名")
    let view = try office.enterprise("91350206MAX000015L")
    #expect(view.id == canonical)
    #expect(view.visits.map(\.id) == [visit])
    #expect(view.merged.map(\.id) == [retired])
    #expect(try office.enterprise(retired).enterprise.mergedInto == canonical)
    #expect(try office.duplicates().isEmpty)
    #expect(refusal { _ = try office.merge(retired, into: canonical, because: "x") }?.code == .enterpriseMerged)
    _ = try office.unmerge(retired)
    #expect(try office.enterprise(canonical).visits.isEmpty)
    #expect(try office.aliases().first?.undoneBy == "office")
    #expect(refusal { _ = try office.unmerge(retired) }?.code == .recordUnknown)
  }

  /// A was merged into B, and B into C: what stands in any of them is C's.
  @Test func whatWasMergedIsListedAndSummedWithTheOneThatStandsForIt() throws {
    let (first, second, canonical) = (try add("示例甲"), try add("示例乙"), try add("示例丙"))
    for (enterprise, total) in [(first, "10万"), (second, "20万"), (canonical, "30万"), (canonical, "40万")] {
      _ = try office.addRecord(
        .contract, .of("title=\(total)", "signedOn=2024-03-01", "total=\(total)", "downPayment=1万"), of: enterprise)
    }
    _ = try office.addRecord(.enrolmentStep, .of("step=signed", "date=2024-03-01"), of: first)
    _ = try office.addRecord(.enrolmentStep, .of("step=applied", "date=2024-01-01"), of: canonical)
    let visit = try office.startVisit(to: first).id
    let diagnosis = try office.startDiagnosis(of: second).id
    let need = try office.addNeed(NeedDraft(scope: .individual, link: .production, text: "联网"), to: first).id
    _ = try office.merge(first, into: second, because: "重复")
    _ = try office.merge(second, into: canonical, because: "重复")
    #expect(try office.records(.contract, throughMergesOf: canonical).map(\.title) == ["30万", "40万", "10万", "20万"])
    #expect(try office.visits(to: canonical).map(\.id) == [visit])
    #expect(try office.diagnoses(of: canonical).map(\.id) == [diagnosis])
    #expect(try office.needs(of: canonical).map(\.id) == [need])
    #expect(try office.enterprise(canonical).merged.map(\.id).sorted() == [first, second].sorted())
    let project = try office.projects(asOf: "2024-12-31")
    #expect(project.map(\.id) == [canonical])
    #expect(project.first?.contractFen == 100_000_000)
    #expect(project.first?.step.term == .signed)
    // A specialist's laptop has the cases and not the office's desk.
    try office.replica.write { db in try db.execute(sql: "DELETE FROM alias") }
    #expect(try office.projects(asOf: "2024-12-31") == project)
  }

  /// One enterprise has one file, whichever of its records is named.
  @Test func theAcceptanceFileIsThatOfTheOneThatStandsForBoth() throws {
    let (canonical, retired) = (try add("示例新名"), try add("示例旧名"))
    for enterprise in [canonical, retired] {
      _ = try office.addRecord(.contract, .of("title=合同", "signedOn=2024-03-01", "total=10万"), of: enterprise)
    }
    _ = try office.merge(retired, into: canonical, because: "更名")
    for name in [canonical, retired] {
      let file = try office.acceptanceFile(of: name)
      #expect(file.enterprise.id == canonical)
      #expect(file.contracts.count == 2)
      #expect(file.paper.words(of: "企业信息").contains("示例旧名｜—｜\(retired)"))
    }
  }

  /// `--step` asks who came so far, not who stopped there.
  @Test func aProjectIsListedUnderEachStepThatItReached() throws {
    let enterprise = try add("示例甲")
    for (step, day) in [("applied", "2024-01-01"), ("signed", "2024-02-01"), ("paid", "2024-03-01")] {
      _ = try office.addRecord(.enrolmentStep, .of("step=\(step)", "date=\(day)"), of: enterprise)
    }
    #expect(try office.projects(asOf: "2024-12-31", reached: .signed).map(\.step.term) == [.paid])
    #expect(try office.projects(asOf: "2024-02-28", reached: .signed).map(\.step.term) == [.signed])
    #expect(try office.projects(asOf: "2024-12-31", reached: .accepted).isEmpty)
  }

  /// The specialist was away: what they write for the retired record counts for the one that stands for both.
  @Test func whatArrivesLaterForTheRetiredRecordFollows() throws {
    let lin = try place.laptop("lin", start: 1_795_000_500_000)
    let (canonical, retired) = (try add("示例新名"), try add("示例旧名"))
    try office.exchange(with: lin)
    _ = try office.merge(retired, into: canonical, because: "更名")
    let visit = try lin.startVisit(to: retired).id
    try lin.exchange(with: office)
    #expect(try office.enterprise(canonical).visits.map(\.id) == [visit])
    #expect(try lin.enterprise(retired).enterprise.mergedInto == canonical)
  }

  @Test func differentCodesAreNeverMergedWithoutAWord() throws {
    let (a, b) = (try add("示例甲", "91350206MAX000015L"), try add("示例甲", "91350206MA00000744"))
    #expect(try office.duplicates().first?.codesDiffer == true)
    #expect(refusal { _ = try office.merge(a, into: b, because: "同名") }?.code == .creditCodesDiffer)
    #expect(try office.merge(a, into: b, because: "换证", although: true).canonicalID == b)
  }

  @Test func onlyTheOfficeMerges() throws {
    let lin = try place.laptop("lin")
    let (a, b) = (try lin.addEnterprise(EnterpriseDraft(name: "甲")).id, try lin.addEnterprise(EnterpriseDraft(name: "乙")).id)
    #expect(refusal { _ = try lin.merge(a, into: b, because: "x") }?.code == .notAuthorised)
  }

  @Test func onePhotographForTwoEnterprisesIsFlaggedAndForOneIsNot() throws {
    let photo = try place.file("machine.pdf", Array("%PDF-".utf8))
    var findings: [String] = []
    for name in ["示例甲", "示例乙"] {
      let enterprise = try add(name)
      let diagnosis = try office.startDiagnosis(of: enterprise).id
      let finding = try office.addFinding(
        FindingDraft(link: .production, objectives: [.efficiency], text: "设备未联网"), to: diagnosis, evidence: [photo, photo])
      findings.append(finding.id)
      #expect(try office.sharedEvidence().count == (name == "示例甲" ? 0 : 1))
    }
    let shared = try #require(try office.sharedEvidence().first)
    #expect(Set(shared.uses.map(\.enterprise)) == ["示例甲", "示例乙"])
    let ids = try office.enterprises().map(\.id)
    _ = try office.merge(ids[0], into: ids[1], because: "同一家")
    #expect(try office.sharedEvidence().isEmpty)
  }
}
