import ArgumentParser
import Foundation
import SyncCore
import SyncKit
import SyncRelay

struct RelayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "relay",
    abstract: Text("办公室:中继的状况、备份、恢复与迁移", "At the office: how the relay stands, backups, restoring one, moving it").here,
    discussion: Text("运维手册:docs/operating/relay.md。", "For operators: docs/operating/relay.md.").here,
    subcommands: subcommands)

  private static var subcommands: [any ParsableCommand.Type] {
    #if PostgreSQL
      [Stats.self, Check.self, Collect.self, Pack.self, Backup.self, RecoveryKeyMaking.self, Restore.self, Migrate.self]
    #else
      [Stats.self, Check.self, Collect.self, Pack.self, Backup.self, RecoveryKeyMaking.self, Restore.self]
    #endif
  }

  /// How the log stands.
  struct Stats: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "stats", abstract: Text("中继的数量、大小、时间与磁盘", "The relay in numbers: contents, size, times, disk").here)

    @OptionGroup var common: CommonOptions

    func run() throws {
      let statistics = try common.openHome().relay().statistics()
      try common.printer.show(Told(statistics)) { Self.tell(statistics, $0) }
    }

    private struct Told: Encodable {
      let epoch: String
      let scopes, changesets, staged, omitted, rejected, refused, users, activeDevices, revokedDevices: Int
      let files, filesUnnamed, filesReleased: Int
      let bytes, fileBytes: Int64
      let freeBytes: Int64?
      let oldestAt, newestAt, backedUpAt: String?

      init(_ log: RelayStatistics) {
        epoch = Hex.text(log.epoch)
        (scopes, changesets, staged) = (log.scopes, log.changesets, log.staged)
        (omitted, rejected, refused) = (log.omitted, log.rejected, log.refused)
        (users, activeDevices, revokedDevices) = (log.users, log.activeDevices, log.revokedDevices)
        (files, filesUnnamed, filesReleased, fileBytes) = (log.files, log.filesUnnamed, log.filesReleased, log.fileBytes)
        (bytes, freeBytes) = (log.bytes, log.freeBytes)
        oldestAt = log.oldest.map(Format.iso)
        newestAt = log.newest.map(Format.iso)
        backedUpAt = log.backedUp.map(Format.iso)
      }
    }

    private static func tell(_ log: RelayStatistics, _ printer: Printer) {
      let now = Environment.clock()
      func time(_ at: Int64?) -> Text { at.map { Text(verbatim: Format.time($0) + " · ") + Format.ago($0, now: now) } ?? Text("无", "none") }
      printer.say(
        Text(
          "变更    \(log.changesets) 条,\(log.scopes) 个范围;已略去 \(log.omitted) 条",
          "changesets  \(log.changesets) in \(Format.count(log.scopes, "scope")); \(log.omitted) left out"))
      printer.say(
        Text(
          "等待    未收齐 \(log.staged) 条,拒收 \(log.refused) 处,作废 \(log.rejected) 条",
          "waiting     \(log.staged) in part, \(log.refused) refused, \(log.rejected) rejected"))
      printer.say(
        Text(
          "设备    有效 \(log.activeDevices) 台,停用 \(log.revokedDevices) 台;用户 \(log.users) 人",
          "devices     \(log.activeDevices) active, \(log.revokedDevices) revoked; \(Format.count(log.users, "user"))"))
      let fileBytes = Format.bytes(Int(clamping: log.fileBytes))
      printer.say(
        Text(
          "附件    \(log.files) 个,\(fileBytes);无记录引用 \(log.filesUnnamed) 个,已清理 \(log.filesReleased) 个",
          "files       \(log.files), \(fileBytes); \(log.filesUnnamed) named by no record, \(log.filesReleased) let go of"))
      printer.say(Text("最早    ", "oldest      ") + time(log.oldest))
      printer.say(Text("最近    ", "newest      ") + time(log.newest))
      printer.say(Text("备份    ", "backed up   ") + time(log.backedUp))
      let free = log.freeBytes.map { Format.bytes(Int(clamping: $0)) } ?? "?"
      printer.say(
        Text(
          "大小    \(Format.bytes(Int(clamping: log.bytes)));磁盘剩余 \(free)",
          "size        \(Format.bytes(Int(clamping: log.bytes))); \(free) of the disk is free"))
      printer.say(Text("纪元    ", "epoch       ") + Text(verbatim: Hex.text(log.epoch)))
    }
  }
}
