import ArgumentParser
import Foundation
import GRDB
import SurveyModel
import SyncCore
import SyncKit

extension ConflictsCommand {
  struct Settle: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "settle", abstract: Text("裁定冲突,写明理由;可再改", "Settle conflicts, with a reason; another settlement can undo it").here,
      discussion: Text(
        """
        裁定一处或几处:conflicts settle 编号… --choose 1 --reason 现场复核
        另定一个值:    conflicts settle 编号 --value BC --reason 现场复核
        按规则裁定一批:conflicts settle --table answer --author li --reason 以主办人为准
        删除与修改之争:--value keep(保留)或 --value delete(删除)
        全部成功或全部不做。
        """,
        """
        One or several:      conflicts settle ID… --choose 1 --reason "checked on site"
        Another value:       conflicts settle ID --value BC --reason "checked on site"
        Many, by a rule:     conflicts settle --table answer --author li --reason "the lead decides"
        Deleted or edited:   --value keep, or --value delete
        All are settled or none.
        """
      ).here)

    @Argument(help: ArgumentHelp(Text("冲突编号(可只写开头)。", "Identifiers, or their beginnings.").here, valueName: "id"))
    var ids: [String] = []

    @Option(
      help: ArgumentHelp(
        Text(
          "选第几个值(见 conflicts show)。",
          "Which of the values, as conflicts show numbers them."
        ).here, valueName: "n"))
    var choose: Int?

    @Option(help: Text("定为这个值。", "The value that shall stand.").help)
    var value: String?

    @Option(help: Text("选此人写的值;不写编号时用于所有符合条件的冲突。", "What this user wrote; without identifiers, of all that the filter leaves.").help)
    var author: String?

    @Option(help: Text("理由,会随裁定告知各方。", "The reason, which travels with the settlement.").help)
    var reason: String

    @Flag(name: [.customShort("n"), .long], help: Text("只显示会怎样裁定,不写入。", "Show what would be settled, and write nothing.").help)
    var dryRun = false

    @OptionGroup var filter: ConflictFilter
    @OptionGroup var common: CommonOptions

    func validate() throws {
      guard [choose != nil, value != nil, author != nil].filter({ $0 }).count == 1 else {
        throw ValidationError(
          Text("请在 --choose、--value、--author 中选一个。", "Give exactly one of --choose, --value and --author.").here)
      }
      guard !ids.isEmpty || author != nil else {
        throw ValidationError(Text("请写明冲突编号。", "Name the conflicts to settle.").here)
      }
      guard !reason.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty else {
        throw ValidationError(Text("理由不能为空。", "The reason must not be empty.").here)
      }
    }

    func run() throws {
      let printer = common.printer
      let survey = try common.openSurvey()
      let wanted =
        ids.isEmpty
        ? try filter.conflicts(survey) { $0.candidates.contains { isBy(author, $0) } } : try filter.conflicts(survey, named: ids)
      let chosen = try wanted.map { (conflict: $0, value: try decide($0, survey)) }
      if !dryRun, !chosen.isEmpty {
        try survey.settle(chosen, because: reason)
      }
      try tell(chosen, survey, printer)
    }

    private func isBy(_ author: String?, _ candidate: Conflict.Candidate) -> Bool {
      candidate.writes.contains { $0.author == author }
    }

    private func decide(_ conflict: Conflict, _ survey: Survey) throws -> Value {
      guard !conflict.candidates.isEmpty else {
        throw Failure.badInput(
          Text("\(conflict.id) 是规则冲突,要改其中一条记录才能解决。", "\(conflict.id) is a broken rule; it ends when one of the records is changed."),
          code: "not-settleable")
      }
      if let choose {
        guard conflict.candidates.indices.contains(choose - 1) else {
          throw Failure.badInput(
            Text(
              "\(conflict.id) 只有 \(conflict.candidates.count) 个值,没有第 \(choose) 个。",
              "\(conflict.id) has \(conflict.candidates.count) values, no number \(choose)."))
        }
        return conflict.candidates[choose - 1].value
      }
      if let value { return try SettledValue(survey: survey, conflict: conflict).parse(value) }
      let theirs = conflict.candidates.filter { isBy(author, $0) }
      guard theirs.count == 1, let first = theirs.first else {
        throw Failure.badInput(
          Text(
            "在 \(conflict.id) 中,\(author ?? "") 写了 \(theirs.count) 个不同的值。",
            "In \(conflict.id), \(author ?? "") wrote \(theirs.count) different values."),
          next: Text("请用 --choose 指定。", "Name one with --choose."))
      }
      return first.value
    }

    private struct Told: Encodable {
      struct One: Encodable {
        let id: String
        let value: Printed.Cell
        let meaning: String
      }
      let settled: [One]
      let reason: String
      let dryRun: Bool
      let left: Int
    }

    private func tell(_ chosen: [(conflict: Conflict, value: Value)], _ survey: Survey, _ printer: Printer) throws {
      let settled = try chosen.map { conflict, value in
        let column: String =
          if case .cell(let name) = conflict.kind { name } else { Contested.existence }
        let meaning = try survey.describe(value, of: column, in: conflict.row)
        return Told.One(id: conflict.id, value: Printed.Cell(value), meaning: Text(meaning.zh, meaning.en)(printer.language))
      }
      let told = Told(settled: settled, reason: reason, dryRun: dryRun, left: try survey.replica.conflictCount())
      try printer.show(told) { printer in
        let verb = dryRun ? Text("将裁定", "Would settle") : Text("已裁定", "Settled")
        for one in settled { printer.say(Text("\(verb.zh) \(one.id):\(one.meaning)", "\(verb.en) \(one.id): \(one.meaning)")) }
        if settled.isEmpty { printer.say(Text("没有符合条件的冲突。", "No conflict fits.")) }
        printer.say(Text("还剩 \(told.left) 处冲突。", "\(Format.count(told.left, "conflict")) left."))
      }
    }
  }
}

/// Reads the value that an office types for a cell, by the rules of what is asked there.
struct SettledValue {
  let survey: Survey
  let conflict: Conflict

  func parse(_ text: String) throws -> Value {
    guard case .cell(let column) = conflict.kind else { return try existence(text) }
    let row = conflict.row
    switch (row.table, column) {
    case ("answer", "letters"), ("scene", "level"): return try answer(text)
    default: break
    }
    guard try declaredType(column).contains("INT") else { return .text(text) }
    guard let number = Int64(text) else {
      throw Failure.badInput(Text("\(column) 应为整数,不是“\(text)”。", "\(column) is a whole number, not \"\(text)\"."))
    }
    return .integer(number)
  }

  private func existence(_ text: String) throws -> Value {
    switch text.lowercased() {
    case "keep", "kept", "保留": return .integer(1)
    case "delete", "deleted", "删除": return .integer(0)
    default:
      throw Failure.badInput(Text("这里只能是 keep(保留)或 delete(删除)。", "Here the value is keep or delete."))
    }
  }

  /// An answer is checked as one that is filled in, so that no settlement writes what no form takes.
  private func answer(_ text: String) throws -> Value {
    guard case .integer(let number)? = conflict.row.key.last, let assessment = conflict.row.key.first?.plainText else {
      throw Failure.badInput(Text("无法识别的题号。", "The item is not recognized."))
    }
    let edition = try survey.assessment(assessment).assessment.edition
    let instrument = try Instrument.bundled(edition: edition, resources: survey.resources)
    var answers = Answers()
    let value: Value
    if conflict.row.table == "scene" {
      guard let level = Int(text) else { throw Failure.badInput(Text("等级应为 0 到 4。", "The level is 0 to 4.")) }
      answers.scenes[Int(number)] = level
      value = .integer(Int64(level))
    } else {
      let code = try AnswerCode(parsing: text)
      answers.questions[Int(number)] = code
      value = .text(code.description)
    }
    let problems = answers.problems(against: instrument)
    guard problems.isEmpty else { throw SurveyError(.answersRefused, ["count": String(problems.count)], problems: problems) }
    return value
  }

  private func declaredType(_ column: String) throws -> String {
    try survey.replica.read { db in
      try db.columns(in: conflict.row.table).first { $0.name == column }?.type.uppercased() ?? "TEXT"
    }
  }
}
