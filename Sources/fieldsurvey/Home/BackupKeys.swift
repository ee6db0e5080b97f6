import Foundation
import SurveyModel
import SyncCore
import SyncKit

/// By what the office's backups are encrypted, and opened.
struct BackupKeys {
  private let home: Home

  init(_ home: Home) { self.home = home }

  /// The public half of the recovery key on paper.
  private var recoveryFile: URL { home.folder.appendingPathComponent("backup.pub") }
  /// The key of the files beside the backups: each backup carries it, for its readers.
  private var filesKeyFile: URL { home.folder.appendingPathComponent("backup-files.key") }

  var hasRecoveryKey: Bool { FileManager.default.fileExists(atPath: recoveryFile.path) }

  /// Makes a recovery key, of which only the public half stays here.
  func makeRecoveryKey() throws -> String {
    let recovery = RecoveryKey.made(Environment.random)
    let key = Self.key(RecoveryKey.read(recovery))
    try PrivateFile.write(Array((Hex.text(key.publicKey) + "\n").utf8), to: recoveryFile)
    return recovery
  }

  /// The secret half, as it was typed from paper.
  static func key(_ typed: Passphrase) -> EncryptionKey { EncryptionKey(recovery: typed.bytes) }

  /// Who can open a backup: this machine by its device's key, the recovery key, and the devices of some users.
  func recipients(_ users: [String]) throws -> [[UInt8]] {
    var keys = [try own.publicKey]
    if hasRecoveryKey {
      guard let key = Hex.bytes(try String(contentsOf: recoveryFile, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)),
        key.count == Self.publicKeyBytes
      else {
        throw Failure(
          "bad-recovery-key", .notConfigured, Text("\(recoveryFile.path) 无法识别。", "\(recoveryFile.path) cannot be read."),
          kept: Failure.nothingChanged,
          next: Text("重新生成:fieldsurvey relay recovery-key --replace。", "Make a new one: fieldsurvey relay recovery-key --replace."))
      }
      keys.append(key)
    }
    if !users.isEmpty { keys += try BundleRecipients.of(users, home, home.replica()).map(\.encryptionKey) }
    return keys
  }

  private static let publicKeyBytes = 32

  /// This machine's.
  var own: EncryptionKey { get throws { try Home.keptKey(Home.deviceKeyFile(home.folder)).encryptionKey } }

  /// By what the files beside the backups are encrypted; made with the first backup.
  func filesKey() throws -> StorageKey {
    // Another key in the place of one that cannot be read just now would leave the copies that are there to nobody.
    if FileManager.default.fileExists(atPath: filesKeyFile.path) {
      let text = String(decoding: try Data(contentsOf: filesKeyFile), as: UTF8.self)
      guard let key = Hex.bytes(text.trimmingCharacters(in: .whitespacesAndNewlines)).flatMap({ StorageKey(bytes: $0) }) else {
        throw Failure(
          "no-key", .notConfigured, Text("密钥文件已损坏:\(filesKeyFile.path)", "The key is damaged: \(filesKeyFile.path)"), kept: Failure.allKept,
          next: Text(
            "移开它再备份:附件会用新的密钥重新备份。", "Move it away and back up again: files are then copied anew under a new key."),
          details: ["path": filesKeyFile.path])
      }
      return key
    }
    let key = StorageKey()
    try PrivateFile.write(Array((Hex.text(key.bytes) + "\n").utf8), to: filesKeyFile)
    return key
  }
}
