import SurveyModel
import SyncCore
import SyncKit

/// A conflict with everything that whoever settles it should know: the values, who wrote each, when by which clock, having read what,
/// and what the choice does to the rating.
struct ConflictRecord: Encodable {
  /// One write behind a value.
  struct Write: Encodable {
    let author: String
    let changeset: String
    /// What the author's own clock showed.
    let clock: String
    /// When it came to this machine, by its clock.
    let arrived: String
    /// By how many seconds the author's clock was ahead for certain: nothing arrives before it is written. Nil when it was not.
    let clockAheadSeconds: Int64?
    let note: String
    /// The latest writes of this row that the author had read, one for each site.
    let read: [Read]
    /// The cell's value as the author had read it; nil where none is known.
    let readValue: Printed.Cell?
    /// What ``readValue`` means.
    let readMeaning: String?
    fileprivate let info: WriteInfo

    private enum CodingKeys: CodingKey {
      case author, changeset, clock, arrived, clockAheadSeconds, note, read, readValue, readMeaning
    }
  }

  /// A write that an author had read.
  struct Read: Encodable {
    let changeset: String
    /// Nil where the write itself is not here any more.
    let author: String?
    let clock: String?
    fileprivate let info: WriteInfo?

    private enum CodingKeys: CodingKey { case changeset, author, clock }
  }

  struct Candidate: Encodable {
    /// What `settle --choose` takes.
    let choice: Int
    let value: Printed.Cell
    let meaning: String
    let isShown: Bool
    let writes: [Write]
  }

  let id: String
  let enterprise: String?
  let scope: String
  let table: String
  let tableName: String
  let key: [Printed.Cell]
  let row: String
  /// `cell`, `existence`, `unique`, `reference` or `bound`.
  let kind: String
  let column: String?
  let columnName: String
  let candidates: [Candidate]
  /// What the cell held before, where all had read the same.
  let base: Printed.Cell?
  let baseMeaning: String?
  let impact: ConflictImpact?
  /// Whether the choice decides the level, whatever becomes of the other conflicts; nil where no rating depends on it.
  let decidesLevel: Bool?
  /// Of a count that is above the one that bounds it.
  let bound: Bound?
  /// The joint revisits that are ordered for its enterprise and not done.
  let revisits: [Record]

  /// Two counts that contradict each other.
  struct Bound: Encodable {
    /// The column that bounds, and what it is called.
    let column: String
    let name: String
    let value: String
    let limit: String
  }

  init(_ conflict: Conflict, _ survey: Survey, _ language: Language) throws {
    func speak(_ text: BilingualText) -> String { Text(text.zh, text.en)(language) }
    let described = try survey.describe(conflict.row)
    let name: String
    (kind, column, name) =
      switch conflict.kind {
      case .cell(let column): ("cell", column, column)
      case .existence: ("existence", nil, Contested.existence)
      case .unique(let columns, _): ("unique", columns.joined(separator: ","), columns.joined(separator: ","))
      case .reference(let column, _): ("reference", column, column)
      case .bound(let column, _): ("bound", column, column)
      }
    id = conflict.id
    enterprise = described.enterprise
    scope = conflict.row.scope.name
    table = conflict.row.table
    tableName = speak(described.table)
    key = conflict.row.key.map(Printed.Cell.init)
    row = speak(described.row)
    columnName = speak(Survey.describe(column: name, of: conflict.row.table))
    let column = name
    func meaning(_ value: Value) throws -> String { speak(try survey.describe(value, of: column, in: conflict.row)) }
    let writers = Writers(try survey.replica.history(of: conflict.row))
    candidates = try conflict.candidates.enumerated().map { at, candidate in
      Candidate(
        choice: at + 1, value: Printed.Cell(candidate.value), meaning: try meaning(candidate.value), isShown: at == 0,
        writes: try candidate.writes.map { write in
          Write(write, writers, meaning: try write.readValue.map(meaning))
        })
    }
    let bases = Set(conflict.candidates.flatMap(\.writes).map(\.readValue))
    let common = bases.count == 1 ? bases.first ?? nil : nil
    base = common.map(Printed.Cell.init)
    baseMeaning = try common.map(meaning)
    impact = try survey.impact(of: conflict)
    decidesLevel = impact?.decidesLevel
    revisits = try survey.openRevisits(of: scope)
    if case .bound(let part, let whole) = conflict.kind {
      func text(_ column: String) -> String { (conflict.values[column] ?? .null).plainText }
      bound = Bound(
        column: whole, name: speak(Survey.describe(column: whole, of: conflict.row.table)), value: text(part), limit: text(whole))
    } else {
      bound = nil
    }
  }

  /// Who made each write of a row.
  fileprivate struct Writers {
    private var writes: [Dot: WriteInfo] = [:]

    init(_ history: [HistoryEntry]) {
      for entry in history { writes[entry.write.dot] = entry.write }
    }

    func read(_ dot: Dot) -> Read {
      let write = writes[dot]
      return Read(changeset: dot.description, author: write?.author, clock: write.map { Format.iso($0.wallClock) }, info: write)
    }
  }
}

extension ConflictRecord.Write {
  fileprivate init(_ write: WriteInfo, _ writers: ConflictRecord.Writers, meaning: String?) {
    let ahead = (write.wallClock - write.arrived) / 1000
    self.init(
      author: write.author, changeset: write.dot.description, clock: Format.iso(write.wallClock), arrived: Format.iso(write.arrived),
      clockAheadSeconds: ahead > SuspiciousClock.toleratedSeconds ? ahead : nil, note: write.note, read: write.read.map(writers.read),
      readValue: write.readValue.map(Printed.Cell.init), readMeaning: meaning, info: write)
  }
}

// MARK: - For people

extension ConflictRecord {
  /// One line for a list; of a choice that decides the level with what each comes to.
  func summary(_ printer: Printer) -> String {
    let values = candidates.map { candidate in
      let authors = Set(candidate.writes.map(\.author)).sorted().joined(separator: ", ")
      guard decidesLevel == true, let choice = choice(candidate) else { return "\(candidate.meaning) (\(authors))" }
      let money = choice.subsidyFen.map { Text(",R8 \(printer.money($0).zh)", ", R8 \(printer.money($0).en)") } ?? Text("", "")
      let outcome = Text("\(choice.level) 级\(money.zh)", "level \(choice.level)\(money.en)")(printer.language)
      return "\(candidate.meaning) (\(authors)) → \(outcome)"
    }
    if let bound { return "\(bound.value) > \(bound.limit)" }
    return values.isEmpty ? kind : values.joined(separator: " | ")
  }

  /// The whole conflict.
  func tell(_ printer: Printer) {
    printer.line(printer.style("\(id)  \([enterprise, tableName, row, columnName].compactMap { $0 }.joined(separator: " · "))", .bold))
    switch kind {
    case "unique":
      printer.say(
        Text("  另有记录的值与此相同;改掉其中一条即解决。", "  Another record has the same value; change one of them to end this."))
    case "reference":
      printer.say(
        Text("  它引用的记录已被删除;恢复或改掉引用即解决。", "  What it refers to was deleted; restore that or change the reference to end this."))
    case "bound":
      let (part, whole) = (columnName, bound?.name ?? "")
      printer.say(
        Text(
          "  \(part) \(bound?.value ?? "") 多于\(whole) \(bound?.limit ?? "");核实后改掉其中一项即解决。",
          "  \(part) \(bound?.value ?? "") is above \(whole) \(bound?.limit ?? ""); check, and change one of them to end this."))
    default: break
    }
    if let baseMeaning { printer.say(Text("  改之前:\(baseMeaning)", "  before: \(baseMeaning)")) }
    for candidate in candidates { tell(candidate, printer) }
    if let impact {
      printer.say(
        impact.decidesLevel
          ? Text("  这一选择会影响等级。", "  The choice decides the level.")
          : Text("  这一选择不改变等级。", "  The choice does not change the level."))
      if impact.decidesLevel { tellMoney(impact, printer) }
    }
    for revisit in revisits { printer.order(revisit) }
  }

  /// What the amounts rest on, or why there are none.
  private func tellMoney(_ impact: ConflictImpact, _ printer: Printer) {
    if let rated = impact.ratedLevel {
      printer.say(
        Text("  机构已评定为 \(rated) 级:R8 按其计算,不随这一选择改变。", "  The agency gave level \(rated): R8 goes by that, whatever is chosen."))
    } else if let money = impact.money {
      let missing = printer.facts(money.notRecorded.filter { $0 != .level })
      printer.say(
        money.result == nil
          ? Text("  R8 不能计算,未登记\(missing.zh)。", "  R8 cannot be computed; not recorded: \(missing.en).")
          : missing.zh.isEmpty
            ? Text("  R8 金额为上限,首付已计入。", "  The amounts of R8 are ceilings, the first instalment included.")
            : Text("  R8 金额为上限;未登记:\(missing.zh)。", "  The amounts of R8 are ceilings; not recorded: \(missing.en)."))
    }
  }

  private func choice(_ candidate: Candidate) -> ConflictImpact.Choice? {
    guard let impact, impact.choices.indices.contains(candidate.choice - 1) else { return nil }
    return impact.choices[candidate.choice - 1]
  }

  private func tell(_ candidate: Candidate, _ printer: Printer) {
    let mark = candidate.isShown ? Text("(当前显示)", " (shown)")(printer.language) : ""
    printer.line("  [\(candidate.choice)] \(printer.style(candidate.meaning, .bold))\(mark)")
    for write in candidate.writes { tell(write, printer) }
    guard let choice = choice(candidate) else { return }
    let range =
      choice.lowestLevel == choice.highestLevel
      ? Text("", "")
      : Text(
        "(其余冲突未定,可能 \(choice.lowestLevel)–\(choice.highestLevel) 级)",
        " (\(choice.lowestLevel) to \(choice.highestLevel) while others are open)")
    let money = subsidy(choice, printer)
    printer.say(
      Text(
        "      若选此值:\(Printer.points(choice.scoreMilli)) 分,\(choice.level) 级\(range.zh)\(money.zh)",
        "      if chosen: \(Printer.points(choice.scoreMilli)) points, level \(choice.level)\(range.en)\(money.en)"))
  }

  /// What R8 gives at the most by a choice's level, and between what while other conflicts are open.
  private func subsidy(_ choice: ConflictImpact.Choice, _ printer: Printer) -> Text {
    guard let fen = choice.subsidyFen else { return Text("", "") }
    let amount = printer.money(fen)
    guard let least = choice.lowestSubsidyFen, let most = choice.highestSubsidyFen, least < most else {
      return Text(";R8 最高 \(amount.zh)", "; R8 at most \(amount.en)")
    }
    let (low, high) = (printer.money(least), printer.money(most))
    return Text(
      ";R8 最高 \(amount.zh)(可能 \(low.zh)–\(high.zh))", "; R8 at most \(amount.en) (\(low.en) to \(high.en))")
  }

  private func tell(_ write: Write, _ printer: Printer) {
    let (clock, arrived) = (Format.time(write.info.wallClock), Format.time(write.info.arrived))
    let ahead = write.clockAheadSeconds.map { seconds in
      Text("(快了至少约 \(Format.duration(seconds).zh))", " (at least about \(Format.duration(seconds).en) ahead)")
    }
    printer.say(
      Text(
        "      作者 \(write.author),其时钟 \(clock)\(ahead?.zh ?? ""),到达 \(arrived)",
        "      by \(write.author), own clock \(clock)\(ahead?.en ?? ""), arrived \(arrived)"))
    let seen = write.read.map { read in
      guard let info = read.info else { return read.changeset }
      return "\(info.author) \(Format.time(info.wallClock))"
    }
    let version = seen.isEmpty ? Text("此前没有这条记录", "no such record before") : Text(verbatim: seen.joined(separator: ", "))
    let value = write.readMeaning.map { Text("“\($0)”,版本 ", "\"\($0)\", as of ") } ?? Text("", "")
    printer.say(Text("      当时读到:\(value.zh)\(version.zh)", "      had read: \(value.en)\(version.en)"))
    if !write.note.isEmpty { printer.say(Text("      说明:\(write.note)", "      note: \(write.note)")) }
  }
}
