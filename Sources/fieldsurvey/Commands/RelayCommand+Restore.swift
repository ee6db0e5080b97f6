import ArgumentParser
import Foundation
import SyncCore
import SyncKit
import SyncRelay

extension RelayCommand {
  /// Puts a backup in the log's place.
  struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "restore", abstract: Text("用备份恢复中继的记录(先停止 serve)", "Put a backup in the relay's place (stop serve first)").here,
      discussion: Text(
        """
        备份先逐条核对;原来的 relay.sqlite 改名保留。恢复后中继有新的纪元,办公室和各笔记本下次同步时会把备份之后的内容再送来。
        加密的备份由本机的 device.key 打开;新机器上用 --recovery(封存的恢复密钥)或 --key-file(原机器的 device.key)。
        设备、授权与停用不在变更里:原文件读得出时从中接续;读不出时,备份之后登记的设备要重新登记,之后停用的要再停用一次。
        记录放在 PostgreSQL 里时,恢复到 --to 指出的空库,从此用它;原来的库不动。
        """,
        """
        An encrypted backup is opened by this machine's device.key; on a new machine by --recovery (the key on paper) or --key-file (the former
        machine's device.key). The backup is looked through first; what stood there is kept under another name. The relay then has a new epoch, by which the office
        and the laptops send again, at their next sync, what came after the backup. Devices, grants and revocations are in no changeset:
        they are carried over from what stood there, if that can be read. If not, who enrolled since has to enrol again, and who was
        revoked since has to be revoked again. A log that stands in PostgreSQL is restored into the empty database that --to names, and
        goes on there; the former database is left as it is.
        """
      ).here)

    @Argument(help: ArgumentHelp(Text("备份文件。", "The backup.").here, valueName: "file"), completion: .file())
    var file: String

    @Option(
      help: ArgumentHelp(
        Text("恢复到这个空的 PostgreSQL 库。", "The empty PostgreSQL database to restore into.").here, valueName: "address"))
    var to: String?

    @OptionGroup var opening: BackupOpening

    @OptionGroup var common: CommonOptions

    func run() throws {
      var home = try common.openHome()
      try home.requireOffice()
      if to == nil { try home.requireFile() }
      guard to == nil || home.profile.store != nil else { throw Self.inFile }
      let serving = try SyncLock(home, .serve, wait: 0)
      let syncing = try SyncLock(home, wait: 10)
      defer { withExtendedLifetime((serving, syncing)) {} }
      // What is needed afterwards is looked for before anything is changed.
      let replica = try home.replica()
      let backup = URL(fileURLWithPath: file).standardizedFileURL
      guard let status = FileStatus(backup.path) else { throw Failure(posix: errno, path: backup.path) }
      guard status.isOrdinaryFile, status.size > 0 else { throw Self.unusable(backup, RelayError(.notARelay, "no file, or empty")) }
      let now = Environment.clock()
      let restoration = RelayRestoration(
        codec: .standard, issuer: try Home.keptKey(Home.issuerKeyFile(home.folder)).publicKey, clock: Environment.clock,
        random: Environment.random)
      // On its way into a database it lies in a file, as every backup does.
      let file = Home.relayFile(home.folder)
      let path = to == nil ? file.path : file.path + ".moving"
      defer { if to != nil { Self.remove(path) } }
      if to != nil { Self.remove(path) }
      let opened: OpenedBackup
      let report: RelayRestoration.Report
      do {
        opened = try opening.open(backup, home, digest: try Self.digest(beside: backup))
        defer { opened.close() }
        report = try restoration.run(
          opened.log.path, digest: opened.digest, to: path, keeping: Self.free("\(path).before-\(BackupName.stamp(now))"))
      } catch let error as RelayError where [.notARelay, .damaged, .cannotOpen].contains(error.code) {
        throw Self.unusable(backup, error)
      }
      if let to { home = try home.moving(URL(fileURLWithPath: path), to: to) }
      // The office's replica beside the log is the first to give back what came after the backup.
      let relay = try home.relay()
      let files = try BackupFiles(beside: backup, opened.filesKey).giveBack(to: relay)
      var returned = 0
      do {
        try relay.restore(try replica.rejections())
        returned = try Exchange(home: home, replica: replica, relay: relay).run().sent
      } catch {
        // The log stands in its place; `serve` tries again, and tells what is wrong as long as it is.
        common.printer.note(
          Text("⚠ 办公室的副本还没有补回内容:\(Failure(error).what.zh)", "⚠ The office's replica gave nothing back yet: \(Failure(error).what.en)"))
      }
      try tell(report, files, returned: returned, epoch: try relay.epoch, now: now)
    }

    /// A name that no file has: somebody may restore twice in a second.
    private static func free(_ name: String) -> String {
      var (free, count) = (name, 1)
      while access(free, F_OK) == 0 {
        count += 1
        free = "\(name)-\(count)"
      }
      return free
    }

    private static func remove(_ path: String) { for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) } }

    /// A file's log is moved once it is restored.
    private static var inFile: Failure {
      Failure(
        "store-differs", .usage, Text("这个目录的中继记录在 relay.sqlite 里。", "This home's relay keeps its log in relay.sqlite."),
        kept: Failure.nothingChanged,
        next: Text("请不带 --to 恢复,再用 fieldsurvey relay migrate 迁移。", "Restore it without --to, and move it then: fieldsurvey relay migrate."))
    }

    private static func unusable(_ backup: URL, _ error: RelayError) -> Failure {
      Failure(
        error.code.rawValue, .badInput,
        Text("这份备份不能用:\(backup.path)(\(error.details))。", "This backup cannot be used: \(backup.path) (\(error.details))."),
        kept: Failure.nothingChanged, next: Text("请另取一份备份。", "Take another backup."),
        details: ["path": backup.path, "details": error.details])
    }

    /// What the file beside a backup says of it; nil without one.
    private static func digest(beside backup: URL) throws -> [UInt8]? {
      let file = BackupName.digestFile(backup)
      guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
      guard let digest = Hex.bytes(String(text.prefix { $0 != " " && $0 != "\n" })) else {
        throw Failure.badInput(
          Text("摘要文件无法识别:\(file.path)", "The digest's file cannot be read: \(file.path)"), code: "bad-digest", details: ["path": file.path])
      }
      return digest
    }

    private func tell(
      _ report: RelayRestoration.Report, _ files: (copied: Int, missing: Int), returned: Int, epoch: [UInt8], now: Int64
    ) throws {
      struct Told: Encodable {
        let epoch: String
        let changesets: Int
        let newestAt: String?
        let returned: Int
        let previous: String?
        let carriesAccess: Bool
        let filesRestored, filesMissing: Int
      }
      let backup = report.backup
      let told = Told(
        epoch: Hex.text(epoch), changesets: backup.changesets, newestAt: backup.newest.map(Format.iso), returned: returned,
        previous: report.previous, carriesAccess: report.carriesAccess, filesRestored: files.copied, filesMissing: files.missing)
      try common.printer.show(told) { printer in
        printer.say(
          Text(
            "已恢复 \(backup.changesets) 条变更,办公室的副本补回 \(returned) 条。各笔记本下次同步时补回其余。",
            "\(Format.count(backup.changesets, "changeset")) restored, and \(returned) given back by the office's replica. Laptops give the rest back at their next sync."
          ))
        if files.copied > 0 { printer.say(Text("已放回 \(files.copied) 个附件。", "\(Format.count(files.copied, "file")) put back.")) }
        if files.missing > 0 {
          printer.say(
            Text(
              "有 \(files.missing) 个附件备份里没有:运行 fieldsurvey relay check,有原件的设备会重送。",
              "\(Format.count(files.missing, "file")) not in the backup: run fieldsurvey relay check, and devices that have them send them again."
            ))
        }
        if let previous = report.previous { printer.say(Text("原来的记录保留在 \(previous)。", "What stood there is kept in \(previous).")) }
      }
      if !report.carriesAccess {
        common.printer.note(
          Text(
            "⚠ 设备与授权以备份为准:备份之后登记的设备要重新登记,之后停用的请再停用(fieldsurvey device list)。",
            "⚠ Devices and grants are the backup's: who enrolled after it has to enrol again, and who was revoked after it has to be revoked again (fieldsurvey device list)."
          ))
      }
      if let newest = backup.newest, now - newest > RelayLimits().historyMilliseconds {
        let age = Format.duration((now - newest) / 1000)
        common.printer.note(
          Text(
            "⚠ 备份中最近的变更在 \(age.zh)前,早于 compact 保留的历史;请用 fieldsurvey verify 与笔记本核对。",
            "⚠ The backup's latest changeset came \(age.en) ago, which is longer than what compact keeps: compare with laptops by fieldsurvey verify."
          ))
      }
    }
  }
}
