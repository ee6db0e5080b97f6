import SyncCore

/// A row that a changeset made, as it came into this replica's log.
public struct MadeRow: Sendable, Hashable {
  public let row: RowReference
  /// When, in milliseconds since 1970 by this machine's clock.
  public let arrived: Int64
}

extension Replica {
  /// The rows that changesets made which came into this replica's log at a moment or later, in the order in which they came.
  ///
  /// What an edit changed is not among them. It costs what has come since, not what the log holds.
  /// - Parameters:
  ///   - tables: of these alone.
  ///   - moment: in milliseconds since 1970 by this machine's clock.
  /// - Returns: the rows, and how far the log reached: from where the next call goes on, which tells the rows of that moment again.
  public func rowsMade(in tables: Set<String>, since moment: Int64) throws -> (rows: [MadeRow], reached: Int64) {
    try look { snapshot in
      // Arrivals never fall from one entry to the next, so that the latest are read until one is older.
      let latest = try snapshot.connection.statement("SELECT scope, site, seq, arrived FROM synckit_log WHERE part = 0 ORDER BY id DESC")
      var entries: [(scope: UInt32, dot: LocalDot, arrived: Int64)] = []
      while try latest.step(), latest.int(3) / 1000 >= moment {
        entries.append((UInt32(latest.int(0)), LocalDot(site: UInt32(latest.int(1)), seq: UInt64(latest.int(2))), latest.int(3) / 1000))
      }
      latest.reset()
      let rows = try entries.reversed().flatMap { entry in
        try snapshot.keysMade(entry.dot, inScope: entry.scope, of: tables).map { table, key in
          let row = RowReference(scope: try snapshot.catalog.scope(entry.scope), table: table, key: try KeyCode.values(of: key))
          return MadeRow(row: row, arrived: entry.arrived)
        }
      }
      return (rows, entries.first?.arrived ?? moment)
    }
  }
}

extension Snapshot {
  /// The keys that a changeset carries by value: what makes a row has to.
  fileprivate func keysMade(_ dot: LocalDot, inScope scope: UInt32, of tables: Set<String>) throws -> [(table: String, key: [UInt8])] {
    guard try !log.isRejected(scope: scope, dot: dot) else { return [] }
    let header = try log.header(scope: scope, dot: dot)
    var out: [(table: String, key: [UInt8])] = []
    var index = 0
    for number in header.parts.indices {
      let part = try log.part(header, scope: scope, dot: dot, part: number, firstIndex: index, withValues: false)
      for group in part.groups where tables.contains(group.table) {
        guard case .values(_, let columns) = group.keys else { continue }
        for row in 0..<group.rowCount {
          var key: [UInt8] = []
          for column in columns { KeyCode.append(column, row: row, to: &key) }
          out.append((group.table, key))
        }
      }
      index += header.parts[number].rows
    }
    return out
  }
}
