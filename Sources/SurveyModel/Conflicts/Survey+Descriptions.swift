import GRDB
public import SyncCore
public import SyncKit

extension Survey {
  /// What a row is, for people who have to decide about it.
  public func describe(_ row: RowReference) throws -> RowDescription {
    try replica.read { db in
      let enterprise = try Lookup.optionalEnterprise(db, row.scope.name)
      return RowDescription(table: TableNames.table(row.table), row: try rowName(row, db), enterprise: enterprise?.name)
    }
  }

  /// What a column is called.
  public static func describe(column: String, of table: String) -> BilingualText { TableNames.column(column, of: table) }

  /// What a value of a row's column means: the options behind the letters, a level's name, an amount of money.
  public func describe(_ value: Value, of column: String, in row: RowReference) throws -> BilingualText {
    switch (row.table, column, value) {
    case (_, _, .null): return BilingualText("（空）", "(empty)")
    case (_, Contested.existence, _): return value == .integer(0) ? BilingualText("删除", "deleted") : BilingualText("保留", "kept")
    case ("answer", "letters", .text), ("scene", "level", .integer):
      return try answerName(value, row) ?? BilingualText(verbatim: value.string ?? "")
    case (_, "budget_fen", .integer(let fen)):
      return Int(exactly: fen).map { BilingualText(Money.text(fen: $0), Money.textEn(fen: $0)) } ?? BilingualText(verbatim: String(fen))
    case (_, _, .text(let bytes)): return Self.textName(String(decoding: bytes, as: UTF8.self), column, row.table)
    default: return BilingualText(verbatim: value.string ?? "")
    }
  }

  // MARK: Rows

  private func rowName(_ row: RowReference, _ db: Database) throws -> BilingualText {
    let key = row.key.map { $0.string ?? "" }
    if let item = row.item, let id = key.first {
      let edition = try String.fetchOne(db, sql: "SELECT edition FROM assessment WHERE id = ?", arguments: [id])
      let found: Instrument? = edition.flatMap { try? self.instrument($0) }
      switch item {
      case .question(let number):
        let question = found?.question(number)
        return BilingualText("第 \(number) 题 \(question?.label ?? "")", "question \(number) \(question?.labelEn ?? "")")
      case .scene(let number):
        let scene = found?.scene(number)
        return BilingualText("场景 \(number) \(scene?.label ?? "")", "scene \(number) \(scene?.labelEn ?? "")")
      }
    }
    switch row.table {
    case "assignment": return BilingualText(verbatim: key.last ?? "")
    case "diagnosis_link": return Self.textName(key.last ?? "", "link", row.table)
    default: break
    }
    let names = [
      "enterprise": "name", "visit": "started_at", "assessment": "started_at", "diagnosis": "started_at", "finding": "text", "need": "text",
      "evidence": "file_name",
    ]
    guard let column = names[row.table], let id = key.first else { return BilingualText(verbatim: key.joined(separator: " ")) }
    let text = try String.fetchOne(
      db, sql: "SELECT CAST(\(column) AS TEXT) FROM \(row.table) WHERE id = ?", arguments: [id])
    guard let text, !text.isEmpty else { return BilingualText(verbatim: id) }
    return column == "started_at" ? Self.textName(text, column, row.table) : BilingualText(verbatim: Self.shortened(text))
  }

  /// How many characters of somebody's words name a row.
  private static let nameLength = 40

  private static func shortened(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? text
    return line.count > nameLength ? line.prefix(nameLength - 1) + "…" : line
  }

  // MARK: Values

  private func answerName(_ value: Value, _ row: RowReference) throws -> BilingualText? {
    guard let item = row.item, let id = row.key[0].string else { return nil }
    let edition = try replica.read { db in
      try String.fetchOne(db, sql: "SELECT edition FROM assessment WHERE id = ?", arguments: [id])
    }
    guard let instrument = edition.flatMap({ try? self.instrument($0) }) else { return nil }
    let answer = Answers(item, value)
    switch item {
    case .question(let number):
      guard let question = instrument.question(number), let code = answer.questions[number] else { return nil }
      let options = code.letters.map { letter in
        let option = question.option(letter)
        return BilingualText("\(letter) \(option?.label ?? "?")", "\(letter) \(option?.labelEn ?? "?")")
      }
      return BilingualText(options.map(\.zh).joined(separator: "；"), options.map(\.en).joined(separator: "; "))
    case .scene(let number):
      guard let scene = instrument.scene(number), let level = answer.scenes[number],
        let meaning = scene.levels.first(where: { $0.level == level })
      else { return nil }
      return BilingualText("\(level) 级 \(meaning.label)", "level \(level): \(meaning.labelEn)")
    }
  }

  static func textName(_ text: String, _ column: String, _ table: String) -> BilingualText {
    func name<T: Term>(_ type: T.Type) -> BilingualText {
      let stored = Stored<T>(rawValue: text)
      return BilingualText(stored.label, stored.labelEn)
    }
    switch column {
    case "district": return name(District.self)
    case "reporting_unit": return name(ReportingUnit.self)
    case "sub_sector": return name(SubSector.self)
    case "role": return name(AssignmentRole.self)
    case "kind": return name(VisitKind.self)
    case "phase": return name(AssessmentPhase.self)
    case "assessor": return name(Assessor.self)
    case "state": return name(RecordState.self)
    case "link": return name(BusinessLink.self)
    case "objective": return name(Objective.self)
    case "severity": return name(Severity.self)
    case "scope": return name(RequirementScope.self)
    case "objectives":
      let all = text.split(separator: ",").map { Stored<Objective>(rawValue: String($0)) }
      return BilingualText(all.map(\.label).joined(separator: "、"), all.map(\.labelEn).joined(separator: ", "))
    case _ where column.hasSuffix("_at"): return BilingualText(verbatim: Moment(text)?.beijingText ?? text)
    default: return BilingualText(verbatim: text)
    }
  }
}
