import CSQLite
import Foundation
import SyncCore

/// The engine's classes over a connection, for reading.
final class Snapshot {
  let connection: Connection
  let catalog: Catalog
  let log: ChangeLog
  let rows: RowStore
  let candidates: Candidates
  let aside: AsideValues
  let names: NameResolver
  let tables: [TableShape]
  let codec: Codec

  /// Over a reading connection.
  init(_ handle: OpaquePointer, _ engine: Engine) {
    connection = Connection(handle)
    catalog = Catalog(connection)
    log = ChangeLog(connection, catalog, engine.codec, asksForStatements: engine.trust != nil)
    rows = RowStore(connection)
    candidates = Candidates(connection)
    aside = AsideValues(connection)
    names = NameResolver(log)
    tables = engine.tables
    codec = engine.codec
  }

  /// Over the engine's own connection, within its transaction.
  init(_ engine: Engine) {
    connection = engine.connection
    catalog = engine.catalog
    log = engine.log
    rows = engine.rows
    candidates = engine.candidates
    aside = engine.aside
    names = engine.names
    tables = engine.tables
    codec = engine.codec
  }

  func table(_ number: UInt32) -> TableShape? { tables.first { $0.number == number } }

  /// Ends a look: the statements stay prepared, but none stays in the midst of its rows, which would keep the transaction open.
  func end() {
    var next = sqlite3_next_stmt(connection.handle, nil)
    while let statement = next {
      if sqlite3_stmt_busy(statement) != 0 { sqlite3_reset(statement) }
      next = sqlite3_next_stmt(connection.handle, statement)
    }
    names.forget()
    log.forget()
    catalog.endTransaction()
  }
}

/// The snapshots over a pool's reading connections, so that their statements are prepared once.
///
/// A connection that the pool lets go of stays in memory until its statements are finalized, so that no other can have its address.
final class SnapshotCache: @unchecked Sendable {
  private let lock = NSLock()
  private var all: [OpaquePointer: Snapshot] = [:]

  func snapshot(over handle: OpaquePointer, _ engine: Engine) -> Snapshot {
    lock.withLock {
      if let known = all[handle] { return known }
      let made = Snapshot(handle, engine)
      all[handle] = made
      return made
    }
  }

  /// Lets go of all statements, so that the connections can close.
  func removeAll() {
    lock.withLock {
      for snapshot in all.values { snapshot.connection.finalizeStatements() }
      all.removeAll()
    }
  }
}
