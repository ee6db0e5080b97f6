import ArgumentParser
import SurveyModel

struct EraseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erase",
    abstract: Text("办公室:删除记录中的个人信息,并说明还有哪里留存", "At the office: erase what names a person, and tell what still holds it").here,
    discussion: Text(
      """
      内容立即不再显示;各设备同步后,由 fieldsurvey compact --keep-days 0 从记录中略去,各设备再同步一次即清除。
      已收回、停用或久未联系的设备,以及备份、归档、导出的文件不在其内:fieldsurvey erase status 逐台说明。
      """,
      """
      It is shown no more at once. When the devices have synced, `fieldsurvey compact --keep-days 0` leaves it out of the logs, and each device is clean
      after one more sync. Devices that were withdrawn, revoked or long away, backups, archives and exported files are not reached: `fieldsurvey
      erase status` tells of each device.
      """
    ).here, subcommands: [Field.self, List.self, Status.self])

  /// Erases one field of a record.
  struct Field: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "field", abstract: Text("删除一条记录的一个字段", "Erase one field of a record").here)

    @Argument(
      help: ArgumentHelp(Text("表,如 enterprise、survey_person。", "The table, as enterprise, survey_person.").here, valueName: "table"))
    var table: String

    @Argument(help: ArgumentHelp(Text("记录编号(可只写开头)。", "The record's identifier, or its beginning.").here, valueName: "record"))
    var record: String

    @Argument(help: ArgumentHelp(Text("列,如 contact、name。", "The column, as contact, name.").here, valueName: "column"))
    var column: String

    @Option(help: Text("依据和理由,会留存;请勿写出被删除的内容。", "The ground; it is kept. Do not repeat what is erased.").help)
    var because: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let survey = try common.openSurvey()
      let row = try RowFinder(survey.replica, table: table).find([record])
      let erasure = try survey.erase(column, of: row, because: because)
      try common.printer.show(erasure) { printer in
        printer.erasure(erasure)
        printer.note(
          Text(
            "已不再显示。等各设备同步后运行 fieldsurvey compact --keep-days 0;进展见 fieldsurvey erase status。",
            "It is shown no more. When the devices have synced, run fieldsurvey compact --keep-days 0; see fieldsurvey erase status."))
      }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: Text("删除的记录:何时、何人、为何", "What was erased: when, by whom, why").here)

    @OptionGroup var common: CommonOptions

    func run() throws {
      let all = try common.openSurvey().erasures()
      try common.printer.show(all) { printer in
        if all.isEmpty { printer.note(Text("没有删除过个人信息。", "Nothing was erased.")) }
        for erasure in all { printer.erasure(erasure) }
      }
    }
  }
}

extension Printer {
  /// An erasure on one line.
  func erasure(_ erasure: Erasure) {
    let (type, column) = (Failure.name(of: erasure.table), Survey.describe(column: erasure.column, of: erasure.table))
    let (by, at, why) = (erasure.decidedBy ?? "", time(erasure.decidedAt), erasure.reason ?? "")
    say(
      Text(
        "\(erasure.id)  \(type.zh) \(erasure.record) 的\(column.zh)  \(at) \(by):\(why)",
        "\(erasure.id)  \(column.en) of the \(type.en) \(erasure.record)  \(at) \(by): \(why)"))
  }
}
