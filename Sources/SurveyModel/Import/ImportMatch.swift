import GRDB

extension ImportKind {
  /// The column that tells two records of one name apart.
  var mark: String {
    switch self {
    case .enterprises, .providers: "uscc"
    case .solutions: "provider_id"
    }
  }
}

/// The records that a row may stand for: those of its credit code, or else of its name.
struct ImportMatch {
  /// One where it is clear, several where it is not.
  let records: [Row]
  /// Whether another of that name is marked as another: it has another credit code, or is another provider's.
  let hasNamesake: Bool

  /// The record that a row names by its identifier; one that was merged stands for the one that it was merged into.
  init(_ kind: ImportKind, _ known: Row, _ db: Database) throws {
    records = kind == .enterprises ? [try Lookup.canonical(db, known)] : [known]
    hasNamesake = false
  }

  init(_ kind: ImportKind, _ name: String, _ mark: DatabaseValue?, _ db: Database) throws {
    func rows(_ column: String, _ value: DatabaseValue) throws -> [Row] {
      let found = try Row.fetchAll(db, sql: "SELECT * FROM \(kind.type.table) WHERE \(column) = ? ORDER BY id", arguments: [value])
      return kind == .enterprises ? try Self.canonical(found, db) : found
    }
    if kind.mark == "uscc", let mark {
      let found = try rows("uscc", mark)
      guard found.isEmpty else {
        records = found
        hasNamesake = false
        return
      }
    }
    let named = try rows("name", name.databaseValue)
    // Two different codes are two different records, whatever they are called.
    records = named.filter { row in
      let standing: DatabaseValue = row[kind.mark] ?? .null
      return mark == nil || standing.isNull || standing == mark
    }
    hasNamesake = records.count < named.count
  }

  /// Who else carries a name that a row would give to a record: nil where the name is free.
  static func holder(of name: DatabaseValue, beside record: Row, _ kind: ImportKind, _ db: Database) throws -> Row? {
    // Solutions of one name are told apart by their providers.
    guard kind.mark == "uscc" else { return nil }
    let named = try Row.fetchAll(db, sql: "SELECT * FROM \(kind.type.table) WHERE name = ? ORDER BY id", arguments: [name])
    return try (kind == .enterprises ? canonical(named, db) : named).first { $0.string("id") != record.string("id") }
  }

  /// Whether an enterprise had a name before: that of a record that was merged into it, or one that is recorded as its former.
  static func isFormer(_ name: DatabaseValue, of enterprise: Row, _ db: Database) throws -> Bool {
    let id = enterprise.string("id")
    if try Lookup.merged(db, into: id).contains(where: { $0.name.databaseValue == name }) { return true }
    return try Bool.fetchOne(
      db, sql: "SELECT EXISTS(SELECT 1 FROM enterprise_name WHERE \(Lookup.inCases(of: "?")) AND name = ? AND kind = ?)",
      arguments: [id, name, NameKind.former.rawValue]) ?? false
  }

  /// The enterprises themselves, in place of those that were merged into them.
  private static func canonical(_ found: [Row], _ db: Database) throws -> [Row] {
    var records: [Row] = []
    for row in found {
      let row = try Lookup.canonical(db, row)
      if !records.contains(where: { $0.string("id") == row.string("id") }) { records.append(row) }
    }
    return records
  }
}

/// The rows of a table that were read, to know a second one of the same record.
struct SeenRows {
  private var byRecord: [String: Int] = [:]
  private var byCode: [DatabaseValue: Int] = [:]
  private var byName: [String: [(mark: DatabaseValue?, number: Int)]] = [:]

  /// The number of an earlier row that says the same code, or the same name without saying that it is another; else notes this one.
  mutating func earlier(than number: Int, _ kind: ImportKind, _ name: String, _ mark: DatabaseValue?) -> Int? {
    let code = kind.mark == "uscc" ? mark : nil
    let namesake = name.isEmpty ? nil : byName[name]?.first { $0.mark == nil || mark == nil || $0.mark == mark }
    if let other = code.flatMap({ byCode[$0] }) ?? namesake?.number { return other }
    if let code { byCode[code] = number }
    byName[name, default: []].append((mark, number))
    return nil
  }

  /// The number of an earlier row that stands for the same record; else notes this one.
  mutating func earlier(than number: Int, of record: String) -> Int? {
    if let other = byRecord[record] { return other }
    byRecord[record] = number
    return nil
  }
}
