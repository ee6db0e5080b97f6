import ArgumentParser
import Foundation

struct DaemonCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "daemon", abstract: Text("定时同步,有网络时立即同步", "Sync on a schedule, and when a network appears").here,
    discussion: Text(
      "SIGTERM 或 Ctrl-C 结束,退出码 0。加 --json 时每次同步打印一行 JSON。用电池时间隔放长到四倍,电量低于 20% 时暂停。",
      "SIGTERM or Ctrl-C ends it with exit code 0. With --json, one JSON line for each exchange. On battery it waits four times as long, and below 20 % it pauses."
    ).here)

  @OptionGroup var common: CommonOptions
  @OptionGroup var settings: SettingsOptions

  @Option(help: ArgumentHelp(Text("两次同步之间的秒数。", "Seconds between exchanges.").here, valueName: "seconds"))
  var interval: Double = 300

  @Option(
    help: ArgumentHelp(
      Text(
        "只在每天的这个时段同步,如 22:00-06:00(本机时区);各台设备错开开始。默认全天。",
        "Exchange in this part of each day only, as 22:00-06:00 by this machine's time zone; each device begins at a moment of its own. By default all day."
      ).here, valueName: "from-to"))
  var window: DayWindow?

  @Option(
    help: ArgumentHelp(
      Text(
        "在按流量计费的网络上:always 照常,sparingly 间隔放长到四倍,never 不同步。",
        "On a metered network: always, sparingly (a quarter as often) or never."
      ).here))
  var metered = MeteredUse.sparingly

  @Option(
    help: Text("文字之后送取哪些附件:none 不送不取,send 只送,all 送和取。", "Which files go after the words: none; send, those that are here; all, both ways.")
      .help)
  var attachments = AttachmentWish.send

  @Flag(help: Text("只同步一次就结束;退出码与 sync 相同。", "Sync once, then end; with the exit codes of sync.").help)
  var once = false

  func validate() throws {
    guard interval >= 1, interval <= 86_400 else {
      throw ValidationError(Text("--interval 应在 1 到 86400 之间。", "--interval is 1 to 86400.").here)
    }
  }

  func run() throws {
    let printer = common.printer
    let home = try common.openHome()
    let lock = try SyncLock(home, .daemon, wait: 0)
    defer { withExtendedLifetime(lock) {} }
    let manners = Manners(window: window?.begun(for: home.profile.device), metered: metered)
    let daemon = Daemon(home, Schedule(interval: interval), manners, attachments, .system, StopSignal())
    guard once else { return try daemon.run { try tell($0, $1, printer) } }
    let report = try daemon.runOnce()
    try tell(report, nil, printer)
    if !report.refused.isEmpty { throw ExitCode(ExitStatus.notPermitted.rawValue) }
  }

  private func tell(_ report: SyncReport?, _ failure: Failure?, _ printer: Printer) throws {
    let now = Environment.clock()
    let line = Line(at: Format.iso(now), report: report, failure: failure?.document(printer.language).error)
    try printer.show(line) { printer in
      printer.line(Format.time(now))
      report?.tell(printer)
      if let failure { printer.report(failure) }
    }
  }

  private struct Line: Encodable {
    let at: String
    let report: SyncReport?
    let failure: Failure.Document.Body?
  }
}
