import Foundation
import GRDB
import SyncCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The log in one SQLite file.
struct SQLiteStore: RelayStore {
  let pool: DatabasePool

  init(path: String, codec: Codec, now: Int64, random: @Sendable (Int) -> [UInt8]) throws {
    pool = try RelayFile.open(path: path, random: random, codec: codec, now: now)
  }

  func read<T>(_ body: (any StoreTransaction) throws -> T) throws -> T {
    try pool.read { db in
      try RelayFile.requireHere(db)
      return try body(SQLiteTransaction(db))
    }
  }

  func write<T>(_ body: (any StoreTransaction) throws -> T) throws -> T {
    try pool.write { db in
      try RelayFile.requireHere(db)
      return try body(SQLiteTransaction(db))
    }
  }

  func close() throws { try pool.close() }

  func copy(to path: String) throws {
    try RelayFile.makeEmpty(path)
    try pool.writeWithoutTransaction { db in
      try RelayFile.requireHere(db)
      try db.execute(sql: "VACUUM INTO ?", arguments: [path])
    }
  }

  /// The log's file and the one beside it in which the latest commits wait.
  func size() throws -> Int64 {
    ["", "-wal"].reduce(0) { sum, suffix in
      let size = try? FileManager.default.attributesOfItem(atPath: pool.path + suffix)[.size] as? Int64
      return sum + (size ?? 0)
    }
  }

  /// How much room the file's disk has for this process.
  var freeBytes: Int64? {
    var facts = statvfs()
    guard statvfs(pool.path, &facts) == 0 else { return nil }
    return Int64(clamping: UInt64(facts.f_bavail) * UInt64(facts.f_frsize))
  }

  var isWritable: Bool {
    // What is undone never reaches the disk, so that a disk which the kernel has made read-only is asked for itself.
    guard access(pool.path, W_OK) == 0, access((pool.path as NSString).deletingLastPathComponent, W_OK) == 0 else { return false }
    do {
      try pool.writeInTransaction(.immediate) { db in
        try db.execute(sql: "UPDATE relay SET arrival = arrival")
        return .rollback
      }
      return true
    } catch {
      return false
    }
  }

  /// Makes the file anew of what it holds, and empties the write-ahead log.
  func scrub() throws {
    try pool.vacuum()
    _ = try pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
  }
}

/// A transaction on one of the file's connections.
struct SQLiteTransaction: StoreTransaction {
  private let db: Database

  init(_ db: Database) { self.db = db }

  /// One writes at a time.
  var forUpdate: String { "" }

  func rows(_ sql: String, _ values: [any StoreBindable]) throws -> [StoreRow] {
    let statement = try db.cachedStatement(sql: sql)
    let columns = StoreRow.Columns(statement.columnNames)
    let cursor = try Row.fetchCursor(statement, arguments: Self.arguments(values))
    var rows: [StoreRow] = []
    while let row = try cursor.next() { rows.append(StoreRow(columns, row.databaseValues.map(StoreValue.init))) }
    return rows
  }

  /// Walks through rows that need not fit into memory.
  func forEach(_ sql: String, _ body: (StoreRow) throws -> Void) throws {
    let statement = try db.cachedStatement(sql: sql)
    let columns = StoreRow.Columns(statement.columnNames)
    let cursor = try Row.fetchCursor(statement)
    while let row = try cursor.next() { try body(StoreRow(columns, row.databaseValues.map(StoreValue.init))) }
  }

  func execute(_ sql: String, _ values: [any StoreBindable]) throws -> Int {
    try db.cachedStatement(sql: sql).execute(arguments: Self.arguments(values))
    return db.changesCount
  }

  func insert(into table: String, _ columns: [String], _ rows: [[any StoreBindable]]) throws {
    let marks = columns.map { _ in "?" }.joined(separator: ", ")
    let statement = try db.cachedStatement(sql: "INSERT INTO \(table)(\(columns.joined(separator: ", "))) VALUES (\(marks))")
    for row in rows { try statement.execute(arguments: Self.arguments(row)) }
  }

  private static func arguments(_ values: [any StoreBindable]) -> StatementArguments {
    // As optionals: GRDB's other initialiser makes a key path each time, which takes longer than the insertion.
    StatementArguments(values.map { $0.storeValue.databaseValue as (any DatabaseValueConvertible)? })
  }
}

extension StoreValue {
  fileprivate init(_ value: DatabaseValue) {
    switch value.storage {
    case .null: self = .null
    case .int64(let number): self = .integer(number)
    case .string(let text): self = .text(text)
    case .blob(let data): self = .blob(Array(data))
    // No column holds one: whoever reads it finds something else than there should be.
    case .double(let number): self = .text("\(number)")
    }
  }

  fileprivate var databaseValue: DatabaseValue {
    switch self {
    case .null: .null
    case .integer(let number): number.databaseValue
    case .text(let text): text.databaseValue
    case .blob(let bytes): Data(bytes).databaseValue
    }
  }
}
