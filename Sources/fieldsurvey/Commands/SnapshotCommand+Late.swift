import ArgumentParser
import SurveyModel

extension SnapshotCommand {
  /// What came after its quarter had been frozen.
  struct Late: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "late", abstract: Text("列出季度冻结后才到的记录,待定的在前", "List records that came after their quarter was frozen").here)

    @Argument(help: Argued.enterprise)
    var enterprise: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
      let all = try common.openSurvey().lateRecords(of: enterprise)
      try common.printer.show(all) { printer in
        if all.isEmpty { printer.note(Text("没有迟到的记录。", "No record came late.")) }
        for late in all { printer.late(late) }
      }
    }
  }

  struct Admit: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "admit", abstract: Text("准予:该季度按此记录更正", "Admit a late record: the quarter is to be corrected by it").here)

    @OptionGroup var decision: Decision

    func run() throws { try decision.run(.admitted) }
  }

  struct Deny: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "deny", abstract: Text("不予:记录保留,该季度不因它更正", "Deny a late record: it stays, and the quarter is not corrected by it").here)

    @OptionGroup var decision: Decision

    func run() throws { try decision.run(.denied) }
  }

  /// A decision about a late record.
  struct Decision: ParsableArguments {
    @Argument(help: ArgumentHelp(Text("记录编号(可只写开头)。", "The record's identifier, or its beginning.").here, valueName: "record"))
    var record: String

    @Option(help: Text("理由,填写人会看到。", "The reason; the record's author reads it.").help)
    var because: String

    @OptionGroup var common: CommonOptions

    fileprivate func run(_ state: LateState) throws {
      let late = try common.openSurvey().decideLate(record, state, because: because)
      try common.printer.show(late) { printer in printer.late(late) }
    }
  }
}

extension Printer {
  /// A late record on one line.
  func late(_ late: LateRecord) {
    let (type, state) = (Failure.name(of: late.table), name(late.state))
    let decision = late.reason.map { reason in
      Text(":\(reason)(\(late.decidedBy ?? "") \(time(late.decidedAt)))", ": \(reason) (\(late.decidedBy ?? ""), \(time(late.decidedAt)))")
    }
    say(
      Text(
        "\(late.quarter)  \(type.zh) \(late.record)  \(late.day)  \(state)\(decision?.zh ?? "")",
        "\(late.quarter)  \(type.en) \(late.record)  \(late.day)  \(state)\(decision?.en ?? "")"))
  }
}
