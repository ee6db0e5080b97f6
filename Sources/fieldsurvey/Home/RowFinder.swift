import GRDB
import SyncCore
import SyncKit

/// Finds the row of a synced table that a person names by its key, also one that was deleted.
struct RowFinder {
  let replica: Replica
  let table: String
  /// All columns, the key's first.
  let columns: [String]
  let keyColumns: [String]
  private let keyTypes: [String]
  private let scopeColumn: String?

  init(_ replica: Replica, table: String) throws {
    self.replica = replica
    self.table = table
    let columns = try replica.read { db in
      // Tables of SyncKit's own are nobody's records.
      guard try db.tableExists(table), !table.hasPrefix("synckit_"), !table.hasPrefix("sqlite_") else { return [ColumnInfo]() }
      return try db.columns(in: table)
    }
    guard !columns.isEmpty else { throw Failure.notFound(Text("表", "table"), id: table) }
    let keys = columns.filter { $0.primaryKeyIndex > 0 }.sorted { $0.primaryKeyIndex < $1.primaryKeyIndex }
    keyColumns = keys.map(\.name)
    keyTypes = keys.map { $0.type.uppercased() }
    self.columns = keyColumns + columns.map(\.name).filter { name in !keys.contains { $0.name == name } }
    scopeColumn = self.columns.contains("enterprise_id") ? "enterprise_id" : keyColumns.first
  }

  /// The row of a key as it was typed.
  func find(_ typed: [String]) throws -> RowReference {
    guard typed.count == keyColumns.count else {
      let names = keyColumns.joined(separator: " ")
      throw Failure.badInput(
        Text("\(table) 的键是:\(names)。", "The key of \(table) is: \(names)."), code: "bad-key")
    }
    let values = try zip(typed, keyTypes).map { text, type in
      guard type.contains("INT") else { return Value.text(text) }
      guard let number = Int64(text) else { throw Failure.badInput(Text("“\(text)”不是整数。", "\"\(text)\" is no whole number.")) }
      return Value.integer(number)
    }
    if let row = try visible(typed, values) { return row }
    // Deleted rows have a history too.
    for scope in try replica.scopes() {
      let row = RowReference(scope: scope, table: table, key: values)
      if try !replica.history(of: row).isEmpty { return row }
    }
    throw Failure.notFound(Text("记录", "record"), id: "\(table) \(typed.joined(separator: " "))")
  }

  /// A row that stands in the table, where its first key column may be abbreviated.
  private func visible(_ typed: [String], _ values: [Value]) throws -> RowReference? {
    guard let scopeColumn, keyTypes.first?.contains("INT") != true else { return nil }
    let list = (keyColumns + [scopeColumn]).map(\.quotedDatabaseIdentifier).joined(separator: ", ")
    let rest = keyColumns.dropFirst().map { "AND CAST(\($0.quotedDatabaseIdentifier) AS TEXT) = ?" }.joined(separator: " ")
    let first = keyColumns[0].quotedDatabaseIdentifier
    let wanted = typed[0].lowercased()
    let rows = try replica.read { db in
      try Row.fetchAll(
        db, sql: "SELECT \(list) FROM \(table.quotedDatabaseIdentifier) WHERE \(first) >= ? AND \(first) < ? || '~' \(rest) LIMIT 2",
        arguments: StatementArguments([wanted, wanted] + typed.dropFirst()))
    }
    guard rows.count < 2 else {
      throw Failure.badInput(Text("“\(typed[0])”对应多条记录,请写长一些。", "\"\(typed[0])\" fits several; write more of it."), code: "ambiguous")
    }
    guard let row = rows.first, let key: String = row[0], let name: String = row[keyColumns.count], let scope = ScopeID(name) else {
      return nil
    }
    return RowReference(scope: scope, table: table, key: [.text(key)] + values.dropFirst())
  }
}
