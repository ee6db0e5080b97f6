import CXlsxWriter
import SurveyFiles
import SurveyModel
import Testing

@Suite struct WorkbookReaderTests {
  let desk: Desk

  init() throws { desk = try Desk() }

  private func cells(_ bytes: [UInt8], sheet: String? = nil) throws -> [[String]] {
    try TableFile.read(bytes, sheet: sheet).rows.map(\.cells)
  }

  private func code(_ bytes: [UInt8], _ limits: FileLimits = FileLimits()) -> SurveyError.Code? {
    refusal { _ = try TableFile.read(bytes, limits: limits) }?.code
  }

  @Test func textNumbersAndDatesAreReadAsTheyAreShown() throws {
    let bytes = try Book.written(in: desk) { sheet, format in
      worksheet_write_string(sheet, 0, 0, "名称", nil)
      worksheet_write_string(sheet, 2, 0, " 甲 ", nil)
      worksheet_write_number(sheet, 2, 1, 0.1 + 0.2, nil)
      worksheet_write_number(sheet, 2, 2, 2345.67, format("#,##0.00"))
      worksheet_write_number(sheet, 2, 3, 12_345_678_901_234, nil)
      worksheet_write_boolean(sheet, 2, 4, 1, nil)
      var day = lxw_datetime(year: 2024, month: 2, day: 29, hour: 0, min: 0, sec: 0)
      worksheet_write_datetime(sheet, 2, 5, &day, format("yyyy\"年\"m\"月\"d\"日\""))
      worksheet_write_number(sheet, 2, 6, 0.000_012_5, nil)
      worksheet_write_number(sheet, 2, 7, 45_000, format("[Red]0\"d\""))
      worksheet_write_blank(sheet, 2, 8, format("0.00"))
    }
    let table = try TableFile.read(bytes)
    #expect(table.rows.map(\.number) == [1, 3])
    #expect(table.rows[1].cells == [" 甲 ", "0.3", "2345.67", "12345678901234", "是", "2024-02-29", "0.0000125", "45000"])
    #expect(table.faults.isEmpty)
  }

  @Test func daysAreCountedFromEitherBeginning() throws {
    let sheet = """
      <sheetData><row r="1"><c s="1"><v>1</v></c><c s="1"><v>59</v></c><c s="1"><v>61</v></c><c s="1"><v>45351</v></c>\
      <c s="1"><v>45351.5</v></c></row></sheetData>
      """
    let styles = "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"31\"/></cellXfs></styleSheet>"
    #expect(
      try cells(Book.made(in: desk, sheet: sheet, styles: styles)) == [
        ["1900-01-01", "1900-02-28", "1900-03-01", "2024-02-29", "2024-02-29 12:00:00"]
      ])
    let later = try Book.made(in: desk, sheet: sheet, styles: styles, properties: "<x:workbookPr date1904=\"1\"/>")
    #expect(try cells(later)[0].prefix(2) == ["1904-01-02", "1904-02-29"])
    let noDay = try Book.made(
      in: desk, sheet: "<sheetData><row r=\"4\"><c r=\"B4\" s=\"1\"><v>60</v></c></row></sheetData>", styles: styles)
    let fault = try #require(TableFile.read(noDay).faults.first)
    #expect(fault.code == .cellDateInvalid)
    #expect((fault.row, fault.column) == (4, 1))
  }

  @Test func sharedAndInlineTextsAreJoinedWithoutTheirReadings() throws {
    let texts = "<sst><si><t>甲</t></si><si><r><t>乙</t></r><r><t xml:space=\"preserve\"> 丙</t></r><rPh><t>yi</t></rPh></si></sst>"
    let sheet = """
      <sheetData><row><c t="s"><v>1</v></c><c t="s"><v>0</v></c><c t="s"><v>9</v></c><c t="inlineStr"><is><r><t>丁</t></r><r><t>戊</t></r></is>\
      </c><c t="str"><v>己</v></c></row></sheetData>
      """
    #expect(try cells(Book.made(in: desk, sheet: sheet, texts: texts)) == [["乙 丙", "甲", "", "丁戊", "己"]])
  }

  @Test func theFirstSheetThatIsShownIsReadUnlessAnotherIsNamed() throws {
    let sheets = """
      <x:sheet name="甲" sheetId="1" r:id="r1" state="hidden"/><x:sheet name="乙" sheetId="2" r:id="r2"/>
      """
    let bytes = try Book.made(
      in: desk, sheet: "<sheetData><row><c t=\"str\"><v>甲表</v></c></row></sheetData>", sheets: sheets)
    #expect(try cells(bytes) == [["乙表"]])
    #expect(try cells(bytes, sheet: "甲") == [["甲表"]])
    let unknown = refusal { _ = try cells(bytes, sheet: "丙") }
    #expect(unknown?.code == .sheetUnknown)
    #expect(unknown?.details["allowed"] == "甲\n乙")
  }

  @Test func formulasMergesErrorsAndLostDigitsAreFaultsOfTheirCells() throws {
    let bytes = try Book.written(in: desk) { sheet, _ in
      worksheet_write_string(sheet, 0, 0, "名称", nil)
      worksheet_merge_range(sheet, 1, 0, 2, 1, "合并", nil)
      worksheet_write_formula_num(sheet, 3, 1, "=1+1", nil, 2)
      worksheet_write_number(sheet, 4, 2, 913_502_060_000_000_000, nil)
    }
    let faults = try TableFile.read(bytes).faults.map { "\($0.row),\($0.column) \($0.code)" }
    #expect(faults.sorted() == ["2,0 cells-merged", "4,1 cell-formula", "5,2 cell-digits-lost"])
    let error = try Book.made(in: desk, sheet: "<sheetData><row r=\"2\"><c r=\"C2\" t=\"e\"><v>#N/A</v></c></row></sheetData>")
    #expect(try TableFile.read(error).faults.map(\.code) == [.cellError])
  }

  @Test func whatIsNoWorkbookIsNamedForWhatItIs() throws {
    let old: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1] + Array(repeating: 0, count: 600)
    #expect(code(old) == .workbookOld)
    let encrypted = old + "EncryptedPackage".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    #expect(code(encrypted) == .workbookEncrypted)
    #expect(try code(Book.made(in: desk, sheet: "<sheetData/>", password: "x")) == .workbookEncrypted)
    #expect(try code(Book.archive(in: desk, [("word/document.xml", "<a/>")])) == .workbookMalformed)
    #expect(code(Array("PK\u{3}\u{4}".utf8)) == .workbookMalformed)
    #expect(try code(Book.made(in: desk, sheet: "<sheetData><row>")) == .workbookMalformed)
    #expect(refusal { _ = try TableFile.read(Array("a\n1".utf8), sheet: "甲") }?.code == .sheetUnknown)
  }

  @Test func aCutWorkbookIsRefusedWhereverItIsCut() throws {
    let bytes = try Book.written(in: desk) { sheet, _ in worksheet_write_string(sheet, 0, 0, "名称", nil) }
    for end in stride(from: 4, to: bytes.count, by: 97) {
      #expect(code(Array(bytes[..<end])) == .workbookMalformed, "cut at \(end)")
    }
  }

  @Test func aDocumentTypeIsRefusedSoThatNoEntityCanGrow() throws {
    let parts = [("xl/workbook.xml", "<!DOCTYPE a [<!ENTITY b \"bbbbbbbb\">]><workbook>&b;</workbook>")]
    #expect(try code(Book.archive(in: desk, parts)) == .workbookMalformed)
  }

  @Test func aBombUnfoldsNoFurtherThanItsLimit() throws {
    let sheet = "<sheetData>" + String(repeating: " ", count: 4 << 20) + "</sheetData>"
    let bytes = try Book.made(in: desk, sheet: sheet)
    #expect(bytes.count < 1 << 16)
    var limits = FileLimits()
    limits.unpackedBytes = 4 << 20
    let error = refusal { _ = try TableFile.read(bytes, limits: limits) }
    #expect(error?.code == .fileTooLarge)
    #expect(error?.details["what"] == "unpackedBytes")
    limits.unpackedBytes = 5 << 20
    #expect(code(bytes, limits) == nil)
  }

  @Test func rowsAndColumnsHaveLimitsOnBothSides() throws {
    var limits = FileLimits()
    (limits.rows, limits.columns) = (2, 2)
    func what(_ sheet: String) throws -> String? {
      let bytes = try Book.made(in: desk, sheet: "<sheetData>\(sheet)</sheetData>")
      return refusal { _ = try TableFile.read(bytes, limits: limits) }?.details["what"]
    }
    let cell = "<c t=\"str\"><v>甲</v></c>"
    #expect(try what("<row>\(cell)</row><row/><row>\(cell)</row>") == nil)
    #expect(try what("<row>\(cell)</row><row>\(cell)</row><row>\(cell)</row>") == "rows")
    #expect(try what("<row>\(cell)\(cell)<c/></row>") == nil)
    #expect(try what("<row>\(cell)\(cell)\(cell)</row>") == "columns")
  }
}
