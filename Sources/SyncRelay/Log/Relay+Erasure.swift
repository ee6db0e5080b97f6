import Foundation
import GRDB
public import SyncCore

extension Relay {
  /// Which of some changesets the log holds.
  public func held(_ dots: [Dot], of scope: ScopeID) throws -> [Dot] {
    try pool.read { db in
      try dots.filter { dot in
        try Int.fetchOne(
          db,
          sql: """
            SELECT 1 FROM changeset JOIN scope ON scope.id = changeset.scope JOIN site ON site.id = changeset.site
            WHERE scope.name = ? AND site.name = ? AND seq = ?
            """, arguments: [scope.name, Data(dot.site.bytes), Int64(clamping: dot.seq)]) != nil
      }
    }
  }

  /// Makes the file anew of what it holds, and empties the write-ahead log: what was left out can be read from neither any more.
  public func scrub() throws {
    try pool.vacuum()
    _ = try pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
  }
}
