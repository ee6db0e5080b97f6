import GRDB
import SyncCore
import SyncKit

extension Survey {
  /// Notes the records that came after their quarter had been frozen, each once: what their authors are then told.
  ///
  /// The order in the office's log tells what came after what, and no clock. Called after each exchange, it looks at what has come since
  /// the last call.
  ///
  /// - Returns: how many were noted.
  ///
  /// Throws ``SurveyError/Code/notAuthorised``.
  @discardableResult
  public func noteLateRecords() throws -> Int {
    try requireOffice("late_record")
    let (snapshots, looked) = try replica.read { db in
      (
        try Row.fetchAll(db, sql: "SELECT * FROM snapshot ORDER BY as_of, id").map { Snapshot($0) },
        try Int64.fetchOne(db, sql: "SELECT reached FROM desk WHERE name = 'late'")
      )
    }
    guard let since = looked ?? snapshots.compactMap({ $0.takenAt.flatMap(Moment.init)?.milliseconds }).min() else { return 0 }
    let made = try replica.rowsMade(in: Set(Self.dated.keys).union(["snapshot"]), since: since)
    if made.reached == looked { return 0 }
    let coming = Set(made.rows.filter { $0.row.table == "snapshot" }.map(\.row.key))
    var frozen = snapshots.filter { !coming.contains([.text($0.id)]) }
    let now = now
    return try write { db in
      var count = 0
      for row in made.rows.map(\.row) {
        if row.table == "snapshot" {
          frozen += snapshots.filter { [.text($0.id)] == row.key }
        } else if let late = try Self.late(row, after: frozen, db) {
          try db.execute(
            sql: """
              INSERT INTO late_record(record_table, record_key, enterprise_id, day, quarter, noted_at) VALUES(?, ?, ?, ?, ?, ?)
              ON CONFLICT(record_table, record_key) DO NOTHING
              """, arguments: [row.table, row.key.compactMap(\.string).joined(separator: " "), row.scope.name, late.day, late.quarter, now])
          count += db.changesCount
        }
      }
      try db.execute(
        sql: "INSERT INTO desk(name, reached) VALUES('late', ?) ON CONFLICT(name) DO UPDATE SET reached = excluded.reached",
        arguments: [made.reached])
      return count
    }
  }

  /// The records that came late, those that wait for a decision first.
  ///
  /// - Parameter owner: an enterprise; nil for all.
  public func lateRecords(of owner: String? = nil) throws -> [LateRecord] {
    try replica.read { db in
      let enterprise = try owner.map { try Lookup.enterprise(db, $0).id }
      return try Self.lateRecords(db, where: "?1 IS NULL OR enterprise_id = ?1", [enterprise?.databaseValue ?? .null])
    }
  }

  /// Admits or denies a record that came late, with a reason. A decision may be changed by another.
  ///
  /// - Parameter text: the beginning of the record's key.
  ///
  /// Throws ``SurveyError/Code/notAuthorised``, ``SurveyError/Code/valueMissing`` without a reason, ``SurveyError/Code/recordUnknown`` and
  /// ``SurveyError/Code/recordAmbiguous``.
  public func decideLate(_ text: String, _ state: LateState, because reason: String) throws -> LateRecord {
    try requireOffice("late_record")
    guard let reason = reason.nonEmpty else { throw SurveyError(.valueMissing, ["field": "reason"]) }
    let now = now
    return try write { db in
      let wanted: [DatabaseValue] = [text.trimmingSpaces.databaseValue]
      let found = try text.nonEmpty.map { _ in
        try Self.lateRecords(db, where: "record_key >= ?1 AND record_key < ?1 || '~'", wanted)
      }
      guard let late = found?.first else { throw SurveyError(.recordUnknown, ["table": "late_record", "id": text]) }
      if let found, found.count > 1 {
        throw SurveyError(
          .recordAmbiguous, ["table": "late_record", "id": text, "matches": found.map(\.record).joined(separator: "\n")])
      }
      try db.execute(
        sql: """
          UPDATE late_record SET state = ?, reason = ?, decided_by = ?, decided_at = ? WHERE record_table = ? AND record_key = ?
          """, arguments: [state.rawValue, reason, user, now, late.table, late.record])
      return try Self.lateRecords(db, where: "record_key = ?1", [late.record.databaseValue])[0]
    }
  }

  static func lateRecords(_ db: Database, where condition: String, _ values: [DatabaseValue]) throws -> [LateRecord] {
    try Row.fetchAll(
      db, sql: "SELECT * FROM late_record WHERE \(condition) ORDER BY state <> 'waiting', quarter, record_table, record_key",
      arguments: StatementArguments(values)
    ).map { LateRecord($0) }
  }

  /// The tables of a case whose records tell a day, with the day in Beijing's calendar as SQL. What the office alone says is never late.
  private static let dated: [String: String] = {
    let started = "date(started_at, '+8 hours')"
    var days = ["visit": "coalesce(visited_on, \(started))", "assessment": started, "diagnosis": started]
    for type in RecordType.all where type.home == .enterprise && type.authority != [.office] {
      let day = type.fields.first { field in
        guard case .day = field.kind else { return false }
        return field.presence != .optional
      }
      if let day { days[type.table] = day.column }
    }
    return days
  }()

  /// The day of a record, and the first quarter that was frozen without it; nil where none was.
  private static func late(_ row: RowReference, after frozen: [Snapshot], _ db: Database) throws -> (day: String, quarter: String)? {
    guard let expression = dated[row.table] else { return nil }
    let columns = RecordType.of(row.table)?.keyColumns ?? ["id"]
    let found = try String.fetchOne(
      db, sql: "SELECT \(expression) FROM \(row.table) WHERE " + columns.map { "\($0) = ?" }.joined(separator: " AND "),
      arguments: StatementArguments(row.key.map { $0.string }))
    guard let day = found, let first = frozen.filter({ $0.asOf >= day }).min(by: { $0.asOf < $1.asOf }) else { return nil }
    return (day, first.quarter)
  }
}
