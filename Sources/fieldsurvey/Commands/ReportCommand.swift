import ArgumentParser
import SurveyFiles
import SurveyModel
import SurveyPrint
import SurveyWeb

/// The reports. Without a word for which, it is the one on an assessment.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: Text("报告:评测、诊断、验收档案", "Reports: on an assessment, a diagnosis, an acceptance").here,
    subcommands: [Assessment.self, Diagnosis.self, Acceptance.self], defaultSubcommand: Assessment.self)

  struct Assessment: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "assessment", abstract: Text("打印评测报告(Markdown)", "Print the report on an assessment (Markdown)").here)

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

  struct Diagnosis: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "diagnosis", abstract: Text("企业数字化诊断报告(HTML 或 PDF)", "The report on a diagnosis, in Chinese (HTML or PDF)").here)

    @Argument(help: Argued.diagnosis)
    var diagnosis: String

    @OptionGroup var target: ReportTarget

    @OptionGroup var common: CommonOptions

    func run() throws {
      try target.check(common)
      let home = try common.openHome()
      let report = try home.survey().report(onDiagnosis: diagnosis, enrolled: home.people())
      try target.deliver(report, report.paper, common)
    }
  }

  struct Acceptance: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "acceptance",
      abstract: Text("验收档案(一企一档,HTML 或 PDF)", "An enterprise's acceptance file, in Chinese (HTML or PDF)").here)

    @Argument(help: Argued.enterprise)
    var enterprise: String

    @OptionGroup var target: ReportTarget

    @OptionGroup var common: CommonOptions

    func run() throws {
      try target.check(common)
      let home = try common.openHome()
      let file = try home.survey().acceptanceFile(of: enterprise, enrolled: home.people())
      try target.deliver(file, file.paper, common)
    }
  }
}

/// Where a report goes: a file whose ending says what it is, or what it holds to stdout as JSON.
struct ReportTarget: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      Text("要写的文件,以 .html 或 .pdf 结尾。", "The file to write, which ends in .html or .pdf.").here, valueName: "file"), completion: .file())
  var out: String?

  @Flag(help: Text("已有同名文件时覆盖。", "Take the place of a file that is there.").help)
  var force = false

  private enum Format: String {
    case html, pdf
  }

  /// Whatever can be seen to be wrong before anything is read.
  func check(_ common: CommonOptions) throws {
    guard let out else {
      if common.json { return }
      throw ValidationError(Text("需要 --out 文件(.html 或 .pdf),或 --json。", "Give --out FILE (.html or .pdf), or --json.").here)
    }
    _ = try format(of: out)
    try OutputFile.requireFree(out, replacing: force)
  }

  /// Writes the file, if one is named, and tells so; with `--json` the content is the result.
  func deliver(_ content: some Encodable, _ paper: Paper, _ common: CommonOptions) throws {
    if let out {
      let bytes =
        switch try format(of: out) {
        case .html: Array(ReportPage(paper).html.utf8)
        case .pdf: try PrintedReport(paper).pdf()
        }
      try OutputFile.write(bytes, to: out, replacing: force)
    }
    try common.printer.show(content) { printer in
      guard let out else { return }
      printer.say(Text("已写出 \(out)。", "Wrote \(out)."))
    }
  }

  private func format(of path: String) throws -> Format {
    let ending = path.split(separator: "/").last.map { $0.split(separator: ".", omittingEmptySubsequences: false) } ?? []
    guard ending.count > 1, let format = ending.last.flatMap({ Format(rawValue: $0.lowercased()) }) else {
      throw Failure.badInput(
        Text("不知道要写成什么:\(path)", "It cannot be told what to write: \(path)"), code: "format-unknown",
        next: Text("文件名请以 .html 或 .pdf 结尾。", "Let the file's name end in .html or .pdf."), details: ["path": path])
    }
    return format
  }
}
