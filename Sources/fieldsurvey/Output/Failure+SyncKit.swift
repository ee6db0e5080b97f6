import Foundation
import GRDB
import SurveyModel
import SyncCore
import SyncKit

extension Failure {
  init(_ error: SyncKitError) {
    let details = error.details
    let path = details["path"] ?? ""
    switch error.code {
    case .notAReplica:
      self.init(
        "not-a-replica", .badInput, Text("\(path) 不是本程序的数据库。", "\(path) is not a database of this program."),
        kept: Self.nothingChanged, next: Text("请检查 --home 是否指向正确的目录。", "Check that --home names the right folder."),
        details: details)
    case .newerFormat:
      let format = details["format"] ?? "?"
      let supported = details["supported"] ?? "?"
      self.init(
        "newer-format", .badInput,
        Text(
          "数据库格式(\(format))比本程序支持的(\(supported))新。",
          "The database's format (\(format)) is newer than this program knows (\(supported))."),
        kept: Self.nothingChanged, next: Self.upgrade, details: details)
    case .isProtected:
      self.init(
        "protected", .notConfigured, Text("\(path) 已加密,但找不到它的密钥文件 keys.json。", "\(path) is encrypted, and its keys.json is not here."),
        kept: Self.nothingChanged,
        next: Text("请从备份放回 keys.json:没有它,加密的数据谁也打不开。", "Put keys.json back from a backup: without it nobody can open what is encrypted."),
        details: details)
    case .notProtected:
      self.init(
        "not-protected", .notConfigured, Text("\(path) 没有加密,而这个目录是加密的。", "\(path) is in clear, but its home is a protected one."),
        kept: Self.nothingChanged,
        next: Text("这个文件像是从别处放进来的:请把原来的放回。", "It seems to have been put there: put the former file back."), details: details)
    case .wrongKey:
      self.init(
        "wrong-key", .notConfigured, Text("\(path) 是用另一把密钥加密的。", "\(path) is encrypted by another key."), kept: Self.nothingChanged,
        next: Text("请把同一份备份中的 keys.json 和数据库一起放回。", "Put keys.json and the database back from one and the same backup."), details: details)
    case .unsuitablePageSize:
      self.init(
        "unsuitable-page-size", .badInput,
        Text(
          "\(path) 的页大小是 \(details["pageSize"] ?? "?"),只能加密 4096 的。",
          "The pages of \(path) have \(details["pageSize"] ?? "?") bytes; only such of 4096 can be encrypted."),
        kept: Self.nothingChanged, details: details)
    case .unsuitableEncoding:
      let encoding = details["encoding"] ?? "?"
      self.init(
        "unsuitable-encoding", .badInput,
        Text(
          "\(path) 的文字编码是 \(encoding),只支持 UTF-8。",
          "The text in \(path) is in \(encoding); only UTF-8 is supported."),
        kept: Self.nothingChanged,
        next: Text(
          "请用 UTF-8 新建数据库,再把内容导入。", "Make a new database in UTF-8 and copy the contents into it."),
        details: details)
    case .networkFileSystem:
      self.init(
        "network-file-system", .notConfigured,
        Text(
          "\(path) 位于网络文件系统(\(details["kind"] ?? "?")),其文件锁不可靠,数据可能损坏,因此拒绝使用。",
          "\(path) lies on a network file system (\(details["kind"] ?? "?")), whose locks cannot be trusted with a database."),
        kept: Self.nothingChanged,
        next: Text("请用 --home 指定本机磁盘上的目录。", "Name a folder on a local disk with --home."), details: details)
    case .readOnly: self = Self.readOnly(path, details: details)
    case .diskFull: self = Self.diskFull(details: details)
    case .unsuitableTable:
      let table = details["table"] ?? "?"
      self.init(
        "unsuitable-table", .internal,
        Text(
          "表 \(table) 的定义不能参与同步:\(details["reason"] ?? "?")。",
          "Table \(table) cannot be synced as it is declared: \(details["reason"] ?? "?")."),
        kept: Self.nothingChanged,
        next: details["remedy"].map { Text("按此修改表结构:\($0)", "Migrate the table: \($0)") }, details: details)
    case .guardMissing:
      self.init(
        "guard-missing", .internal,
        Text(
          "表 \(details["table"] ?? "?") 缺少防止其他程序写入的保护。",
          "Table \(details["table"] ?? "?") lacks the guard against writes by other programs."),
        kept: Self.nothingChanged, next: Text("请运行 fieldsurvey doctor。", "Run fieldsurvey doctor."), details: details)
    case .scopeChange:
      self.init(
        "scope-change", .badInput,
        Text("记录不能移到另一家企业名下。", "A record cannot be moved to another enterprise."), kept: Self.nothingChanged,
        next: Text("请在那家企业下新建记录。", "Make a new record there."), details: details)
    case .noScope, .notACounter, .valueTooLarge:
      self.init(
        error.code.description, .badInput,
        Text(
          "表 \(details["table"] ?? "?") 不接受这个值(\(error.code))。",
          "Table \(details["table"] ?? "?") does not take this value (\(error.code))."),
        kept: Self.nothingChanged, details: details)
    case .notFound where details["path"] != nil: self.init(posix: ENOENT, path: path)
    case .notFound:
      self.init("not-found", .notFound, Text("找不到所指的内容。", "No such thing is here."), kept: Self.nothingChanged, details: details)
    case .stale:
      self.init(
        "stale", .tryLater,
        Text("要处理的内容在您查看之后又变了。", "What was to be settled has changed since it was read."), kept: Self.nothingChanged,
        next: Text("请重新查看(fieldsurvey conflicts list),再作决定。", "Look again (fieldsurvey conflicts list), then decide."),
        details: details)
    case .badToken:
      self.init(
        "bad-token", .badInput,
        Text("readToken 无法识别,或来自另一台设备。", "The readToken cannot be read, or is another device's."), kept: Self.nothingChanged,
        next: Text("请用本机的 --json 输出重新取得。", "Take a new one from this machine's --json output."), details: details)
    case .otherForm:
      self.init(
        "other-form", .badInput,
        Text("readToken 属于另一份表单,其中没有这条记录。", "The readToken is of another form, which did not show this record."),
        kept: Self.nothingChanged,
        next: Text(
          "请核对编号与文件是否对应,或重新查看这条记录取得 readToken。",
          "Check that the identifier belongs to the file, or take a new readToken by showing this record."), details: details)
    case .busy:
      let process = details["process"] ?? "?"
      self.init(
        "busy", .tryLater, Text("进程 \(process) 正在同步。", "Process \(process) is syncing."), kept: Self.allKept,
        next: Text("稍后再试,或加 --wait 等待。", "Try later, or wait for it with --wait."), details: details)
    case .notTaken where details["refused"].map(Refusal.isOfSeal) ?? false:
      let changeset = details["changeset"] ?? "?"
      let reason = Refusal.reason(of: details["refused"] ?? "")
      self.init(
        "not-believed", .badInput,
        Text("变更 \(changeset) 不可信:\(reason.zh)。", "The changeset \(changeset) is not believed: \(reason.en)."),
        kept: Text("它没有被收下;其余变更已经收下,本机内容没有改变。", "It was not taken; all else was, and nothing here was changed."),
        next: Text(
          "请把这一编号告诉办公室:有人可能冒名写入,或中继已被换过。",
          "Tell the office this name: somebody may be writing in another's name, or the relay is not the one it was."),
        details: details)
    case .notAuthorised:
      let table = RecordType.of(details["table"] ?? "")?.label ?? BilingualText(details["table"] ?? "?", details["table"] ?? "?")
      let role = WorkRole(rawValue: details["role"] ?? "")
      self.init(
        "not-authorised", .notPermitted,
        Text(
          "按本机的证书(\(role?.label ?? "?")),\(table.zh)不由您写。",
          "By this device's certificate (\(role?.labelEn ?? "?")), a \(table.en) is the word of others."),
        kept: Self.nothingChanged,
        next: Text(
          "请由有权的单位登记;职责变了的,请办公室发新的登记码,重新登记本机。",
          "Let those record it whose word it is. If your role has changed, enrol this device again with a new code of the office's."),
        details: details)
    case .withdrawn:
      self.init(
        "withdrawn", .notPermitted,
        Text("这家企业的分派已被收回,不能再填写。", "This enterprise was withdrawn from you: nothing can be written in it any more."),
        kept: Self.nothingChanged,
        next: Text(
          "收回之前填写的内容会照常送达。要继续填写,请办公室重新分派。",
          "What you wrote before is delivered as ever. To go on, ask the office to assign it again."),
        details: details)
    case .otherCertificate:
      self.init(
        "other-certificate", .notConfigured,
        Text("本机的证书属于另一台设备或另一位用户。", "The certificate here is another device's or another user's."), kept: Self.nothingChanged,
        next: Text("请用新的登记码重新登记:fieldsurvey enrol URL CODE。", "Enrol again with a new code: fieldsurvey enrol URL CODE."),
        details: details)
    case .notTaken:
      let changeset = details["changeset"] ?? "?"
      self.init(
        "not-taken", .badInput,
        Text("本机版本不能接受变更 \(changeset)。", "This version cannot take the changeset \(changeset)."),
        kept: Text("其余变更已经收下,本机内容没有丢失。", "All else was taken, and nothing here is lost."),
        next: Text(
          "再同步一次(可能在途中损坏);若仍如此,请升级 fieldsurvey。", "Sync once more: it may have been hurt on its way. If it stays so, upgrade fieldsurvey."),
        details: details)
    case .damaged:
      self.init(
        "damaged", .io,
        Text("数据库内容前后不一致,文件可能已损坏。", "What the database holds does not fit together: the file is damaged."),
        kept: Text("文件原样保留,没有改动。", "The file was left as it is."),
        next: Text(
          "请先复制整个数据目录,再运行 fieldsurvey doctor。", "Copy the whole home folder first, then run fieldsurvey doctor."),
        details: details)
    case .historyLeftOut:
      self.init(
        "history-left-out", .notFound,
        Text("这一时刻之前的历史已从本机略去。", "What was before this has been left out of the history here."), kept: Self.nothingChanged,
        next: Text(
          "请在办公室的归档目录中查看(fieldsurvey compact --archive)。", "Look in the office's archive (fieldsurvey compact --archive)."),
        details: details)
    default: self = Self.bundle(error) ?? Self.sqlite(error)
    }
  }

  private static func bundle(_ error: SyncKitError) -> Failure? {
    let kept = Text(
      "断点之前完整的 \(error.details["kept"] ?? "0") 条变更已收下。",
      "The \(error.details["kept"] ?? "0") changesets that were whole have been kept.")
    let again = Text("请重新导出并再次导入;重复导入没有害处。", "Export it anew and import it again; importing twice does no harm.")
    switch error.code {
    case .bundleCut:
      return Failure(
        "bundle-cut", .badInput, Text("数据包不完整:文件被截断。", "The bundle is cut short."), kept: kept, next: again,
        details: error.details)
    case .bundleAltered:
      return Failure(
        "bundle-altered", .badInput, Text("数据包内容被改动或损坏。", "The bundle was altered or damaged."), kept: kept, next: again,
        details: error.details)
    case .notABundle:
      return Failure(
        "not-a-bundle", .badInput, Text("该文件不是数据包。", "The file is no bundle."), kept: nothingChanged,
        next: Text("数据包由 fieldsurvey bundle export 生成。", "Bundles are made by fieldsurvey bundle export."), details: error.details)
    case .notARecipient:
      return Failure(
        "not-a-recipient", .notPermitted, Text("数据包是加密给别人的。", "The bundle is encrypted to somebody else."),
        kept: nothingChanged,
        next: Text(
          "请导出的人加上 --for 您的用户名再导出一次,或交给办公室。",
          "Have it exported once more with --for and your user's name, or hand it to the office."), details: error.details)
    default: return nil
    }
  }

  private static func sqlite(_ error: SyncKitError) -> Failure {
    if let beneath = error.underlying as? DatabaseError { return Failure(beneath) }
    if error.code == .sqlite, let code = error.details["code"].flatMap({ Int32($0) }) {
      return Failure(DatabaseError(resultCode: ResultCode(rawValue: code), message: error.details["message"]))
    }
    return Failure(
      error.code.description, .io, Text("数据库报错(\(error.code))。", "The database reports an error (\(error.code))."),
      kept: allKept, next: Text("请运行 fieldsurvey doctor。", "Run fieldsurvey doctor."), details: error.details)
  }
}
