import Foundation
import FoundationXML
import SurveyModel
import SyncKit
import Testing

@testable import SurveyWeb

@Suite struct ReportPageTests {
  let survey: Survey
  let diagnosis: String
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    survey = try Survey(path: folder.url.appendingPathComponent("survey.sqlite").path, user: "lin")
    let enterprise = try survey.addEnterprise(EnterpriseDraft(name: #"鹭岛 & <b>精密</b> "电子""#)).id
    diagnosis = try survey.startDiagnosis(of: enterprise).id
    _ = try survey.addFinding(
      FindingDraft(link: .production, objectives: [.quality], text: #"<script>alert("x")</script> & ]]> \#u{1B}[31m\#u{202E}一行"# + "\n二行"),
      to: diagnosis)
    let assessment = try survey.startAssessment(of: enterprise).id
    try survey.answer(assessment, with: Answers(scenes: [1: 2, 2: 0]))
  }

  private var page: String { get throws { ReportPage(try survey.report(onDiagnosis: diagnosis).paper).html } }

  @Test func whatPeopleWroteIsTextAndNeverMarkup() throws {
    let page = try page
    #expect(!page.contains("<script"))
    #expect(page.contains("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; ]]&gt; [31m一行<br/>二行"))
    #expect(page.contains("鹭岛 &amp; &lt;b&gt;精密&lt;/b&gt; &quot;电子&quot;"))
    #expect(!page.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
  }

  @Test func aPageIsWellFormedAndSaysAllThatTheReportSays() throws {
    let reader = PageReader()
    let parser = XMLParser(data: Data(try page.utf8))
    parser.delegate = reader
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    for title in ["企业数字化诊断报告", "一、基本信息", "五、诊断发现", "十二、签章", "草稿：本诊断尚未定稿", "未填写"] {
      #expect(reader.text.contains(title), "\(title)")
    }
    #expect(reader.elements["svg"] == 2)
    #expect(reader.elements["script"] == nil)
    #expect(reader.elements["thead"] ?? 0 >= 3)
  }

  @Test func aPageLoadsNothing() throws {
    let page = try page
    #expect(page.contains("default-src 'none'") || page.contains("default-src &#39;none&#39;"))
    for word in ["src=", "href=", "url(", "@import"] { #expect(!page.contains(word), "\(word)") }
    // The name of SVG is an address, and the only one.
    #expect(page.components(separatedBy: "http").count - 1 == page.components(separatedBy: "http://www.w3.org/2000/svg").count - 1 + 1)
  }

  @Test func numbersOfADrawingAreShortAndExact() {
    let cases: [(Double, String)] = [(0, "0"), (1.5, "1.5"), (2.346, "2.35"), (-0.5, "-0.5"), (100.004, "100"), (0.07, "0.07")]
    for (value, text) in cases { #expect(HTML.number(value) == text) }
  }
}

/// What a parser of XML finds in a page.
private final class PageReader: NSObject, XMLParserDelegate {
  var elements: [String: Int] = [:]
  var text = ""

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?, attributes: [String: String]
  ) {
    elements[name, default: 0] += 1
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}

/// A folder that disappears with the test.
private final class TemporaryFolder {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("page-\(UUID().uuidString)", isDirectory: true)

  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(at: url) }
}
