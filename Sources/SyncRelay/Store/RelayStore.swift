/// Where a relay keeps what it holds: a database of its own, which speaks SQL.
///
/// The relay's logic stands above and exists once. It is written in the SQL that SQLite and PostgreSQL have in common, and that distributed
/// engines which speak PostgreSQL's language take too: integers, texts and bytes; `ON CONFLICT`; `RETURNING`; no triggers, no sequences that
/// anybody reads, no functions of one engine.
protocol RelayStore: Sendable {
  /// Reads one state of the log, however long it takes and whatever is written meanwhile.
  func read<T>(_ body: (any StoreTransaction) throws -> T) throws -> T

  /// Writes: all of it is durable before this returns, or none of it is there.
  ///
  /// The body may be run again from its beginning, where another process came in between or another's write failed that shared the
  /// transaction: it changes nothing but the store. It may run on another thread while this one waits.
  @discardableResult
  func write<T>(_ body: (any StoreTransaction) throws -> T) throws -> T

  /// Closes it; nothing may be asked of it any more.
  func close() throws

  /// How large it is, in bytes.
  func size() throws -> Int64

  /// How much room there is for it to grow, in bytes; nil where nobody says.
  var freeBytes: Int64? { get }

  /// Whether a transaction that writes would be taken. It changes nothing.
  var isWritable: Bool { get }

  /// Writes one state of it into a log's file, while others go on reading and writing.
  /// - Parameter name: by what SQLite opens the file, which is empty.
  func copy(to name: String) throws

  /// Makes it anew of what it holds, so that what was deleted can be read from it no more.
  func scrub() throws
}

/// Another process wrote what this transaction was about to: it is begun again.
struct StoreConflict: Error {}

/// A transaction under way.
///
/// Values are bound, never written into the text: `?` is the next of them, `?2` the second. Statements are kept by their texts.
protocol StoreTransaction {
  /// Every row that a statement gives.
  func rows(_ sql: String, _ values: [any StoreBindable]) throws -> [StoreRow]

  /// Runs a statement.
  /// - Returns: how many rows it inserted, updated or deleted.
  @discardableResult
  func execute(_ sql: String, _ values: [any StoreBindable]) throws -> Int

  /// Adds many rows, none of which may be there, in the way that is quickest here.
  func insert(into table: String, _ columns: [String], _ rows: [[any StoreBindable]]) throws

  /// What makes a `SELECT` at its end hold the rows until the transaction ends, where others write at the same time.
  var forUpdate: String { get }
}

extension StoreTransaction {
  func rows(_ sql: String) throws -> [StoreRow] { try rows(sql, []) }

  @discardableResult
  func execute(_ sql: String) throws -> Int { try execute(sql, []) }

  /// The first row; nil for none.
  func row(_ sql: String, _ values: [any StoreBindable] = []) throws -> StoreRow? { try rows(sql, values).first }

  /// The first row's first column; nil for no row, and for NULL.
  func value<T: StoreReadable>(_ sql: String, _ values: [any StoreBindable] = []) throws -> T? {
    try row(sql, values).flatMap { try $0.first() }
  }

  /// Every row's first column.
  func values<T: StoreReadable>(_ sql: String, _ values: [any StoreBindable] = []) throws -> [T] {
    try rows(sql, values).map { row in
      guard let value: T = try row.first() else { throw RelayError(.damaged, "NULL") }
      return value
    }
  }

  /// The number that a statement returns which inserts or updates one row.
  func inserted(_ sql: String, _ values: [any StoreBindable]) throws -> Int64 {
    guard let number: Int64 = try value(sql, values) else { throw RelayError(.damaged, "no row") }
    return number
  }

  /// Whether a statement gives any row.
  func exists(_ sql: String, _ values: [any StoreBindable] = []) throws -> Bool { try row(sql, values) != nil }
}
