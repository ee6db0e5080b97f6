import GRDB
public import SyncCore
public import SyncKit

extension Survey {
  /// Takes a value out of a record: all that stands in the cell is written over, and the decision recorded.
  ///
  /// The value is then shown nowhere. It stays in the logs until each device has heard of it and the office has compacted them; how far that is
  /// the receipts tell, and ``held(by:)``.
  ///
  /// - Parameters:
  ///   - row: the record.
  ///   - column: a column beside its key.
  ///   - reason: why, in words that do not repeat what is erased.
  ///
  /// Throws ``SurveyError/Code/notAuthorised``, ``SurveyError/Code/valueMissing`` without a reason, ``SurveyError/Code/fieldUnknown``,
  /// ``SurveyError/Code/keyFixed`` and ``SurveyError/Code/recordUnknown`` for a record that is not there or was deleted.
  public func erase(_ column: String, of row: RowReference, because reason: String) throws -> Erasure {
    try requireOffice("erasure")
    guard let reason = reason.nonEmpty else { throw SurveyError(.valueMissing, ["field": "reason"]) }
    let columns = try replica.read { db in try db.columns(in: row.table) }
    let key = columns.filter { $0.primaryKeyIndex > 0 }.sorted { $0.primaryKeyIndex < $1.primaryKeyIndex }.map(\.name)
    guard let found = columns.first(where: { $0.name == column }) else {
      throw SurveyError(.fieldUnknown, ["field": column, "allowed": columns.map(\.name).joined(separator: "\n")])
    }
    guard !key.contains(column), column != "enterprise_id" else { throw SurveyError(.keyFixed, ["table": row.table, "field": column]) }
    // All that stands in the cell is read here, and with it settled.
    let open = try replica.conflicts(in: row.scope).filter { $0.row == row && $0.kind == .cell(column: column) }
    let empty: Value = found.isNotNull ? .text([]) : .null
    let held = try held(column, of: row)
    try replica.settle(open.map { Settlement($0, value: empty) }, reason: Self.erased)
    let (id, now) = (identifiers.next(), now)
    try write { db in
      try db.execute(
        sql: "UPDATE \(row.table) SET \(column.quotedDatabaseIdentifier) = ? WHERE "
          + key.map { "\($0) = ?" }.joined(separator: " AND "),
        arguments: StatementArguments([found.isNotNull ? "".databaseValue : .null] + row.key.map { $0.string?.databaseValue ?? .null }))
      guard db.changesCount == 1 else { throw SurveyError(.recordUnknown, ["table": row.table, "id": Self.text(row.key)]) }
      try db.execute(
        sql: """
          INSERT INTO erasure(id, scope, record_table, record_key, column_name, reason, decided_by, decided_at, changesets)
          VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          id, row.scope.name, row.table, Self.text(row.key), column, reason, user, now, held.map(\.description).joined(separator: " "),
        ])
    }
    return try erasure(id)
  }

  /// What was erased, the latest first.
  public func erasures() throws -> [Erasure] {
    try replica.read { db in try Row.fetchAll(db, sql: "SELECT * FROM erasure ORDER BY id DESC").map { Erasure($0) } }
  }

  /// An erasure by the beginning of its identifier.
  public func erasure(_ id: String) throws -> Erasure { try replica.read { db in Erasure(try Lookup.row(db, in: "erasure", id)) } }

  /// What devices say of an erasure.
  public func receipts(for erasure: Erasure) throws -> [ErasureReceipt] {
    try replica.read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM erasure_receipt WHERE erasure_id = ? ORDER BY device", arguments: [erasure.id])
        .map { ErasureReceipt($0) }
    }
  }

  /// The changesets in this device's log that give the erased cell a value: those of before, and what was written there since.
  public func held(by erasure: Erasure) throws -> [Dot] {
    guard let scope = ScopeID(erasure.scope) else { return [] }
    let key = erasure.record.split(separator: " ").map { Value.text(Array($0.utf8)) }
    return try held(erasure.column, of: RowReference(scope: scope, table: erasure.table, key: key))
  }

  /// Does this device's part for each erasure that it has heard of: says that it has, and, once its log holds nothing of it any more, makes its
  /// file anew and says that.
  ///
  /// What it says is also what lets its own last changeset be left out: another follows it.
  ///
  /// - Parameter device: this device's name.
  /// - Returns: how many receipts were written.
  @discardableResult
  public func followErasures(on device: String) throws -> Int {
    var clean: [Erasure] = []
    var new: [Erasure] = []
    // In a case that was withdrawn nothing can be written, a receipt neither.
    let withdrawn = Set(try replica.withdrawnScopes().map(\.scope.name))
    for erasure in try erasures() where !withdrawn.contains(erasure.scope) {
      let receipt = try receipts(for: erasure).first { $0.device == device }
      if receipt == nil { new.append(erasure) } else if receipt?.cleanedAt == nil, try held(by: erasure).isEmpty { clean.append(erasure) }
    }
    guard !new.isEmpty || !clean.isEmpty else { return 0 }
    if !clean.isEmpty { try replica.scrub() }
    let now = now
    // Whoever only reads has a device that says so too.
    try replica.write { db in
      for erasure in new {
        try db.execute(
          sql: "INSERT INTO erasure_receipt(erasure_id, device, scope, user, seen_at) VALUES(?, ?, ?, ?, ?)",
          arguments: [erasure.id, device, erasure.scope, user, now])
      }
      for erasure in clean {
        try db.execute(
          sql: "UPDATE erasure_receipt SET cleaned_at = ? WHERE erasure_id = ? AND device = ?", arguments: [now, erasure.id, device])
      }
    }
    return new.count + clean.count
  }

  private func held(_ column: String, of row: RowReference) throws -> [Dot] {
    try replica.history(of: row, column: column).filter { entry in
      entry.values[column].map { ![.null, .text([])].contains($0) } ?? false
    }.map(\.write.dot)
  }

  private static func text(_ key: [Value]) -> String { key.compactMap(\.string).joined(separator: " ") }

  /// The reason that a settlement gives in its changeset.
  private static let erased = "erasure"

  /// Writes what names people, after the rows were made: in a changeset that can be left out one day.
  func writePersonal(_ rows: [(table: String, id: String, values: [(String, DatabaseValue?)])], _ db: Database) throws {
    let rows = rows.filter { !$0.values.isEmpty }
    guard !rows.isEmpty else { return }
    try replica.endChangeset()
    for row in rows { try Changes(row.values).update(row.table, row.id, db) }
  }
}
