import CXlsxWriter
import CZip
import Foundation
import SurveyModel

/// Workbooks for tests: written by the library that offices' tools use, or part by part as no tool would.
enum Book {
  /// A workbook that a body fills: the sheet, and a way to make formats.
  static func written(
    in desk: Desk, _ name: String = "book.xlsx",
    _ body: (UnsafeMutablePointer<lxw_worksheet>, (String) -> UnsafeMutablePointer<lxw_format>?) -> Void
  ) throws -> [UInt8] {
    let path = desk.path(name)
    let workbook = workbook_new(path)
    guard let sheet = workbook_add_worksheet(workbook, "名单") else { throw CocoaError(.fileWriteUnknown) }
    body(sheet) { number in
      let format = workbook_add_format(workbook)
      format_set_num_format(format, number)
      return format
    }
    workbook_close(workbook)
    return try desk.bytes(path)
  }

  /// An archive of these parts.
  static func archive(in desk: Desk, _ parts: [(name: String, text: String)], password: String? = nil) throws -> [UInt8] {
    let path = desk.path("made.zip")
    try? FileManager.default.removeItem(atPath: path)
    let archive = zip_open(path, ZIP_CREATE, nil)
    // What is read when the archive is closed has to live until then.
    let kept = parts.map { part in
      let bytes = Array(part.text.utf8)
      let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(bytes.count, 1))
      _ = buffer.initialize(from: bytes)
      return (part.name, buffer, bytes.count)
    }
    defer { for part in kept { part.1.deallocate() } }
    for (name, buffer, count) in kept {
      let source = zip_source_buffer(archive, buffer.baseAddress, zip_uint64_t(count), 0)
      let index = zip_file_add(archive, name, source, zip_flags_t(ZIP_FL_ENC_UTF_8))
      if let password { zip_file_set_encryption(archive, zip_uint64_t(index), UInt16(ZIP_EM_TRAD_PKWARE), password) }
    }
    guard zip_close(archive) == 0 else { throw CocoaError(.fileWriteUnknown) }
    return try desk.bytes(path)
  }

  /// A workbook with one sheet, whose XML is given; with shared texts and styles where there are any.
  static func made(
    in desk: Desk, sheet: String, texts: String? = nil, styles: String? = nil, properties: String = "", sheets: String? = nil,
    password: String? = nil
  ) throws -> [UInt8] {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    let listed = sheets ?? "<x:sheet name=\"甲\" sheetId=\"1\" r:id=\"r1\"/>"
    var parts = [
      (
        "xl/workbook.xml",
        "<x:workbook xmlns:x=\"\(main)\" xmlns:r=\"\(relations)\">\(properties)<x:sheets>\(listed)</x:sheets></x:workbook>"
      ),
      (
        "xl/_rels/workbook.xml.rels",
        "<Relationships><Relationship Id=\"r1\" Target=\"worksheets/a.xml\"/><Relationship Id=\"r2\" Target=\"/xl/worksheets/b.xml\"/></Relationships>"
      ),
      ("xl/worksheets/a.xml", "<worksheet xmlns=\"\(main)\">\(sheet)</worksheet>"),
      ("xl/worksheets/b.xml", "<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>乙表</t></is></c></row></sheetData></worksheet>"),
    ]
    if let texts { parts.append(("xl/sharedStrings.xml", texts)) }
    if let styles { parts.append(("xl/styles.xml", styles)) }
    return try archive(in: desk, parts, password: password)
  }
}
