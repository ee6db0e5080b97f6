import GRDB
import SyncBlobs
public import SyncCore

/// A scope that this replica may not hold any more.
public struct WithdrawnHere: Hashable, Sendable {
  public let scope: ScopeID
  /// When this replica was told, in milliseconds since 1970. Since then nothing can be written in it.
  public let at: Int64
  /// Whether it lets go of the scope once the relay holds all that was written in it, and ``Replica/removalGraceMilliseconds`` have passed.
  public let isRemoved: Bool
  /// When it let go of it; nil while it is here.
  public let removed: Int64?
  /// Whether it is granted again, and waits for what has not come back yet.
  public let isReturning: Bool
}

extension Replica {
  /// How long a scope stays readable that is to be let go of, once this replica was told, in milliseconds.
  public static let removalGraceMilliseconds: Int64 = 7 * 24 * 3_600_000

  /// The scopes that this replica may not hold any more, in the order of their names.
  public func withdrawnScopes() throws -> [WithdrawnHere] {
    try look { snapshot in
      let all = try snapshot.connection.statement("SELECT scope, at, removes, removed, returns FROM synckit_withdrawn")
      var out: [WithdrawnHere] = []
      while try all.step() {
        out.append(
          WithdrawnHere(
            scope: try snapshot.catalog.scope(UInt32(all.int(0))), at: all.int(1), isRemoved: all.int(2) != 0,
            removed: all.isNull(3) ? nil : all.int(3), isReturning: all.int(4) != 0))
      }
      return out.sorted { $0.scope < $1.scope }
    }
  }

  /// Notes what a relay has told of scopes that this replica may not hold any more; of which it tells otherwise, may be held again.
  func note(_ withdrawn: [WithdrawnScope], told: [ScopeID]) throws {
    let known = Dictionary(try withdrawnScopes().map { ($0.scope, $0) }) { first, _ in first }
    if withdrawn.isEmpty, known.isEmpty { return }
    let gone = Set(withdrawn.map(\.scope))
    let back = told.filter { scope in !gone.contains(scope) && known[scope].map { !$0.isReturning } ?? false }
    let new = withdrawn.filter { scope in known[scope.scope].map { $0.isRemoved != scope.isRemoved || $0.isReturning } ?? true }
    guard !back.isEmpty || !new.isEmpty else { return }
    try work { engine in
      try engine.freeze(new)
      try engine.thaw(back.map { try engine.catalog.number(of: $0) })
    }
  }

  /// Lets go of withdrawn scopes whose time has come, of which the relay holds all that was written and attached here. Called after an exchange
  /// with it that went well.
  func letGo(toldBy relay: String) throws {
    let withdrawn = try withdrawnScopes()
    if withdrawn.contains(where: \.isReturning) { try work { engine in try engine.thawReturned(evenShort: true) } }
    let now = configuration.clock()
    let held = Set(try withdrawn.isEmpty ? [] : scopes())
    for scope in withdrawn where scope.isRemoved && !scope.isReturning && now - scope.at >= Self.removalGraceMilliseconds {
      guard scope.removed == nil || held.contains(scope.scope), try isAllThere(scope.scope, relay) else { continue }
      // Files first: a row that names one which is gone is nothing new, and a file that no row names would be found by nobody.
      let here = try attachments.named()
      let others = Set(here.filter { $0.scope != scope.scope }.map(\.digest))
      for file in here where file.scope == scope.scope && !others.contains(file.digest) { try attachments.folder.remove(file.digest) }
      try work { engine in
        guard let number = try engine.catalog.known(scope.scope) else { return }
        try engine.remove(number)
      }
      try pool.write { db in try db.notifyChanges(in: .fullDatabase) }
    }
  }

  /// Whether a relay has said that it holds all that this device wrote in a scope, in whichever life, and each file of it that is here.
  private func isAllThere(_ scope: ScopeID, _ peer: String) throws -> Bool {
    guard try attachments.list(peer: peer).allSatisfy({ $0.name.scope != scope || !$0.isHere || $0.state == .verified }) else {
      return false
    }
    let held = try PeerMemory(self, peer).acknowledged([scope]).first?.holdings.vector ?? VersionVector()
    let here = try look { try $0.holdings(of: scope) }
    return here.partial.isEmpty && here.vector.entries.allSatisfy { !$0.site.isOfSameDevice(as: site) || held.contains($0) }
  }
}
