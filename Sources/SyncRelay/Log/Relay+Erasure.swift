import Foundation
public import SyncCore

extension Relay {
  /// Which of some changesets the log holds.
  public func held(_ dots: [Dot], of scope: ScopeID) throws -> [Dot] {
    try store.read { db in
      try dots.filter { dot in
        try db.exists(
          """
          SELECT 1 FROM changeset JOIN scope ON scope.id = changeset.scope JOIN site ON site.id = changeset.site
          WHERE scope.name = ? AND site.name = ? AND seq = ?
          """, [scope.name, dot.site.bytes, Int64(clamping: dot.seq)])
      }
    }
  }

  /// Makes the store anew of what it holds: what was left out can be read from it no more.
  public func scrub() throws {
    try store.scrub()
    try sweepPacks()
  }
}
