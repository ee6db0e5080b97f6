import ArgumentParser
import SurveyModel

struct FindingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finding", abstract: Text("诊断发现:添加、修改、删除、列出", "Findings of a diagnosis: add, edit, delete, list").here,
    subcommands: [Add.self, Edit.self, Delete.self, List.self])

  /// What a finding says, as options.
  struct Contents: ParsableArguments {
    @Option(help: Choices.help(BusinessLink.self, Text("环节", "The link")))
    var link: String?

    @Option(
      name: [.customLong("objective"), .customLong("objectives")], parsing: .upToNextOption,
      help: Choices.help(Objective.self, Text("目标,可多个", "The objectives, one or more")))
    var objectives: [String] = []

    @Option(help: Text("发现的内容。", "What was found.").help)
    var text: String?

    @Option(help: Choices.help(Severity.self, Text("程度", "How grave")))
    var severity: String?

    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp(Text("佐证文件,可多个;只记摘要、文件名和大小。", "Files that prove it; digest, name and size are recorded.").here, valueName: "file"))
    var evidence: [String] = []

    func draft() throws -> FindingDraft {
      FindingDraft(
        link: try link.map { try BusinessLink.parse($0, field: "link") },
        objectives: objectives.isEmpty ? nil : try Choices.parse(objectives, Objective.self, field: "objective"), text: text,
        severity: try severity.map { try Severity.parse($0, field: "severity") })
    }
  }

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: Text("添加一条发现", "Add a finding").here)

    @Argument(help: Argued.diagnosis)
    var diagnosis: String

    @OptionGroup var contents: Contents
    @OptionGroup var common: CommonOptions

    func run() throws {
      let finding = try common.openSurvey().addFinding(contents.draft(), to: diagnosis, evidence: contents.evidence)
      try common.printer.show(finding) { printer in
        printer.say(Text("已添加。", "Added."))
        printer.line(finding.id)
      }
    }
  }

  struct Edit: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "edit", abstract: Text("修改一条发现,只改给出的内容", "Change a finding: only what is given").here)

    @Argument(help: FindingCommand.argument)
    var finding: String

    @OptionGroup var contents: Contents

    @Option(help: Argued.readToken)
    var readToken: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let finding = try common.openSurvey().editFinding(finding, contents.draft(), evidence: contents.evidence, reading: readToken)
      try common.printer.show(finding) { printer in
        printer.say(Text("已修改。", "Changed."))
        FindingCommand.tell(finding, printer)
      }
    }
  }

  struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "delete", abstract: Text("删除一条发现,佐证保留", "Delete a finding; its evidence stays").here)

    @Argument(help: FindingCommand.argument)
    var finding: String

    @Option(help: Argued.readToken)
    var readToken: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let finding = try common.openSurvey().deleteFinding(finding, reading: readToken)
      try common.printer.show(finding) { printer in printer.say(Text("已删除:\(finding.text)", "Deleted: \(finding.text)")) }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: Text("列出发现", "List findings").here)

    @Argument(help: Argued.owner)
    var owner: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let all = try common.openSurvey().findings(of: owner)
      try common.printer.show(all) { printer in
        if all.isEmpty { printer.note(Text("没有发现。", "No findings.")) }
        for finding in all { FindingCommand.tell(finding, printer) }
      }
    }
  }

  static let argument = ArgumentHelp(
    Text("发现编号(可只写开头)。", "The finding's identifier, or its beginning.").here, valueName: "finding")

  /// A finding on a line or two.
  static func tell(_ finding: Finding, _ printer: Printer) {
    let tags = finding.objectives.map { printer.name($0) }.joined(separator: "/")
    let severity = finding.severity.map { " [\(printer.name($0))]" } ?? ""
    printer.line("\(finding.id)  \(printer.name(finding.link)) · \(tags)\(severity)  \(finding.text)")
    for evidence in finding.evidence {
      printer.say(
        Text(
          "  佐证:\(evidence.fileName ?? "?") \(evidence.sha256?.prefix(12) ?? "")",
          "  evidence: \(evidence.fileName ?? "?") \(evidence.sha256?.prefix(12) ?? "")"))
    }
    printer.contested(finding.contested, of: "finding")
  }
}
