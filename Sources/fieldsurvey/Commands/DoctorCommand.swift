import ArgumentParser
import Foundation
import SurveyModel
import SyncBlobs
import SyncCore
import SyncKit
import SyncRelay

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: Text(
      "检查本机:目录、数据库、令牌、指标文件、时钟",
      "Examine this machine: folder, database, token, instrument, clock"
    ).here,
    discussion: Text("退出码:0 没有问题;1 发现问题。", "Exit codes: 0 nothing is wrong; 1 something is.").here)

  @OptionGroup var common: CommonOptions

  func run() throws {
    var examination = Examination()
    examination.run(common)
    let checks = examination.checks
    try common.printer.show(Told(ok: !checks.contains(where: \.isProblem), checks: checks)) { printer in
      for check in checks {
        let mark = check.isProblem ? printer.style("✗", .red) : printer.style("✓", .green)
        printer.line("\(mark) \(check.text(printer.language))")
        if let next = check.next { printer.line("    → \(next(printer.language))") }
      }
    }
    if checks.contains(where: \.isProblem) { throw ExitCode(ExitStatus.failure.rawValue) }
  }

  private struct Told: Encodable {
    let ok: Bool
    let checks: [Examination.Check]
  }
}

/// Looks at a home from outside in; a check that fails ends those that need it, never the others.
struct Examination {
  struct Check: Encodable {
    let code: String
    let isProblem: Bool
    let message: String
    let details: [String: String]
    let text: Text
    let next: Text?

    private enum CodingKeys: CodingKey { case code, isProblem, message, details }

    init(_ code: String, isProblem: Bool = false, _ text: Text, next: Text? = nil, details: [String: String] = [:]) {
      self.code = code
      self.isProblem = isProblem
      self.text = text
      self.next = next
      self.details = details
      message = text.here
    }
  }

  var checks: [Check] = []
  /// The year this version was written in: an earlier clock is wrong for certain.
  private static let writtenMilliseconds: Int64 = 1_767_225_600_000

  mutating func run(_ common: CommonOptions) {
    program()
    clock()
    instrument()
    guard let home = attempt("home", { try common.openHome() }) else { return }
    folder(home)
    protection(home)
    guard let replica = attempt("replica", { try home.replica() }) else { return }
    self.replica(replica)
    switch home.profile.role {
    case .office: relay(home)
    case .archive: checks.append(Check("archive", Text("办公室的历史归档", "the office's archive of history")))
    case .laptop:
      guard attempt("token", { try home.token() }) != nil else { return }
      checks.append(
        Check(
          "token",
          Text(
            "已登记为 \(home.profile.user),中继 \(home.profile.relay ?? "?")",
            "enrolled as \(home.profile.user) with \(home.profile.relay ?? "?")")))
    }
  }

  /// Runs a step whose failure is a finding.
  mutating func attempt<T>(_ code: String, _ body: () throws -> T) -> T? {
    do {
      return try body()
    } catch {
      let failure = Failure(error)
      checks.append(Check(failure.code, isProblem: true, failure.what, next: failure.next, details: failure.details))
      return nil
    }
  }

  private mutating func program() {
    checks.append(
      Check(
        "version",
        Text(
          "fieldsurvey \(Program.version)",
          "fieldsurvey \(Program.version)"), details: ["version": Program.version]))
  }

  private mutating func clock() {
    let now = Environment.clock()
    let isWrong = now < Self.writtenMilliseconds
    checks.append(
      Check(
        "clock", isProblem: isWrong,
        isWrong
          ? Text(
            "时钟明显不对:\(Format.time(now))",
            "the clock is wrong for certain: \(Format.time(now))") : Text("时钟 \(Format.time(now))", "clock \(Format.time(now))"),
        next: isWrong ? Text("请校准系统时间;已记录的内容不受影响。", "Set the system's time; what was recorded is not affected.") : nil))
  }

  private mutating func instrument() {
    guard let instrument = attempt("instrument", { try Instrument.bundled(edition: Instrument.current) }) else { return }
    checks.append(Check("instrument", Text("评测指标 \(instrument.edition) 版", "instrument, edition \(instrument.edition)")))
  }

  private mutating func folder(_ home: Home) {
    let isOpen = FileStatus(home.folder.path)?.isOpenToOthers ?? false
    checks.append(
      Check(
        "folder", isProblem: false, Text("数据目录 \(home.folder.path)", "home \(home.folder.path)"),
        next: isOpen ? Text("其他用户可以列出此目录:chmod 700 更稳妥", "other users may list this folder: chmod 700 is safer") : nil))
    for name in ["token", "device.key", "issuer.key", "keys.json", "replica.sqlite", "replica.sqlite-wal", "relay.sqlite"] {
      let path = home.folder.appendingPathComponent(name).path
      guard FileStatus(path)?.isOpenToOthers ?? false else { continue }
      checks.append(
        Check(
          "file-mode", isProblem: true, Text("\(name) 可被其他用户读取", "\(name) can be read by others"),
          next: Text("运行:chmod 600 \(path)", "run: chmod 600 \(path)"), details: ["path": path]))
    }
  }

  private mutating func replica(_ replica: Replica) {
    let findings = attempt("findings", { try replica.findings() }) ?? []
    for finding in findings where finding.isProblem || finding.code != "rows" {
      checks.append(
        Check(finding.code, isProblem: finding.isProblem, Self.text(finding), next: Self.next(finding), details: finding.details))
    }
    for incident in attempt("incidents", { try replica.incidents() }) ?? [] {
      let record = IncidentRecord(incident)
      checks.append(Check("incident", record.line, details: ["kind": record.kind, "at": record.at, "scope": record.scope ?? ""]))
    }
    for scope in attempt("withdrawn", { try replica.withdrawnScopes().map { try WithdrawnRecord($0, replica) } }) ?? [] {
      checks.append(Check("withdrawn", scope.line, details: ["scope": scope.scope]))
    }
    attachments(replica)
    rejections(replica)
    let rows = findings.filter { $0.code == "rows" && !$0.isProblem }.compactMap { Int($0.details["rows"] ?? "") }
    if !rows.isEmpty {
      let sum = rows.reduce(0, +)
      checks.append(
        Check(
          "rows", Text("\(rows.count) 张表共 \(sum) 条记录,与同步状态一致", "\(sum) rows in \(rows.count) tables, as the sync state has them"),
          details: ["rows": String(sum), "tables": String(rows.count)]))
    }
  }

  /// Reads every file that is here.
  private mutating func attachments(_ replica: Replica) {
    guard let (files, damaged) = attempt("attachments", { (try replica.attachments.named(), try replica.attachments.damaged()) }) else {
      return
    }
    for name in damaged {
      let digest = Hex.text(name.digest)
      checks.append(
        Check(
          "attachment", isProblem: true, Text("附件 \(digest.prefix(12)) 已损坏", "attachment \(digest.prefix(12)) is damaged"),
          next: Text(
            "请重新添加原件,或删除该文件后再取:\(replica.attachments.folder.path(of: name.digest))",
            "attach the original again, or remove the file and fetch it anew: \(replica.attachments.folder.path(of: name.digest))"),
          details: ["sha256": digest, "scope": name.scope.name]))
    }
    let here = files.count { replica.attachments.folder.size(of: $0.digest) != nil }
    guard !files.isEmpty, damaged.isEmpty else { return }
    checks.append(
      Check(
        "attachments",
        Text("本机 \(here) 个附件都完好(共 \(files.count) 个)", "the \(Format.count(here, "attachment")) here of \(files.count) are whole"),
        details: ["here": String(here), "named": String(files.count)]))
  }

  /// What the office rejected, with the text that is here: for its author to write again.
  private mutating func rejections(_ replica: Replica) {
    guard let all = attempt("rejections", { (try replica.rejections(), try replica.rejectedWrites()) }) else { return }
    for rejection in all.0 {
      let writes = all.1.filter { $0.rejection == rejection }
      let lines = writes.map { write in
        let key = write.key.sorted { $0.key < $1.key }.map(\.value.plainText).joined(separator: " ")
        let values = write.values.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.plainText)" }
        return "\(write.table) \(key)\(write.isDeletion ? " –" : ":") \(values.joined(separator: "; "))"
      }
      let kept = lines.isEmpty ? Text("(原文不在本机)", "(its text is not here)") : Text(verbatim: lines.map { "\n      \($0)" }.joined())
      checks.append(
        Check(
          "rejected",
          Text(
            "办公室退回 \(rejection.scope.name) \(rejection.dot):\(rejection.why.zh)",
            "the office rejected \(rejection.scope.name) \(rejection.dot): \(rejection.why.en)")
            + kept,
          next: lines.isEmpty ? nil : Text("请改正后重新填写。", "Write it again, as it should be."),
          details: [
            "scope": rejection.scope.name, "changeset": rejection.dot.description, "reason": rejection.reason,
            "author": writes.first?.author ?? "", "text": lines.joined(separator: "\n"),
          ]))
    }
  }

  private static func text(_ finding: ReplicaFinding) -> Text {
    let details = finding.details
    switch finding.code {
    case "site": return Text("本副本 \(details["site"] ?? "?")", "this replica is \(details["site"] ?? "?")")
    case "integrity" where !finding.isProblem: return Text("数据库文件完好", "the database's file is whole")
    case "integrity":
      return Text("数据库文件已损坏:\(details["message"] ?? "?")", "the database's file is damaged: \(details["message"] ?? "?")")
    case "guards":
      return Text("表 \(details["table"] ?? "?") 缺少写保护", "table \(details["table"] ?? "?") lacks its guard against other programs")
    case "rows":
      return Text(
        "表 \(details["table"] ?? "?") 有 \(details["rows"] ?? "?") 条记录,同步状态却记着 \(details["states"] ?? "?") 条",
        "table \(details["table"] ?? "?") has \(details["rows"] ?? "?") rows, but the sync state has \(details["states"] ?? "?")")
    case "log":
      return Text(
        "变更 \(details["changeset"] ?? "?") 的记录已损坏", "the record of changeset \(details["changeset"] ?? "?") is damaged")
    case "seals" where !finding.isProblem:
      return Text("\(details["changesets"] ?? "?") 条变更的签名都有效", "the signatures of all \(details["changesets"] ?? "?") changesets are valid")
    case "seals":
      return Text(
        "变更 \(details["changeset"] ?? "?") 的签名无效(\(details["code"] ?? "?"))",
        "the signature of changeset \(details["changeset"] ?? "?") is not valid (\(details["code"] ?? "?"))")
    case "statements" where !finding.isProblem:
      return Text(
        "办公室的 \(details["statements"] ?? "?") 条声明签名有效", "all \(details["statements"] ?? "?") statements of the office's are signed by it")
    case "statements":
      return Text(
        "一条办公室声明的签名无效(\(details["scope"] ?? "?"))",
        "a statement of the office's is not signed by it (\(details["scope"] ?? "?"))")
    case "aside":
      return Text(
        "表 \(details["table"] ?? "?") 有 \(details["rows"] ?? "?") 条记录因编号已被另一处使用而另行保存",
        "table \(details["table"] ?? "?") keeps \(details["rows"] ?? "?") rows aside, whose key another scope's row has")
    default:
      let facts = details.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
      return Text(verbatim: "\(finding.code) \(facts)")
    }
  }

  private static func next(_ finding: ReplicaFinding) -> Text? {
    guard finding.isProblem else { return nil }
    return ["log", "rows"].contains(finding.code)
      ? Text(
        "请先复制整个数据目录,再运行 fieldsurvey verify --repair。", "Copy the whole folder first, then run fieldsurvey verify --repair.")
      : Text("请先复制整个数据目录,再联系办公室。", "Copy the whole folder first, then ask the office.")
  }

  private mutating func relay(_ home: Home) {
    guard let devices = attempt("relay", { try home.relay().devices() }) else { return }
    let active = devices.filter { $0.revoked == nil }.count
    checks.append(
      Check(
        "relay",
        Text(
          "中继数据库可用,\(active) 台设备有效",
          "the relay's database is usable, \(Format.count(active, "device")) active")))
  }
}
