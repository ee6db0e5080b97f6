import ArgumentParser
import SyncCore
import SyncKit
import SyncRelay

struct RejectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reject",
    abstract: Text("办公室:退回中继或副本无法接收的变更", "At the office: reject a changeset that cannot be taken").here,
    discussion: Text(
      """
      不带参数时,列出中继拒收、因而挡住作者后续内容的变更。
      退回的变更在所有设备上不起作用,作者此后写的照常流转;原文保留在作者的设备上(fieldsurvey doctor),
      作者会被告知原因,可改正后重新填写。退回不可撤销。它所新建的记录视为从未建立。
      """,
      """
      Without arguments: lists what the relay would not take, which holds up what its author wrote after it.
      A rejected changeset has no effect on any device, and what its author wrote later flows again; its text is kept on the author's device
      (fieldsurvey doctor), who is told why and can write it again. A rejection is for good. Records that it made were never made.
      """
    ).here)

  @Argument(help: ArgumentHelp(Text("企业编号(完整),见列表。", "The enterprise's identifier, whole, as listed.").here, valueName: "scope"))
  var scope: String?

  @Argument(help: ArgumentHelp(Text("变更编号,见列表。", "The changeset's name, as listed.").here, valueName: "changeset"))
  var changeset: String?

  @Option(help: Text("退回的原因,作者会看到。", "Why: its author reads it.").help)
  var reason: String?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if scope != nil, changeset == nil || reason == nil {
      throw ValidationError(
        Text("请写明变更编号和 --reason 原因。", "Name the changeset, and give the --reason.").here)
    }
  }

  func run() throws {
    let home = try common.openHome()
    let relay = try home.relay()
    guard let scope, let changeset, let reason else { return try list(relay, try home.replica()) }
    guard let name = ScopeID(scope), let dot = Dot(changeset) else {
      throw Failure.badInput(
        Text("“\(scope) \(changeset)”不是变更编号。", "\"\(scope) \(changeset)\" names no changeset."),
        next: Text("编号见 fieldsurvey reject 的列表。", "See the list of fieldsurvey reject."))
    }
    let rejection = try relay.reject(dot, of: name, reason: reason)
    struct Told: Encodable {
      let scope: String
      let changeset: String
      let reason: String
      /// False where it had been rejected before.
      let isNew: Bool
    }
    let told = Told(scope: scope, changeset: changeset, reason: reason, isNew: rejection != nil)
    try common.printer.show(told) { printer in
      printer.say(
        rejection == nil
          ? Text("这条变更早已退回,没有改动。", "It was rejected before; nothing changed.")
          : Text(
            "已退回 \(changeset):各设备下次同步后它不再起作用,作者会看到原因,原文保留。",
            "\(changeset) is rejected: without effect on each device from its next sync on. Its author is told why, and keeps the text."))
    }
  }

  private func list(_ relay: Relay, _ replica: Replica) throws {
    let all = try relay.refused().map { RefusedRecord($0, try Printed.Refused($0.refusal, replica).enterprise) }
    try common.printer.show(all) { printer in
      if all.isEmpty { printer.say(Text("中继没有拒收任何变更。", "The relay has refused nothing.")) }
      for one in all { one.tell(printer) }
    }
  }
}

/// A changeset that the relay would not take, as the office is told of it.
private struct RefusedRecord: Encodable {
  let scope: String
  let enterprise: String?
  let changeset: String
  let code: String
  let user: String
  let at: String
  private let refused: RefusedChangeset

  private enum CodingKeys: CodingKey { case scope, enterprise, changeset, code, user, at }

  init(_ refused: RefusedChangeset, _ enterprise: String?) {
    self.enterprise = enterprise
    self.refused = refused
    scope = refused.refusal.scope.name
    changeset = refused.refusal.dot.description
    code = refused.refusal.code
    user = refused.user
    at = Format.iso(refused.at)
  }

  func tell(_ printer: Printer) {
    let (time, reason) = (Format.time(refused.at), refused.refusal.reason)
    printer.say(
      Text(
        "\(enterprise ?? scope)  \(user)  \(time)  从 \(changeset) 起未被接收,\(reason.zh)。",
        "\(enterprise ?? scope)  \(user)  \(time)  not taken from \(changeset) on: \(reason.en)."))
    if code == Refusal.Code.notGranted {
      printer.say(
        Text("  如应由此人填写:fieldsurvey assign \(scope) \(user)", "  If it is this person's to write: fieldsurvey assign \(scope) \(user)"))
    } else {
      printer.say(
        Text(
          "  如不应保留:fieldsurvey reject \(scope) \(changeset) --reason 原因",
          "  If it cannot be kept: fieldsurvey reject \(scope) \(changeset) --reason WHY"))
    }
  }
}
