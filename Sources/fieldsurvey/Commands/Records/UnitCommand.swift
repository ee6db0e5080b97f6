import ArgumentParser
import SurveyModel

/// Under whom an enterprise reports from which day on, and how many each has.
struct UnitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unit", abstract: Text("上报单位变更", "Change of reporting unit").here,
    subcommands: RecordCommand<UnitNoun>.subcommands + [Tally.self])

  struct Tally: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "tally", abstract: Text("某季度各上报单位的名单企业数,每家只计一次", "The list by reporting unit in a quarter, each enterprise once").here)

    @Argument(help: SnapshotCommand.quarter)
    var quarter: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let all = try common.openSurvey().unitTally(in: quarter)
      try common.printer.show(all) { printer in
        if all.isEmpty { return printer.note(Text("名单上没有企业。", "The list is empty.")) }
        printer.table([Text("上报单位", "unit"), Text("家数", "enterprises")], all.map { [printer.name($0.unit), "\($0.count)"] }, right: [1])
      }
    }
  }
}

enum UnitNoun: RecordNoun {
  static let type = RecordType.unitTransfer
  static let path = "unit"
}
