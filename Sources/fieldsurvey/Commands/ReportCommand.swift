import ArgumentParser
import SurveyModel

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: Text("打印评测报告(Markdown)", "Print the report on an assessment (Markdown)").here)

  @Argument(help: Argued.assessment)
  var assessment: String

  @OptionGroup var common: CommonOptions

  func run() throws {
    let report = try common.openSurvey().report(on: assessment)
    try common.printer.show(report) { printer in
      var text = report.markdown(in: printer.language == .zh ? .chinese : .english)
      while text.hasSuffix("\n") { text.removeLast() }
      printer.line(text)
    }
  }
}
