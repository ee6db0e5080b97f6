import GRDB
import SyncCore
import SyncKit

extension Survey {
  /// An assessment with its answers, its rating and what is open.
  ///
  /// Throws ``SurveyError/Code/instrumentUnknown`` when the edition is not installed.
  public func assessment(_ id: String) throws -> AssessmentView {
    let found = try replica.read { db in Assessment(try Lookup.row(db, in: "assessment", id)) }
    let instrument = try instrument(found.edition)
    let rows = instrument.items.map { (table: $0.table, key: $0.key(in: found.id)) }
    let token = try readToken(rows + [(table: "assessment", key: [.text(found.id)])], in: found.enterpriseID)
    let contests = try contests(in: found.enterpriseID)
    return try replica.read { db in
      let sheet = AnswerSheet(instrument, try StoredAnswers(db, of: found.id), of: found.id, contests)
      return AssessmentView(
        assessment: Assessment(try Lookup.row(db, in: "assessment", found.id)),
        enterprise: try Lookup.enterprise(db, found.enterpriseID), items: sheet.items,
        answers: Dictionary(uniqueKeysWithValues: sheet.shown.questions.map { (String($0.key), $0.value.letters) }),
        scenes: Dictionary(uniqueKeysWithValues: sheet.shown.scenes.map { (String($0.key), $0.value) }), readToken: token,
        rating: try sheet.engine.rate(sheet.shown), range: try sheet.engine.range(candidates: sheet.candidates),
        contested: contests.of("assessment", [.text(found.id)]))
    }
  }
}

/// An assessment's stored answers held against its instrument, with the conflicts that are open in them.
struct AnswerSheet {
  let engine: RatingEngine
  /// The answers as the rows show them, as far as the instrument takes them.
  let shown: Answers
  /// For each item, the answers that somebody stands for.
  private(set) var candidates: RatingCandidates
  private let stored: StoredAnswers
  private let assessment: String
  private let contests: Contests

  init(_ instrument: Instrument, _ stored: StoredAnswers, of assessment: String, _ contests: Contests) {
    engine = RatingEngine(instrument)
    self.stored = stored
    self.assessment = assessment
    self.contests = contests
    shown = stored.answers.taken(by: instrument)
    candidates = RatingCandidates(shown)
    for item in instrument.items {
      let values = contests.candidates(item.table, item.key(in: assessment), item.column)
      if !values.isEmpty { set(item, values) }
    }
  }

  /// Puts these in the place of an item's candidates.
  mutating func set(_ item: InstrumentItem, _ values: [Value]) {
    let all = values.map { Answers(item, $0).taken(by: engine.instrument) }
    switch item {
    case .question(let number): candidates.questions[number] = all.map { $0.questions[number] }
    case .scene(let number): candidates.scenes[number] = all.map { $0.scenes[number] }
    }
  }

  var items: [ItemView] {
    engine.instrument.items.map { item in
      let scene = item.table == "scene" ? engine.instrument.scene(item.number) : nil
      let question = item.table == "answer" ? engine.instrument.question(item.number) : nil
      let points = question.flatMap { question in shown.questions[item.number].map { engine.milliPoints(of: $0, in: question) } }
      return ItemView(
        item: item, label: question?.label ?? scene?.label ?? "", labelEn: question?.labelEn ?? scene?.labelEn ?? "",
        value: shown.text(of: item), milliPoints: points, maxMilliPoints: question?.maxMilliPoints, constraint: scene?.constraint,
        note: stored.cells[item]?.note, contested: contests.of(item.table, item.key(in: assessment)))
    }
  }
}

extension Answers {
  /// One item's answer as a cell holds it; none when the cell holds no answer.
  init(_ item: InstrumentItem, _ value: Value) {
    self.init()
    switch (item, value) {
    case (.question(let number), .text(let bytes)): questions[number] = try? AnswerCode(parsing: String(decoding: bytes, as: UTF8.self))
    case (.scene(let number), .integer(let level)): scenes[number] = Int(exactly: level)
    default: break
    }
  }

  /// The part of the answers that an instrument takes. What a merge or another program has put into a cell may be no answer to it.
  func taken(by instrument: Instrument) -> Answers {
    var taken = Answers()
    for (number, code) in questions where Answers(questions: [number: code]).problems(against: instrument).isEmpty {
      taken.questions[number] = code
    }
    for (number, level) in scenes where Answers(scenes: [number: level]).problems(against: instrument).isEmpty {
      taken.scenes[number] = level
    }
    return taken
  }
}
