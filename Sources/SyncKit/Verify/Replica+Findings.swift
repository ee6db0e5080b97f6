import GRDB
import SyncCore

/// One thing that an inspection of a replica has found.
public struct ReplicaFinding: Sendable {
  /// What it is: `integrity`, `guards`, `blocks`, `candidates`, `site`, `size`, `rows`, `aside`, `log`, `seals`, `statements`.
  public let code: String
  public let isProblem: Bool
  public let details: [String: String]
}

extension Replica {
  /// Inspects the replica: SQLite's own check, the guards, and whether what is stored beside the user's tables fits them.
  public func findings() throws -> [ReplicaFinding] {
    var out = [ReplicaFinding(code: "site", isProblem: false, details: ["site": site.description, "path": path])]
    try pool.writeWithoutTransaction { _ in
      // On the writing connection: the guards' function is known only there. The check calls it for every row, and it must not join a
      // transaction for that: it would ask for the right to write, which another process may have.
      let messages = try engine.working {
        let check = try engine.connection.statement("PRAGMA integrity_check(10)")
        var messages: [String] = []
        while try check.step() { messages.append(check.string(0)) }
        return messages
      }
      out.append(
        ReplicaFinding(code: "integrity", isProblem: messages != ["ok"], details: ["message": messages.joined(separator: "; ")]))
    }
    try look { snapshot in
      for (_, scope) in try snapshot.catalog.allScopes() {
        for changeset in try snapshot.damaged(in: scope) {
          out.append(
            ReplicaFinding(code: "log", isProblem: true, details: ["scope": scope.name, "changeset": changeset.dot.description]))
        }
      }
      if let trust = engine.trust { out += try snapshot.sealFindings(trust) + snapshot.statementFindings(trust) }
      for shape in snapshot.tables {
        let find = try snapshot.connection.statement("SELECT 1 FROM main.sqlite_schema WHERE name = ?1")
        find.bind(1, "synckit_\(shape.name)_guard")
        let stands = try find.step()
        find.reset()
        if !stands { out.append(ReplicaFinding(code: "guards", isProblem: true, details: ["table": shape.name])) }
        out += try snapshot.rowFindings(shape)
      }
    }
    return out
  }
}

extension Snapshot {
  /// Whether every changeset of the log was signed by the device that it names, whose user had a say in what it writes.
  fileprivate func sealFindings(_ trust: Trust) throws -> [ReplicaFinding] {
    var (count, out) = (0, [ReplicaFinding]())
    var known: [[UInt8]: BelievedCertificate] = [:]
    var proven = ProvenSignatures()
    for (number, scope) in try catalog.allScopes() {
      for entry in try log.entries(inScope: number) {
        // A header that cannot be read is told of as damage of the log.
        guard let header = try? ChangesetHeader(decoding: entry.header) else { continue }
        let seal = (try? log.seal(entry, of: header)) ?? []
        let bodies = try header.parts.indices.map { try log.body(scope: number, dot: entry.dot, part: $0) }
        let fragment = Fragment(header: entry.header, signature: seal, firstPart: 0, parts: bodies)
        count += 1
        do throws(Unbelieved) {
          let hash = codec.digest(entry.header)
          known[header.certificate] = try fragment.unsealed(header, hash: hash, by: trust, codec: codec, proven: &proven) { known[$0] }
            .believed
        } catch {
          let details = ["scope": scope.name, "changeset": header.dot.description, "code": error.code]
          out.append(ReplicaFinding(code: "seals", isProblem: true, details: details))
        }
      }
    }
    return out.isEmpty ? [ReplicaFinding(code: "seals", isProblem: false, details: ["changesets": String(count)])] : out
  }

  /// Whether a table has the rows that the states speak of, each in its scope, and no others.
  fileprivate func rowFindings(_ shape: TableShape) throws -> [ReplicaFinding] {
    let count = try connection.statement("SELECT count(*) FROM \(shape.quoted)")
    let rows = try count.step() ? Int(count.int(0)) : 0
    count.reset()
    var (shown, asideRows, lost) = (0, 0, 0)
    for (scope, _) in try catalog.allScopes() {
      try self.rows.forEach(scope: scope, table: shape.number) { key, state in
        guard state.isVisible else { return }
        if try displayed(shape, key, in: scope) != nil {
          shown += 1
        } else if try isSetAside(shape, key, state, in: scope) {
          asideRows += 1
        } else {
          lost += 1
        }
      }
    }
    let table = ReplicaFinding(
      code: "rows", isProblem: lost > 0 || shown != rows,
      details: ["table": shape.name, "rows": String(rows), "states": String(shown + lost)])
    guard asideRows > 0 else { return [table] }
    return [table, ReplicaFinding(code: "aside", isProblem: false, details: ["table": shape.name, "rows": String(asideRows)])]
  }
}
