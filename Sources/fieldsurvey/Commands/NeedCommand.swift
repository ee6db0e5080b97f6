import ArgumentParser
import SurveyModel

struct NeedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "need", abstract: Text("改造需求:添加、修改、删除、列出", "Needs for transformation: add, edit, delete, list").here,
    subcommands: [Add.self, Edit.self, Delete.self, List.self])

  /// What a need says, as options.
  struct Contents: ParsableArguments {
    @Option(help: Choices.help(BusinessLink.self, Text("环节", "The link")))
    var link: String?

    @Option(help: Choices.help(Objective.self, Text("目标", "The objective")))
    var objective: String?

    @Option(help: Text("需求的内容。", "What is needed.").help)
    var text: String?

    @Option(help: Choices.help(RequirementScope.self, Text("性质(默认个性)", "Whose need (individual by default)")))
    var scope: String?

    @Option(help: Text("优先级 1–99,1 最先。", "The priority, 1–99; 1 is first.").help)
    var priority: String?

    @Option(
      help: ArgumentHelp(
        Text("预算,单位元,也可写 8.5万 或 8.5万元。", "The budget in yuan; 8.5万 means 85000.").here, valueName: "yuan"))
    var budget: String?

    func draft() throws -> NeedDraft {
      NeedDraft(
        scope: try scope.map { try RequirementScope.parse($0, field: "scope") },
        link: try link.map { try BusinessLink.parse($0, field: "link") },
        objective: try objective.map { try Objective.parse($0, field: "objective") }, text: text,
        priority: try priority.map { try Number.whole($0, field: "priority") },
        budgetFen: try budget.map { try Number.fen($0, field: "budget") })
    }
  }

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: Text("添加一条需求", "Add a need").here)

    @Argument(help: Argued.owner)
    var owner: String

    @OptionGroup var contents: Contents
    @OptionGroup var common: CommonOptions

    func run() throws {
      let need = try common.openSurvey().addNeed(contents.draft(), to: owner)
      try common.printer.show(need) { printer in
        printer.say(Text("已添加。", "Added."))
        printer.line(need.id)
      }
    }
  }

  struct Edit: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "edit", abstract: Text("修改一条需求,只改给出的内容", "Change a need: only what is given").here)

    @Argument(help: NeedCommand.argument)
    var need: String

    @OptionGroup var contents: Contents

    @Option(help: Argued.readToken)
    var readToken: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let need = try common.openSurvey().editNeed(need, contents.draft(), reading: readToken)
      try common.printer.show(need) { printer in
        printer.say(Text("已修改。", "Changed."))
        NeedCommand.tell(need, printer)
      }
    }
  }

  struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "delete", abstract: Text("删除一条需求", "Delete a need").here)

    @Argument(help: NeedCommand.argument)
    var need: String

    @Option(help: Argued.readToken)
    var readToken: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let need = try common.openSurvey().deleteNeed(need, reading: readToken)
      try common.printer.show(need) { printer in printer.say(Text("已删除:\(need.text)", "Deleted: \(need.text)")) }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: Text("列出需求", "List needs").here)

    @Argument(help: Argued.owner)
    var owner: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let all = try common.openSurvey().needs(of: owner)
      try common.printer.show(all) { printer in
        if all.isEmpty { printer.note(Text("没有需求。", "No needs.")) }
        for need in all { NeedCommand.tell(need, printer) }
      }
    }
  }

  static let argument = ArgumentHelp(Text("需求编号(可只写开头)。", "The need's identifier, or its beginning.").here, valueName: "need")

  /// A need on a line or two.
  static func tell(_ need: Need, _ printer: Printer) {
    let facts = [
      printer.name(need.link), printer.name(need.scope), printer.name(need.objective), need.priority.map { "#\($0)" } ?? "",
      need.budgetFen.map { Text(Money.text(fen: $0), Money.textEn(fen: $0))(printer.language) } ?? "",
    ].filter { !$0.isEmpty }.joined(separator: " · ")
    printer.line("\(need.id)  \(facts)  \(need.text)")
    printer.contested(need.contested, of: "need")
  }
}

/// Numbers as people type them.
enum Number {
  /// A whole number of 0 or more; full width will do.
  static func whole(_ text: String, field: String) throws -> Int {
    guard let number = TypedNumber.whole(text) else { throw SurveyError(.valueInvalid, ["field": field, "value": text]) }
    return number
  }

  /// Points with up to three decimals, in milli-points.
  static func milliPoints(_ text: String, field: String) throws -> Int {
    guard let number = TypedNumber.thousandths(text) else { throw SurveyError(.valueInvalid, ["field": field, "value": text]) }
    return number
  }

  /// An amount of money in fen.
  static func fen(_ text: String, field: String) throws -> Int {
    guard let fen = Money.fen(text) else { throw SurveyError(.valueInvalid, ["field": field, "value": text]) }
    return fen
  }
}
