import ArgumentParser
import SyncCore
import SyncRelay

extension RelayCommand {
  /// Lets go of files that no record names any more.
  struct Collect: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "collect", abstract: Text("清理久已没有记录引用的附件", "Let go of files that no record has named for long").here,
      discussion: Text(
        """
        附件只要还有任何记录、未裁定的冲突、删除的记录或保留的历史提到,就留着;都不再提到之后再留 90 天。compact 每次也会这样清理。
        先用 --dry-run 看看会清理什么。加 --archive 时先存入归档目录。可以在服务时运行。
        """,
        """
        A file stays as long as any record, open conflict, deleted record or kept history mentions it, and for 90 days after. `compact` does the
        same at its end. Use --dry-run first, to see what would go. With --archive it is first put into that archive. May be run while the relay
        serves.
        """
      ).here)

    @Flag(help: Text("只说明会清理什么,不改动任何东西。", "Say what would go, and change nothing.").help)
    var dryRun = false

    @Option(
      help: ArgumentHelp(
        Text("不再被引用之后留多少天。", "How many days a file stays after nothing named it any more.").here, valueName: "days"))
    var graceDays = Int(RelayLimits().unnamedMilliseconds / CompactCommand.day)

    @Option(
      help: ArgumentHelp(Text("先存入此归档目录。", "Put it into this archive first.").here, valueName: "folder"), completion: .directory)
    var archive: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
      guard (0...CompactCommand.mostDays).contains(graceDays) else {
        throw ValidationError(Text("天数应在 0 到 \(CompactCommand.mostDays) 之间。", "Days are 0 to \(CompactCommand.mostDays).").here)
      }
    }

    func run() throws {
      let home = try common.openHome()
      var limits = RelayLimits()
      limits.unnamedMilliseconds = Int64(graceDays) * CompactCommand.day
      let relay = try home.relay(limits)
      let lock = try SyncLock(home, wait: 10)
      defer { withExtendedLifetime(lock) {} }
      let collection = try FileCollector(home: home, relay: relay, replica: home.replica())
        .run(dryRun: dryRun, archive: archive.map(CompactCommand.folder))
      let told = Told(
        isDryRun: dryRun, files: collection.files, released: collection.released.map { Hex.text($0) },
        releasedBytes: collection.releasedBytes, unnamed: collection.unnamed, unnamedBytes: collection.unnamedBytes,
        abandoned: collection.abandoned)
      try common.printer.show(told, text: told.tell)
    }

    private struct Told: Encodable {
      let isDryRun: Bool
      let files: Int
      let released: [String]
      let releasedBytes: Int64
      let unnamed: Int
      let unnamedBytes: Int64
      let abandoned: Int

      func tell(_ printer: Printer) {
        let (size, waiting) = (Format.bytes(Int(clamping: releasedBytes)), Format.bytes(Int(clamping: unnamedBytes)))
        printer.say(
          isDryRun
            ? Text(
              "附件 \(files) 个;会清理 \(released.count) 个,\(size)。", "\(Format.count(files, "file")); \(released.count) would go, \(size).")
            : Text(
              "附件 \(files) 个;清理了 \(released.count) 个,\(size)。", "\(Format.count(files, "file")); \(released.count) let go of, \(size)."))
        for digest in released { printer.line(digest) }
        if unnamed > 0 {
          printer.say(
            Text(
              "另有 \(unnamed) 个(\(waiting))现在没有记录引用,期满后再清理。",
              "\(Format.count(unnamed, "more file")) (\(waiting)) that no record names now, and whose time has not come."))
        }
        if abandoned > 0 {
          printer.say(Text("清除了 \(abandoned) 个久未传完的文件。", "\(Format.count(abandoned, "file")) that never arrived whole given up."))
        }
      }
    }
  }
}
