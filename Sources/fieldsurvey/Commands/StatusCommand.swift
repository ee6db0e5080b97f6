import ArgumentParser
import Foundation
import SurveyModel
import SyncCore
import SyncKit
import SyncRelay

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: Text(
      "一屏看清:未送出的内容、上次同步、被退回、冲突",
      "In one screen: what is unsent, the last sync, what came back, conflicts"
    ).here)

  @OptionGroup var common: CommonOptions

  func run() throws {
    let home = try common.openHome()
    let survey = try home.survey()
    let status = try survey.replica.status(peer: Exchange.peer)
    let now = Environment.clock()
    let incidents = try survey.replica.incidents(limit: Self.incidentsTold).filter { now - $0.at < Self.incidentMilliseconds }
    let refused = try status.refused.map { try Printed.Refused($0, survey.replica) }
    let report = StatusReport(
      home: home.folder.path, role: home.profile.role, user: home.profile.user, name: home.profile.name, relay: home.profile.relay,
      device: home.profile.device, enterprises: try survey.enterpriseCount(),
      handovers: try survey.handovers().map { try HandoverRecord($0, survey.replica) },
      withdrawn: try survey.replica.withdrawnScopes().map { try WithdrawnRecord($0, survey.replica) },
      late: try survey.lateRecords().filter { $0.state.term == .waiting }.count, status: status, refused: refused,
      files: try survey.replica.attachments.status(peer: Exchange.peer),
      devices: home.isOffice ? try home.relay().devices().filter { $0.revoked == nil }.count : nil,
      incidents: incidents.map(IncidentRecord.init), daemon: DaemonRecord(home))
    try common.printer.show(report) { report.tell($0, now: now) }
  }

  /// How many incidents are told of, and for how long; `doctor` tells of all.
  private static let incidentsTold = 5
  private static let incidentMilliseconds: Int64 = 30 * 86_400_000
}

/// Where a home stands.
struct StatusReport: Encodable {
  struct Unsent: Encodable {
    let changesets: Int
    let bytes: Int
    let oldest: String?
    /// Others' changesets, brought by a bundle, which go along with the next sync.
    let carried: Int
  }

  let home: String
  let role: Profile.Role
  let user: String
  let name: String
  let relay: String?
  let device: String
  let enterprises: Int
  /// Cases that were taken from this user.
  let handovers: [HandoverRecord]
  /// Cases that take no writes here any more.
  let withdrawn: [WithdrawnRecord]
  /// Records that came after their quarter had been frozen and wait for the office's decision.
  let late: Int
  let unsent: Unsent
  let lastSuccess: String?
  let lastAttempt: String?
  /// Why the last exchange failed; nil when it did not.
  let lastFailure: String?
  let waiting: Int
  let refused: [Printed.Refused]
  let conflicts: Int
  let attachments: Files

  /// How many of the files that records name stand how.
  struct Files: Encodable {
    let queued, queuedBytes, sent, verified, refused, elsewhere: Int
  }

  /// The devices that may take part; at the office only.
  let devices: Int?
  /// What has happened to the replica's identity of late.
  let incidents: [IncidentRecord]
  /// What the daemon does; nil where none has ever run.
  let daemon: DaemonRecord?
  private let status: ReplicaStatus

  private enum CodingKeys: CodingKey {
    case home, role, user, name, relay, device, enterprises, handovers, withdrawn, late, unsent, lastSuccess, lastAttempt, lastFailure,
      waiting,
      refused,
      conflicts,
      attachments, devices, incidents, daemon
  }

  init(
    home: String, role: Profile.Role, user: String, name: String, relay: String?, device: String, enterprises: Int,
    handovers: [HandoverRecord], withdrawn: [WithdrawnRecord], late: Int, status: ReplicaStatus,
    refused: [Printed.Refused], files: AttachmentStatus, devices: Int?, incidents: [IncidentRecord],
    daemon: DaemonRecord?
  ) {
    self.home = home
    self.role = role
    self.user = user
    self.name = name
    self.relay = relay
    self.device = device
    self.enterprises = enterprises
    self.handovers = handovers
    self.withdrawn = withdrawn
    self.late = late
    self.devices = devices
    self.incidents = incidents
    self.daemon = daemon
    self.status = status
    unsent = Unsent(
      changesets: status.unsentChangesets, bytes: status.unsentBytes, oldest: status.oldestUnsent.map(Format.iso),
      carried: status.carriedChangesets)
    lastSuccess = status.lastSuccess.map(Format.iso)
    lastAttempt = status.lastAttempt.map(Format.iso)
    lastFailure = status.lastOutcome
    waiting = status.waiting
    self.refused = refused
    attachments = Files(
      queued: files.queued, queuedBytes: files.queuedBytes, sent: files.sent, verified: files.verified, refused: files.refused,
      elsewhere: files.elsewhere)
    conflicts = status.conflicts
  }

  func tell(_ printer: Printer, now: Int64) {
    let place = role == .office ? Text("办公室", "Office") : Text("笔记本", "Laptop")
    printer.line(printer.style("\(place(printer.language)) · \(name) (\(user)) · \(home)", .bold))
    if let relay { printer.say(Text("中继  \(relay)", "Relay       \(relay)")) }
    if let devices { printer.say(Text("设备  \(devices) 台有效", "Devices     \(devices) active")) }
    printer.say(Text("企业  \(enterprises) 家", "Enterprises \(enterprises)"))
    tellUnsent(printer, now)
    if unsent.carried > 0 {
      printer.say(Text("代送  他人的 \(unsent.carried) 条变更", "Carried     \(Format.count(unsent.carried, "changeset")) of others"))
    }
    tellFiles(printer)
    tellSync(printer, now)
    daemon?.tell(printer, now: now)
    if !refused.isEmpty {
      printer.say(
        Text(
          "退回  中继没有接收以下内容,全部保留在本机:",
          "Returned    the relay has not taken this; all of it is kept here:"))
      for refusal in refused { refusal.tell(printer) }
    }
    for handover in handovers { handover.tell(printer) }
    for scope in withdrawn { scope.tell(printer) }
    if waiting > 0 {
      printer.say(Text("等待  \(waiting) 条变更要等之前的变更到达", "Waiting     \(Format.count(waiting, "changeset")) for earlier ones"))
    }
    printer.say(
      conflicts == 0
        ? Text("冲突  无", "Conflicts   none")
        : Text("冲突  \(conflicts) 处,由办公室裁定,不影响继续填写", "Conflicts   \(conflicts), for the office to settle; go on working"))
    if late > 0 {
      printer.say(
        Text(
          "迟到  \(late) 条记录在季度冻结后才到,等待办公室决定(fieldsurvey snapshot late)",
          "Late        \(Format.count(late, "record")) after the quarter was frozen, awaiting the office's decision (fieldsurvey snapshot late)"
        ))
    }
    for incident in incidents { printer.say(Text("提示  \(incident.line.zh)", "Notice      \(incident.line.en)")) }
  }

  private func tellUnsent(_ printer: Printer, _ now: Int64) {
    guard unsent.changesets > 0 else {
      return printer.say(Text("未送  无,全部已送达", "Unsent      nothing, all has arrived"))
    }
    let age = status.oldestUnsent.map { Format.ago($0, now: now) }
    printer.say(
      Text(
        "未送  \(unsent.changesets) 条变更,\(Format.bytes(unsent.bytes)),最早 \(age?.zh ?? "?")",
        "Unsent      \(Format.count(unsent.changesets, "changeset")), \(Format.bytes(unsent.bytes)), the oldest \(age?.en ?? "?")"))
  }

  private func tellFiles(_ printer: Printer) {
    let files = attachments
    guard files.queued + files.sent + files.verified + files.refused + files.elsewhere > 0 else { return }
    let queued =
      files.queued == 0
      ? Text("0", "0") : Text("\(files.queued)(\(Format.bytes(files.queuedBytes)))", "\(files.queued) (\(Format.bytes(files.queuedBytes)))")
    var line = Text(
      "附件  待送 \(queued.zh),已送 \(files.sent),已核验 \(files.verified),不在本机 \(files.elsewhere)",
      "Files       \(queued.en) queued, \(files.sent) sent, \(files.verified) verified, \(files.elsewhere) not here")
    if files.refused > 0 { line = line + Text(",被拒收 \(files.refused)", ", \(files.refused) refused") }
    printer.say(line)
  }

  private func tellSync(_ printer: Printer, _ now: Int64) {
    let success = status.lastSuccess.map { Format.ago($0, now: now) } ?? Text("从未", "never")
    var line = Text("同步  上次成功:\(success.zh)", "Sync        last success: \(success.en)")
    if let code = status.lastOutcome, let attempt = status.lastAttempt {
      let ago = Format.ago(attempt, now: now)
      line = line + Text(";最近一次失败(\(code)):\(ago.zh)", "; last attempt failed (\(code)) \(ago.en)")
    }
    printer.say(line)
  }
}
