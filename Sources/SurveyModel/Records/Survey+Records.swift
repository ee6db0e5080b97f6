import GRDB
import SyncCore
import SyncKit

extension Survey {
  /// Records something of a kind that ``RecordType`` describes.
  ///
  /// A record that is told by what it is about (``RecordType/Key/meaning``) and is there already takes the fields that are given and
  /// keeps the rest: to record twice is to record once. Where it is another role's word, a ``Proposal`` is made instead.
  ///
  /// - Parameters:
  ///   - owner: the enterprise, by the beginning of its identifier or its credit code; nil in the catalogue, and where a field names a
  ///     record of the case.
  ///   - reason: why, where it becomes a proposal.
  ///
  /// Throws ``SurveyError/Code/recordRefused`` with every fault, or the one fault.
  public func addRecord(_ type: RecordType, _ input: FieldInput, of owner: String? = nil, because reason: String? = nil) throws
    -> RecordOutcome
  {
    let outcome = try type.bounded { try write { db in try create(type, input, of: owner, because: reason, db) } }
    return try told(outcome, type)
  }

  /// Changes a record that has an identifier; what the input leaves out stays as it is.
  ///
  /// - Parameter token: what the form had shown when it opened; nil for "now".
  ///
  /// Throws as ``addRecord(_:_:of:because:)`` does, ``SurveyError/Code/recordAppendOnly`` and ``SurveyError/Code/nothingToChange``.
  public func editRecord(
    _ type: RecordType, _ id: String, _ input: FieldInput, reading token: String? = nil, because reason: String? = nil
  ) throws -> RecordOutcome {
    let outcome = try type.bounded {
      try write(reading: token) { db, form in try change(type, id, input, because: reason, form, db) }
    }
    return try told(outcome, type)
  }

  /// Deletes a record: by its identifier, or by the fields of its key.
  ///
  /// - Returns: the record as it was.
  ///
  /// Throws ``SurveyError/Code/recordAppendOnly``, ``SurveyError/Code/recordReferenced`` where something that is never changed rests on it,
  /// and ``SurveyError/Code/notAuthorised`` where it is another role's word.
  public func deleteRecord(_ type: RecordType, _ id: String? = nil, _ key: FieldInput = FieldInput([]), of owner: String? = nil) throws
    -> Record
  {
    let before = try record(type, id, key, of: owner)
    if type.isAppendOnly { throw SurveyError(.recordAppendOnly, ["table": type.table, "id": before.title]) }
    try write { db in
      let said = before.values.filter { !$0.isEmpty }.map(\.field)
      if try !isAuthorised(type, said, before.enterpriseID, db) { try requireAuthority(type, over: said) }
      let place = try self.place(of: type, id, key, owner, db)
      if let whole = before.id {
        try requireUnreferenced(type, whole, db)
        try requireOwn(diagnosisOf: try Lookup.row(db, in: type.table, whole), db)
      }
      try db.execute(sql: "DELETE FROM \(type.table) WHERE \(place.condition)", arguments: StatementArguments(place.values))
    }
    return before
  }

  /// A record: by its identifier, or by the fields of its key.
  public func record(_ type: RecordType, _ id: String? = nil, _ key: FieldInput = FieldInput([]), of owner: String? = nil) throws -> Record
  {
    let row = try replica.read { db in
      let place = try self.place(of: type, id, key, owner, db)
      return try Row.fetchOne(
        db, sql: "SELECT * FROM \(type.table) WHERE \(place.condition)", arguments: StatementArguments(place.values))
    }
    guard let row else { throw SurveyError(.recordUnknown, ["table": type.table, "id": id ?? ""]) }
    return Record(type, row, try contests(of: type, row.text("enterprise_id")))
  }

  /// All records of a kind, or an enterprise's.
  public func records(_ type: RecordType, of owner: String? = nil) throws -> [Record] {
    let enterprise = try owner.map { owner in try replica.read { db in try Lookup.enterprise(db, owner).id } }
    let contests = try contests(of: type, enterprise)
    return try replica.read { db in
      let condition = enterprise == nil ? "" : "WHERE enterprise_id = ?"
      return try Row.fetchAll(
        db, sql: "SELECT * FROM \(type.table) \(condition) ORDER BY \(type.order)",
        arguments: enterprise.map { [$0] } ?? []
      ).map { Record(type, $0, contests) }
    }
  }

  /// What a form shows of a record, as text that a later edit hands back.
  public func readToken(for record: Record) throws -> String? {
    guard let id = record.id else { return nil }
    let scope = try record.enterpriseID.map(scope) ?? SurveySchema.catalogue
    return try replica.readToken(for: [RowReference(scope: scope, table: record.type.table, key: [.text(id)])]).text
  }
}

extension RecordType {
  /// Runs a write, and tells by its fields' names which count is above which.
  func bounded<T>(_ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
      guard let bound = bounds.first(where: { error.message?.contains("\(table).\($0.column) <= \(table).\($0.limit)") ?? false }) else {
        throw error
      }
      func field(_ column: String) -> Field? { fields.first { $0.column == column } }
      var details = field(bound.column)?.details ?? ["field": bound.column]
      details["limit"] = field(bound.limit)?.name ?? bound.limit
      details["limitZh"] = field(bound.limit)?.label.zh
      throw SurveyError(.fieldAbove, details, underlying: error)
    }
  }
}

// MARK: - Writing

extension Survey {
  /// What came of a write: the key of the row and its enterprise, or a proposal's identifier.
  enum Written {
    case recorded([DatabaseValue], String?)
    case proposed(String)

    static func recorded(_ assignment: Assignment) -> Written {
      .recorded([assignment.enterpriseID.databaseValue, assignment.user.databaseValue], assignment.enterpriseID)
    }
  }

  /// Records something, or proposes it, within a transaction.
  func create(_ type: RecordType, _ input: FieldInput, of owner: String?, because reason: String?, _ db: Database) throws -> Written {
    let fields = try input.read(type, isNew: true, reading(db))
    let enterprise = try enterprise(of: type, owner, fields, db)
    guard try isAuthorised(type, fields.map(\.field), enterprise, db) else {
      return .proposed(try propose(type, nil, input, enterprise, reason, db))
    }
    return .recorded(try insert(type, fields, enterprise, db), enterprise)
  }

  /// Changes a record, or proposes to, within a transaction.
  func change(_ type: RecordType, _ id: String, _ input: FieldInput, because reason: String?, _ form: ReadForm, _ db: Database) throws
    -> Written
  {
    let row = try Lookup.row(db, in: type.table, try Lookup.named(db, in: type.table, id))
    let whole = row.string("id")
    let enterprise = type.table == "enterprise" ? whole : row.text("enterprise_id")
    if type.isAppendOnly { throw SurveyError(.recordAppendOnly, ["table": type.table, "id": whole]) }
    let fields = try input.read(type, isNew: false, over: row, reading(db))
    if fields.isEmpty { throw SurveyError(.nothingToChange, ["table": type.table, "id": whole]) }
    try requireOneCase(type, fields, enterprise, db)
    try requireOwn(diagnosisOf: row, db)
    if let enterprise { try form.expect(type.table, [.text(whole)], of: enterprise) }
    guard try isAuthorised(type, fields.map(\.field), enterprise, db) else {
      return .proposed(try propose(type, whole, input, enterprise, reason, db))
    }
    try Changes(fields.map { ($0.field.column, $0.value) }).update(type.table, whole, db)
    return .recorded([whole.databaseValue], enterprise)
  }

  /// Whether the user's role may write these fields of a record.
  func isAuthorised(_ type: RecordType, _ fields: [Field], _ enterprise: String?, _ db: Database) throws -> Bool {
    let isSelected =
      try enterprise.flatMap {
        try Bool.fetchOne(db, sql: "SELECT 1 FROM enrolment_step WHERE enterprise_id = ? AND step = 'selected'", arguments: [$0])
      } ?? false
    let authority = type.authority(over: fields, isSelected: isSelected)
    return authority.isEmpty || authority.contains(role)
  }

  func requireAuthority(_ type: RecordType, over fields: [Field] = []) throws(SurveyError) {
    try require(type.authority(over: fields, isSelected: true), type.table)
  }

  /// Refuses to take away what a record that is never changed rests on.
  func requireUnreferenced(_ type: RecordType, _ id: String, _ db: Database) throws {
    for other in RecordType.all where other.isAppendOnly {
      for field in other.fields {
        guard case .reference(type.table) = field.kind else { continue }
        let found = try String.fetchOne(
          db, sql: "SELECT \(other.keyColumns[0]) FROM \(other.table) WHERE \(field.column) = ? LIMIT 1", arguments: [id])
        if let found { throw SurveyError(.recordReferenced, ["table": type.table, "id": id, "by": other.table, "record": found]) }
      }
    }
  }

  /// Writes a row, or what is given of it where it is there already.
  /// - Returns: its key.
  func insert(_ type: RecordType, _ fields: [(field: Field, value: DatabaseValue)], _ enterprise: String?, _ db: Database) throws
    -> [DatabaseValue]
  {
    var columns: [String] = []
    var values: [DatabaseValue] = []
    if type.key == .identifier {
      columns.append("id")
      values.append(identifiers.next().databaseValue)
    }
    if let enterprise {
      columns.append("enterprise_id")
      values.append(enterprise.databaseValue)
    }
    let given = Set(fields.map(\.field.name))
    let own: [(field: Field, value: DatabaseValue)] = type.fields.compactMap { field in
      if case .author = field.kind, !given.contains(field.name) { return (field, user.databaseValue) }
      return nil
    }
    // Of the kinds that name people each record has an identifier of its own.
    let personal = fields.filter { Personal.isNamed($0.field.column, in: type.table) }
    for (field, value) in fields + own where !Personal.isNamed(field.column, in: type.table) {
      columns.append(field.column)
      values.append(value)
    }
    let key = type.keyColumns
    let rest = columns.filter { !key.contains($0) }
    let update =
      type.isAppendOnly || rest.isEmpty ? "DO NOTHING" : "DO UPDATE SET " + rest.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
    try db.execute(
      sql: """
        INSERT INTO \(type.table)(\(columns.joined(separator: ", "))) VALUES(\(columns.map { _ in "?" }.joined(separator: ", ")))
        ON CONFLICT(\(key.joined(separator: ", "))) \(update)
        """, arguments: StatementArguments(values))
    if type.isAppendOnly, db.changesCount == 0 { throw SurveyError(.recordAppendOnly, ["table": type.table, "id": values[0].description]) }
    if let id = String.fromDatabaseValue(values[0]) {
      try writePersonal([(type.table, id, personal.map { ($0.field.column, $0.value) })], db)
    }
    return key.map { column in columns.firstIndex(of: column).map { values[$0] } ?? .null }
  }

  /// The enterprise that a record is of: named, or told by the records of the case that its fields name.
  func enterprise(of type: RecordType, _ owner: String?, _ fields: [(field: Field, value: DatabaseValue)], _ db: Database) throws
    -> String?
  {
    guard type.home == .enterprise else { return nil }
    let named = try owner.map { try Lookup.enterprise(db, $0).id }
    let told = try parents(fields, db).first?.enterprise
    guard let enterprise = named ?? told else { throw SurveyError(.valueMissing, ["field": "enterprise"]) }
    try requireOneCase(type, fields, enterprise, db)
    return enterprise
  }

  /// Refuses a field that names a record of another enterprise's case, or a draft that another handed over.
  func requireOneCase(
    _ type: RecordType, _ fields: [(field: Field, value: DatabaseValue)], _ enterprise: String?, _ db: Database
  ) throws {
    guard type.home == .enterprise else { return }
    for parent in try parents(fields, db) where parent.enterprise != enterprise {
      throw SurveyError(.otherEnterprise, ["table": parent.table, "id": parent.id, "enterprise": parent.enterprise])
    }
    for (field, value) in fields where field.column == "diagnosis_id" { try requireOwn(diagnosisOf: ["diagnosis_id": value], db) }
  }

  private func parents(_ fields: [(field: Field, value: DatabaseValue)], _ db: Database) throws
    -> [(table: String, id: String, enterprise: String)]
  {
    try fields.compactMap { field, value in
      guard case .reference(let table) = field.kind, RecordType.caseTables.contains(table), let id = String.fromDatabaseValue(value)
      else { return nil }
      return (table, id, try Lookup.row(db, in: table, id).string("enterprise_id"))
    }
  }

  /// Where a record stands.
  private func place(of type: RecordType, _ id: String?, _ key: FieldInput, _ owner: String?, _ db: Database) throws
    -> (condition: String, values: [DatabaseValue])
  {
    if type.key == .identifier {
      guard let id else { throw SurveyError(.valueMissing, ["field": "id"]) }
      return ("id = ?", [try Lookup.named(db, in: type.table, id).databaseValue])
    }
    let fields = try key.read(type, isNew: false, reading(db))
    let values = try type.keyColumns.map { column -> DatabaseValue in
      if column == "enterprise_id", type.home == .enterprise {
        return try enterprise(of: type, owner ?? id, fields, db)?.databaseValue ?? .null
      }
      guard let found = fields.first(where: { $0.field.column == column }) else {
        throw SurveyError(.valueMissing, ["field": type.fields.first { $0.column == column }?.name ?? column])
      }
      return found.value
    }
    return (type.keyColumns.map { "\($0) = ?" }.joined(separator: " AND "), values)
  }

  /// A record that was just written, as it stands, or the proposal.
  func told(_ outcome: Written, _ type: RecordType) throws -> RecordOutcome {
    switch outcome {
    case .proposed(let id): return .proposed(try proposal(id))
    case .recorded(let key, let enterprise):
      let contests = try contests(of: type, enterprise)
      let row = try replica.read { db in
        try Row.fetchOne(
          db, sql: "SELECT * FROM \(type.table) WHERE " + type.keyColumns.map { "\($0) = ?" }.joined(separator: " AND "),
          arguments: StatementArguments(key))
      }
      guard let row else { throw SurveyError(.recordUnknown, ["table": type.table, "id": key.map(\.description).joined(separator: " ")]) }
      return .recorded(Record(type, row, contests))
    }
  }

  private func contests(of type: RecordType, _ enterprise: String?) throws -> Contests {
    if type.home == .catalogue { return Contests(try replica.conflicts(in: SurveySchema.catalogue)) }
    return try contests(in: enterprise)
  }
}

/// What came of recording something.
public enum RecordOutcome: Sendable {
  /// It is recorded.
  case recorded(Record)
  /// It is another role's word, and waits for that role.
  case proposed(Proposal)
}

extension RecordOutcome: Encodable {
  /// The record, or `{"proposal": …}`.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .recorded(let record): try record.encode(to: encoder)
    case .proposed(let proposal):
      var container = encoder.container(keyedBy: AnyKey.self)
      try container.encode(proposal, forKey: AnyKey("proposal"))
    }
  }
}
