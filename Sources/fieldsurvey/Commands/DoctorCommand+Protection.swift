import SyncKit

extension Examination {
  /// What of the home is encrypted on the disk, and what is not.
  mutating func protection(_ home: Home) {
    guard let keys = attempt("keys", { try KeyFile.read(home.folder) }) else { return }
    let isProtected = keys?.isComplete ?? false
    let inClear = Text(
      "未加密:附件(照片和文件),home.json(无秘密),文件的大小和时间,您自己导出的表格和报告,整个内存;数据包另行加密给收件人",
      "in clear: attachments (photographs and files), home.json (no secrets), sizes and times of files, what you exported yourself, memory; bundles are encrypted to their recipients"
    )
    if isProtected {
      checks.append(
        Check(
          "protection",
          Text(
            "已加密:数据库(连同日志和临时文件)、设备密钥、令牌",
            "encrypted: the database with its log and temporary files, the device's key, the token") + Text(";", "; ") + inClear,
          details: ["isProtected": "true", "isUnlocked": String(keys?.keyring.key != nil)]))
    } else {
      let isOffice = home.profile.role != .laptop
      checks.append(
        Check(
          "protection", Text("数据以明文存放:得到这块硬盘的人能读出全部内容", "the data lies in clear: who has this disk can read all of it"),
          next: isOffice
            ? Text("请用整盘加密保护这台机器", "encrypt this machine's whole disk")
            : Text("除非已有整盘加密,运行:fieldsurvey protect", "unless the whole disk is encrypted, run: fieldsurvey protect"),
          details: ["isProtected": "false"]))
    }
  }
}
