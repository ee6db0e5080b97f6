import ArgumentParser
import SurveyModel

/// What a kind of record is called on the command line.
protocol RecordNoun: Sendable {
  static var type: RecordType { get }
  /// The words behind the program's name: `project step`.
  static var path: String { get }
}

extension RecordNoun {
  /// The last of the words.
  fileprivate static var commandName: String { path.split(separator: " ").last.map(String.init) ?? path }
}

/// The commands of a kind of record, all alike: what differs is the kind's data. Fields are given as `name=value`, so that a kind with many
/// fields needs no option for each, and the help lists them.
struct RecordCommand<Noun: RecordNoun>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: Noun.commandName, abstract: Noun.type.abstract.here, subcommands: subcommands)
  }

  /// What may be done with records of the kind.
  static var subcommands: [any ParsableCommand.Type] {
    var all: [any ParsableCommand.Type] = [RecordAdd<Noun>.self]
    // What is told by what it is about is changed by recording it again.
    if Noun.type.key == .identifier, !Noun.type.isAppendOnly { all.append(RecordEdit<Noun>.self) }
    if !Noun.type.isAppendOnly { all.append(RecordDelete<Noun>.self) }
    return all + [RecordList<Noun>.self, RecordShow<Noun>.self]
  }
}

struct RecordAdd<Noun: RecordNoun>: ParsableCommand {
  static var configuration: CommandConfiguration {
    let (what, place) = (Noun.type.label, Noun.type.home == .enterprise ? Text("企业 ", "ENTERPRISE ").here : "")
    return CommandConfiguration(
      commandName: "add", abstract: Text("登记:\(what.zh)", "Record: \(what.en)").here,
      usage: "fieldsurvey \(Noun.path) add \(place)\(Text("字段=值 …", "FIELD=VALUE …").here)", discussion: Noun.type.fieldHelp.here)
  }

  @Argument(help: Words.help)
  var words: [String]

  @Option(help: Words.reason)
  var because: String?

  @OptionGroup var common: CommonOptions

  func run() throws {
    let words = try Words(words, Noun.type.home == .enterprise ? 0...1 : 0...0)
    let outcome = try common.openSurvey().addRecord(Noun.type, words.fields, of: words.names.first, because: because)
    try common.tell(outcome, Text("已登记。", "Recorded."))
  }
}

struct RecordEdit<Noun: RecordNoun>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "edit", abstract: Text("修改,只改给出的字段", "Change: only the fields that are given").here,
      usage: "fieldsurvey \(Noun.path) edit \(Text("编号 字段=值 …", "ID FIELD=VALUE …").here)", discussion: Noun.type.fieldHelp.here)
  }

  @Argument(help: Words.help)
  var words: [String]

  @Option(help: Argued.readToken)
  var readToken: String?

  @Option(help: Words.reason)
  var because: String?

  @OptionGroup var common: CommonOptions

  func run() throws {
    let words = try Words(words, 1...1)
    let outcome = try common.openSurvey().editRecord(Noun.type, words.names[0], words.fields, reading: readToken, because: because)
    try common.tell(outcome, Text("已修改。", "Changed."))
  }
}

struct RecordDelete<Noun: RecordNoun>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "delete", abstract: Text("删除", "Delete").here, usage: "fieldsurvey \(Noun.path) delete \(Noun.type.placeUsage)")
  }

  @Argument(help: Words.help)
  var words: [String]

  @OptionGroup var common: CommonOptions

  func run() throws {
    let words = try Words(words, 0...1)
    let record = try common.openSurvey().deleteRecord(Noun.type, words.names.first, words.fields, of: words.names.first)
    try common.printer.show(record) { printer in printer.say(Text("已删除:\(record.title)", "Deleted: \(record.title)")) }
  }
}

struct RecordList<Noun: RecordNoun>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "list", abstract: Text("列出", "List").here)
  }

  @Argument(help: Argued.enterprise)
  var enterprise: String?

  @OptionGroup var common: CommonOptions

  func run() throws {
    let survey = try common.openSurvey()
    let all = try survey.records(Noun.type, throughMergesOf: Noun.type.home == .enterprise ? enterprise : nil)
    let names = try survey.referenceNames(of: all)
    try common.printer.show(all) { printer in printer.records(all, Noun.type, names) }
  }
}

struct RecordShow<Noun: RecordNoun>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "show", abstract: Text("查看", "Show").here, usage: "fieldsurvey \(Noun.path) show \(Noun.type.placeUsage)")
  }

  @Argument(help: Words.help)
  var words: [String]

  @OptionGroup var common: CommonOptions

  func run() throws {
    let words = try Words(words, 0...1)
    let survey = try common.openSurvey()
    let record = try survey.record(Noun.type, words.names.first, words.fields, of: words.names.first)
    try common.printer.show(ShownRecord(record: record, readToken: survey.readToken(for: record))) { printer in printer.record(record) }
  }
}

/// A record with what a later edit says it had read.
private struct ShownRecord: Encodable {
  let record: Record
  let readToken: String?

  private enum CodingKeys: CodingKey { case readToken }

  func encode(to encoder: any Encoder) throws {
    try record.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(readToken, forKey: .readToken)
  }
}

// MARK: - Words

/// What is typed behind a record's command: names, then fields.
struct Words {
  let names: [String]
  let fields: FieldInput

  /// - Parameter count: how many names there may be.
  init(_ words: [String], _ count: ClosedRange<Int>) throws {
    let names = Array(words.prefix { word in !word.contains { $0 == "=" || $0 == "＝" } })
    guard count.contains(names.count) else {
      throw ValidationError(
        Text("“\(names.joined(separator: " "))”不是 字段=值。", "\"\(names.joined(separator: " "))\" is not FIELD=VALUE.").here)
    }
    self.names = names
    fields = try FieldInput(parsing: Array(words.dropFirst(names.count)))
  }

  static let help = ArgumentHelp(
    Text("企业或编号,然后是 字段=值(字段可用中文名)。", "An enterprise or an identifier, then FIELD=VALUE.").here, valueName: "words")
  static let reason = ArgumentHelp(
    Text("理由:由他人职权决定的内容会作为建议提出。", "Why: what is another role's word is proposed to it.").here, valueName: "reason")
}

extension RecordType {
  fileprivate var abstract: Text { Text(label.zh, label.en) }

  /// How a record is named behind a command.
  fileprivate var placeUsage: String {
    if key == .identifier { return Text("编号", "ID").here }
    let fields = fields.filter { $0.presence == .key }.map { "\($0.name)=…" }
    return ((home == .enterprise ? [Text("企业", "ENTERPRISE").here] : []) + fields).joined(separator: " ")
  }

  /// The fields, a line each: name, what it is called, how it is typed.
  var fieldHelp: Text {
    let lines = fields.map { field in
      let mark = field.presence == .optional ? Text("", "") : Text(",必填", ", required")
      return Text(
        "  \(field.name)  \(field.label.zh)(\(field.kind.hint.zh)\(mark.zh))",
        "  \(field.name)  \(field.label.en) (\(field.kind.hint.en)\(mark.en))")
    }
    let whose = authority.map { role in BilingualText(role.label, role.labelEn) }.sorted { $0.zh < $1.zh }
    let note =
      authority.isEmpty
      ? Text("", "")
      : Text(
        "\n由\(whose.map(\.zh).joined(separator: "、"))决定;其他人登记的作为建议提出。",
        "\nThe word of: \(whose.map(\.en).joined(separator: ", ")). What others record is proposed to them.")
    return Text("字段:\n", "Fields:\n") + Text(lines.map(\.zh).joined(separator: "\n"), lines.map(\.en).joined(separator: "\n")) + note
  }
}

extension FieldKind {
  /// How a value of the kind is typed.
  fileprivate var hint: Text {
    switch self {
    case .text: Text("文字", "text")
    case .author: Text("文字,默认为本人", "text, by default yourself")
    case .creditCode: Text("18 位", "18 characters")
    case .day: Text("日期,如 2024-06-30", "a day, as 2024-06-30")
    case .month: Text("月份,如 2024-06", "a month, as 2024-06")
    case .year: Text("年份", "a year")
    case .money: Text("元,也可写 8.5万", "yuan; 8.5万 means 85000")
    case .whole(let bounds): Text("整数 \(bounds.lowerBound)–\(bounds.upperBound)", "\(bounds.lowerBound) to \(bounds.upperBound)")
    case .degrees: Text("度,最多六位小数", "degrees, up to six decimals")
    case .flag: Text("是或否", "yes or no")
    case .key(.edition): Text("指标版本,如 \(Instrument.current)", "an edition, as \(Instrument.current)")
    case .key(.policyVersion): Text("政策版本,见 policy list", "a version, see policy list")
    case .key(.industry): Text("GB/T 4754 代码,如 3971", "a code of GB/T 4754, as 3971")
    case .term(let list):
      Text(
        list.items.map { "\($0.key) \($0.name.zh)" }.joined(separator: "、"), list.items.map(\.key).joined(separator: ", "))
    case .terms(let list):
      Text(
        "可多选:" + list.items.map { "\($0.key) \($0.name.zh)" }.joined(separator: "、"),
        "several of: " + list.items.map(\.key).joined(separator: ", "))
    case .reference: Text("编号或名称", "an identifier or a name")
    }
  }
}

// MARK: - Output

extension CommonOptions {
  /// Tells what came of recording something.
  func tell(_ outcome: RecordOutcome, _ what: Text) throws {
    try printer.show(outcome) { printer in
      switch outcome {
      case .recorded(let record):
        printer.say(what)
        printer.record(record)
      case .proposed(let proposal): printer.proposed(proposal)
      }
    }
  }
}

extension Printer {
  /// A record, a field a line; what is empty is left out.
  func record(_ record: Record) {
    if let id = record.id { line(id) }
    for value in record.values where !value.isEmpty {
      let (label, shown) = (value.field.label, value.shown)
      say(Text("  \(label.zh):\(shown.zh)", "  \(label.en): \(shown.en)"))
    }
    contested(record.contested, of: record.type.table)
  }

  /// Records in columns: whose they are, and those fields that any of them has; what they refer to by its name.
  func records(_ all: [Record], _ type: RecordType, _ names: ReferenceNames) {
    guard !all.isEmpty else { return note(Text("没有记录。", "No records.")) }
    let used = type.fields.indices.filter { at in all.contains { !$0.values[at].isEmpty } }
    var heads: [Text] = type.key == .identifier ? [Text("编号", "id")] : []
    if type.home == .enterprise { heads.append(Text("企业", "enterprise")) }
    let numbers = used.enumerated().filter { _, at in type.fields[at].kind.isNumber }.map { $0.offset + heads.count }
    let rows = all.map { record -> [String] in
      let whose = record.enterpriseID.map { names.name(of: $0) ?? $0 }
      var cells = [record.id, whose].compactMap { $0 } + used.map { shown(record.values[$0], names) }
      cells[0] += mark(record.contested)
      return cells
    }
    table(heads + used.map { Text(type.fields[$0].label.zh, type.fields[$0].label.en) }, rows, right: Set(numbers))
    for record in all { contested(record.contested, of: type.table, item: record.title) }
  }

  private func shown(_ value: FieldValue, _ names: ReferenceNames) -> String {
    guard case .reference = value.field.kind, let id = value.text else { return name(value.shown) }
    return names.name(of: id) ?? id
  }

  /// That something was proposed and not recorded.
  func proposed(_ proposal: Proposal) {
    say(
      Text("这由其他角色决定:已作为建议提出,同步后由对方处理。", "This is another role's word: it is proposed, and goes to them with the next sync."))
    self.proposal(proposal)
  }

  /// A proposal on some lines.
  func proposal(_ proposal: Proposal) {
    let kind = RecordType.of(proposal.table)
    let label = kind.map { Text($0.label.zh, $0.label.en) } ?? Text(verbatim: proposal.table)
    line("\(proposal.id)  \(label(language))  \(name(proposal.state))")
    say(
      Text(
        "  由 \(proposal.proposedBy)(\(name(proposal.proposedAs)))提出,\(time(proposal.proposedAt))",
        "  by \(proposal.proposedBy) (\(name(proposal.proposedAs))), \(time(proposal.proposedAt))"))
    for (field, text) in proposal.fields.sorted(by: { $0.key < $1.key }) { line("  \(field) = \(text)") }
    if let reason = proposal.reason { say(Text("  理由:\(reason)", "  because: \(reason)")) }
    if let decision = proposal.decision {
      let by = proposal.decidedBy ?? ""
      say(Text("  \(by) 的答复:\(decision)", "  \(by) says: \(decision)"))
    }
  }
}

extension FieldKind {
  /// Whether values are set flush right.
  fileprivate var isNumber: Bool {
    switch self {
    case .money, .whole, .degrees, .year: true
    default: false
    }
  }
}
