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
      let block = RowBlock()
      try block.read(next.bytes(1), first: next.bytes(0))
      next.reset()
      for at in 0..<block.count { try body(block.key(at), try block.entry(at).state) }
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
  private var block = RowBlock()
  /// The key under which what is in `block` is stored now.
  private var storedFirst: [UInt8]?
  /// The keys between which rows belong into `block`: from this one on, or nil where nothing lies before …
  private var lower: [UInt8]?
  /// … and before this one, the key of the next block; read when it is first asked for, and nil within where there is none.
  private var knownUpper: [UInt8]??
  private var isLoaded = false
  private var isDirty = false
  private var position = 0
  private var out = ByteWriter()

  /// When appending, blocks are written out as soon as this many rows are in memory.
  private static let spillRows = 1024

  fileprivate init(_ connection: Connection, scope: UInt32, table: UInt32) {
    self.connection = connection
    self.scope = scope
    self.table = table
  }

  /// The state of a row, and the place where ``put(_:_:)`` of the same key will write.
  func seek(_ key: [UInt8]) throws -> RowEntry? {
    if !isLoaded || (lower.map { key.precedes($0) } ?? false) {
      try load(for: key)
    } else if block.isBeyond(key), let next = try upper(), !key.precedes(next) {
      try load(for: key)
    }
    position = block.place(of: key, from: position)
    return block.has(key, at: position) ? try block.entry(position) : nil
  }

  /// Writes a row's state; `seek` of the same key must have come last.
  func put(_ key: [UInt8], _ entry: RowEntry) throws {
    isDirty = true
    if block.has(key, at: position) { return block.set(entry, at: position) }
    block.insert(key, entry, at: position)
    if position == block.count - 1, block.count >= Self.spillRows { try spill() }
  }

  /// Writes what is in memory.
  func finish() throws {
    guard isLoaded, isDirty else { return }
    try divide()
    isLoaded = false
  }

  private func load(for key: [UInt8]) throws {
    if isDirty { try divide() }
    isLoaded = false
    // Before all blocks, the row will join the first of them.
    if try read("SELECT first, block FROM synckit_rows WHERE scope = ?1 AND tab = ?2 AND first <= ?3 ORDER BY first DESC LIMIT 1", key) {
      lower = storedFirst
    } else {
      _ = try read("SELECT first, block FROM synckit_rows WHERE scope = ?1 AND tab = ?2 AND first > ?3 ORDER BY first LIMIT 1", key)
      lower = nil
    }
    knownUpper = nil
    position = 0
    isLoaded = true
    isDirty = false
  }

  /// Takes up the block that a statement finds; without one, none.
  private func read(_ sql: StaticString, _ key: [UInt8]) throws -> Bool {
    let find = try connection.statement(fixed: sql)
    find.bind(1, scope)
    find.bind(2, table)
    find.bind(3, blob: key)
    defer { find.reset() }
    guard try find.step() else {
      block.removeAll()
      storedFirst = nil
      return false
    }
    storedFirst = find.blob(0)
    try block.read(find.bytes(1), first: find.bytes(0))
    return true
  }

  private func upper() throws -> [UInt8]? {
    if let knownUpper { return knownUpper }
    var upper: [UInt8]?
    // Nothing is stored where nothing was found: the block that was read is the last there is before the next.
    if let storedFirst {
      let find = try connection.statement(
        fixed: "SELECT first FROM synckit_rows WHERE scope = ?1 AND tab = ?2 AND first > ?3 ORDER BY first LIMIT 1")
      find.bind(1, scope)
      find.bind(2, table)
      find.bind(3, blob: storedFirst)
      if try find.step() { upper = find.blob(0) }
      find.reset()
    }
    knownUpper = .some(upper)
    return upper
  }

  /// Writes the block in memory: whole if it fits, otherwise in equal pieces, or in full ones where rows are being appended.
  private func divide() throws {
    guard !block.isEmpty else { return }
    out.removeAll(keepingCapacity: true)
    _ = block.write(from: 0, upTo: .max, to: &out)
    let isAppending = out.count > RowBlock.maximumBytes ? try upper() == nil : false
    try removeStored()
    if out.count <= RowBlock.maximumBytes {
      try write(block.key(0))
    } else {
      let pieces = (out.count + RowBlock.targetBytes - 1) / RowBlock.targetBytes
      let limit = isAppending ? RowBlock.targetBytes : out.count / pieces
      var at = 0
      while at < block.count { at = try writeBlock(from: at, upTo: limit) }
    }
    isDirty = false
  }

  /// Writes full blocks of a long run of appended rows, and goes on with the rest.
  private func spill() throws {
    _ = try upper()
    try removeStored()
    var at = 0
    while block.count - at > Self.spillRows / 4 { at = try writeBlock(from: at, upTo: RowBlock.targetBytes) }
    block = block.suffix(from: at)
    position = block.count
    storedFirst = nil
    lower = block.isEmpty ? nil : block.key(0)
  }

  private func removeStored() throws {
    guard let first = storedFirst else { return }
    storedFirst = nil
    if block.has(first, at: 0) { return }
    let remove = try connection.statement(fixed: "DELETE FROM synckit_rows WHERE scope = ?1 AND tab = ?2 AND first = ?3")
    remove.bind(1, scope)
    remove.bind(2, table)
    remove.bind(3, blob: first)
    try remove.run()
  }

  private func writeBlock(from start: Int, upTo limit: Int) throws -> Int {
    out.removeAll(keepingCapacity: true)
    let end = block.write(from: start, upTo: limit, to: &out)
    try write(block.key(start))
    return end
  }

  private func write(_ first: [UInt8]) throws {
    let put = try connection.statement(
      fixed: "INSERT INTO synckit_rows(scope, tab, first, block) VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET block = excluded.block")
    put.bind(1, scope)
    put.bind(2, table)
    put.bind(3, blob: first)
    put.bind(4, blob: out.bytes)
    try put.run()
  }
}
