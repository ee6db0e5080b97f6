public import SyncCore

/// What a rejected changeset says of one row: kept for its author, who can write it again.
public struct RejectedWrite: Sendable {
  /// The changeset, and why it was rejected; for a write to a row that a rejected changeset had made, that one's.
  public let rejection: Rejection
  /// The changeset that says it.
  public let dot: Dot
  public let author: String
  /// When it was written by its author's clock, in milliseconds since 1970.
  public let wallClock: Int64
  public let table: String
  /// The row's key, by column; empty where what made the row is not here.
  public let key: [String: Value]
  public let isDeletion: Bool
  /// The written columns with their values; of a counter the increment.
  public let values: [String: Value]
}

extension Replica {
  /// Every rejection that is known here, by scope and name.
  public func rejections() throws -> [Rejection] {
    try look { snapshot in
      try snapshot.catalog.allScopes().flatMap { try snapshot.rejections(inScope: $0.number) }
        .sorted { ($0.scope, $0.dot) < ($1.scope, $1.dot) }
    }
  }

  /// What is here of rejected changesets, row by row, and what was written to rows that they had made.
  public func rejectedWrites() throws -> [RejectedWrite] {
    try look { snapshot in
      try snapshot.catalog.allScopes().flatMap { try snapshot.rejectedWrites(inScope: $0.number) }
    }
  }
}

extension Snapshot {
  func rejections(inScope scope: UInt32) throws -> [Rejection] {
    let name = try catalog.scope(scope)
    let all = try connection.statement("SELECT site, seq, hash, reason FROM synckit_rejection WHERE scope = ?1 ORDER BY site, seq")
    all.bind(1, scope)
    var out: [Rejection] = []
    while try all.step() {
      let dot = Dot(site: try catalog.site(UInt32(all.int(0))), seq: UInt64(all.int(1)))
      out.append(Rejection(scope: name, dot: dot, hash: all.blob(2), reason: all.string(3)))
    }
    return out
  }

  fileprivate func rejectedWrites(inScope scope: UInt32) throws -> [RejectedWrite] {
    let rejections = Dictionary(
      try rejections(inScope: scope).map { (LocalDot(site: try catalog.number(of: $0.dot.site), seq: $0.dot.seq), $0) },
      uniquingKeysWith: { first, _ in first })
    if try rejections.isEmpty && log.ends(inScope: scope).isEmpty { return [] }
    /// Why a changeset has no effect; nil for one that has.
    func rejection(of dot: LocalDot, _ header: [UInt8]? = nil) throws -> Rejection? {
      guard try log.isBeyondEnd(scope: scope, dot: dot) else { return rejections[dot] }
      let hash = try header.map(log.codec.digest) ?? log.hash(scope: scope, dot: dot) ?? []
      return Rejection(scope: try catalog.scope(scope), dot: try dots([dot])[0], hash: hash, reason: Rejection.revoked)
    }
    var out: [RejectedWrite] = []
    for entry in try log.entries(inScope: scope) {
      let header = try ChangesetHeader(decoding: entry.header)
      let own = try log.isRejected(scope: scope, dot: entry.dot) ? rejection(of: entry.dot, entry.header) : nil
      var index = 0
      for number in header.parts.indices {
        let groups = try log.part(header, scope: scope, dot: entry.dot, part: number, firstIndex: index, withValues: true).groups
        index += header.parts[number].rows
        for group in groups {
          for row in 0..<group.rowCount where try log.isRejected(entry.dot, group, row, scope: scope) {
            var made: Rejection?
            if case .names(let names) = group.keys { made = try rejection(of: names[row].dot) }
            guard let rejection = own ?? made else { continue }
            out.append(
              RejectedWrite(
                rejection: rejection, dot: header.dot, author: header.author, wallClock: header.wallClock, table: group.table,
                key: try keyValues(of: group, row, scope), isDeletion: group.isDeletion,
                values: Dictionary(
                  zip(group.columns, group.values).map { ($0.name, $1.value(row)) }, uniquingKeysWith: { first, _ in first })))
          }
        }
      }
    }
    return out
  }

  private func keyValues(of group: ChangeGroup, _ row: Int, _ scope: UInt32) throws -> [String: Value] {
    var (columns, values): ([String], [Value]) = ([], [])
    switch group.keys {
    case .values(let names, let keys): (columns, values) = (names, keys.map { $0.value(row) })
    case .names(let names):
      guard let key = try self.names.key(names[row], of: group.table, scope: scope) else { return [:] }
      columns = try self.names.keyNames(names[row], of: group.table, scope: scope) ?? []
      values = try KeyCode.values(of: key)
    }
    return Dictionary(zip(columns, values), uniquingKeysWith: { first, _ in first })
  }
}
