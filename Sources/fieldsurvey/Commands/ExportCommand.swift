import ArgumentParser
import SurveyFiles
import SurveyModel

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: Text("导出:XLSX、CSV、厂区地图、国家平台", "Export: XLSX, CSV, a map of sites, the national platform").here,
    discussion: Text(
      "同样的内容导出同样的文件。联系人默认不导出。已有的文件不覆盖,除非加 --force。",
      "The same state makes the same file. Contacts are left out by default. A file that is there is replaced only with --force."
    ).here,
    subcommands: [Workbook.self, CSV.self, Map.self, Platform.self])

  /// Where to, for all.
  struct Target: ParsableArguments {
    @Option(name: .customLong("out"), help: ArgumentHelp(Text("写到哪里。", "Where to.").here, valueName: "path"), completion: .file())
    var path: String

    @Flag(help: Text("覆盖已有的文件。", "Replace a file that is there.").help)
    var force = false
  }

  /// Which records, for tables.
  struct Choice: ParsableArguments {
    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp(
        Text("只导出这些记录,如 enterprise contract(默认全部)。", "Only these kinds, as enterprise contract (by default all).").here, valueName: "kind"))
    var kind: [String] = []

    @OptionGroup var database: Database
    @OptionGroup var contacts: Contacts

    func kinds() throws -> [ExportKind] { try ExportKind.chosen(kind, database.chosen()) }
  }

  /// Which of the four databases.
  struct Database: ParsableArguments {
    @Option(help: Choices.help(ServiceDatabase.self, Text("只导出四个数据库之一", "Only one of the four databases")))
    var database: String?

    func chosen() throws -> ServiceDatabase? { try database.map { try ServiceDatabase.parse($0, field: "database") } }
  }

  /// Whether personal data is among it.
  struct Contacts: ParsableArguments {
    @Flag(help: Text("连同联系人(个人信息)。", "With contacts, which are personal data.").help)
    var withContacts = false
  }

  struct Workbook: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "xlsx", abstract: Text("写成一个工作簿,每类记录一张表,金额以元计", "A workbook with a sheet for each kind, money in yuan").here)

    @OptionGroup var target: Target
    @OptionGroup var choice: Choice
    @OptionGroup var common: CommonOptions

    func run() throws {
      try common.tell(
        common.openSurvey().writeWorkbook(
          choice.kinds(), to: target.path, withContacts: choice.contacts.withContacts, replacing: target.force))
    }
  }

  struct CSV: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "csv", abstract: Text("写成 CSV,每类记录一个文件", "CSV, a file for each kind, into a folder").here)

    @OptionGroup var target: Target
    @OptionGroup var choice: Choice
    @OptionGroup var common: CommonOptions

    func run() throws {
      try common.tell(
        common.openSurvey().writeCSV(
          choice.kinds(), into: target.path, withContacts: choice.contacts.withContacts, replacing: target.force))
    }
  }

  struct Map: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "geojson", abstract: Text("把有坐标的厂区写成 GeoJSON(WGS 84)", "The sites that have coordinates as GeoJSON (WGS 84)").here)

    @OptionGroup var target: Target
    @OptionGroup var common: CommonOptions

    func run() throws { try common.tell(common.openSurvey().writeMap(to: target.path, replacing: target.force)) }
  }

  struct Platform: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "platform",
      abstract: Text("写成国家试点城市管理平台的 JSON,带摘要;每次导出记入旁边的 .trail.jsonl", "JSON for the national platform, with its digest").here)

    @OptionGroup var target: Target
    @OptionGroup var database: Database
    @OptionGroup var contacts: Contacts
    @OptionGroup var common: CommonOptions

    func run() throws {
      try common.tell(
        common.openSurvey().writePlatform(
          database.chosen(), to: target.path, withContacts: contacts.withContacts, replacing: target.force))
    }
  }
}

extension CommonOptions {
  fileprivate func tell(_ written: ExportedFiles) throws {
    try printer.show(written) { printer in
      for file in written.files {
        printer.say(Text("已写出 \(file.path)(\(Format.bytes(file.bytes)))", "Wrote \(file.path) (\(Format.bytes(file.bytes)))"))
      }
      let count = written.records.values.reduce(0, +)
      printer.say(Text("共 \(count) 条记录。", "\(Format.count(count, "record")) in all."))
      if let digest = written.exportDigest { printer.say(Text("内容摘要 \(digest)", "Content digest \(digest)")) }
    }
  }
}
