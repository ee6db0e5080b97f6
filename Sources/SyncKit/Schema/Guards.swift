import SyncCore

/// The parts of the schema that keep a synced table honest: the guard against connections without the library, and the declared rules.
///
/// Each opening checks that they stand as they should and sets up again what a rebuild or a new column has made stale.
struct Guards {
  private let connection: Connection

  init(_ connection: Connection) { self.connection = connection }

  func ensure(_ table: TableShape, _ tables: [TableShape]) throws {
    var wanted: [(name: String, sql: String)] = []
    let base = "synckit_\(table.name)"
    // Every column stands in the condition, so that an UPDATE of any of them has to evaluate it.
    let columns = (table.key + table.columns).map(\.name.quotedIdentifier)
    wanted.append(
      (
        "\(base)_guard",
        """
        CREATE INDEX \("\(base)_guard".quotedIdentifier) ON \(table.quoted)(\(columns[0])) \
        WHERE \(CaptureHooks.guardFunction)() AND coalesce(\((columns + ["NULL"]).joined(separator: ","))) IS NULL
        """
      ))
    // Without a trigger, a DELETE of all rows would take SQLite's short cut past index and hook.
    wanted.append(
      (
        "\(base)_delete",
        """
        CREATE TRIGGER \("\(base)_delete".quotedIdentifier) BEFORE DELETE ON \(table.quoted) WHEN \(CaptureHooks.guardFunction)() \
        BEGIN SELECT 1; END
        """
      ))
    for (at, rule) in table.declaration.unique.enumerated() { wanted += unique(rule, "\(base)_unique\(at)", table) }
    for (at, reference) in table.declaration.references.enumerated() {
      guard let parent = tables.first(where: { $0.name == reference.table }), parent.key.count == 1 else {
        throw SyncKitError(
          .unsuitableTable,
          ["table": table.name, "reason": "reference", "remedy": "\(reference.table) must be synced and have a key of one column"])
      }
      wanted += references(reference, to: parent, "\(base)_reference\(at)", table)
    }
    for (at, bound) in table.declaration.bounds.enumerated() { wanted += self.bound(bound, "\(base)_bound\(at)", table) }
    if let scope = table.scopeColumn, !scope.inKey { wanted.append(scopeRule(table.columns[scope.at].name, "\(base)_scope", table)) }
    try apply(wanted, prefix: base + "_", table)
  }

  private func unique(_ rule: [String], _ name: String, _ table: TableShape) -> [(name: String, sql: String)] {
    let list = rule.map(\.quotedIdentifier)
    let same = list.map { "other.\($0) = NEW.\($0)" }.joined(separator: " AND ")
    let isOther =
      "NOT (" + table.key.map { "other.\($0.name.quotedIdentifier) IS NEW.\($0.name.quotedIdentifier)" }.joined(separator: " AND ") + ")"
    let message = "UNIQUE constraint failed: " + rule.map { "\(table.name).\($0)" }.joined(separator: ", ")
    func trigger(_ event: String, _ suffix: String) -> (name: String, sql: String) {
      (
        "\(name)_\(suffix)",
        """
        CREATE TRIGGER \("\(name)_\(suffix)".quotedIdentifier) BEFORE \(event) ON \(table.quoted) \
        WHEN EXISTS (SELECT 1 FROM \(table.quoted) AS other WHERE \(same) AND \(isOther)) \
        BEGIN SELECT RAISE(ABORT, \(message.quotedText)); END
        """
      )
    }
    return [
      ("\(name)_index", "CREATE INDEX \("\(name)_index".quotedIdentifier) ON \(table.quoted)(\(list.joined(separator: ",")))"),
      trigger("INSERT", "insert"), trigger("UPDATE OF \(list.joined(separator: ","))", "update"),
    ]
  }

  private func references(_ reference: Reference, to parent: TableShape, _ name: String, _ table: TableShape) -> [(
    name: String, sql: String
  )] {
    let column = reference.column.quotedIdentifier
    let key = parent.key[0].name.quotedIdentifier
    let missing = "NEW.\(column) IS NOT NULL AND NOT EXISTS (SELECT 1 FROM \(parent.quoted) AS parent WHERE parent.\(key) = NEW.\(column))"
    func trigger(_ event: String, _ suffix: String, on target: TableShape, when: String) -> (name: String, sql: String) {
      (
        "\(name)_\(suffix)",
        """
        CREATE TRIGGER \("\(name)_\(suffix)".quotedIdentifier) BEFORE \(event) ON \(target.quoted) WHEN \(when) \
        BEGIN SELECT RAISE(ABORT, 'FOREIGN KEY constraint failed'); END
        """
      )
    }
    return [
      ("\(name)_index", "CREATE INDEX \("\(name)_index".quotedIdentifier) ON \(table.quoted)(\(column))"),
      trigger("INSERT", "insert", on: table, when: missing),
      trigger("UPDATE OF \(column)", "update", on: table, when: missing),
      trigger("DELETE", "delete", on: parent, when: "EXISTS (SELECT 1 FROM \(table.quoted) AS child WHERE child.\(column) = OLD.\(key))"),
    ]
  }

  private func bound(_ bound: Bound, _ name: String, _ table: TableShape) -> [(name: String, sql: String)] {
    let message = "CHECK constraint failed: \(table.name).\(bound.column) <= \(table.name).\(bound.limit)"
    let list = [bound.column, bound.limit].map(\.quotedIdentifier).joined(separator: ",")
    func trigger(_ event: String, _ suffix: String) -> (name: String, sql: String) {
      (
        "\(name)_\(suffix)",
        """
        CREATE TRIGGER \("\(name)_\(suffix)".quotedIdentifier) BEFORE \(event) ON \(table.quoted) WHEN \(bound.breach(in: "NEW.")) \
        BEGIN SELECT RAISE(ABORT, \(message.quotedText)); END
        """
      )
    }
    // Only rows that break the rule are in the index: hardly ever any.
    return [
      (
        "\(name)_index",
        "CREATE INDEX \("\(name)_index".quotedIdentifier) ON \(table.quoted)(\(table.keyList)) WHERE \(bound.breach())"
      ),
      trigger("INSERT", "insert"), trigger("UPDATE OF \(list)", "update"),
    ]
  }

  private func scopeRule(_ column: String, _ name: String, _ table: TableShape) -> (name: String, sql: String) {
    (
      name,
      """
      CREATE TRIGGER \(name.quotedIdentifier) BEFORE UPDATE OF \(column.quotedIdentifier) ON \(table.quoted) \
      WHEN NEW.\(column.quotedIdentifier) IS NOT OLD.\(column.quotedIdentifier) \
      BEGIN SELECT RAISE(ABORT, \("SyncKit: a row of \(table.name) cannot move to another scope".quotedText)); END
      """
    )
  }

  private func apply(_ wanted: [(name: String, sql: String)], prefix: String, _ table: TableShape) throws {
    var standing: [String: (type: String, sql: String, table: String)] = [:]
    let all = try connection.statement(
      "SELECT name, type, sql, tbl_name FROM main.sqlite_schema WHERE type IN ('index', 'trigger') AND substr(name, 1, length(?1)) = ?1 AND sql IS NOT NULL"
    )
    all.bind(1, prefix)
    while try all.step() { standing[all.string(0)] = (all.string(1), all.string(2), all.string(3)) }
    for (name, found) in standing.sorted(by: { $0.key < $1.key }) where !wanted.contains(where: { $0.name == name && $0.sql == found.sql })
    {
      // Another table's guard may begin with this table's name; ours may stand on another table since this one's predecessor was renamed.
      guard found.table == table.name || wanted.contains(where: { $0.name == name }) else { continue }
      try connection.execute("DROP \(found.type.uppercased()) \(name.quotedIdentifier)")
      standing[name] = nil
    }
    for (name, sql) in wanted where standing[name] == nil { try connection.execute(sql) }
  }
}

extension String {
  /// The text as an SQL literal.
  var quotedText: String { "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'" }
}
