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

  /// The record that a row names by its identifier.
  init(_ known: Row) {
    records = [known]
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

  /// The enterprises themselves, in place of those that were merged into them.
  private static func canonical(_ found: [Row], _ db: Database) throws -> [Row] {
    var records: [Row] = []
    for row in found {
      var row = row
      var passed: Set<String> = []
      while let next = row.text("merged_into"), passed.insert(row.string("id")).inserted,
        let canonical = try Lookup.optionalRow(db, in: "enterprise", next)
      {
        row = canonical
      }
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
