import ArgumentParser
import Foundation
import SyncCore
import SyncKit
import SyncRelay

extension RelayCommand {
  /// Copies the log while it is in use.
  struct Backup: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "backup", abstract: Text("备份中继的记录和附件,不必停止服务", "Back the relay's log and files up, while it serves").here,
      discussion: Text(
        """
        备份加密给这台机器、封存的恢复密钥(relay recovery-key)和 --for 写明的人;逐条核对、再读一遍之后才改名;旁边的 .sha256 文件可用
        sha256sum -c 核对。FILE 是目录时,以时间命名。附件放在旁边的 relay-files 里,只补没有的。不含密钥:issuer.key 请另外保管一份。
        """,
        """
        It is encrypted to this machine, to the recovery key on paper (relay recovery-key) and to whoever is named with --for. It is looked
        through, changeset by changeset, and read back before it gets its name; `sha256sum -c` takes the .sha256 file beside it. Where FILE is a
        folder, its name is the time. Attached files lie beside it in relay-files, where only what is new is copied. It holds no keys: keep a
        copy of issuer.key apart from it.
        """
      ).here)

    @Argument(
      help: ArgumentHelp(Text("备份文件;或放备份的目录。", "The file to make, or the folder to make it in.").here, valueName: "file"),
      completion: .file())
    var file: String

    @Option(
      help: ArgumentHelp(
        Text("FILE 是目录时,只留最近这么多份以时间命名的备份。", "In a folder, keep only so many of the backups named by their time.").here, valueName: "count"))
    var keep: Int?

    @Option(
      name: .customLong("for"), parsing: .upToNextOption,
      help: ArgumentHelp(
        Text("还给谁(用户名):他们的设备也能打开。", "For whom besides, by users' names: their devices can open it too.").here, valueName: "user"))
    var recipients: [String] = []

    @Flag(help: Text("不加密:得到备份的人能读出全部内容。", "Do not encrypt it: whoever has it can read all of it.").help)
    var clear = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
      guard keep.map({ $0 > 0 }) ?? true else { throw ValidationError(Text("--keep 至少为 1。", "--keep is at least 1.").here) }
      guard !clear || recipients.isEmpty else {
        throw ValidationError(Text("--clear 与 --for 不能同用。", "--clear and --for exclude each other.").here)
      }
    }

    func run() throws {
      let home = try common.openHome()
      let relay = try home.relay()
      let alone = try SyncLock(home, .backup, wait: 0)
      defer { withExtendedLifetime(alone) {} }
      let given = URL(fileURLWithPath: file).standardizedFileURL
      let isFolder = FileStatus(given.path)?.isFolder ?? false
      let folder = isFolder ? given.path : given.deletingLastPathComponent().path
      guard access(folder, W_OK) == 0 else { throw PrivateFile.failure(errno, folder) }
      guard isFolder || keep == nil else {
        throw Failure.badInput(Text("--keep 只能用于目录。", "--keep needs a folder."), code: "not-a-folder", details: ["path": given.path])
      }
      let url = isFolder ? given.appendingPathComponent(BackupName.of(Environment.clock(), isClear: clear)) : given
      let keys = BackupKeys(home)
      let filesKey = clear ? nil : try keys.filesKey()
      let log: (changesets: Int, newest: Int64?)
      let (digest, bytes): ([UInt8], Int64)
      if let filesKey {
        let recipients = try keys.recipients(recipients)
        guard access(url.path, F_OK) != 0 else { throw RelayError(.fileExists, url.path) }
        // A kill leaves nothing that anybody could read.
        let copy = try PassingDatabase(home.folder.appendingPathComponent("relay.sqlite.backing-up").path)
        defer { copy.remove() }
        log = try relay.copyLog(to: copy.name)
        let written = try EncryptedCopy.write(copy, to: url.path, label: filesKey.bytes, for: recipients)
        (digest, bytes) = (written.digest, Int64(written.bytes))
        try relay.noteBackup(named: url.lastPathComponent, digest: digest)
      } else {
        let backup = try relay.backup(to: url.path)
        (log, digest, bytes) = ((backup.changesets, backup.newest), backup.digest, backup.bytes)
      }
      try PrivateFile.write(Array("\(Hex.text(digest))  \(url.lastPathComponent)\n".utf8), to: BackupName.digestFile(url))
      // After the log: what it names was there before.
      let files = try BackupFiles(beside: url, filesKey).take(from: relay)
      let removed = try keep.map { try Self.remove(from: given, butLast: $0) } ?? []
      // What only backups named that are gone goes with them; in a folder, where all of them can be seen.
      let pruned = try keep == nil ? 0 : BackupFiles(beside: url, filesKey).prune(relay, oldestBackup: BackupName.oldest(in: given))
      let told = Told(
        file: url.path, sha256: Hex.text(digest), bytes: bytes, changesets: log.changesets, newestAt: log.newest.map(Format.iso),
        isEncrypted: !clear, filesCopied: files.copied, filesMissing: files.missing, removed: removed,
        filesRemoved: pruned)
      try common.printer.show(told) { told.show($0) }
      guard !clear, !keys.hasRecoveryKey else { return }
      common.printer.note(
        Text(
          "⚠ 只有这台机器的 device.key 能打开这份备份。请做一个恢复密钥,抄在纸上封存:fieldsurvey relay recovery-key。",
          "⚠ Only this machine's device.key opens this backup. Make a recovery key, and keep it on paper: fieldsurvey relay recovery-key."))
    }

    private struct Told: Encodable {
      let file: String
      let sha256: String
      let bytes: Int64
      let changesets: Int
      let newestAt: String?
      let isEncrypted: Bool
      let filesCopied, filesMissing: Int
      let removed: [String]
      let filesRemoved: Int

      func show(_ printer: Printer) {
        printer.line(file)
        let size = Format.bytes(Int(clamping: bytes))
        printer.note(
          Text(
            "已备份并核对 \(changesets) 条变更,\(size);新增附件 \(filesCopied) 个;sha256 \(sha256)",
            "\(Format.count(changesets, "changeset")) copied and checked, \(size); \(Format.count(filesCopied, "file")) added; sha256 \(sha256)"
          ))
        guard filesMissing > 0 else { return }
        printer.note(
          Text(
            "⚠ 有 \(filesMissing) 个附件不在中继里,没有备份:fieldsurvey relay check。",
            "⚠ \(Format.count(filesMissing, "file")) not in the relay's folder, and not backed up: fieldsurvey relay check."))
      }
    }

    /// Removes the oldest backups of a folder; files with other names are nobody's business here.
    private static func remove(from folder: URL, butLast count: Int) throws -> [String] {
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter(BackupName.isOne).sorted()
      let old = Array(names.dropLast(count))
      for name in old {
        let file = folder.appendingPathComponent(name)
        try FileManager.default.removeItem(at: file)
        unlink(BackupName.digestFile(file).path)
      }
      return old
    }
  }
}

/// What backups are called.
enum BackupName {
  /// By the time, in UTC: names sort as the times do.
  static func of(_ milliseconds: Int64, isClear: Bool) -> String { "relay-\(stamp(milliseconds)).\(isClear ? "sqlite" : "backup")" }

  static func isOne(_ name: String) -> Bool { (try? /relay-\d{8}T\d{6}Z\.(sqlite|backup)/.wholeMatch(in: name)) != nil }

  /// When the oldest backup in a folder was made, in milliseconds since 1970: whatever has a digest's file beside it is one.
  static func oldest(in folder: URL) throws -> Int64 {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let digests = Set(names.filter { $0.hasSuffix(".sha256") })
    let backups = names.filter { isOne($0) || digests.contains($0 + ".sha256") }
    // Of one with a name of its own nobody knows when it was made: as long as it is there nothing goes.
    return backups.map { isOne($0) ? time($0) : 0 }.min() ?? 0
  }

  private static func time(_ name: String) -> Int64 {
    guard let at = formatter.date(from: String(name.dropFirst("relay-".count).prefix(16))) else { return 0 }
    return Int64(at.timeIntervalSince1970 * 1000)
  }

  private static var formatter: DateFormatter {
    let formatter = DateFormatter()
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
    return formatter
  }

  /// Beside a backup, in the form that `sha256sum -c` reads.
  static func digestFile(_ backup: URL) -> URL { backup.appendingPathExtension("sha256") }

  static func stamp(_ milliseconds: Int64) -> String {
    formatter.string(from: Date(timeIntervalSince1970: Double(milliseconds) / 1000))
  }
}
