import ArgumentParser
import Foundation
import SurveyModel
import SyncCore
import SyncKit
import SyncRelay

struct CompactCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compact",
    abstract: Text("办公室:从记录中略去不再起作用的变更", "At the office: leave changesets out that have no effect any more").here,
    discussion: Text(
      """
      略去早已被改写、所有设备都已收到的变更。表中内容、未裁定的冲突、删除和摘要都不变,放弃的只是早先的修改历史;
      加 --archive 时先把全部历史存入另一个目录,以后用 fieldsurvey history --home 那个目录 查看。
      笔记本下次同步时照此略去。久已没有记录引用的附件随后清理(同 relay collect)。适合每周由 systemd 定时器或 cron 运行一次。
      """,
      """
      What has long been written over and reached every device is left out. Records, open conflicts, deletions and digests stay as they are;
      given up is the history of earlier edits. With --archive all of it is first kept in another folder, where `fieldsurvey history
      --home` that folder tells it. Laptops follow at their next sync. Files that no record has named for long
      go after it, as with `relay collect`. Meant to be run once a week, by a systemd timer or cron.
      """
    ).here)

  @Option(
    help: ArgumentHelp(
      Text("先把全部历史存入此目录。", "Keep all history in this folder first.").here, valueName: "folder"), completion: .directory)
  var archive: String?

  @Option(
    help: ArgumentHelp(
      Text("保留最近多少天收到的变更(不少于中继备份的最长天数)。", "Keep what came in the last so many days: as old as a backup of the relay may be.").here,
      valueName: "days"))
  var keepDays = Int(RelayLimits().historyMilliseconds / CompactCommand.day)

  @Option(
    help: ArgumentHelp(
      Text("多少天没有联系的设备不再等待。", "Do not wait for devices that were not in contact for so many days.").here, valueName: "days"))
  var leaseDays = Int(RelayLimits().leaseMilliseconds / CompactCommand.day)

  @OptionGroup var common: CommonOptions

  static let day: Int64 = 24 * 3_600_000
  static let mostDays = 36_500

  func validate() throws {
    for days in [keepDays, leaseDays] where !(0...Self.mostDays).contains(days) {
      throw ValidationError(Text("天数应在 0 到 \(Self.mostDays) 之间。", "Days are 0 to \(Self.mostDays).").here)
    }
  }

  func run() throws {
    let home = try common.openHome()
    var limits = RelayLimits()
    limits.historyMilliseconds = Int64(keepDays) * Self.day
    limits.leaseMilliseconds = Int64(leaseDays) * Self.day
    let relay = try home.relay(limits)
    let lock = try SyncLock(home, wait: 10)
    defer { withExtendedLifetime(lock) {} }
    let replica = try home.replica()
    // What the relay does not have yet holds up its scope.
    _ = try Exchange(home: home, replica: replica, relay: relay).run()
    if let archive { try fill(Self.folder(archive), from: home, relay, replica) }
    var report = Report(archive: archive)
    for held in try relay.acknowledgedByAll() {
      let all = try relay.officeAccess().holdings(of: held.scope)
      let count = try relay.leaveOut(replica.compact(held.scope, acknowledged: held.holdings.vector, held: all))
      report.changesets += count
      report.scopes += count > 0 ? 1 : 0
    }
    // What was erased is to be readable in no free page of a file either; the laptops see to theirs.
    if report.changesets > 0, try !home.survey(over: replica).erasures().isEmpty {
      try relay.scrub()
      _ = try Exchange(home: home, replica: replica, relay: relay).run()
    }
    let files = Result { try FileCollector(home: home, relay: relay, replica: replica).run(archive: archive.map(Self.folder)) }
    if let files = try? files.get() { (report.files, report.fileBytes) = (files.released.count, files.releasedBytes) }
    try common.printer.show(report, text: report.tell)
    // The log is compacted, whatever became of the files.
    _ = try files.get()
  }

  static func folder(_ path: String) -> URL { URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL }

  /// Brings the archive up to date, and makes sure that it has everything.
  private func fill(_ folder: URL, from home: Home, _ relay: Relay, _ replica: Replica) throws {
    let archive = try Home.archive(folder, of: home)
    let all = try archive.replica()
    _ = try Exchange(home: archive, replica: all, relay: relay).run()
    for scope in try replica.scopes() {
      guard try all.digest(of: scope).hex == replica.digest(of: scope).hex else {
        throw Failure(
          "archive-differs", .failure,
          Text(
            "归档与办公室的内容不同(\(scope.name)),没有略去任何变更。",
            "The archive differs from the office's replica (\(scope.name)): nothing was left out."),
          kept: Failure.allKept,
          next: Text(
            "请运行 fieldsurvey verify --against \(folder.path)。", "Run fieldsurvey verify --against \(folder.path)."),
          details: ["scope": scope.name, "path": folder.path])
      }
    }
  }

  private struct Report: Encodable {
    let archive: String?
    var changesets = 0
    var scopes = 0
    /// Attached files that were let go of, because no record had named them for long, and their bytes.
    var files = 0
    var fileBytes: Int64 = 0

    func tell(_ printer: Printer) {
      if files > 0 {
        let size = Format.bytes(Int(clamping: fileBytes))
        printer.say(
          Text(
            "清理了 \(files) 个久已没有记录引用的附件,\(size)。",
            "\(Format.count(files, "file")) that no record had named for long let go of, \(size)."))
      }
      guard changesets > 0 else {
        return printer.say(
          Text(
            "没有可以略去的变更:仍在起作用,或还有设备没有收到。", "There is nothing to leave out: all has effect still, or some device has not got it yet."))
      }
      printer.say(
        Text(
          "已从 \(scopes) 家企业的记录中略去 \(changesets) 条变更;内容、冲突和摘要不变。",
          "\(Format.count(changesets, "changeset")) of \(Format.count(scopes, "scope")) left out; records, conflicts and digests are unchanged."
        ))
      if let archive { printer.say(Text("全部历史存于 \(archive)。", "All history is kept in \(archive).")) }
    }
  }
}
