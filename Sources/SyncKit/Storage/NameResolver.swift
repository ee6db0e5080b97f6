import SyncCore

/// Finds rows that changes name by the changeset that first carried their keys.
///
/// Decodes each changeset's keys once and keeps them for the transaction: a batch of edits nearly always names rows of few changesets.
final class NameResolver {
  /// A group's rows; nil for keys where they are themselves named by another changeset.
  private struct Group {
    let rows: Range<Int>
    let table: String
    let keys: (names: [String], columns: [Column])?
  }

  private let log: ChangeLog
  private var known: [LocalDot: [Group]] = [:]
  private var scope: UInt32?
  /// The changeset that was asked for last, and which of its groups: neighbours are nearly always of one.
  private var last: (dot: LocalDot, groups: [Group], at: Int)?

  init(_ log: ChangeLog) { self.log = log }

  /// Forgets what was decoded: after a transaction, or to give memory back.
  func forget() {
    known.removeAll()
    last = nil
  }

  /// - Returns: nil when the changeset that made the row was rejected, and is not here.
  func key(_ name: RowState.Name, of table: String, scope: UInt32) throws -> [UInt8]? {
    guard let (keys, row) = try keys(name, of: table, scope: scope) else { return nil }
    var key: [UInt8] = []
    key.reserveCapacity(20)
    for column in keys.columns { KeyCode.append(column, row: row, to: &key) }
    return key
  }

  /// The columns that were the key of a row's table where the row was made.
  func keyNames(_ name: RowState.Name, of table: String, scope: UInt32) throws -> [String]? {
    try keys(name, of: table, scope: scope)?.keys.names
  }

  /// The keys of the group that a row was named in, and its place there.
  private func keys(
    _ name: RowState.Name, of table: String, scope: UInt32
  ) throws -> (keys: (names: [String], columns: [Column]), row: Int)? {
    if self.scope != scope {
      forget()
      self.scope = scope
    }
    if last?.dot != name.dot {
      guard let groups = try known[name.dot] ?? read(name.dot, scope) else { return nil }
      known[name.dot] = groups
      last = (name.dot, groups, 0)
    }
    let row = Int(name.index)
    if let found = last, found.at >= found.groups.count || !found.groups[found.at].rows.contains(row) {
      last?.at = found.groups.firstIndex { $0.rows.contains(row) } ?? found.groups.count
    }
    guard let last, last.at < last.groups.count, let keys = last.groups[last.at].keys, last.groups[last.at].table == table else {
      throw SyncCoreError(.malformed, "a row's name that names nothing")
    }
    return (keys, row - last.groups[last.at].rows.lowerBound)
  }

  private func read(_ dot: LocalDot, _ scope: UInt32) throws -> [Group]? {
    guard let entry = try log.entry(scope: scope, dot: dot) else {
      if try log.isRejected(scope: scope, dot: dot) { return nil }
      throw SyncCoreError(.malformed, "a row's name of an unknown changeset")
    }
    let header = try ChangesetHeader(decoding: entry.header)
    var out: [Group] = []
    for number in header.parts.indices {
      let first = out.last?.rows.upperBound ?? 0
      for group in try log.part(header, scope: scope, dot: dot, part: number, firstIndex: first, withValues: false).groups {
        var keys: (names: [String], columns: [Column])?
        if case .values(let names, let columns) = group.keys { keys = (names, columns) }
        out.append(Group(rows: group.firstIndex..<group.firstIndex + group.rowCount, table: group.table, keys: keys))
      }
    }
    return out
  }
}
