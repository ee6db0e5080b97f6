import ArgumentParser
import SurveyModel

struct ConflictsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conflicts", abstract: Text("多人改得不同之处:查看与裁定", "What several people wrote differently: look and settle").here,
    subcommands: [List.self, Show.self, Settle.self, Revisit.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: Text("列出冲突,一次一页(加 --json 给出完整内容)", "List them by the page (with --json in full)").here)

    @OptionGroup var paging: Paging
    @OptionGroup var filter: ConflictFilter
    @OptionGroup var common: CommonOptions

    func run() throws {
      let printer = common.printer
      let survey = try common.openSurvey()
      let list = try ConflictList(paging.page(survey, filter, isJSON: printer.isJSON), filter, survey, printer.language)
      try printer.show(list) { printer in
        guard !list.conflicts.isEmpty else { return printer.say(Text("没有冲突。", "There are no conflicts.")) }
        printer.table(
          [Text("编号", "id"), Text("企业", "enterprise"), Text("内容", "what"), Text("各方的值", "values")],
          list.conflicts.map {
            [$0.id, $0.enterprise ?? String($0.scope.prefix(8)), "\($0.tableName) · \($0.row) · \($0.columnName)", $0.summary(printer)]
          })
        list.tellRest(printer, command: "list")
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

    @Argument(
      help: ArgumentHelp(Text("冲突编号(可只写开头);不写则一次一页。", "Identifiers, or their beginnings; by the page when left out.").here, valueName: "id")
    )
    var ids: [String] = []

    @OptionGroup var paging: Paging
    @OptionGroup var filter: ConflictFilter
    @OptionGroup var common: CommonOptions

    func run() throws {
      let printer = common.printer
      let survey = try common.openSurvey()
      guard !ids.isEmpty else {
        let list = try ConflictList(paging.page(survey, filter, isJSON: printer.isJSON), filter, survey, printer.language)
        return try printer.show(list) { printer in
          if list.conflicts.isEmpty { printer.say(Text("没有冲突。", "There are no conflicts.")) }
          for record in list.conflicts { record.tell(printer) }
          list.tellRest(printer, command: "show")
        }
      }
      let records = try filter.conflicts(survey, named: ids).map { try ConflictRecord($0, survey, printer.language) }
      // One identifier, one object: what a script asks for is what it gets.
      if printer.isJSON, ids.count == 1, let record = records.first { return try printer.json(record) }
      try printer.show(records) { printer in
        for record in records { record.tell(printer) }
      }
    }
  }
}
