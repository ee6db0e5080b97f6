import ArgumentParser
import Foundation
import SurveyModel
import SyncCore
import SyncKit

struct SyncCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: Text("与中继交换新的内容,断了可以再来", "Exchange what is new with the relay; a cut may be resumed").here,
    discussion: Text(
      "退出码:0 全部交换完;77 中继拒收了某些变更(其余已交换);69 连不上或中途断开;75 另一个进程正在同步。",
      "Exit codes: 0 all exchanged; 77 the relay refused some changes, the rest went through; 69 unreachable or cut; 75 another process is syncing."
    ).here)

  @OptionGroup var common: CommonOptions

  @Option(
    help: ArgumentHelp(
      Text("另一个进程正在同步时最多等待的秒数。", "How many seconds to wait for another process that is syncing.").here, valueName: "seconds"))
  var wait: Double = 10

  @Option(
    help: Text("文字之后送取哪些附件:none 不送不取,send 只送,all 送和取。", "Which files go after the words: none; send, those that are here; all, both ways.")
      .help)
  var attachments = AttachmentWish.send

  func run() throws {
    let printer = common.printer
    let home = try common.openHome()
    let replica = try home.replica()
    let lock = try SyncLock(home, wait: wait)
    defer { withExtendedLifetime(lock) {} }
    var exchange = Exchange(home: home, replica: replica)
    exchange.onWait = { seconds in
      // On stderr a program wants the error alone.
      guard !printer.isJSON else { return }
      printer.endProgress()
      printer.note(Text("中继现在很忙,请这台设备稍等:\(seconds) 秒后继续。", "The relay is busy and asks this device to wait: going on in \(seconds) s."))
    }
    let summary = try exchange.run { state in
      printer.progress(Text("已送 \(state.sent),已收 \(state.received)…", "sent \(state.sent), received \(state.received)…"))
    }
    printer.endProgress()
    let files = Result {
      try exchange.moveAttachments(attachments) { state in
        printer.progress(Text("附件 \(Format.bytes(state.bytesMoved))…", "files \(Format.bytes(state.bytesMoved))…"))
      }
    }
    printer.endProgress()
    let report = try SyncReport(summary, try? files.get(), home.survey(over: replica))
    try printer.show(report, text: report.tell)
    // The words are through; what became of the files is told after them.
    do { _ = try files.get() } catch { throw SyncReport.failure(ofFiles: error) }
    if !report.refused.isEmpty { throw ExitCode(ExitStatus.notPermitted.rawValue) }
  }
}

/// What an exchange has done, and what is left.
struct SyncReport: Encodable {
  let sent: Int
  let received: Int
  let trips: Int
  let refused: [Printed.Refused]
  let unsent: Int
  let waiting: Int
  let conflicts: Int
  let attachments: Files

  /// How the files stand, and what this exchange has done about them.
  struct Files: Encodable {
    let verified, fetched, queued, queuedBytes, elsewhere, lost, withoutRoom: Int
    let releasedBytes: Int64
    let refused: [String: String]
  }

  /// Cases that were taken from this user.
  let handovers: [HandoverRecord]

  /// - Parameter files: what was done about the files; nil where that failed.
  init(_ summary: ExchangeSummary, _ files: AttachmentSummary?, _ survey: Survey) throws {
    let replica = survey.replica
    let status = try replica.status(peer: Exchange.peer)
    sent = summary.sent
    received = summary.received
    trips = summary.trips
    refused = try summary.refused.map { try Printed.Refused($0, replica) }
    unsent = status.unsentChangesets
    waiting = status.waiting
    conflicts = status.conflicts
    handovers = try survey.handovers().map { try HandoverRecord($0, replica) }
    let standing = try replica.attachments.status(peer: Exchange.peer)
    let refused = (files?.refused ?? []).map { (Hex.text($0.name.digest), $0.code) }
    attachments = Files(
      verified: files?.verified ?? 0, fetched: files?.fetched ?? 0, queued: standing.queued, queuedBytes: standing.queuedBytes,
      elsewhere: standing.elsewhere, lost: files?.lost ?? 0, withoutRoom: files?.withoutRoom ?? 0,
      releasedBytes: files?.released ?? 0,
      refused: Dictionary(refused) { first, _ in first })
  }

  /// What ended the files' part of an exchange whose words went through.
  static func failure(ofFiles error: any Error) -> Failure {
    Failure(error).keeping(
      Text("文字已全部同步;附件保留在本机,下次接着送。", "All words are exchanged; files are kept here and go on with the next sync."))
  }

  func tell(_ printer: Printer) {
    printer.say(
      Text(
        "同步完成:送出 \(sent) 条,收到 \(received) 条变更。",
        "Synced: sent \(Format.count(sent, "changeset")), received \(received)."))
    tellFiles(printer)
    if waiting > 0 {
      printer.say(Text("\(waiting) 条变更在等待之前的变更到达。", "\(Format.count(waiting, "changeset")) wait for earlier ones to arrive."))
    }
    if !refused.isEmpty {
      printer.say(Text("中继没有接收以下内容,全部保留在本机:", "The relay has not taken this; all of it is kept here:"))
      for refusal in refused { refusal.tell(printer) }
    }
    for handover in handovers { handover.tell(printer) }
    if conflicts > 0 {
      printer.say(
        Text(
          "有 \(conflicts) 处由多人改得不同,由办公室裁定,不影响您继续工作。",
          "\(Format.count(conflicts, "difference")) between writers, for the office to settle; go on working."))
    }
  }

  private func tellFiles(_ printer: Printer) {
    if attachments.verified + attachments.fetched > 0 {
      printer.say(
        Text(
          "附件:送达并核验 \(attachments.verified) 个,取回 \(attachments.fetched) 个。",
          "Files: \(attachments.verified) sent and verified, \(attachments.fetched) fetched."))
    }
    if attachments.queued > 0 {
      printer.say(
        Text(
          "还有 \(attachments.queued) 个附件(\(Format.bytes(attachments.queuedBytes)))待送。",
          "\(Format.count(attachments.queued, "file")) (\(Format.bytes(attachments.queuedBytes))) still to be sent."))
    }
    if attachments.withoutRoom > 0 {
      printer.say(
        Text(
          "本机磁盘快满了,\(attachments.withoutRoom) 个附件没有取回。",
          "\(Format.count(attachments.withoutRoom, "file")) not fetched: this disk is nearly full."))
    }
    if attachments.releasedBytes > 0 {
      let size = Format.bytes(Int(clamping: attachments.releasedBytes))
      printer.say(
        Text(
          "本机磁盘快满了:办公室已核验保存的附件让出 \(size),需要时可再取回(attachment get)。",
          "This disk is nearly full: \(size) of files that the office holds were let go of here; attachment get fetches them again."))
    }
    for (digest, code) in attachments.refused.sorted(by: { $0.key < $1.key }) {
      printer.say(Text("附件 \(digest.prefix(12)) 被拒收(\(code)),保留在本机。", "File \(digest.prefix(12)) refused (\(code)); it is kept here."))
    }
  }
}
