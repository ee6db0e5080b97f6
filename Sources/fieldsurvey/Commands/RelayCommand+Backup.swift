import ArgumentParser
import Foundation
import SyncCore
import SyncRelay

extension RelayCommand {
  /// Copies the log while it is in use.
  struct Backup: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "backup", abstract: Text("备份中继的记录,不必停止服务", "Back the relay's log up, while it serves").here,
      discussion: Text(
        """
        备份先写成临时文件,逐条核对之后才改名;旁边的 .sha256 文件可用 sha256sum -c 核对。FILE 是目录时,以时间命名。
        备份含全部企业的内容,请像办公室的数据目录一样保管。不含密钥:issuer.key 和 device.key 请另外保管一份。
        """,
        """
        The copy is written under another name and looked through, changeset by changeset, before it gets its own; `sha256sum -c` takes the
        .sha256 file beside it. Where FILE is a folder, its name is the time. It holds every case: keep it as the office's home is kept. It
        holds no keys: keep a copy of issuer.key and device.key apart from it.
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

    @OptionGroup var common: CommonOptions

    func validate() throws {
      guard keep.map({ $0 > 0 }) ?? true else { throw ValidationError(Text("--keep 至少为 1。", "--keep is at least 1.").here) }
    }

    func run() throws {
      let relay = try common.openHome().relay()
      let given = URL(fileURLWithPath: file).standardizedFileURL
      let isFolder = FileStatus(given.path)?.isFolder ?? false
      let folder = isFolder ? given.path : given.deletingLastPathComponent().path
      guard access(folder, W_OK) == 0 else { throw PrivateFile.failure(errno, folder) }
      guard isFolder || keep == nil else {
        throw Failure.badInput(Text("--keep 只能用于目录。", "--keep needs a folder."), code: "not-a-folder", details: ["path": given.path])
      }
      let url = isFolder ? given.appendingPathComponent(BackupName.of(Environment.clock())) : given
      let backup = try relay.backup(to: url.path)
      let digest = Hex.text(backup.digest)
      try PrivateFile.write(Array("\(digest)  \(url.lastPathComponent)\n".utf8), to: BackupName.digestFile(url))
      let removed = try keep.map { try Self.remove(from: given, butLast: $0) } ?? []
      struct Told: Encodable {
        let file: String
        let sha256: String
        let bytes: Int64
        let changesets: Int
        let newestAt: String?
        let removed: [String]
      }
      let told = Told(
        file: url.path, sha256: digest, bytes: backup.bytes, changesets: backup.changesets, newestAt: backup.newest.map(Format.iso),
        removed: removed)
      try common.printer.show(told) { printer in
        printer.line(url.path)
        printer.note(
          Text(
            "已备份并核对 \(backup.changesets) 条变更,\(Format.bytes(Int(clamping: backup.bytes)));sha256 \(digest)",
            "\(Format.count(backup.changesets, "changeset")) copied and checked, \(Format.bytes(Int(clamping: backup.bytes))); sha256 \(digest)"
          ))
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
  static func of(_ milliseconds: Int64) -> String { "relay-\(stamp(milliseconds)).sqlite" }

  static func isOne(_ name: String) -> Bool { (try? /relay-\d{8}T\d{6}Z\.sqlite/.wholeMatch(in: name)) != nil }

  /// Beside a backup, in the form that `sha256sum -c` reads.
  static func digestFile(_ backup: URL) -> URL { backup.appendingPathExtension("sha256") }

  static func stamp(_ milliseconds: Int64) -> String {
    let formatter = DateFormatter()
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
    return formatter.string(from: Date(timeIntervalSince1970: Double(milliseconds) / 1000))
  }
}
