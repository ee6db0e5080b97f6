import ArgumentParser
import Foundation
import SyncCore
import SyncKit
import SyncRelay

extension RelayCommand {
  /// Makes a key on paper that opens backups.
  struct RecoveryKeyMaking: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "recovery-key", abstract: Text("做一个能打开备份的恢复密钥,抄在纸上", "Make a recovery key on paper that opens backups").here,
      discussion: Text(
        "密钥只显示这一次;本机只留公开的一半(backup.pub)。以后的备份都能用它打开:换了机器、没有 device.key 时要靠它。",
        "The key is shown this once, and only its public half stays here (backup.pub). It opens every later backup: on a new machine, without device.key, it is what is needed."
      ).here)

    @Flag(help: Text("换一个新的;以前的备份仍由以前的打开。", "Make a new one; earlier backups are opened by the earlier one.").help)
    var replace = false

    @OptionGroup var common: CommonOptions

    func run() throws {
      let home = try common.openHome()
      try home.requireOffice()
      let keys = BackupKeys(home)
      guard replace || !keys.hasRecoveryKey else {
        throw Failure(
          "has-recovery-key", .badInput, Text("已经有恢复密钥了。", "There is a recovery key already."), kept: Failure.nothingChanged,
          next: Text(
            "丢了时换一个:fieldsurvey relay recovery-key --replace。", "Where it is lost, make another: fieldsurvey relay recovery-key --replace.")
        )
      }
      let recovery = try keys.makeRecoveryKey()
      try common.printer.show(["recoveryKey": recovery]) { printer in
        printer.say(Text("恢复密钥(只显示这一次,请抄在纸上封存):", "The recovery key, shown this once: write it down, and lock it away:"))
        printer.line("  " + printer.style(recovery, .bold))
      }
    }
  }
}

/// By what an encrypted backup is opened.
struct BackupOpening: ParsableArguments {
  @Flag(help: Text("用封存的恢复密钥打开。", "Open it by the recovery key on paper.").help)
  var recovery = false

  @Option(
    help: ArgumentHelp(
      Text("从仅本人可读的文件读恢复密钥;默认在终端上询问。", "Read the recovery key from a file that you alone may read; by default the terminal is asked.").here,
      valueName: "file"))
  var passphraseFile: String?

  @Option(
    help: ArgumentHelp(Text("用原机器的 device.key 打开。", "Open it by the former machine's device.key.").here, valueName: "file"),
    completion: .file())
  var keyFile: String?

  func validate() throws {
    guard passphraseFile == nil || recovery else {
      throw ValidationError(Text("--passphrase-file 要与 --recovery 同用。", "--passphrase-file goes with --recovery.").here)
    }
  }

  /// Gives a backup as it lay in clear, beside the log that it is to replace.
  /// - Parameter digest: what the file itself has to be; nil where that is not known.
  func open(_ backup: URL, _ home: Home, digest: [UInt8]?) throws -> OpenedBackup {
    guard EncryptedCopy.isOne(backup.path) else { return OpenedBackup(log: backup, digest: digest, filesKey: nil, isTemporary: false) }
    if let digest, try EncryptedCopy.digest(of: backup.path) != digest { throw RelayError(.otherDigest, Hex.text(digest)) }
    var keys = [try BackupKeys(home).own]
    if let keyFile { keys.append(try Home.keptKey(URL(fileURLWithPath: keyFile)).encryptionKey) }
    if recovery {
      let typed = try passphraseFile.map { try Passphrase(file: $0) } ?? Passphrase.ask(Text("恢复密钥:", "Recovery key: "))
      keys.append(BackupKeys.key(RecoveryKey.read(typed.text)))
    }
    let log = home.folder.appendingPathComponent("relay.sqlite.restoring")
    do {
      let label = try EncryptedCopy.open(backup.path, by: keys, to: log.path)
      return OpenedBackup(log: log, digest: nil, filesKey: StorageKey(bytes: label), isTemporary: true)
    } catch let error as SyncKitError where error.code == .notARecipient {
      throw Failure(
        "not-a-recipient", .notPermitted, Text("手头的密钥打不开这份备份。", "No key that is here opens this backup."), kept: Failure.nothingChanged,
        next: Text(
          "用封存的恢复密钥:加 --recovery;或用原机器的 device.key:--key-file FILE。",
          "Use the recovery key on paper: add --recovery; or the former machine's device.key: --key-file FILE."),
        details: ["path": backup.path])
    } catch let error as SyncKitError where error.code == .bundleCut || error.code == .bundleAltered {
      throw RelayError(.damaged, error.code.description)
    }
  }
}

/// A backup that can be read.
struct OpenedBackup {
  let log: URL
  /// What the log has to be; nil where that was judged.
  let digest: [UInt8]?
  /// By what the files beside it are encrypted; nil where they are not.
  let filesKey: StorageKey?
  fileprivate let isTemporary: Bool

  fileprivate init(log: URL, digest: [UInt8]?, filesKey: StorageKey?, isTemporary: Bool) {
    (self.log, self.digest, self.filesKey, self.isTemporary) = (log, digest, filesKey, isTemporary)
  }

  func close() { if isTemporary { unlink(log.path) } }
}
