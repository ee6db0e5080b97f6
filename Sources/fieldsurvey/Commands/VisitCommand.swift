import ArgumentParser
import SurveyModel

struct VisitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "visit", abstract: Text("走访:开始、结束、更正日期、列出", "Visits: start, end, amend, list").here,
    subcommands: [Start.self, End.self, Amend.self, List.self])

  struct Start: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "start", abstract: Text("现在开始走访", "Start a visit now").here)

    @Argument(help: Argued.enterprise)
    var enterprise: String

    @Option(help: Choices.help(VisitKind.self, Text("类型", "The kind")))
    var kind = VisitKind.first.rawValue

    @Option(help: Text("地点。", "Where.").help)
    var place: String?

    @Option(help: Text("备注。", "Remarks.").help)
    var note: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let kind = try VisitKind.parse(kind, field: "kind")
      let visit = try common.openSurvey().startVisit(to: enterprise, kind: kind, place: place, note: note)
      try common.printer.show(visit) { printer in
        printer.say(Text("走访开始。", "The visit has started."))
        printer.line(visit.id)
      }
    }
  }

  struct End: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "end", abstract: Text("现在结束走访", "End a visit now").here)

    @Argument(help: ArgumentHelp(Text("走访编号(可只写开头)。", "The visit's identifier, or its beginning.").here, valueName: "visit"))
    var visit: String

    @Option(help: Text("补充备注。", "A remark, put behind what is there.").help)
    var note: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let visit = try common.openSurvey().endVisit(visit, note: note)
      try common.printer.show(visit) { printer in printer.say(Text("走访结束。", "The visit has ended.")) }
    }
  }

  /// For a visit whose device had a wrong clock.
  struct Amend: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "amend", abstract: Text("更正走访日期;原来的时间保留", "Say on which day a visit was in truth; what the clock showed stays").here)

    @Argument(help: ArgumentHelp(Text("走访编号(可只写开头)。", "The visit's identifier, or its beginning.").here, valueName: "visit"))
    var visit: String

    @Option(help: ArgumentHelp(Text("实际日期,如 2026-11-20。", "The day in truth, as 2026-11-20.").here, valueName: "day"))
    var on: String

    @Option(help: Text("原因。", "Why.").help)
    var because: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let visit = try common.openSurvey().amendVisit(visit, on: on, because: because)
      try common.printer.show(visit) { printer in printer.line(VisitCommand.line(visit, printer)) }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: Text("列出走访", "List visits").here)

    @Argument(help: Argued.enterprise)
    var enterprise: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let survey = try common.openSurvey()
      let visits = try survey.visits(to: enterprise)
      let late = try survey.lateRecords(of: enterprise).filter { $0.table == "visit" }
      try common.printer.show(visits) { printer in
        if visits.isEmpty { printer.note(Text("没有走访。", "No visits.")) }
        for visit in visits {
          printer.line(VisitCommand.line(visit, printer))
          for one in late where one.record == visit.id { printer.late(one) }
        }
      }
    }
  }

  /// A visit on one line.
  static func line(_ visit: Visit, _ printer: Printer) -> String {
    let end = visit.endedAt == nil ? Text("进行中", "under way")(printer.language) : printer.time(visit.endedAt)
    let amended = visit.visitedOn.map { day in
      let (by, why) = (visit.amendedBy ?? "", visit.amendedBecause ?? "")
      return Text("更正为 \(day)(\(by):\(why))", "amended to \(day) (\(by): \(why))")(printer.language)
    }
    return [
      visit.id, printer.name(visit.kind), "\(printer.time(visit.startedAt)) – \(end)", visit.user, visit.place ?? "", amended ?? "",
    ]
    .filter { !$0.isEmpty }.joined(separator: "  ")
  }
}
