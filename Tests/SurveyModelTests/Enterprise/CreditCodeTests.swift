import SurveyModel
import Testing

@Suite struct CreditCodeTests {
  @Test(arguments: ["91350206MAX000015L", "91350206MA00000744", "91350206000000000D"])
  func aCodeWithBothChecksRightIsValid(code: String) {
    let check = CreditCode.check(code)
    #expect(check.valid)
    #expect(check.problems.isEmpty)
    #expect(check.normalised == code)
    #expect(check.kind == .enterprise)
    #expect(check.registrationDivision == "350206")
  }

  @Test func theWorkedExampleComesOutAsWorked() throws {
    #expect(try CreditCode.fictitious(division: "350206", organisation: "MAX00001") == "91350206MAX000015L")
    #expect(try CreditCode.fictitious(division: "350206", organisation: "00000000") == "91350206000000000D")
  }

  @Test(arguments: [" 91350206max000015l\n", "\u{3000}９１３５０２０６ＭＡＸ００００１５Ｌ", "\u{FEFF}91350206MAX000015L\u{200B}"])
  func widthCaseAndSpaceAroundDoNotMatter(text: String) {
    #expect(CreditCode.check(text) == CreditCode.check("91350206MAX000015L"))
    #expect(CreditCode.normalise(text) == "91350206MAX000015L")
  }

  @Test func aWrongLastCharacterFailsTheOuterCheckAndNamesTheRightOne() {
    let check = CreditCode.check("91350206MAX000015K")
    #expect(!check.valid)
    #expect(check.problems == [.outerCheck(expected: "L", found: "K")])
    #expect(check.kind == .enterprise)
  }

  @Test func aWrongOrganisationCodeFailsTheInnerCheckAsWell() {
    let check = CreditCode.check("91350206MAX000016L")
    #expect(check.problems.first == .innerCheck(expected: "5", found: "6"))
    #expect(check.problems.count == 2)
  }

  @Test func anInnerFaultIsSeenThoughTheOuterCheckIsRight() {
    // Position 17 weighs 28, which is −3 modulo 31: from 5 to 6 the check goes on by three places, from L to P.
    #expect(CreditCode.check("91350206MAX000016P").problems == [.innerCheck(expected: "5", found: "6")])
  }

  @Test func anExchangeOfNeighboursIsFound() {
    #expect(!CreditCode.check("91350260MAX000015L").valid)
    #expect(!CreditCode.check("91350206AMX000015L").valid)
  }

  @Test(arguments: ["I", "O", "S", "V", "Z", "-", "厦"])
  func aForeignCharacterIsNamedWithItsPlace(character: String) {
    let check = CreditCode.check("91350206M\(character)X000015L")
    #expect(check.problems.first == .alphabet(position: 10, character: character))
    #expect(!check.valid)
    #expect(check.registrationDivision == "350206")
  }

  @Test func aDivisionIsDigits() {
    let check = CreditCode.check("913502A6MAX000015L")
    #expect(check.problems.contains(.division(found: "3502A6")))
    #expect(check.registrationDivision == nil)
  }

  @Test(arguments: ["", "9", "91350206MAX000015", "91350206MAX000015LL", "350206100012A45"])
  func anotherLengthIsNoCode(text: String) {
    let check = CreditCode.check(text)
    #expect(check.problems == [.length(found: text.count)])
    #expect(check.kind == nil && check.registrationDivision == nil && !check.valid)
  }

  @Test(arguments: ["350206100012345", "３５０２０６１０００１２３４５"])
  func fifteenDigitsAreAnOldRegistrationNumber(text: String) {
    let check = CreditCode.check(text)
    #expect(check.problems == [.oldRegistrationNumber])
    #expect(check.kind == .oldRegistrationNumber)
    #expect(check.registrationDivision == "350206")
    #expect(!check.valid)
  }

  @Test func theKindComesFromTheFirstTwoCharacters() {
    let kinds = ["91", "92", "93", "12", "52", "Y1"].map { CreditCode.check("\($0)350206MAX000015L").kind }
    #expect(kinds == [.enterprise, .individualBusiness, .farmersCooperative, .publicBody, .socialOrganisation, .other])
  }

  @Test func everyFictitiousCodeIsValid() throws {
    var codes: Set<String> = []
    var innerChecks: Set<Character> = []
    for number in 0..<2000 {
      let digits = String(number)
      let organisation = "MAX" + String(repeating: "0", count: 5 - digits.count) + digits
      let code = try CreditCode.fictitious(division: "350200", organisation: organisation)
      #expect(CreditCode.check(code).valid, "\(code)")
      codes.insert(code)
      innerChecks.insert(Array(code)[16])
    }
    #expect(codes.count == 2000)
    // All eleven: a remainder of 1 gives X, of 0 gives 0.
    #expect(innerChecks == Set("0123456789X"))
  }

  @Test(arguments: [("35020", "MAX00001"), ("35020A", "MAX00001"), ("350206", "MAX0001"), ("350206", "MAXI0001"), ("350206", "max00001")])
  func partsThatMakeNoCodeAreRefused(division: String, organisation: String) {
    let error = #expect(throws: SurveyError.self) { try CreditCode.fictitious(division: division, organisation: organisation) }
    #expect(error?.code == .creditCodePart)
  }
}
