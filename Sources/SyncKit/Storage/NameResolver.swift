import SyncCore

/// Finds rows that changes name by the changeset that first carried their keys.
///
/// Decodes each changeset's keys once and keeps them for the transaction: a batch of edits nearly always names rows of few changesets.
final class NameResolver {
  /// A group's rows; nil for keys where they are themselves named by another changeset.
  private struct Group {
    let rows: Range<Int>
    let table: String
    let keys: [Column]?
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

  func key(_ name: RowState.Name, of table: String, scope: UInt32) throws -> [UInt8] {
    if self.scope != scope {
      forget()
      self.scope = scope
    }
    if last?.dot != name.dot {
      let groups = try known[name.dot] ?? read(name.dot, scope)
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
    var key: [UInt8] = []
    key.reserveCapacity(20)
    for column in keys { KeyCode.append(column, row: row - last.groups[last.at].rows.lowerBound, to: &key) }
    return key
  }

  private func read(_ dot: LocalDot, _ scope: UInt32) throws -> [Group] {
    guard let entry = try log.entry(scope: scope, dot: dot) else { throw SyncCoreError(.malformed, "a row's name of an unknown changeset") }
    let header = try ChangesetHeader(decoding: entry.header)
    var out: [Group] = []
    for number in header.parts.indices {
      let first = out.last?.rows.upperBound ?? 0
      for group in try log.part(header, scope: scope, dot: dot, part: number, firstIndex: first, withValues: false).groups {
        var keys: [Column]?
        if case .values(_, let columns) = group.keys { keys = columns }
        out.append(Group(rows: group.firstIndex..<group.firstIndex + group.rowCount, table: group.table, keys: keys))
      }
    }
    return out
  }
}
