import GRDB
import SyncCore

/// One thing that an inspection of a replica has found.
public struct ReplicaFinding: Sendable {
  /// What it is: `integrity`, `guards`, `blocks`, `candidates`, `site`, `size`.
  public let code: String
  public let isProblem: Bool
  public let details: [String: String]
}

extension Replica {
  /// Inspects the replica: SQLite's own check, the guards, and whether what is stored beside the user's tables fits them.
  public func findings() throws -> [ReplicaFinding] {
    var out = [ReplicaFinding(code: "site", isProblem: false, details: ["site": site.description, "path": path])]
    try pool.writeWithoutTransaction { _ in
      // On the writing connection: the guards' function is known only there.
      let check = try engine.connection.statement("PRAGMA integrity_check(10)")
      var messages: [String] = []
      while try check.step() { messages.append(check.string(0)) }
      out.append(
        ReplicaFinding(code: "integrity", isProblem: messages != ["ok"], details: ["message": messages.joined(separator: "; ")]))
    }
    try look { snapshot in
      for shape in snapshot.tables {
        let find = try snapshot.connection.statement("SELECT 1 FROM main.sqlite_schema WHERE name = ?1")
        find.bind(1, "synckit_\(shape.name)_guard")
        let stands = try find.step()
        find.reset()
        if !stands { out.append(ReplicaFinding(code: "guards", isProblem: true, details: ["table": shape.name])) }
        let count = try snapshot.connection.statement("SELECT count(*) FROM \(shape.quoted)")
        let rows = try count.step() ? Int(count.int(0)) : 0
        count.reset()
        var visible = 0
        for (number, _) in try snapshot.catalog.allScopes() {
          try snapshot.rows.forEach(scope: number, table: shape.number) { _, state in if state.isVisible { visible += 1 } }
        }
        out.append(
          ReplicaFinding(
            code: "rows", isProblem: visible != rows, details: ["table": shape.name, "rows": String(rows), "states": String(visible)]))
      }
    }
    return out
  }
}
