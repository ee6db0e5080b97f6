import SyncCore

/// The values of cells that have more than one candidate: all of them, the shown one too, while the conflict lasts.
final class Candidates {
  private let connection: Connection

  init(_ connection: Connection) { self.connection = connection }

  func values(scope: UInt32, table: UInt32, key: [UInt8], column: UInt32) throws -> [(dot: LocalDot, value: Value)] {
    let find = try connection.statement(
      fixed: "SELECT site, seq, value FROM synckit_candidate WHERE scope = ?1 AND tab = ?2 AND key = ?3 AND col = ?4 ORDER BY site, seq")
    bind(find, scope, table, key, column)
    var out: [(dot: LocalDot, value: Value)] = []
    while try find.step() { out.append((LocalDot(site: UInt32(find.int(0)), seq: UInt64(find.int(1))), find.value(2))) }
    return out
  }

  func add(_ dot: LocalDot, _ value: Value, scope: UInt32, table: UInt32, key: [UInt8], column: UInt32) throws {
    let put = try connection.statement(fixed: "INSERT OR REPLACE INTO synckit_candidate VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")
    bind(put, scope, table, key, column)
    put.bind(5, dot.site)
    put.bind(6, dot.seq)
    put.bind(7, value)
    try put.run()
  }

  func remove(_ dot: LocalDot, scope: UInt32, table: UInt32, key: [UInt8], column: UInt32) throws {
    let remove = try connection.statement(
      fixed: "DELETE FROM synckit_candidate WHERE scope = ?1 AND tab = ?2 AND key = ?3 AND col = ?4 AND site = ?5 AND seq = ?6")
    bind(remove, scope, table, key, column)
    remove.bind(5, dot.site)
    remove.bind(6, dot.seq)
    try remove.run()
  }

  func removeAll(scope: UInt32, table: UInt32, key: [UInt8], column: UInt32) throws {
    let remove = try connection.statement(fixed: "DELETE FROM synckit_candidate WHERE scope = ?1 AND tab = ?2 AND key = ?3 AND col = ?4")
    bind(remove, scope, table, key, column)
    try remove.run()
  }

  private func bind(_ statement: Statement, _ scope: UInt32, _ table: UInt32, _ key: [UInt8], _ column: UInt32) {
    statement.bind(1, scope)
    statement.bind(2, table)
    statement.bind(3, blob: key)
    statement.bind(4, column)
  }
}
