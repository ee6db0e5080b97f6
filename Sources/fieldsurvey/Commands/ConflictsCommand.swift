import ArgumentParser
import SurveyModel
import SyncCore
import SyncKit

struct ConflictsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conflicts", abstract: Text("多人改得不同之处:查看与裁定", "What several people wrote differently: look and settle").here,
    subcommands: [List.self, Show.self, Settle.self], defaultSubcommand: List.self)

  /// Which conflicts are meant.
  struct Filter: ParsableArguments {
    @Option(help: Text("只看这一种记录,如 answer、scene、need。", "Only this kind of record, as answer, scene, need.").help)
    var table: String?

    @Option(
      help: Text("只看这家企业:编号(可只写开头)或信用代码。", "Only this enterprise: an identifier (the beginning will do) or a credit code.").help)
    var enterprise: String?

    func conflicts(_ survey: Survey) throws -> [Conflict] {
      let scope = try enterprise.flatMap { ScopeID(try survey.enterprise($0).enterprise.id) }
      return try survey.replica.conflicts(in: scope).filter { table == nil || $0.row.table == table }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: Text("列出全部冲突(加 --json 给出完整内容)", "List them all (with --json in full)").here)

    @OptionGroup var filter: Filter
    @OptionGroup var common: CommonOptions

    func run() throws {
      let printer = common.printer
      let survey = try common.openSurvey()
      let records = try filter.conflicts(survey).map { try ConflictRecord($0, survey, printer.language) }
      try printer.show(records) { printer in
        guard !records.isEmpty else { return printer.say(Text("没有冲突。", "There are no conflicts.")) }
        printer.table(
          [Text("编号", "id"), Text("企业", "enterprise"), Text("内容", "what"), Text("各方的值", "values")],
          records.map {
            [$0.id, $0.enterprise ?? String($0.scope.prefix(8)), "\($0.tableName) · \($0.row) · \($0.columnName)", $0.summary]
          })
        printer.note(Text("查看:fieldsurvey conflicts show 编号", "Look: fieldsurvey conflicts show ID"))
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: Text(
        "一处冲突的全部情况:值、作者、当时读到什么、两个时钟、对等级的影响",
        "All about conflicts: values, authors, what each had read, both clocks, the effect on the level"
      ).here)

    @Argument(help: ArgumentHelp(Text("冲突编号(可只写开头);不写则全部。", "Identifiers, or their beginnings; all when left out.").here, valueName: "id"))
    var ids: [String] = []

    @OptionGroup var filter: Filter
    @OptionGroup var common: CommonOptions

    func run() throws {
      let printer = common.printer
      let survey = try common.openSurvey()
      let all = try filter.conflicts(survey)
      let wanted = ids.isEmpty ? all : try ids.map { try all.one($0) }
      let records = try wanted.map { try ConflictRecord($0, survey, printer.language) }
      // One identifier, one object: what a script asks for is what it gets.
      if printer.isJSON, ids.count == 1, let record = records.first { return try printer.json(record) }
      try printer.show(records) { printer in
        if records.isEmpty { printer.say(Text("没有冲突。", "There are no conflicts.")) }
        for record in records { record.tell(printer) }
      }
    }
  }
}

extension [Conflict] {
  /// The conflict that the beginning of an identifier names.
  func one(_ text: String) throws -> Conflict {
    let wanted = text.lowercased()
    let found = filter { !wanted.isEmpty && $0.id.hasPrefix(wanted) }
    guard let first = found.first else {
      throw Failure.notFound(
        Text("冲突", "conflict"), id: text,
        next: Text(
          "编号会随内容变化,请重新查看:fieldsurvey conflicts list。", "Identifiers change with what they name; look again: fieldsurvey conflicts list."))
    }
    guard found.count == 1 else {
      throw Failure.badInput(
        Text("“\(text)”对应 \(found.count) 处冲突,请写长一些。", "\"\(text)\" fits \(found.count) conflicts; write more of it."), code: "ambiguous")
    }
    return first
  }
}
