import SyncCore

/// What the engine knows of a synced table of the user's: its columns as SQLite has them, and the declaration.
///
/// A class, though it never changes: it is handed about for every row, and a structure of so many parts would be copied each time.
final class TableShape: Sendable {
  struct Column: Sendable {
    let name: String
    /// Where the column stands among the table's columns.
    let place: Int32
    /// Where the column stands among the fields of a stored row: virtual generated columns have none.
    let field: Int32
    /// Which numbers the column stores when it can tell: its affinity.
    let numbers: Numbers
    let isNotNull: Bool
    /// The default's SQL text, if there is one that is not NULL.
    let defaultSQL: String?
    let policy: MergePolicy

    /// What a column's affinity makes of a number (SQLite's datatype3 §3.1).
    enum Numbers {
      case reals, integersIfExact, asGiven

      init(declared type: String) {
        func has(_ names: String...) -> Bool { names.contains { type.contains($0) } }
        // In a STRICT table ANY takes numbers as they are.
        if has("INT") {
          self = .integersIfExact
        } else if has("CHAR", "CLOB", "TEXT", "BLOB") || type.isEmpty || type == "ANY" {
          self = .asGiven
        } else {
          self = has("REAL", "FLOA", "DOUB") ? .reals : .integersIfExact
        }
      }
    }
  }

  /// Where the hook finds a column's value and what it makes of it: all that it needs for each row it is told of.
  struct Field: Sendable {
    let place: Int32
    let field: Int32
    let numbers: Column.Numbers
  }

  let declaration: SyncedTable
  let name: String
  /// The catalogue's number for the table.
  let number: UInt32
  let isWithoutRowid: Bool
  /// The key's columns, in the key's order.
  let key: [Column]
  /// The other columns that are stored and written, in the table's order, and the catalogue's number for each.
  let columns: [Column]
  let columnNumbers: [UInt32]
  /// The fields of the key's columns, then of the others.
  let fields: [Field]
  /// The names as groups of changes carry them.
  let keyNames: [String]
  let columnNames: [ChangeGroup.ColumnName]
  /// Where the scope's column stands: a place in `key` or in `columns`. Nil when the scope is fixed.
  let scopeColumn: (inKey: Bool, at: Int)?
  let isInsertableAtOnce: Bool

  /// The texts that every row's statements are made of, made once.
  let quoted: String
  let keyList: String
  let columnList: String
  /// The key's columns, then the others.
  let allList: String
  /// Reads one column of one row; parameters as ``bind(_:to:from:_:)`` binds them.
  let selectColumn: [String]
  /// Reads a whole row, key first, by its rowid or, where there is none, by its key.
  let selectByPlace: String
  /// Reads the rows whose rowids the first column of ``IncomingRows`` gives, in that order, key first, rowid last.
  let selectIncoming: String
  /// Reads a run of rows, key first, rowid last; parameters are the first and the last rowid.
  let selectRun: String
  /// Writes one column of one row; parameters are the value, then the row's.
  let updateColumn: [String]
  /// Reads a whole row, key first; parameters are the key's values.
  let selectByKey: String

  /// `"k1"=?1 AND "k2"=?2`, parameters from the given number on.
  func keyCondition(from first: Int) -> String { Self.keyCondition(key, from: first) }

  /// The condition for one row of one scope: where a column beside the key tells the scope, another scope's row may have the same key.
  func rowCondition(from first: Int) -> String { Self.rowCondition(key, columns, scopeColumn, from: first) }

  private static func rowCondition(_ key: [Column], _ columns: [Column], _ scope: (inKey: Bool, at: Int)?, from first: Int) -> String {
    let byKey = keyCondition(key, from: first)
    guard let scope, !scope.inKey else { return byKey }
    return "\(byKey) AND \(columns[scope.at].name.quotedIdentifier) IS ?\(first + key.count)"
  }

  /// Binds the parameters of ``rowCondition(from:)``.
  func bind(_ place: RowPlace, to statement: Statement, from first: Int32, _ catalog: Catalog) throws {
    try KeyCode.bind(place.key, to: statement, from: first)
    if let scopeColumn, !scopeColumn.inKey { statement.bind(first + Int32(key.count), try catalog.scope(place.scope).name) }
  }

  private static func keyCondition(_ key: [Column], from first: Int) -> String {
    key.enumerated().map { "\($1.name.quotedIdentifier)=?\(first + $0)" }.joined(separator: " AND ")
  }

  /// The place in `columns` of a column by its number.
  func place(ofColumn number: UInt32) -> Int? { columnNumbers.firstIndex(of: number) }

  /// Reads a table's shape and refuses what cannot be merged, with the remedy (rule 9).
  init(_ declaration: SyncedTable, catalog: Catalog, connection: Connection) throws {
    let name = declaration.name
    func refuse(_ reason: String, _ remedy: String) -> SyncKitError {
      SyncKitError(.unsuitableTable, ["table": name, "reason": reason, "remedy": remedy])
    }
    let sql = try connection.statement(
      "SELECT sql, (SELECT wr FROM pragma_table_list WHERE name = ?1 AND schema = 'main') FROM main.sqlite_schema WHERE type = 'table' AND name = ?1"
    )
    sql.bind(1, name)
    guard try sql.step() else { throw refuse("no-such-table", "create the table before it is declared") }
    let definition = sql.string(0).uppercased()
    let isWithoutRowid = sql.int(1) != 0
    sql.reset()
    if definition.contains("AUTOINCREMENT") {
      throw refuse("autoincrement", "two devices would give the same number: use a UUIDv7 text key")
    }
    guard name.utf8.count <= Limits.identifierBytes else { throw refuse("name-too-long", "at most \(Limits.identifierBytes) bytes") }

    struct Found {
      let column: Column
      let keyPlace: Int
      let type: String
    }
    var found: [Found] = []
    var declared: [DeclaredColumn] = []
    var field: Int32 = 0
    let info = try connection.statement("SELECT name, type, \"notnull\", dflt_value, pk, hidden, cid FROM pragma_table_xinfo(?1)")
    info.bind(1, name)
    while try info.step() {
      let hidden = info.int(5)
      defer { if hidden != 2 { field += 1 } }
      declared.append(
        DeclaredColumn(
          name: info.string(0), type: info.string(1).uppercased(), keyPlace: Int(info.int(4)), isStored: hidden != 2, isRead: hidden == 0))
      guard hidden == 0 else { continue }
      let columnName = info.string(0)
      guard columnName.utf8.count <= Limits.identifierBytes else {
        throw refuse("name-too-long", "at most \(Limits.identifierBytes) bytes")
      }
      let defaultSQL = info.isNull(3) ? nil : info.string(3)
      let column = Column(
        name: columnName, place: Int32(info.int(6)), field: field, numbers: Column.Numbers(declared: info.string(1).uppercased()),
        isNotNull: info.int(2) != 0,
        defaultSQL: defaultSQL?.uppercased() == "NULL" ? nil : defaultSQL, policy: declaration.policies[columnName] ?? .keep)
      found.append(Found(column: column, keyPlace: Int(info.int(4)), type: info.string(1).uppercased()))
    }
    let keyColumns = found.filter { $0.keyPlace > 0 }.sorted { $0.keyPlace < $1.keyPlace }
    guard !keyColumns.isEmpty else { throw refuse("no-primary-key", "give the table a primary key, best a UUIDv7 text") }
    if !isWithoutRowid, keyColumns.count == 1, keyColumns[0].type == "INTEGER" {
      throw refuse(
        "rowid-key",
        "two devices would give the same number: use a UUIDv7 text key, or declare the table WITHOUT ROWID and choose the numbers yourself")
    }
    if !isWithoutRowid, keyColumns.contains(where: { !$0.column.isNotNull }) {
      throw refuse("nullable-key", "declare the key's columns NOT NULL")
    }
    if let column = DeclaredColumn.misread(declared, isWithoutRowid: isWithoutRowid) {
      throw refuse(
        "column-order",
        "SQLite would tell \(column)'s great integers wrongly: declare the key's columns first, in the key's order, and virtual columns last"
      )
    }
    try Self.refuseNativeRules(connection, name, refuse)

    let others = found.filter { $0.keyPlace == 0 }.map(\.column)
    for named in declaration.policies.keys.sorted() where !others.contains(where: { $0.name == named }) {
      throw refuse("no-such-column", "a policy names \(named)")
    }
    for rule in declaration.unique + declaration.references.map({ [$0.column] }) + declaration.bounds.map({ [$0.column, $0.limit] }) {
      for named in rule where !found.contains(where: { $0.column.name == named }) {
        throw refuse("no-such-column", "a rule names \(named)")
      }
    }
    switch declaration.scope {
    case .fixed: scopeColumn = nil
    case .column(let scopeName):
      if let at = keyColumns.firstIndex(where: { $0.column.name == scopeName }) {
        scopeColumn = (true, at)
      } else if let at = others.firstIndex(where: { $0.name == scopeName }) {
        scopeColumn = (false, at)
      } else {
        throw refuse("no-such-column", "the scope is said to stand in \(scopeName)")
      }
    }
    self.declaration = declaration
    self.name = name
    self.isWithoutRowid = isWithoutRowid
    key = keyColumns.map(\.column)
    columns = others
    number = try catalog.number(ofTable: name)
    let table = number
    columnNumbers = try others.map { try catalog.number(ofColumn: $0.name, in: table) }
    fields = (key + columns).map { Field(place: $0.place, field: $0.field, numbers: $0.numbers) }
    keyNames = key.map(\.name)
    columnNames = columns.map { ChangeGroup.ColumnName(name: $0.name, isIncrement: $0.policy == .counter) }
    let quoted = name.quotedIdentifier
    let allList = (key + others).map(\.name.quotedIdentifier).joined(separator: ",")
    let byKey = Self.keyCondition(key, from: 1)
    let (byRow, afterValue) = (
      Self.rowCondition(key, columns, scopeColumn, from: 1), Self.rowCondition(key, columns, scopeColumn, from: 2)
    )
    self.quoted = quoted
    self.allList = allList
    keyList = key.map(\.name.quotedIdentifier).joined(separator: ",")
    columnList = others.map(\.name.quotedIdentifier).joined(separator: ",")
    selectColumn = others.map { "SELECT \($0.name.quotedIdentifier) FROM \(quoted) WHERE \(byRow)" }
    updateColumn = others.map { "UPDATE \(quoted) SET \($0.name.quotedIdentifier) = ?1 WHERE \(afterValue)" }
    selectByPlace = "SELECT \(allList) FROM \(quoted) WHERE \(isWithoutRowid ? byKey : "rowid = ?1")"
    let allOfTable = (key + others).map { "t.\($0.name.quotedIdentifier)" }.joined(separator: ",")
    selectIncoming = "SELECT \(allOfTable), i.c0 FROM \(IncomingRows.tableName) AS i CROSS JOIN \(quoted) AS t ON t.rowid = i.c0"
    selectRun = "SELECT \(allList), rowid FROM \(quoted) WHERE rowid BETWEEN ?1 AND ?2 ORDER BY rowid"
    selectByKey = "SELECT \(allList) FROM \(quoted) WHERE \(byKey)"
    isInsertableAtOnce = key.count + others.count <= IncomingRows.columnCount
  }

  /// What SQLite would enforce by itself would throw in the middle of a merge, or drop a row: it is declared to SyncKit instead.
  private static func refuseNativeRules(
    _ connection: Connection, _ name: String, _ refuse: (String, String) -> SyncKitError
  ) throws {
    let indexes = try connection.statement("SELECT name FROM pragma_index_list(?1) WHERE \"unique\" AND origin <> 'pk'")
    indexes.bind(1, name)
    if try indexes.step() {
      let index = indexes.string(0)
      indexes.reset()
      throw refuse("native-unique", "drop \(index) and declare the columns as `unique:`")
    }
    let keys = try connection.statement("SELECT \"table\" FROM pragma_foreign_key_list(?1)")
    keys.bind(1, name)
    if try keys.step() {
      let parent = keys.string(0)
      keys.reset()
      throw refuse("native-foreign-key", "remove the reference to \(parent) from the table and declare it as `references:`")
    }
  }
}
