import SurveyModel

/// Reads one sheet of a workbook (ECMA-376, XLSX): values only.
struct WorkbookReader {
  private let archive: Archive
  private let limits: FileLimits

  init(_ bytes: [UInt8], _ limits: FileLimits) throws {
    archive = try Archive(bytes, unpackedBytes: limits.unpackedBytes)
    self.limits = limits
  }

  /// The table of a sheet, or of the first that is shown.
  func table(_ name: String?) throws -> ImportTable {
    let book = try book()
    guard let sheet = name.map({ name in book.sheets.first { $0.name == name } }) ?? book.sheets.first(where: \.isShown) else {
      throw SurveyError(
        name == nil ? .workbookMalformed : .sheetUnknown,
        ["sheet": name ?? "", "allowed": book.sheets.map(\.name).joined(separator: "\n")])
    }
    guard let part = try targets()[sheet.relation] else { throw SurveyError(.workbookMalformed, ["part": sheet.name]) }
    let reader = SheetReader(
      texts: try sharedTexts(), dateStyles: try NumberStyles.dates(archive), countsFrom1904: book.countsFrom1904, limits: limits)
    return try reader.read(archive, part)
  }

  private struct Book {
    var sheets: [(name: String, relation: String, isShown: Bool)] = []
    var countsFrom1904 = false
  }

  private func book() throws -> Book {
    var book = Book()
    let scan = XMLScan("xl/workbook.xml")
    scan.onStart = { element, attributes in
      switch element {
      case "workbookPr": book.countsFrom1904 = ["1", "true", "on"].contains(attributes["date1904"] ?? "0")
      case "sheet":
        book.sheets.append((attributes["name"] ?? "", attributes["id"] ?? "", attributes["state"].map { $0 == "visible" } ?? true))
      default: break
      }
    }
    guard try scan.walk(archive) else { throw SurveyError(.workbookMalformed, ["part": "xl/workbook.xml"]) }
    return book
  }

  /// The parts by the relations that name them.
  private func targets() throws -> [String: String] {
    var targets: [String: String] = [:]
    let scan = XMLScan("xl/_rels/workbook.xml.rels")
    scan.onStart = { element, attributes in
      guard element == "Relationship", let id = attributes["Id"], let target = attributes["Target"] else { return }
      targets[id] = target.hasPrefix("/") ? String(target.dropFirst()) : "xl/" + target
    }
    _ = try scan.walk(archive)
    return targets
  }

  /// The texts that cells share, without the readings that stand above Chinese characters.
  private func sharedTexts() throws -> [String] {
    var texts: [String] = []
    var text = ""
    var isText = false
    var isReading = false
    let scan = XMLScan("xl/sharedStrings.xml")
    scan.onStart = { element, _ in
      switch element {
      case "si": text = ""
      case "rPh": isReading = true
      case "t": isText = !isReading
      default: break
      }
    }
    scan.onText = { if isText { text += $0 } }
    scan.onEnd = { element in
      switch element {
      case "si": texts.append(text)
      case "rPh": isReading = false
      case "t": isText = false
      default: break
      }
    }
    _ = try scan.walk(archive)
    return texts
  }
}
