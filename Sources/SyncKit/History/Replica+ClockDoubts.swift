public import SyncCore

/// A changeset whose author's clock was wrong, as far as this replica can tell by its own.
public struct ClockDoubt: Sendable, Hashable {
  /// How it was wrong.
  public enum Kind: String, Sendable {
    /// It showed a time at which the changeset was here already: nothing arrives before it is written.
    case ahead
    /// It showed a time that its author's replica had already seen pass.
    case behind
  }

  public let kind: Kind
  public let scope: ScopeID
  public let dot: Dot
  public let author: String
  /// What the author's clock showed, in milliseconds since 1970.
  public let wallClock: Int64
  /// When the changeset came into this replica's log, in milliseconds since 1970 by this machine's clock.
  public let arrived: Int64
  /// By how many milliseconds the clock was wrong, at least.
  public let milliseconds: Int64
}

extension Replica {
  /// The changesets whose authors' clocks were wrong by more than is tolerated, in the order in which they came.
  ///
  /// A clock that is ahead is known by the arrival. One that is behind is known by the hybrid time, which never falls behind what a replica
  /// has taken in; a time that another's fast clock explains is nobody's fault but that clock's. A replica that had taken in nothing yet
  /// tells nothing of its clock, and what was left out of the log is not looked at.
  /// - Parameter tolerated: in milliseconds.
  public func clockDoubts(tolerating tolerated: Int64) throws -> [ClockDoubt] {
    try look { snapshot in
      let read = try snapshot.connection.statement("SELECT header, arrived FROM synckit_log WHERE part = 0 ORDER BY id")
      var all: [(header: ChangesetHeader, arrived: Int64)] = []
      // The latest time that a clock showed before its time, be it by ever so little: what later hybrid times may come from.
      var fastest = Int64.min
      while try read.step() {
        let (header, arrived) = (try ChangesetHeader(decoding: read.blob(0)), read.int(1) / 1000)
        let clock = header.wallClock
        if clock > arrived { fastest = max(fastest, clock) }
        // Of most changesets neither can be: they are not kept.
        if clock > arrived + tolerated || header.time.wall > clock + tolerated { all.append((header, arrived)) }
      }
      read.reset()
      return all.compactMap { header, arrived in
        func doubt(_ kind: ClockDoubt.Kind, _ milliseconds: Int64) -> ClockDoubt {
          ClockDoubt(
            kind: kind, scope: header.scope, dot: header.dot, author: header.author, wallClock: header.wallClock, arrived: arrived,
            milliseconds: milliseconds)
        }
        if header.wallClock > arrived + tolerated { return doubt(.ahead, header.wallClock - arrived) }
        let seen = header.time.wall
        return seen > fastest && seen <= arrived + tolerated ? doubt(.behind, seen - header.wallClock) : nil
      }
    }
  }
}

extension HybridTime {
  /// The physical part as a wall clock has it.
  fileprivate var wall: Int64 { Int64(milliseconds) }
}
