import ArgumentParser
import SurveyModel
import SyncCore
import SyncKit
import SyncRelay

extension EraseCommand {
  /// What still holds what was erased.
  struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "status", abstract: Text("被删除的内容还留存在哪里", "What still holds what was erased").here)

    @Argument(
      help: ArgumentHelp(
        Text("删除编号(可只写开头);不写则全部。", "The erasure's identifier, or its beginning; all when left out.").here, valueName: "erasure"))
    var erasure: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let home = try common.openHome()
      let (survey, relay) = (try home.survey(), try home.relay())
      let all = try erasure.map { [try survey.erasure($0)] } ?? survey.erasures()
      let told = try all.map { try ErasureReport($0, survey, relay) }
      try common.printer.show(told) { printer in
        if told.isEmpty { printer.note(Text("没有删除过个人信息。", "Nothing was erased.")) }
        for report in told { report.tell(printer) }
      }
    }
  }
}

/// How far an erasure has come, as far as the office can know.
private struct ErasureReport: Encodable {
  /// How far a device has followed.
  enum State: String, Encodable {
    /// Its log holds nothing of it, and its file was made anew.
    case clean
    /// It shows it no more; its log may hold it.
    case heard
    /// It has not said anything.
    case silent
    /// The case was taken from its user, or the device revoked: it is not told any more, and what it held it holds.
    case unreachable
  }

  struct Holder: Encodable {
    let device: String
    let user: String
    let label: String
    let state: State
    let at: String?
  }

  let erasure: Erasure
  /// Changesets that still hold it in the office's log.
  let office: [String]
  /// Changesets that still hold it in the relay's log.
  let relay: [String]
  /// The devices that hold, or may hold, the record's case.
  let devices: [Holder]
  /// Whether nothing that the office knows of holds it any more.
  let isDone: Bool

  init(_ erasure: Erasure, _ survey: Survey, _ relay: Relay) throws {
    self.erasure = erasure
    let held = try survey.held(by: erasure)
    office = held.map(\.description)
    let named = Set(erasure.changesets.compactMap { Dot($0) } + held)
    self.relay = try ScopeID(erasure.scope).map { try relay.held(named.sorted(), of: $0) }?.map(\.description) ?? []
    let receipts = try survey.receipts(for: erasure)
    let users = Set(try ScopeID(erasure.scope).map { try relay.users(of: $0).map(\.user) } ?? [])
    let former = Set(try survey.handovers(of: erasure.scope).map(\.user))
    devices = try relay.devices().compactMap { device in
      let receipt = receipts.first { $0.device == device.id.description }
      let isReached = device.revoked == nil && users.contains(device.user)
      guard isReached || receipt != nil || users.contains(device.user) || former.contains(device.user) else { return nil }
      let state: State =
        receipt?.cleanedAt != nil ? .clean : !isReached ? .unreachable : receipt != nil ? .heard : .silent
      return Holder(
        device: device.id.description, user: device.user, label: device.label, state: state, at: receipt?.cleanedAt ?? receipt?.seenAt)
    }
    isDone = office.isEmpty && self.relay.isEmpty && devices.allSatisfy { $0.state == .clean }
  }

  func tell(_ printer: Printer) {
    printer.erasure(erasure)
    tell(Text("办公室", "the office's log"), office, printer)
    tell(Text("中继", "the relay's log"), relay, printer)
    for device in devices {
      let state =
        switch device.state {
        case .clean: Text("已清除", "clean")
        case .heard: Text("已不显示,记录中尚未清除", "shows it no more; its log is not clean yet")
        case .silent: Text("尚未确认", "has not acknowledged it yet")
        case .unreachable: Text("已收回或停用,无法确认;其中可能仍有留存", "withdrawn or revoked: it cannot be told, and may hold it still")
        }
      printer.say(
        Text(
          "  设备 \(device.label)(\(device.user)):\(state.zh) \(printer.time(device.at))",
          "  the device \(device.label) (\(device.user)): \(state.en) \(printer.time(device.at))"))
    }
    printer.say(
      isDone
        ? Text("  已知各处均已清除;备份、归档和导出的文件不在其内。", "  Nothing known holds it any more; backups, archives and exported files are not among it.")
        : Text("  尚未全部清除。", "  Not everything is clean."))
  }

  private func tell(_ place: Text, _ changesets: [String], _ printer: Printer) {
    let list = changesets.joined(separator: "、")
    printer.say(
      changesets.isEmpty
        ? Text("  \(place.zh):已清除", "  \(place.en): clean")
        : Text("  \(place.zh):仍在 \(list)", "  \(place.en): still in \(changesets.joined(separator: ", "))"))
  }
}
