import ArgumentParser
import Foundation
import SyncKit

extension DeviceCommand {
  /// Opens a laptop's key for which nobody has a passphrase any more.
  struct Recover: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "recover", abstract: Text("给忘了口令的笔记本一个新的恢复密钥", "Give a laptop whose passphrase is lost a new recovery key").here,
      discussion: Text(
        """
        只对用 protect --escrow-to-office 加密的笔记本有效。把笔记本的 keys.json(不含秘密)拿到办公室,运行此命令;再把改好的文件放回笔记本,
        在笔记本上运行 fieldsurvey passphrase --recovery。
        """,
        """
        For laptops that were encrypted with protect --escrow-to-office. Bring the laptop's keys.json (it holds no secret) to the office, run this,
        put the file back, and run fieldsurvey passphrase --recovery on the laptop.
        """
      ).here)

    @Argument(
      help: ArgumentHelp(Text("笔记本的 keys.json,在原处改写。", "The laptop's keys.json, which is written anew.").here, valueName: "file"),
      completion: .file())
    var file: String

    @OptionGroup var common: CommonOptions

    func run() throws {
      let home = try common.openHome()
      try home.requireOffice()
      let url = URL(fileURLWithPath: file).standardizedFileURL
      guard var keys = try KeyFile.read(file: url) else { throw Failure(posix: ENOENT, path: url.path) }
      let own = try Home.keptKey(Home.deviceKeyFile(home.folder)).encryptionKey
      guard let key = try (keys.office ?? []).lazy.compactMap({ try Self.opened($0, own) }).first else {
        throw Failure(
          "no-escrow", .notPermitted, Text("这台笔记本没有把密钥交给这个办公室。", "This laptop has not given its key to this office."),
          kept: Failure.nothingChanged,
          next: Text("只能用口令或封存的恢复密钥打开。", "Only its passphrase or its recovery key on paper opens it."), details: ["path": url.path])
      }
      let recovery = RecoveryKey.made(Environment.random)
      keys.recovery = try KeyEnvelope(key, passphrase: RecoveryKey.read(recovery).bytes)
      try keys.write(file: url)
      try common.printer.show(["recoveryKey": recovery]) { printer in
        printer.say(
          Text(
            "把 \(url.path) 放回笔记本的数据目录,在笔记本上运行 fieldsurvey passphrase --recovery。恢复密钥(只显示这一次):",
            "Put \(url.path) back into the laptop's folder, and run fieldsurvey passphrase --recovery there. The recovery key, shown this once:"
          ))
        printer.line("  " + printer.style(recovery, .bold))
      }
    }

    private static func opened(_ escrow: KeyEscrow, _ own: EncryptionKey) throws -> StorageKey? {
      do { return try escrow.open(by: own) } catch let error as SyncKitError where error.code == .notARecipient { return nil }
    }
  }
}
