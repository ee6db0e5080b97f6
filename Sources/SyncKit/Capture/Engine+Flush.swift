import CSQLite
import SyncCore

extension Engine {
  /// The largest value that may be synced: with its neighbours it must fit a part.
  static let valueBytes = 8 << 20

  /// Writes what the transaction has changed into the log and the rows' states. Called by SQLite within COMMIT.
  func flush() throws {
    guard dirty.contains(where: { !$0.isEmpty }) else { return }
    readClock()
    let flush = Flush(self)
    try working {
      for at in tables.indices where !dirty[at].isEmpty { try TableFlush(flush, tables[at], dirty[at]).run() }
      try flush.finish(note: note)
    }
  }
}

/// One transaction's changes on their way into changesets.
final class Flush {
  let engine: Engine
  private var writers: [ChangesetWriter] = []
  private var scopeBytes: [UInt8] = []
  private var scopeNumber: UInt32 = 0
  private var fixed: (shape: TableShape, scope: UInt32)?

  init(_ engine: Engine) { self.engine = engine }

  func writer(_ scope: UInt32) throws -> ChangesetWriter {
    if let known = writers.last(where: { $0.scope == scope }) { return known }
    let made = try ChangesetWriter(scope: scope, engine: engine)
    writers.append(made)
    return made
  }

  func finish(note: String) throws {
    let written = writers.filter { $0.rowCount > 0 }
    guard !written.isEmpty else { return }
    for writer in written { try engine.requireHeld(writer.scope) }
    let id = engine.random(16)
    for (at, writer) in written.enumerated() {
      try writer.finish(transaction: ChangesetHeader.Transaction(id: id, part: at, parts: written.count), note: note)
    }
  }

  func key(of statement: Statement, _ shape: TableShape) -> [UInt8] {
    var key: [UInt8] = []
    key.reserveCapacity(20)
    for at in shape.key.indices { KeyCode.append(statement, column: Int32(at), to: &key) }
    return key
  }

  /// The scope of a row as it was before the transaction.
  func scope(before: Int, _ dirty: DirtyRows, _ shape: TableShape) throws -> UInt32 {
    guard let place = shape.scopeColumn else { return try fixedScope(shape) }
    var reader = dirty.before.reader(at: before)
    for _ in 0..<(place.inKey ? place.at : shape.key.count + place.at) { reader.skip() }
    guard case .text(let bytes) = reader.value() else { throw SyncKitError(.noScope, ["table": shape.name]) }
    return try bytes.withUnsafeBytes { try scope(named: $0, shape) }
  }

  /// The scope of the row a statement stands on.
  func scope(of statement: Statement, _ shape: TableShape) throws -> UInt32 {
    guard let place = shape.scopeColumn else { return try fixedScope(shape) }
    let at = Int32(place.inKey ? place.at : shape.key.count + place.at)
    guard sqlite3_column_type(statement.handle, at) == SQLITE_TEXT else { throw SyncKitError(.noScope, ["table": shape.name]) }
    return try scope(named: statement.bytes(at), shape)
  }

  private func fixedScope(_ shape: TableShape) throws -> UInt32 {
    if let fixed, fixed.shape === shape { return fixed.scope }
    guard case .fixed(let scope) = shape.declaration.scope else { throw SyncKitError(.noScope, ["table": shape.name]) }
    let number = try engine.catalog.number(of: scope)
    fixed = (shape, number)
    return number
  }

  private func scope(named bytes: UnsafeRawBufferPointer, _ shape: TableShape) throws -> UInt32 {
    if !scopeBytes.isEmpty, bytes.elementsEqual(scopeBytes) { return scopeNumber }
    guard let name = String(validating: bytes, as: UTF8.self), let scope = ScopeID(name) else {
      throw SyncKitError(.noScope, ["table": shape.name])
    }
    scopeNumber = try engine.catalog.number(of: scope)
    scopeBytes = Array(bytes)
    return scopeNumber
  }
}
