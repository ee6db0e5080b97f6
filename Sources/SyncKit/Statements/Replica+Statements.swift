public import SyncCore

extension Replica {
  /// What the office has stated of this device's certificate, the latest: the device takes the successor up when it is opened next. Nil where
  /// it has the one with which it enrolled.
  public func supersession() throws -> Supersession? {
    try look { snapshot in
      guard let latest = try snapshot.log.supersessions().last,
        case .superseded(let supersession) = try IssuerStatement(decoding: latest.bytes).content
      else { return nil }
      return supersession
    }
  }
}

extension Snapshot {
  /// Whether everything that was stated was signed by somebody who is trusted.
  func statementFindings(_ trust: Trust) throws -> [ReplicaFinding] {
    var (count, out) = (0, [ReplicaFinding]())
    for (scope, name) in [(0, "")] + (try catalog.allScopes().map { ($0.number, $0.scope.name) }) {
      for signed in try log.statements(scope: scope) {
        count += 1
        guard trust.statement(signed, codec: codec) == nil else { continue }
        out.append(ReplicaFinding(code: "statements", isProblem: true, details: ["scope": name]))
      }
    }
    return out.isEmpty ? [ReplicaFinding(code: "statements", isProblem: false, details: ["statements": String(count)])] : out
  }
}
