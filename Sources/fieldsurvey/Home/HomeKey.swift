import Foundation
import SyncKit
import Synchronization

/// The key of a protected home, from wherever this process may have it without asking anybody: the keyring, or a file with the passphrase
/// that the operator named. Only `unlock` and its like ask a person.
enum HomeKey {
  /// Names a file with the passphrase, for what runs with nobody there.
  static let passphraseFileKey = "FIELDSURVEY_PASSPHRASE_FILE"
  /// What systemd's credential is called that has the passphrase (`LoadCredentialEncrypted=`).
  static let credentialName = "fieldsurvey-passphrase"
  /// Keys that were found, by home: a passphrase takes its time.
  private static let found = Mutex<[String: StorageKey]>([:])

  /// The key of the home in a folder; nil for one that is not protected.
  /// - Throws: `locked` where nobody has unlocked it.
  static func current(_ folder: URL) throws -> StorageKey? {
    guard let file = try KeyFile.read(folder) else { return nil }
    guard file.isComplete else { throw unfinished }
    if let key = found.withLock({ $0[file.id] }) { return key }
    let key: StorageKey
    if let kept = file.keyring.key {
      key = kept
    } else if let path = unattendedFile {
      key = try open(file.passphrase, Passphrase(file: path))
    } else {
      throw locked
    }
    remember(key, of: file)
    return key
  }

  /// Has this process use a key that it has just opened.
  static func remember(_ key: StorageKey, of file: KeyFile) { found.withLock { $0[file.id] = key } }

  /// Opens an envelope.
  static func open(_ envelope: KeyEnvelope, _ passphrase: Passphrase) throws -> StorageKey {
    do {
      return try envelope.open(passphrase: passphrase.bytes)
    } catch let error as SyncKitError where error.code == .wrongKey {
      throw Failure(
        "wrong-passphrase", .notPermitted, Text("口令不对。", "The passphrase is wrong."), kept: Failure.nothingChanged,
        next: Text(
          "请再试;忘记口令时用封存的恢复密钥:fieldsurvey unlock --recovery。",
          "Try again; where it is forgotten, use the recovery key on paper: fieldsurvey unlock --recovery."))
    }
  }

  private static var unattendedFile: String? {
    let environment = ProcessInfo.processInfo.environment
    if let path = environment[passphraseFileKey], !path.isEmpty { return path }
    guard let folder = environment["CREDENTIALS_DIRECTORY"] else { return nil }
    let path = folder + "/" + credentialName
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  private static let locked = Failure(
    "locked", .tryLater, Text("数据已加密,现在是锁定状态。", "The data is encrypted, and locked now."), kept: Failure.allKept,
    next: Text("请解锁:fieldsurvey unlock。", "Unlock it: fieldsurvey unlock."))

  static let unfinished = Failure(
    "protect-unfinished", .tryLater, Text("加密做到一半被中断了。", "Encrypting was interrupted halfway."), kept: Failure.allKept,
    next: Text(
      "请用同一个口令再运行一次 fieldsurvey protect,它会接着做完。", "Run fieldsurvey protect again with the same passphrase: it goes on from there."))
}
