import ArgumentParser
import Foundation
import SyncBlobs
import SyncCore
import SyncKit

struct ProtectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "protect", abstract: Text("加密本机的数据", "Encrypt this laptop's data").here,
    discussion: Text(
      """
      数据库(连同日志和临时文件)、附件、设备密钥和令牌从此只以密文存放,用口令解锁。恢复密钥只显示这一次:请抄在纸上,交办公室封存。口令和恢复密钥都丢了,
      还没送出的内容就再也打不开。中途断电不要紧,再运行一次会接着做完。
      """,
      """
      The database with its log and temporary files, attachments, the device's key and the token lie encrypted from then on, and are unlocked
      by the passphrase.
      The recovery key is shown this once: write it down and leave it with the office. Without either, what was not sent can never be read.
      A loss of power in between does no harm: run it again, and it goes on.
      """
    ).here)

  @Flag(
    help: Text(
      "密钥也加密一份给办公室:忘了口令又丢了恢复密钥时,办公室能打开(device recover)。",
      "Encrypt the key to the office too: where passphrase and recovery key are lost, the office opens it (device recover)."
    ).help)
  var escrowToOffice = false

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var unlocking: UnlockingOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let home = try common.openHome()
    let protection = Protection(home)
    let finished = try protection.finish()
    if escrowToOffice, try protection.escrowLater() {
      return try common.printer.show(["isEscrowed": true]) { printer in
        printer.say(
          Text("密钥已加密一份给办公室(device recover 能打开)。", "The key is encrypted to the office too, which opens it by device recover."))
      }
    }
    if let count = finished {
      return try common.printer.show(["attachments": count]) { printer in
        printer.say(Text("已加密 \(count) 个附件。", "\(Format.count(count, "attachment")) encrypted."))
      }
    }
    let recovery = try protection.run(escrow: escrowToOffice) { try $0 ? passphrase.new() : passphrase.present() }
    let isUnlocked = try unlocking.keep(home)
    try common.printer.show(Told(recoveryKey: recovery, unlockedHours: isUnlocked ? unlocking.hours : 0)) { printer in
      Protection.tell(recovery, printer)
      unlocking.tell(isUnlocked, printer)
    }
  }

  private struct Told: Encodable {
    let recoveryKey: String
    let unlockedHours: Int
  }
}

/// Encrypts a home that is in clear.
struct Protection {
  private let home: Home

  init(_ home: Home) { self.home = home }

  /// Encrypts the attachments of a home that was encrypted by a version which left them in clear.
  /// - Returns: how many those were; nil for a home that is not encrypted, or has none.
  func finish() throws -> Int? {
    guard let keys = try KeyFile.read(home.folder), keys.isComplete else { return nil }
    let lock = try SyncLock(home, wait: 5)
    defer { withExtendedLifetime(lock) {} }
    let folder = Attachments.folder(of: Home.replicaFile(home.folder).path, try HomeKey.current(home.folder))
    return try folder.unsealed() > 0 ? try folder.sealAll() : nil
  }

  /// Gives the office the key of a home that is encrypted already, and unlocked.
  /// - Returns: false for a home that is not encrypted.
  func escrowLater() throws -> Bool {
    guard var keys = try KeyFile.read(home.folder), keys.isComplete, let key = try HomeKey.current(home.folder) else { return false }
    let lock = try SyncLock(home, wait: 5)
    defer { withExtendedLifetime(lock) {} }
    keys.office = try escrows(key)
    try keys.write(home.folder)
    return true
  }

  /// - Parameters:
  ///   - escrow: whether the office gets the key too, encrypted to its devices.
  ///   - passphrase: gives the passphrase; asked whether it is to be a new one.
  /// - Returns: the recovery key, which is nowhere else.
  func run(escrow: Bool = false, _ passphrase: (_ isNew: Bool) throws -> Passphrase) throws -> String {
    guard home.profile.role == .laptop else {
      throw Failure(
        "not-a-laptop", .notPermitted,
        Text("办公室的数据目录由整盘加密保护:中继要在无人时启动。", "The office's home is for full-disk encryption: its relay has to start with nobody there."),
        kept: Failure.nothingChanged, next: Text("见 docs/operating/relay.md。", "See docs/operating/relay.md."))
    }
    let lock = try SyncLock(home, wait: 5)
    defer { withExtendedLifetime(lock) {} }
    let before = try KeyFile.read(home.folder)
    if let before, before.isComplete {
      throw Failure(
        "already-protected", .badInput, Text("本机数据已经加密。", "This home is encrypted already."), kept: Failure.nothingChanged,
        next: Text("换口令:fieldsurvey passphrase。", "To change the passphrase: fieldsurvey passphrase."))
    }
    let recovery = RecoveryKey.made(Environment.random)
    let passphrase = try passphrase(before == nil)
    // What was begun goes on by its own key: files may be encrypted by it already.
    let key = try before.map { try HomeKey.open($0.passphrase, passphrase) } ?? StorageKey()
    var keys = KeyFile(
      id: before?.id ?? UUID().uuidString.lowercased(), isComplete: false,
      passphrase: try before?.passphrase ?? KeyEnvelope(key, passphrase: passphrase.bytes),
      recovery: try KeyEnvelope(key, passphrase: RecoveryKey.read(recovery).bytes))
    keys.office = escrow ? try escrows(key) : before?.office
    keys.former = before?.former
    // First, because from here on files may be there that only this key opens.
    try keys.write(home.folder)
    try home.protect(key, keys)
    return recovery
  }

  /// Encrypts an encrypted home anew, by another key: whoever knows the former one, or has an old copy of `keys.json` and its passphrase, opens
  /// nothing that is written from then on. Interrupted, it is finished by ``run(escrow:_:)`` and the new passphrase.
  func replace(_ old: StorageKey, of file: KeyFile, _ passphrase: Passphrase) throws -> String {
    let lock = try SyncLock(home, wait: 5)
    defer { withExtendedLifetime(lock) {} }
    let (key, recovery) = (StorageKey(), RecoveryKey.made(Environment.random))
    var keys = file
    keys.id = UUID().uuidString.lowercased()
    keys.isComplete = false
    keys.passphrase = try KeyEnvelope(key, passphrase: passphrase.bytes)
    keys.recovery = try KeyEnvelope(key, passphrase: RecoveryKey.read(recovery).bytes)
    keys.office = try file.office == nil ? nil : escrows(key)
    try keys.replace(old, by: key)
    _ = file.keyring.forget()
    try keys.write(home.folder)
    try home.protect(key, keys)
    return recovery
  }

  private func escrows(_ key: StorageKey) throws -> [KeyEscrow] {
    let office = (home.profile.office ?? []).compactMap { $0.read?.certificate.encryptionKey }.filter { !$0.isEmpty }
    guard !office.isEmpty else {
      throw Failure(
        "no-recipient", .usage, Text("本机还没有办公室的密钥。", "The office's key is not known here yet."), kept: Failure.nothingChanged,
        next: Text("用新的登记码重新登记一次:fieldsurvey enrol URL CODE。", "Enrol again with a new code: fieldsurvey enrol URL CODE."))
    }
    return try office.map { try KeyEscrow(key, for: $0) }
  }

  static func tell(_ recovery: String, _ printer: Printer) {
    printer.say(
      Text("已加密。恢复密钥(只显示这一次,请抄在纸上交办公室封存):", "Encrypted. The recovery key, shown this once: write it down, and leave it with the office:"))
    printer.line("  " + printer.style(recovery, .bold))
  }
}

/// Where the passphrase comes from.
struct PassphraseOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      Text(
        "从仅本人可读的文件(或 /dev/fd/N)读口令;默认在终端上询问。",
        "Read the passphrase from a file that you alone may read, or /dev/fd/N; by default the terminal is asked."
      ).here,
      valueName: "file"))
  var passphraseFile: String?

  /// The one that the home has.
  func present() throws -> Passphrase {
    try passphraseFile.map { try Passphrase(file: $0) } ?? Passphrase.ask(Text("口令:", "Passphrase: "))
  }

  /// A new one.
  func new() throws -> Passphrase { try passphraseFile.map { try Passphrase(file: $0).judgedAsNew() } ?? Passphrase.askForNew() }
}

/// For how long a home stays unlocked.
struct UnlockingOptions: ParsableArguments {
  static let mostHours = 168

  @Option(
    help: ArgumentHelp(
      Text("解锁多少小时(关机即失效)。", "For how many hours it stays unlocked, if the machine is not switched off.").here, valueName: "hours"))
  var hours = 12

  func validate() throws {
    guard (1...Self.mostHours).contains(hours) else {
      throw ValidationError(Text("--hours 应在 1 到 \(Self.mostHours) 之间。", "--hours is 1 to \(Self.mostHours).").here)
    }
  }

  /// Keeps the key that this process has just used.
  /// - Returns: whether the system has a keyring that took it.
  func keep(_ home: Home) throws -> Bool {
    guard let file = try KeyFile.read(home.folder), let key = try HomeKey.current(home.folder) else { return false }
    return file.keyring.keep(key, seconds: hours * 3600)
  }

  func tell(_ isUnlocked: Bool, _ printer: Printer) {
    if isUnlocked {
      printer.say(
        Text("已解锁 \(hours) 小时;提前锁定:fieldsurvey lock。", "Unlocked for \(Format.count(hours, "hour")); to lock it sooner: fieldsurvey lock."))
    } else {
      printer.note(
        Text(
          "本机系统没有密钥环,不能保持解锁:请让 \(HomeKey.passphraseFileKey) 指向一个仅本人可读的口令文件。",
          "This system has no keyring that could keep it unlocked: let \(HomeKey.passphraseFileKey) name a file with the passphrase that you alone may read."
        ))
    }
  }
}
