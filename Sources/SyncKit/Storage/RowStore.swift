import SyncCore

/// The states of all rows, in blocks by scope, table and key.
final class RowStore {
  fileprivate let connection: Connection

  init(_ connection: Connection) { self.connection = connection }

  /// A walk through one table's rows of one scope in ascending order of keys, reading and writing each block once.
  func cursor(scope: UInt32, table: UInt32) -> RowCursor { RowCursor(connection, scope: scope, table: table) }

  /// The state of one row; nil when the scope has never had it.
  func state(scope: UInt32, table: UInt32, key: [UInt8]) throws -> RowState? {
    try cursor(scope: scope, table: table).seek(key)?.state
  }

  /// Calls `body` with every row of a scope's table, in the order of keys.
  func forEach(scope: UInt32, table: UInt32, _ body: ([UInt8], RowState) throws -> Void) throws {
    // Not from the cache: the body may read through this store itself.
    var after: [UInt8]?
    while true {
      let next = try connection.statement(
        after == nil
          ? "SELECT first, block FROM synckit_rows WHERE scope = ?1 AND tab = ?2 ORDER BY first LIMIT 1"
          : "SELECT first, block FROM synckit_rows WHERE scope = ?1 AND tab = ?2 AND first > ?3 ORDER BY first LIMIT 1")
      next.bind(1, scope)
      next.bind(2, table)
      if let after { next.bind(3, blob: after) }
      guard try next.step() else { return }
      let first = next.blob(0)
      let rows = try RowBlock.decode(next.blob(1), first: first)
      next.reset()
      for row in rows { try body(row.key, row.entry.state) }
      after = first
    }
  }

  /// The numbers of the tables that have rows in a scope.
  func tables(inScope scope: UInt32) throws -> [UInt32] {
    var out: [UInt32] = []
    let next = try connection.statement("SELECT min(tab) FROM synckit_rows WHERE scope = ?1 AND tab > ?2")
    while true {
      next.bind(1, scope)
      next.bind(2, out.last.map { Int64($0) } ?? -1)
      guard try next.step(), !next.isNull(0) else { break }
      out.append(UInt32(next.int(0)))
      next.reset()
    }
    next.reset()
    return out
  }
}

/// See ``RowStore/cursor(scope:table:)``. Keys that ascend from call to call are fastest; ``finish()`` writes what is still in memory.
final class RowCursor {
  private let connection: Connection
  private let scope: UInt32
  private let table: UInt32
  private var rows: [RowBlock.Row] = []
  /// The keys under which what is in `rows` is stored now.
  private var storedFirst: [UInt8]?
  /// The keys between which rows belong into `rows`: from this one on, or nil where nothing lies before …
  private var lower: [UInt8]?
  /// … and before this one, the key of the next block, or nil where there is none.
  private var upper: [UInt8]?
  private var isLoaded = false
  private var isDirty = false
  private var position = 0

  /// When appending, blocks are written out as soon as this many rows are in memory.
  private static let spillRows = 1024

  fileprivate init(_ connection: Connection, scope: UInt32, table: UInt32) {
    self.connection = connection
    self.scope = scope
    self.table = table
  }

  /// The state of a row, and the place where ``put(_:_:)`` of the same key will write.
  func seek(_ key: [UInt8]) throws -> RowEntry? {
    if !isLoaded || (upper.map { !key.precedes($0) } ?? false) || (lower.map { key.precedes($0) } ?? false) { try load(for: key) }
    if !rows.isEmpty {
      // Appending in order, the common case, needs one comparison.
      if let last = rows.last, last.key.precedes(key) {
        position = rows.count
      } else {
        var low = position < rows.count && !key.precedes(rows[position].key) ? position : 0
        var high = rows.count
        while low < high {
          let middle = (low + high) / 2
          if rows[middle].key.precedes(key) { low = middle + 1 } else { high = middle }
        }
        position = low
      }
    }
    return position < rows.count && rows[position].key == key ? rows[position].entry : nil
  }

  /// Writes a row's state; `seek` of the same key must have come last.
  func put(_ key: [UInt8], _ entry: RowEntry) throws {
    isDirty = true
    if position < rows.count, rows[position].key == key {
      rows[position].entry = entry
    } else if position == rows.count {
      rows.append((key, entry))
      if rows.count >= Self.spillRows { try spill() }
    } else {
      rows.insert((key, entry), at: position)
    }
  }

  /// Writes what is in memory.
  func finish() throws {
    guard isLoaded, isDirty else { return }
    try divide()
    isLoaded = false
  }

  private func load(for key: [UInt8]) throws {
    if isDirty { try divide() }
    var (first, block) = try read(
      "SELECT first, block FROM synckit_rows WHERE scope = ?1 AND tab = ?2 AND first <= ?3 ORDER BY first DESC LIMIT 1", key)
    lower = first
    if first == nil {
      // Before all blocks: the row will join the first of them.
      (first, block) = try read(
        "SELECT first, block FROM synckit_rows WHERE scope = ?1 AND tab = ?2 AND first > ?3 ORDER BY first LIMIT 1", key)
    }
    storedFirst = first
    rows = try first.map { try RowBlock.decode(block, first: $0) } ?? []
    upper = try first.flatMap {
      try read("SELECT first, NULL FROM synckit_rows WHERE scope = ?1 AND tab = ?2 AND first > ?3 ORDER BY first LIMIT 1", $0).first
    }
    position = 0
    isLoaded = true
    isDirty = false
  }

  private func read(_ sql: String, _ key: [UInt8]) throws -> (first: [UInt8]?, block: [UInt8]) {
    let find = try connection.statement(sql)
    find.bind(1, scope)
    find.bind(2, table)
    find.bind(3, blob: key)
    defer { find.reset() }
    return try find.step() ? (find.blob(0), find.blob(1)) : (nil, [])
  }

  /// Writes the block in memory: whole if it fits, otherwise in equal pieces, or in full ones where rows are being appended.
  private func divide() throws {
    guard !rows.isEmpty else { return }
    let whole = RowBlock.encode(rows, from: 0, upTo: .max).bytes
    try removeStored()
    if whole.count <= RowBlock.maximumBytes {
      try write(rows[0].key, whole)
    } else {
      let pieces = (whole.count + RowBlock.targetBytes - 1) / RowBlock.targetBytes
      let limit = upper == nil ? RowBlock.targetBytes : whole.count / pieces
      var at = 0
      while at < rows.count { at = try writeBlock(from: at, upTo: limit) }
    }
    isDirty = false
  }

  /// Writes full blocks of a long run of appended rows, and goes on with the rest.
  private func spill() throws {
    try removeStored()
    var at = 0
    while rows.count - at > Self.spillRows / 4 { at = try writeBlock(from: at, upTo: RowBlock.targetBytes) }
    rows.removeSubrange(..<at)
    position = rows.count
    storedFirst = nil
    lower = rows.first?.key
  }

  private func removeStored() throws {
    guard let first = storedFirst else { return }
    storedFirst = nil
    if first == rows.first?.key { return }
    let remove = try connection.statement("DELETE FROM synckit_rows WHERE scope = ?1 AND tab = ?2 AND first = ?3")
    remove.bind(1, scope)
    remove.bind(2, table)
    remove.bind(3, blob: first)
    try remove.run()
  }

  private func writeBlock(from start: Int, upTo limit: Int) throws -> Int {
    let (bytes, end) = RowBlock.encode(rows, from: start, upTo: limit)
    try write(rows[start].key, bytes)
    return end
  }

  private func write(_ first: [UInt8], _ bytes: [UInt8]) throws {
    let put = try connection.statement(
      "INSERT INTO synckit_rows(scope, tab, first, block) VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET block = excluded.block")
    put.bind(1, scope)
    put.bind(2, table)
    put.bind(3, blob: first)
    put.bind(4, blob: bytes)
    try put.run()
  }
}
