import Foundation
import GRDB

extension Failure {
  /// SQLite's own errors, by their primary code.
  init(_ error: DatabaseError) {
    let details = ["sqlite": String(error.extendedResultCode.rawValue), "message": error.message ?? ""]
    let message = error.message ?? String(error.resultCode.rawValue)
    // The shared memory of the write-ahead log cannot grow: no room either, though SQLite calls it an I/O error.
    if error.extendedResultCode == .SQLITE_IOERR_SHMSIZE {
      self = Self.diskFull(details: details)
      return
    }
    switch error.resultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self.init(
        "database-busy", .tryLater,
        Text("另一个进程长时间占用数据库。", "Another process has held the database for too long."), kept: Self.nothingChanged,
        next: Text("稍后再试。", "Try again later."), details: details)
    case .SQLITE_FULL: self = Self.diskFull(details: details)
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM: self = Self.readOnly("", details: details)
    case .SQLITE_CONSTRAINT:
      self.init(
        "rule-broken", .badInput,
        Text("这样写会违反数据规则:\(message)", "This would break a rule of the data: \(message)"), kept: Self.nothingChanged,
        details: details)
    case .SQLITE_NOTADB:
      self.init(
        "not-a-replica", .badInput, Text("该文件不是数据库。", "The file is no database."), kept: Self.nothingChanged,
        next: Text("请检查 --home 是否指向正确的目录。", "Check that --home names the right folder."), details: details)
    case .SQLITE_CORRUPT, .SQLITE_IOERR:
      self.init(
        "damaged", .io, Text("读写数据库文件失败:\(message)", "Reading or writing the database's file failed: \(message)"),
        kept: Text("失败之前提交的内容不受影响。", "What was committed before is not affected."),
        next: Text(
          "请先复制整个数据目录,再运行 fieldsurvey doctor。", "Copy the whole home folder first, then run fieldsurvey doctor."),
        details: details)
    default:
      self.init(
        "sqlite", .io, Text("数据库报错:\(message)", "The database reports an error: \(message)"), kept: Self.allKept,
        next: Text("请运行 fieldsurvey doctor。", "Run fieldsurvey doctor."), details: details)
    }
  }

  /// Foundation's file errors.
  init(_ error: CocoaError) {
    let path = error.filePath ?? (error.userInfo[NSFilePathErrorKey] as? String) ?? ""
    switch error.code {
    case .fileNoSuchFile, .fileReadNoSuchFile: self.init(posix: ENOENT, path: path)
    case .fileReadNoPermission: self.init(posix: EACCES, path: path)
    case .fileWriteNoPermission, .fileWriteVolumeReadOnly: self = Self.readOnly(path, details: ["path": path])
    case .fileWriteOutOfSpace: self = Self.diskFull(details: ["path": path])
    default:
      if let beneath = error.underlying as? POSIXError {
        self.init(posix: beneath.code.rawValue, path: path)
      } else {
        self.init(
          "io", .io,
          Text(
            "读写文件失败:\(path)(\(error.code.rawValue))",
            "A file could not be read or written: \(path) (\(error.code.rawValue))"),
          details: ["path": path, "cocoa": String(error.code.rawValue)])
      }
    }
  }

  /// The kernel's errors about a file.
  init(posix number: Int32, path: String?) {
    let path = path ?? ""
    let details = ["path": path, "errno": String(number)]
    switch number {
    case ENOENT, ENOTDIR:
      self.init("no-such-file", .notFound, Text("找不到文件:\(path)", "No such file: \(path)"), kept: Self.nothingChanged, details: details)
    case EACCES, EPERM:
      self.init(
        "no-permission", .notPermitted, Text("没有读取权限:\(path)", "No permission to read: \(path)"), kept: Self.nothingChanged,
        next: Text("请检查文件的所有者和权限。", "Check the file's owner and mode."), details: details)
    case EROFS: self = Self.readOnly(path, details: details)
    case ENOSPC, EDQUOT: self = Self.diskFull(details: details)
    default:
      let reason = String(cString: strerror(number))
      self.init(
        "io", .io, Text("读写文件失败:\(path)(\(reason))", "A file could not be read or written: \(path) (\(reason))"), details: details)
    }
  }

  static func readOnly(_ path: String, details: [String: String] = [:]) -> Failure {
    Failure(
      "read-only", .cannotWrite, Text("无法写入:\(path) 是只读的,或没有写权限。", "Cannot write: \(path) is read-only, or not yours to write."),
      kept: nothingChanged,
      next: Text("请检查目录的权限,或用 --home 指定另一个目录。", "Check the folder's permissions, or name another with --home."),
      details: details)
  }

  static func diskFull(details: [String: String] = [:]) -> Failure {
    Failure(
      "disk-full", .cannotWrite, Text("磁盘已满,这一步没有写入。", "The disk is full; this step was not written."),
      kept: Text("此前保存的内容完好。", "What was saved before is whole."),
      next: Text("腾出空间后重做这一步。", "Free some room, then repeat this step."), details: details)
  }
}
