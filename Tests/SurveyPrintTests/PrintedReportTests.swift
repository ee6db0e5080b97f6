import Foundation
import SurveyModel
import SyncKit
import Testing

@testable import SurveyPrint

@Suite struct PrintedReportTests {
  let survey: Survey
  let diagnosis: String
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let configuration = ReplicaConfiguration(tables: SurveySchema.tables, author: "lin", schemaVersion: SurveySchema.version)
    let replica = try Replica(
      path: folder.url.appendingPathComponent("survey.sqlite").path, configuration: configuration, migrate: SurveySchema.migrate)
    // A clock that stands, so that a report made twice is the same report.
    survey = Survey(replica, user: "lin", clock: { 1_795_000_000_000 })
    let enterprise = try survey.addEnterprise(EnterpriseDraft(name: "鹭岛精密电子（虚构）")).id
    diagnosis = try survey.startDiagnosis(of: enterprise).id
  }

  private func addFindings(_ count: Int, _ text: String = "设备未联网，数据靠人工抄录") throws {
    for index in 0..<count {
      _ = try survey.addFinding(FindingDraft(link: .production, objectives: [.quality], text: "\(text)\(index)"), to: diagnosis)
    }
  }

  private func sheets() throws -> [Sheet] {
    try Typesetter(survey.report(onDiagnosis: diagnosis).paper, Compositor()).sheets
  }

  private func pdf() throws -> [UInt8] { try PrintedReport(survey.report(onDiagnosis: diagnosis).paper).pdf() }

  @Test func thePDFIsOneAndTheSameReportGivesTheSameBytes() throws {
    try addFindings(3)
    let bytes = try pdf()
    #expect(bytes.starts(with: Array("%PDF-".utf8)))
    #expect(String(decoding: bytes.suffix(8), as: UTF8.self).contains("%%EOF"))
    #expect(try bytes == pdf())
  }

  @Test func moreFindingsTakeMorePages() throws {
    let few = try sheets().count
    try addFindings(60)
    #expect(try sheets().count > few)
  }

  @Test func nothingStandsBeyondTheMargins() throws {
    try addFindings(8)
    // A row as high as several pages, and a word that no line holds.
    try addFindings(1, String(repeating: "产线数据靠人工抄录，隔日汇总，误差无法追溯。", count: 250))
    try addFindings(1, String(repeating: "A", count: 900))
    let sheets = try sheets()
    let (floor, right) = (Metrics.height - Metrics.bottom, Metrics.width - Metrics.right + 0.5)
    for sheet in sheets.dropFirst() {
      // The last three marks of a page are its running lines.
      for mark in sheet.marks.dropLast(3) {
        switch mark {
        case .words(let block, let line, let x, let y, _):
          #expect(y >= Metrics.top && y + block.lines[line].height <= floor + 0.5 && x + block.width <= right)
        case .box(let x, let y, let width, let height, _): #expect(y >= Metrics.top && y + height <= floor + 0.5 && x + width <= right)
        case .rule(_, let y, let toX, let toY, _, _): #expect(y >= Metrics.top && toY <= floor + 0.5 && toX <= right)
        case .drawing(let drawing, let x, let y, let scale):
          #expect(y >= Metrics.top && y + drawing.height * scale <= floor + 0.5 && x + drawing.width * scale <= right)
        }
      }
    }
  }

  @Test func everyLineOfABrokenRowIsOnExactlyOnePage() throws {
    try addFindings(1, String(repeating: "产线数据靠人工抄录，隔日汇总，误差无法追溯。", count: 250))
    var placed: [ObjectIdentifier: (block: TextBlock, lines: [Int], pages: Set<Int>)] = [:]
    for (page, sheet) in try sheets().enumerated().dropFirst() {
      for case .words(let block, let line, _, _, _) in sheet.marks.dropLast(3) {
        placed[ObjectIdentifier(block), default: (block, [], [])].lines.append(line)
        placed[ObjectIdentifier(block)]?.pages.insert(page)
      }
    }
    let longest = try #require(placed.values.max { $0.block.lines.count < $1.block.lines.count })
    #expect(longest.pages.count >= 2)
    for one in placed.values where one.block.lines.count > 1 { #expect(one.lines == Array(one.block.lines.indices)) }
  }

  @Test func theTextOfThePDFCanBeReadBack() throws {
    try addFindings(40)
    let tool = ["/usr/bin/pdftotext", "/usr/local/bin/pdftotext", "/opt/homebrew/bin/pdftotext"].first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
    guard let tool else {
      // Not silently: the file's text stays unread on this machine.
      FileHandle.standardError.write(Data("pdftotext (poppler-utils) is not installed: the PDF's text is not read back\n".utf8))
      return
    }
    let file = folder.url.appendingPathComponent("report.pdf")
    try Data(pdf()).write(to: file)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: tool)
    process.arguments = ["-layout", file.path, "-"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let pages = text.split(separator: "\u{0C}", omittingEmptySubsequences: true)
    #expect(text.contains("企业数字化诊断报告"))
    #expect(text.contains("鹭岛精密电子（虚构）"))
    for index in 0..<40 { #expect(text.contains("人工抄录\(index)"), "\(index)") }
    let total = try sheets().count - 1
    for (index, page) in pages.enumerated().dropFirst() {
      #expect(page.filter { !$0.isWhitespace }.contains("第\(index)页共\(total)页"), "\(index)")
    }
    // The head of the findings' table comes again on each of its pages.
    #expect(pages.count { $0.contains("人工抄录") && $0.contains("佐证") } >= 2)
    #expect(pages.allSatisfy { !$0.contains("人工抄录") || $0.contains("佐证") })
  }
}

/// A folder that disappears with the test.
private final class TemporaryFolder {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("print-\(UUID().uuidString)", isDirectory: true)

  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(at: url) }
}
