import Foundation
import SyncBlobs
import SyncKit

extension Examination {
  /// What of the home is encrypted on the disk, and what is not.
  mutating func protection(_ home: Home) {
    guard let keys = attempt("keys", { try KeyFile.read(home.folder) }) else { return }
    guard let keys else { return inClear(home) }
    var details = [
      "isProtected": String(keys.isComplete), "isUnlocked": String(keys.keyring.key != nil), "isEscrowed": String(keys.office != nil),
    ]
    // Begun and not finished: what is asked for next says so, and what to do.
    guard keys.isComplete else { return }
    checks.append(
      Check(
        "protection",
        Text(
          "已加密:数据库(连同日志和临时文件)、附件、设备密钥、令牌;未加密:home.json(无秘密),文件的大小和时间,您自己导出的表格和报告,整个内存;数据包另行加密给收件人",
          "encrypted: the database with its log and temporary files, attachments, the device's key, the token; in clear: home.json (no secrets), sizes and times of files, what you exported yourself, memory; bundles are encrypted to their recipients"
        ), details: details))
    checks.append(
      Check(
        "escrow",
        keys.office == nil
          ? Text(
            "密钥没有交给办公室:口令和恢复密钥都丢了,谁也打不开", "the office has no key: without passphrase and recovery key nobody opens this home")
          : Text("办公室也能打开(device recover)", "the office can open it too (device recover)"),
        next: keys.office == nil
          ? Text("要交给办公室:fieldsurvey protect --escrow-to-office", "to give it one: fieldsurvey protect --escrow-to-office") : nil,
        details: ["isEscrowed": String(keys.office != nil)]))
    // While it is locked nothing can be looked at; that is told where the replica is opened.
    guard let key = try? HomeKey.current(home.folder),
      let count = attempt("attachments", { try Attachments.folder(of: Home.replicaFile(home.folder).path, key).unsealed() }), count > 0
    else { return }
    details["filesInClear"] = String(count)
    checks.append(
      Check(
        "partly-protected", isProblem: true,
        Text("还有 \(count) 个附件以明文存放", "\(Format.count(count, "attachment")) still in clear"),
        next: Text("运行:fieldsurvey protect", "run: fieldsurvey protect"), details: details))
  }

  private mutating func inClear(_ home: Home) {
    checks.append(
      Check(
        "protection", Text("数据以明文存放:得到这块硬盘的人能读出全部内容", "the data lies in clear: who has this disk can read all of it"),
        next: home.profile.role == .laptop
          ? Text("除非已有整盘加密,运行:fieldsurvey protect", "unless the whole disk is encrypted, run: fieldsurvey protect")
          : Text("请用整盘加密保护这台机器", "encrypt this machine's whole disk"),
        details: ["isProtected": "false"]))
  }
}
