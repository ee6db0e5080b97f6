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
    /// The latest changeset of each site that the author had read of this row.
    let read: [String]
    /// The cell's value as the author had read it; nil where none is known.
    let readValue: Record.Cell?
    fileprivate let info: WriteInfo

    private enum CodingKeys: CodingKey { case author, changeset, clock, arrived, clockAheadSeconds, note, read, readValue }
  }

  struct Candidate: Encodable {
    /// What `settle --choose` takes.
    let choice: Int
    let value: Record.Cell
    let meaning: String
    let isShown: Bool
    let writes: [Write]
  }

  let id: String
  let enterprise: String?
  let scope: String
  let table: String
  let tableName: String
  let key: [Record.Cell]
  let row: String
  /// `cell`, `existence`, `unique` or `reference`.
  let kind: String
  let column: String?
  let columnName: String
  let candidates: [Candidate]
  let impact: ConflictImpact?

  /// By how much a clock may differ before it is told as wrong, in seconds.
  private static let toleratedSeconds: Int64 = 60

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
      }
    id = conflict.id
    enterprise = described.enterprise
    scope = conflict.row.scope.name
    table = conflict.row.table
    tableName = speak(described.table)
    key = conflict.row.key.map(Record.Cell.init)
    row = speak(described.row)
    columnName = speak(Survey.describe(column: name, of: conflict.row.table))
    candidates = try conflict.candidates.enumerated().map { at, candidate in
      Candidate(
        choice: at + 1, value: Record.Cell(candidate.value),
        meaning: speak(try survey.describe(candidate.value, of: name, in: conflict.row)), isShown: at == 0,
        writes: candidate.writes.map(Self.write))
    }
    impact = try survey.impact(of: conflict)
  }

  private static func write(_ write: WriteInfo) -> Write {
    let ahead = (write.wallClock - write.arrived) / 1000
    return Write(
      author: write.author, changeset: write.dot.description, clock: Format.iso(write.wallClock), arrived: Format.iso(write.arrived),
      clockAheadSeconds: ahead > toleratedSeconds ? ahead : nil, note: write.note, read: write.read.map(\.description),
      readValue: write.readValue.map(Record.Cell.init), info: write)
  }
}

// MARK: - For people

extension ConflictRecord {
  /// One line for a list.
  var summary: String {
    let values = candidates.map { candidate in
      "\(candidate.meaning) (\(Set(candidate.writes.map(\.author)).sorted().joined(separator: ", ")))"
    }
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
    default: break
    }
    for candidate in candidates { tell(candidate, printer) }
    if let impact {
      printer.say(
        impact.decidesLevel
          ? Text("  这一选择会影响等级。", "  The choice decides the level.")
          : Text("  这一选择不改变等级。", "  The choice does not change the level."))
    }
  }

  private func tell(_ candidate: Candidate, _ printer: Printer) {
    let value = candidate.value.value.plainText
    let shown = candidate.meaning == value ? value : "\(value)  \(candidate.meaning)"
    let mark = candidate.isShown ? Text(" (当前显示)", " (shown)")(printer.language) : ""
    printer.line("  [\(candidate.choice)] \(shown)\(mark)")
    for write in candidate.writes { tell(write, printer) }
    guard let impact, impact.choices.indices.contains(candidate.choice - 1) else { return }
    let choice = impact.choices[candidate.choice - 1]
    let range =
      choice.lowestLevel == choice.highestLevel
      ? Text("", "")
      : Text(
        "(其他冲突未定时 \(choice.lowestLevel)–\(choice.highestLevel) 级)",
        " (level \(choice.lowestLevel) to \(choice.highestLevel) while others are open)")
    printer.say(
      Text(
        "      若选此值:\(Format.points(choice.scoreMilli)) 分,\(choice.level) 级\(range.zh)",
        "      if chosen: \(Format.points(choice.scoreMilli)) points, level \(choice.level)\(range.en)"))
  }

  private func tell(_ write: Write, _ printer: Printer) {
    let (clock, arrived) = (Format.time(write.info.wallClock), Format.time(write.info.arrived))
    let read = write.readValue?.value.plainText ?? Text("(空)", "(nothing)")(printer.language)
    let ahead = write.clockAheadSeconds.map { seconds in
      Text("(时钟快了至少 \(Format.duration(seconds).zh))", " (its clock was at least \(Format.duration(seconds).en) ahead)")
    }
    printer.say(
      Text(
        "      \(write.author):本机时钟 \(clock)\(ahead?.zh ?? "");到达 \(arrived);改前读到 \(read)",
        "      \(write.author): own clock \(clock)\(ahead?.en ?? ""); arrived \(arrived); had read \(read)"))
    if !write.note.isEmpty { printer.say(Text("      说明:\(write.note)", "      note: \(write.note)")) }
  }
}
