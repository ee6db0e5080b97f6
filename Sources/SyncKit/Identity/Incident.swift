public import SyncCore

/// Something rare that happened to a replica's identity, and what was done about it: for people to be told, and for the office to judge.
public struct Incident: Hashable, Sendable {
  public enum Kind: String, Sendable {
    /// The replica's file is not the one that this device had: it was copied or restored. It goes on under a new incarnation.
    case moved
    /// Elsewhere there is something that this replica has written and does not have: it is a copy, or was restored from a backup. It goes
    /// on under a new incarnation.
    case wentBack = "went-back"
    /// The relay has other changesets under the names of some that are here: these have new names now. Nothing of either is lost.
    case restamped
    /// The relay was restored from a backup: what it had acknowledged before is sent again as far as it lacks it.
    case relayRestored = "relay-restored"
    /// While this replica was away, changesets that it had not got were left out of the relay's log, since they had no effect any more. What it
    /// had written meanwhile is merged as ever.
    case longAway = "long-away"
    /// What was written here was rejected by the office, and has no effect any more anywhere. Its text is kept (``Replica/rejections()``).
    case rejected
    /// What was stored beside the changesets did not fit them, and was made anew from them.
    case rebuilt
  }

  public let kind: Kind
  /// When it was noticed, in milliseconds since 1970 by this machine's clock.
  public let at: Int64
  /// The scope that it was noticed in, or that it is about.
  public let scope: ScopeID?
  /// How many changesets it is about.
  public let count: Int
  /// For ``Kind/restamped``, which names were given anew.
  public let restamp: Restamp?
}

extension Replica {
  /// What has happened to this replica's identity, the latest first.
  public func incidents(limit: Int = 100) throws -> [Incident] { try look { try $0.incidents(limit: limit) } }
}

extension Engine {
  func record(_ kind: Incident.Kind, scope: UInt32? = nil, count: Int = 0, restamp: Restamp? = nil) throws {
    let put = try connection.statement(
      "INSERT INTO synckit_incident(at, kind, scope, count, former, after, successor) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")
    put.bind(1, clock())
    put.bind(2, kind.rawValue)
    put.bind(3, scope.map { Value.integer(Int64($0)) } ?? .null)
    put.bind(4, count)
    put.bind(5, try restamp.map { .integer(Int64(try catalog.number(of: $0.from))) } ?? Value.null)
    put.bind(6, restamp.map { .integer(Int64($0.after)) } ?? Value.null)
    put.bind(7, try restamp.map { .integer(Int64(try catalog.number(of: $0.to))) } ?? Value.null)
    try put.run()
  }
}

extension Snapshot {
  /// The number of the latest incident; 0 before the first.
  func latestIncident() throws -> Int64 {
    let find = try connection.statement(fixed: "SELECT coalesce(max(id), 0) FROM synckit_incident")
    defer { find.reset() }
    return try find.step() ? find.int(0) : 0
  }

  /// The branches that were given other names in a scope after an incident, in that order.
  func restamps(of scope: UInt32, since incident: Int64) throws -> [Restamp] {
    let all = try connection.statement(
      fixed: "SELECT former, after, successor FROM synckit_incident WHERE id > ?2 AND scope = ?1 AND former IS NOT NULL ORDER BY id")
    all.bind(1, scope)
    all.bind(2, incident)
    var out: [Restamp] = []
    while try all.step() { out.append(try restamp(all, at: 0)) }
    return out
  }

  private func restamp(_ row: Statement, at column: Int32) throws -> Restamp {
    Restamp(
      from: try catalog.site(UInt32(row.int(column))), after: UInt64(row.int(column + 1)), to: try catalog.site(UInt32(row.int(column + 2)))
    )
  }

  func incidents(limit: Int) throws -> [Incident] {
    let all = try connection.statement(
      "SELECT at, kind, scope, count, former, after, successor FROM synckit_incident ORDER BY id DESC LIMIT ?1")
    all.bind(1, limit)
    var out: [Incident] = []
    while try all.step() {
      // One of a later version is not for this one to tell.
      guard let kind = Incident.Kind(rawValue: all.string(1)) else { continue }
      let restamp = all.isNull(4) ? nil : try restamp(all, at: 4)
      out.append(
        Incident(
          kind: kind, at: all.int(0), scope: all.isNull(2) ? nil : try catalog.scope(UInt32(all.int(2))), count: Int(all.int(3)),
          restamp: restamp))
    }
    return out
  }
}
