import GRDB
import SyncCore

/// An assessment's answers and scene levels as the tables hold them.
struct StoredAnswers {
  /// A row's value and remark.
  struct Cell {
    /// The letters or the level; nil where nothing was answered.
    let value: DatabaseValue
    let note: String?
  }

  private(set) var cells: [InstrumentItem: Cell] = [:]

  init(_ db: Database, of assessment: String) throws {
    for row in try Row.fetchAll(db, sql: "SELECT question, letters, note FROM answer WHERE assessment_id = ?", arguments: [assessment]) {
      guard let number = row.integer("question") else { continue }
      cells[.question(number)] = Cell(value: row["letters"], note: row.text("note"))
    }
    for row in try Row.fetchAll(db, sql: "SELECT scene, level, note FROM scene WHERE assessment_id = ?", arguments: [assessment]) {
      guard let number = row.integer("scene") else { continue }
      cells[.scene(number)] = Cell(value: row["level"], note: row.text("note"))
    }
  }

  /// What can be read as an answer. Another program may have written anything.
  var answers: Answers {
    var answers = Answers()
    for (item, cell) in cells {
      switch (item, cell.value.storage) {
      case (.question(let number), .string(let text)): answers.questions[number] = try? AnswerCode(parsing: text)
      case (.scene(let number), .int64(let level)): answers.scenes[number] = Int(exactly: level)
      default: break
      }
    }
    return answers
  }
}

/// Writes answers of one assessment, each to the row that everybody uses for it.
struct AnswerWriter {
  private let db: Database
  private let assessment: Assessment
  private let isJudgedByToken: Bool
  private let before: StoredAnswers
  /// The items whose value is another than the one that stood there.
  private(set) var values: [InstrumentItem] = []
  /// The items whose remark is another than the one that stood there.
  private(set) var notes: [InstrumentItem] = []

  /// - Parameter isJudgedByToken: whether SyncKit compares with what the form had shown, and not with what stands there now.
  init(_ db: Database, _ assessment: Assessment, isJudgedByToken: Bool) throws {
    self.db = db
    self.assessment = assessment
    self.isJudgedByToken = isJudgedByToken
    before = try StoredAnswers(db, of: assessment.id)
  }

  /// Writes what there is to write of an item.
  mutating func write(_ item: InstrumentItem, answers: Answers, note: String?, isCleared: Bool) throws {
    let given: DatabaseValue? =
      switch item {
      case .question(let number): answers.questions[number]?.text.databaseValue
      case .scene(let number): answers.scenes[number]?.databaseValue
      }
    let standing = before.cells[item]
    if let value = given ?? (isCleared && standing != nil ? .null : nil) {
      let isNew = value != (standing?.value ?? .null)
      // By a read token, SyncKit alone can tell a change from a form saved as it was opened.
      if isNew || isJudgedByToken { try put(item, column: item.column, value) }
      if isNew { values.append(item) }
    }
    if let note, note.nonEmpty != standing?.note {
      try put(item, column: "note", note.nonEmpty?.databaseValue ?? .null)
      notes.append(item)
    }
  }

  private func put(_ item: InstrumentItem, column: String, _ value: DatabaseValue) throws {
    try db.execute(
      sql: """
        INSERT INTO \(item.table)(assessment_id, \(item.keyColumn), enterprise_id, \(column)) VALUES(?1, ?2, ?3, ?4)
        ON CONFLICT(assessment_id, \(item.keyColumn)) DO UPDATE SET \(column) = ?4
        """, arguments: [assessment.id, item.number, assessment.enterpriseID, value])
  }
}

extension InstrumentItem {
  /// The table that holds the item's row.
  var table: String {
    switch self {
    case .question: "answer"
    case .scene: "scene"
    }
  }

  /// The column of the item's number.
  var keyColumn: String {
    switch self {
    case .question: "question"
    case .scene: "scene"
    }
  }

  /// The key of the item's row.
  func key(in assessment: String) -> [Value] { [.text(assessment), .integer(Int64(number))] }

  /// The column of the item's answer.
  var column: String {
    switch self {
    case .question: "letters"
    case .scene: "level"
    }
  }
}
