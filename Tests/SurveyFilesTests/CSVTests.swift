import SurveyFiles
import SurveyModel
import Testing

@Suite struct CSVTests {
  func cells(_ text: String) throws -> [[String]] { try TableFile.read(Array(text.utf8)).rows.map(\.cells) }

  @Test func fieldsAreReadAsTheStandardSays() throws {
    #expect(try cells("a,b,c\r\n\"x,1\",\"他说\"\"好\"\"\",\"两\r\n行\"\r\n") == [["a", "b", "c"], ["x,1", "他说\"好\"", "两\r\n行"]])
    #expect(try cells("a,b\rc,d\ne,,f") == [["a", "b"], ["c", "d"], ["e", "", "f"]])
    #expect(try cells("\u{FEFF}名称\n\"\"") == [["名称"]])
    #expect(try cells("") == [])
    #expect(try cells("a,") == [["a"]])
  }

  @Test func rowsAreCountedAsASpreadsheetCountsThem() throws {
    let table = try TableFile.read(Array("a\r\n\r\n\"x\r\ny\"\r\n,,\r\nz".utf8))
    #expect(table.rows.map(\.number) == [1, 3, 5])
  }

  @Test(arguments: ["a\n\"x", "a\n\"x\"y", "a\nx\"y", "a\n\"x\"\"\n"]) func aQuoteInTheWrongPlaceIsToldWithItsRow(_ text: String) throws {
    let error = refusal { _ = try cells(text) }
    #expect(error?.code == .csvMalformed)
    #expect(error?.details["row"] == "2")
  }

  @Test func anotherEncodingIsNamed() throws {
    let gbk: [UInt8] = [0xC6, 0xF3, 0xD2, 0xB5, 0x0A, 0xBC, 0xD7]
    #expect(refusal { _ = try TableFile.read(gbk) }?.code == .fileGBK)
    #expect(refusal { _ = try TableFile.read([0xFF, 0xFE, 0x0D, 0x54]) }?.code == .fileUTF16)
    #expect(refusal { _ = try TableFile.read([0x41, 0xFF]) }?.code == .notUTF8)
  }

  @Test func limitsHoldOnBothSides() throws {
    var limits = FileLimits()
    (limits.rows, limits.columns, limits.bytes) = (2, 2, 8)
    func what(_ text: String) -> String? { refusal { _ = try TableFile.read(Array(text.utf8), limits: limits) }?.details["what"] }
    #expect(what("a\n\nb\n\n") == nil)
    #expect(what("a\nb\nc") == "rows")
    #expect(what("a,b,\nc") == nil)
    #expect(what("a,b,c") == "columns")
    #expect(what("a,b\nc,de") == nil)
    #expect(what("a,b\nc,def") == "bytes")
  }
}
