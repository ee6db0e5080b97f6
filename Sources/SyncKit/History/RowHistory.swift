import SyncCore

/// One write to one row, as the log has it.
struct RowWrite {
  let dot: LocalDot
  let header: ChangesetHeader
  let arrived: Int64
  let isDeletion: Bool
  let isSettlement: Bool
  /// Whether it has no effect, since it was rejected, or what made its row was.
  let isRejected: Bool
  let context: [LocalDot]
  let values: [(column: String, value: Value)]
}

/// Gathers from the log every write to some rows of one scope, in a single pass.
struct RowHistory {
  /// The rows to look for: their tables, and their keys as bytes.
  struct Row: Hashable {
    let table: String
    let key: [UInt8]
  }

  private let log: ChangeLog
  private let names: NameResolver

  init(log: ChangeLog, names: NameResolver) {
    self.log = log
    self.names = names
  }

  /// - Returns: for each row its writes in the order of their arrival.
  func writes(to rows: Set<Row>, inScope scope: UInt32) throws -> [Row: [RowWrite]] {
    var out: [Row: [RowWrite]] = [:]
    let tables = Set(rows.map(\.table))
    let aliases = try log.aliases(inScope: scope)
    for entry in try log.entries(inScope: scope) where aliases[entry.dot] == entry.dot {
      let header = try ChangesetHeader(decoding: entry.header)
      var index = 0
      for number in header.parts.indices {
        let structure = try log.part(header, scope: scope, dot: entry.dot, part: number, firstIndex: index, withValues: false)
        var hits: [(group: Int, row: Int, key: Row)] = []
        for (at, group) in structure.groups.enumerated() where tables.contains(group.table) {
          for row in 0..<group.rowCount {
            guard let key = try key(of: group, row, scope) else { continue }
            let found = Row(table: group.table, key: key)
            if rows.contains(found) { hits.append((at, row, found)) }
          }
        }
        if !hits.isEmpty {
          let whole = try log.part(header, scope: scope, dot: entry.dot, part: number, firstIndex: index, withValues: true)
          for hit in hits {
            let group = whole.groups[hit.group]
            out[hit.key, default: []].append(
              RowWrite(
                dot: entry.dot, header: header, arrived: entry.arrived, isDeletion: group.isDeletion, isSettlement: group.isSettlement,
                isRejected: try log.isRejected(entry.dot, group, hit.row, scope: scope), context: group.context(ofRow: hit.row),
                values: zip(group.columns, group.values).map { ($0.name, $1.value(hit.row)) }))
          }
        }
        index += header.parts[number].rows
      }
    }
    return out
  }

  private func key(of group: ChangeGroup, _ row: Int, _ scope: UInt32) throws -> [UInt8]? {
    switch group.keys {
    case .names(let names): return try self.names.key(names[row], of: group.table, scope: scope)
    case .values(_, let columns):
      var key: [UInt8] = []
      for column in columns { KeyCode.append(column, row: row, to: &key) }
      return key
    }
  }
}
