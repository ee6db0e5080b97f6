import ArgumentParser
import Foundation
import SyncKit

struct UnlockCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unlock", abstract: Text("用口令解锁加密的数据", "Unlock the encrypted data with the passphrase").here,
    discussion: Text(
      "密钥放进内核的密钥环,只有本用户的程序能用,到时或关机即失效。夜间同步需要那时仍是解锁状态。",
      "The key goes into the kernel's keyring, for this user's programs alone, until the time is over or the machine is switched off. An exchange at night needs it."
    ).here)

  @Flag(help: Text("用恢复密钥代替口令。", "Use the recovery key in place of the passphrase.").help)
  var recovery = false

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var unlocking: UnlockingOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let home = try common.openHome()
    let (file, key) = try KeyOpening(home).open(passphrase, byRecovery: recovery)
    HomeKey.remember(key, of: file)
    let isUnlocked = try unlocking.keep(home)
    guard isUnlocked else {
      throw Failure(
        "no-keyring", .notConfigured, Text("本机系统没有密钥环,不能保持解锁。", "This system has no keyring that could keep it unlocked."),
        kept: Failure.allKept,
        next: Text(
          "请让 \(HomeKey.passphraseFileKey) 指向一个仅本人可读的口令文件。",
          "Let \(HomeKey.passphraseFileKey) name a file with the passphrase that you alone may read."))
    }
    try common.printer.show(["unlockedHours": unlocking.hours]) { unlocking.tell(true, $0) }
  }
}

struct LockCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock", abstract: Text("锁定加密的数据", "Lock the encrypted data").here,
    discussion: Text("正在运行的程序(如 daemon)要到结束才放开密钥。", "A program that runs, such as the daemon, lets go of the key when it ends.").here)

  @OptionGroup var common: CommonOptions

  func run() throws {
    let file = try KeyOpening(common.openHome()).file()
    let wasUnlocked = file.keyring.forget()
    try common.printer.show(["wasUnlocked": wasUnlocked]) { printer in
      printer.say(wasUnlocked ? Text("已锁定。", "Locked.") : Text("本来就是锁定状态。", "It was locked."))
    }
  }
}

struct PassphraseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "passphrase", abstract: Text("更换口令", "Change the passphrase").here,
    discussion: Text(
      "只改写 keys.json,数据不必重新加密;恢复密钥照旧有效。旧口令能打开旧的 keys.json 备份:口令泄露时加 --new-key,数据用新的密钥重新加密,恢复密钥也换新的。",
      "Only keys.json is written anew; the recovery key stays as it was. The old passphrase still opens an old copy of keys.json: where it became known, add --new-key, and all is encrypted anew by another key, with another recovery key."
    ).here)

  @Flag(help: Text("用恢复密钥代替旧口令。", "Use the recovery key in place of the old passphrase.").help)
  var recovery = false

  @Option(help: ArgumentHelp(Text("从文件读新口令。", "Read the new passphrase from a file.").here, valueName: "file"))
  var newPassphraseFile: String?

  @Flag(
    help: Text("连密钥一起换:全部数据重新加密,中断了用 protect 接着做完。", "Change the key too: all data is encrypted anew; interrupted, protect finishes it.")
      .help)
  var newKey = false

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let home = try common.openHome()
    var (file, key) = try KeyOpening(home).open(passphrase, byRecovery: recovery)
    let new = try newPassphraseFile.map { try Passphrase(file: $0).judgedAsNew() } ?? Passphrase.askForNew()
    if newKey {
      let recovery = try Protection(home).replace(key, of: file, new)
      return try common.printer.show(["recoveryKey": recovery]) { Protection.tell(recovery, $0) }
    }
    file.passphrase = try KeyEnvelope(key, passphrase: new.bytes)
    try file.write(home.folder)
    try common.printer.show(["changed": true]) { $0.say(Text("口令已更换。", "The passphrase was changed.")) }
  }
}

/// Opens a protected home's key by what a person says.
private struct KeyOpening {
  private let home: Home

  init(_ home: Home) { self.home = home }

  func file() throws -> KeyFile {
    guard let file = try KeyFile.read(home.folder) else {
      throw Failure(
        "not-protected", .badInput, Text("本机数据没有加密。", "This home is not encrypted."), kept: Failure.nothingChanged,
        next: Text("加密:fieldsurvey protect。", "To encrypt it: fieldsurvey protect."))
    }
    guard file.isComplete else { throw HomeKey.unfinished }
    return file
  }

  func open(_ options: PassphraseOptions, byRecovery: Bool) throws -> (KeyFile, StorageKey) {
    let file = try file()
    guard byRecovery else { return (file, try HomeKey.open(file.passphrase, try options.present())) }
    let typed = try options.passphraseFile.map { try Passphrase(file: $0) } ?? Passphrase.ask(Text("恢复密钥:", "Recovery key: "))
    return (file, try HomeKey.open(file.recovery, RecoveryKey.read(typed.text)))
  }
}
