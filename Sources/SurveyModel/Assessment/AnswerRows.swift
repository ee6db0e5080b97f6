import GRDB

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
final class AnswerWriter {
  private let db: Database
  private let assessment: Assessment
  private let isJudgedByToken: Bool
  private let before: StoredAnswers?
  private(set) var written: [InstrumentItem] = []

  /// - Parameter isJudgedByToken: whether SyncKit compares with what the form had shown, and not with what stands there now.
  init(db: Database, assessment: Assessment, isJudgedByToken: Bool) throws {
    self.db = db
    self.assessment = assessment
    self.isJudgedByToken = isJudgedByToken
    before = try StoredAnswers(db, of: assessment.id)
  }

  /// Writes what an item's answers say, if they say anything.
  func write(_ item: InstrumentItem, answers: Answers, note: String?, isCleared: Bool) throws {
    let value: DatabaseValue? =
      switch item {
      case .question(let number): answers.questions[number]?.text.databaseValue
      case .scene(let number): answers.scenes[number]?.databaseValue
      }
    let standing = before?.cells[item]
    var isWritten = false
    if let value = value ?? (isCleared && standing != nil ? .null : nil) {
      let isNew = value != (standing?.value ?? .null)
      // By a read token, SyncKit alone can tell a change from a form saved as it was opened.
      if isNew || isJudgedByToken { try put(item, column: item.column, value) }
      isWritten = isNew
    }
    if let note {
      let text = note.nonEmpty
      if text != standing?.note {
        try put(item, column: "note", text.databaseValue)
        isWritten = true
      }
    }
    if isWritten { written.append(item) }
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

  /// The column of the item's answer.
  var column: String {
    switch self {
    case .question: "letters"
    case .scene: "level"
    }
  }
}
