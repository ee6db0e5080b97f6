import GRDB
import SyncKit

extension Survey {
  /// Freezes a quarter's figures. A quarter that was frozen already stays as it is.
  ///
  /// Throws ``SurveyError/Code/valueInvalid`` for what is no quarter, ``SurveyError/Code/snapshotTaken``,
  /// ``SurveyError/Code/quarterNotOver`` and ``SurveyError/Code/notAuthorised``.
  public func takeSnapshot(of text: String) throws -> Snapshot {
    try requireOffice("snapshot")
    let quarter = try Self.quarter(text)
    guard quarter.lastDay < (try day(nil)) else {
      throw SurveyError(.quarterNotOver, ["quarter": quarter.description, "lastDay": quarter.lastDay])
    }
    let plan = try IndicatorPlan.bundled(resources: resources)
    let (id, now) = (identifiers.next(), now)
    try write { db in
      if let taken = try Row.fetchOne(db, sql: "SELECT * FROM snapshot WHERE quarter = ?", arguments: [quarter.description]) {
        throw SurveyError(.snapshotTaken, ["quarter": quarter.description, "takenAt": taken.string("taken_at")])
      }
      let document = try Self.document(db, plan, quarter.lastDay)
      try db.execute(
        sql: "INSERT INTO snapshot(id, quarter, as_of, taken_at, taken_by, digest, document) VALUES(?, ?, ?, ?, ?, ?, ?)",
        arguments: [id, quarter.description, quarter.lastDay, now, user, Digest.sha256(document), document])
    }
    return try snapshot(quarter.description)
  }

  /// The quarters that were frozen, oldest first.
  public func snapshots() throws -> [Snapshot] {
    try replica.read { db in try Row.fetchAll(db, sql: "SELECT * FROM snapshot ORDER BY quarter, id").map { Snapshot($0) } }
  }

  /// A quarter that was frozen.
  ///
  /// Throws ``SurveyError/Code/recordUnknown``.
  public func snapshot(_ text: String) throws -> Snapshot {
    let quarter = try Self.quarter(text)
    let found = try replica.read { db in
      try Row.fetchOne(db, sql: "SELECT * FROM snapshot WHERE quarter = ? ORDER BY id", arguments: [quarter.description])
    }
    guard let found else { throw SurveyError(.recordUnknown, ["table": "snapshot", "id": quarter.description]) }
    return Snapshot(found)
  }

  /// What a frozen quarter's figures come to when they are counted again: only those that differ, with when that was first recorded.
  public func corrections(of text: String) throws -> [Correction] {
    let snapshot = try snapshot(text)
    let plan = try IndicatorPlan.bundled(resources: resources)
    return try replica.read { db in try Self.corrections(of: snapshot, db, plan) }
  }

  /// Records how a frozen quarter's figures differ now, dated, and leaves the quarter as it is.
  ///
  /// Throws ``SurveyError/Code/notAuthorised``.
  public func recordCorrections(of text: String) throws -> [Correction] {
    try requireOffice("correction")
    let snapshot = try snapshot(text)
    let plan = try IndicatorPlan.bundled(resources: resources)
    let now = now
    try write { db in
      for correction in try Self.corrections(of: snapshot, db, plan) where correction.notedAt == nil {
        try db.execute(
          sql: """
            INSERT INTO correction(id, snapshot_id, noted_at, noted_by, indicator, frozen, now) VALUES(?, ?, ?, ?, ?, ?, ?)
            """,
          arguments: [identifiers.next(), snapshot.id, now, user, correction.figure, correction.frozen, correction.now])
      }
    }
    return try corrections(of: text)
  }

  private static func corrections(of snapshot: Snapshot, _ db: Database, _ plan: IndicatorPlan) throws -> [Correction] {
    let (frozen, now) = (figures(snapshot.document), figures(try document(db, plan, snapshot.asOf)))
    let noted = try Row.fetchAll(db, sql: "SELECT * FROM correction WHERE snapshot_id = ? ORDER BY id", arguments: [snapshot.id])
    return Set(frozen.keys).union(now.keys).sorted().filter { frozen[$0] != now[$0] }.map { name in
      // The same difference may have been there before, gone, and come again: the latest tells.
      let last = noted.last { $0.string("indicator") == name && $0.text("now") == now[name] }
      return Correction(
        figure: name, frozen: frozen[name], now: now[name], notedAt: last?.text("noted_at"), notedBy: last?.text("noted_by"))
    }
  }

  private static func quarter(_ text: String) throws(SurveyError) -> Quarter {
    guard let quarter = Quarter(text) else { throw SurveyError(.valueInvalid, ["field": "quarter", "value": text]) }
    return quarter
  }
}

// MARK: - The document

extension Survey {
  /// The figures of the five aspects as of a day, a line each.
  private static func document(_ db: Database, _ plan: IndicatorPlan, _ day: String) throws -> String {
    let table = try indicators(db, plan, day)
    var lines: [String] = []
    for row in table.rows {
      for (period, figure) in row.actual.named {
        if let figure { lines.append("\(aspect(of: row).label) \(row.id) \(period) \(figure.text)") }
      }
    }
    let paid = try Row.fetchAll(
      db,
      sql: """
        SELECT rule, sum(CASE instalment WHEN ?2 THEN -amount_fen ELSE amount_fen END) AS fen, count(*) AS n
        FROM payment WHERE paid_on <= ?1 GROUP BY rule ORDER BY rule
        """, arguments: [day, Instalment.clawBack.rawValue])
    let funds = paid.map { (rule: $0.string("rule"), fen: $0.integer("fen") ?? 0, count: $0.integer("n") ?? 0) }
    // That nothing was paid is a figure too: the aspect is never left out.
    let all = (rule: SnapshotFigure.allRules, fen: funds.reduce(0) { $0 + $1.fen }, count: funds.reduce(0) { $0 + $1.count })
    for one in funds + [all] {
      lines.append("\(EvaluationAspect.funds.label) \(one.rule) \(SnapshotFigure.Period.fen.rawValue) \(one.fen)")
      lines.append("\(EvaluationAspect.funds.label) \(one.rule) \(SnapshotFigure.Period.payments.rawValue) \(one.count)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The figures of a document by their names.
  private static func figures(_ document: String) -> [String: String] {
    let read = document.split(separator: "\n").compactMap { SnapshotFigure(line: $0) }
    return Dictionary(read.map { ("\($0.id) \($0.period.rawValue)", $0.value) }) { _, last in last }
  }

  /// Under which aspect an indicator is reported.
  private static func aspect(of row: IndicatorRow) -> EvaluationAspect {
    EvaluationAspect.allCases.first { row.group.hasPrefix($0.label) } ?? .practice
  }
}

extension Snapshot {
  init(_ row: Row) {
    let (digest, document) = (row.string("digest"), row.string("document"))
    self.init(
      id: row.string("id"), quarter: row.string("quarter"), asOf: row.string("as_of"), takenAt: row.text("taken_at"),
      takenBy: row.text("taken_by"), digest: digest, document: document, isIntact: Digest.sha256(document) == digest)
  }
}

extension SurveyError.Code {
  /// A quarter that is frozen already. Details: `quarter`, `takenAt`.
  public static let snapshotTaken = Self("snapshot-taken")
  /// A quarter that is not over. Details: `quarter`, `lastDay`.
  public static let quarterNotOver = Self("quarter-not-over")
}
