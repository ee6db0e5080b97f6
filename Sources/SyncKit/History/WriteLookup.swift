import SyncCore

/// Finds single writes to rows, each in the changeset that made it, without reading the rest of the log.
///
/// For a page of conflicts; who asks for all of a scope's reads its log once, by ``RowHistory``. Parts are decoded once and kept for a
/// while: neighbours are often of one changeset.
final class WriteLookup {
  private struct Place: Hashable {
    let scope: UInt32
    let dot: LocalDot
    let part: Int
  }

  /// A part's groups, and where in them its rows stand.
  private struct Part {
    var groups: [ChangeGroup] = []
    var byKey: [[UInt8]: [(group: Int, row: Int)]] = [:]
    var byName: [RowState.Name: [(group: Int, row: Int)]] = [:]
  }

  private static let partsKept = 32

  private let snapshot: Snapshot
  private var parts: [Place: Part] = [:]

  init(_ snapshot: Snapshot) { self.snapshot = snapshot }

  /// Tells of one write to a cell, with the value that its author had read there.
  func info(_ dot: LocalDot, _ cell: Snapshot.OpenCell, _ column: String?) throws -> WriteInfo? {
    guard let state = try snapshot.rows.state(scope: cell.scope, table: cell.table, key: cell.key) else { return nil }
    let row = RowHistory.Row(table: try snapshot.catalog.table(cell.table), key: cell.key)
    guard let write = try write(dot, row, state.name, cell.scope) else { return nil }
    return try snapshot.info(write, readValue: try column.flatMap { try readValue($0, write, row, state.name, cell.scope) })
  }

  /// The latest value of a column among the writes that an author had read: those in the context, and those in theirs.
  private func readValue(_ column: String, _ write: RowWrite, _ row: RowHistory.Row, _ name: RowState.Name, _ scope: UInt32) throws
    -> Value?
  {
    var (open, seen): ([RowWrite], Set<LocalDot>) = ([], [write.dot])
    var next = write
    while true {
      for dot in next.context where seen.insert(dot).inserted {
        if let found = try self.write(dot, row, name, scope) { open.append(found) }
      }
      // Times rise from a write to those that had read it, so that the latest of all is the next to be looked at; of two of one time the
      // name decides, as it decides which is shown.
      guard let at = open.indices.max(by: { open[$0].header.moment < open[$1].header.moment }) else { return nil }
      next = open.remove(at: at)
      if let value = next.values.first(where: { $0.column == column })?.value { return value }
    }
  }

  /// What one changeset wrote to a row; nil when it is not in the log or did not.
  private func write(_ dot: LocalDot, _ row: RowHistory.Row, _ name: RowState.Name, _ scope: UInt32) throws -> RowWrite? {
    guard let entry = try snapshot.log.entry(scope: scope, dot: dot) else { return nil }
    let header = try ChangesetHeader(decoding: entry.header)
    var index = 0
    for number in header.parts.indices {
      defer { index += header.parts[number].rows }
      // The changeset that named the row has it where its name says.
      if name.dot == dot, !(index..<index + header.parts[number].rows).contains(Int(name.index)) { continue }
      let part = try part(Place(scope: scope, dot: dot, part: number), header, index)
      guard let found = try find(row, name, part, scope) else { continue }
      let group = part.groups[found.group]
      return RowWrite(
        dot: dot, header: header, arrived: entry.arrived, isDeletion: group.isDeletion, isSettlement: group.isSettlement,
        isRejected: try snapshot.log.isRejected(dot, group, found.row, scope: scope), context: group.context(ofRow: found.row),
        values: zip(group.columns, group.values).map { ($0.name, $1.value(found.row)) })
    }
    return nil
  }

  private func find(_ row: RowHistory.Row, _ name: RowState.Name, _ part: Part, _ scope: UInt32) throws -> (group: Int, row: Int)? {
    func isOfTable(_ place: (group: Int, row: Int)) -> Bool { part.groups[place.group].table == row.table }
    if let found = (part.byKey[row.key] ?? []).first(where: isOfTable) ?? (part.byName[name] ?? []).first(where: isOfTable) { return found }
    // Where two sites made the row at once, the author may know it by the other's name.
    for (other, places) in part.byName where places.contains(where: isOfTable) {
      if try snapshot.names.key(other, of: row.table, scope: scope) == row.key { return places.first(where: isOfTable) }
    }
    return nil
  }

  private func part(_ place: Place, _ header: ChangesetHeader, _ firstIndex: Int) throws -> Part {
    if let known = parts[place] { return known }
    if parts.count >= Self.partsKept { parts.removeAll() }
    var made = Part()
    made.groups = try snapshot.log.part(
      header, scope: place.scope, dot: place.dot, part: place.part, firstIndex: firstIndex, withValues: true
    ).groups
    for (at, group) in made.groups.enumerated() {
      switch group.keys {
      case .names(let names): for (row, name) in names.enumerated() { made.byName[name, default: []].append((at, row)) }
      case .values(_, let columns):
        for row in 0..<group.rowCount {
          var key: [UInt8] = []
          for column in columns { KeyCode.append(column, row: row, to: &key) }
          made.byKey[key, default: []].append((at, row))
        }
      }
    }
    parts[place] = made
    return made
  }
}

extension ChangesetHeader {
  /// By what writes are ordered where none had read the other.
  var moment: (HybridTime, Dot) { (time, dot) }
}
