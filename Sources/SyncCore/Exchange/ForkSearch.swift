/// One site's changesets in one scope of which two sides do not hold the same, or of which this side lacks its own.
public struct Fork: Hashable, Sendable {
  public let scope: ScopeID
  public let site: SiteID
  /// The last changeset that this side has of the site.
  public let here: UInt64
  /// The last that the other side has.
  public let there: UInt64
  /// Up to which changeset the other side has said before that it holds the same; 0 where that turned out not to be so.
  public let acknowledged: UInt64

  public init(scope: ScopeID, site: SiteID, here: UInt64, there: UInt64, acknowledged: UInt64 = 0) {
    self.scope = scope
    self.site = site
    self.here = here
    self.there = there
    self.acknowledged = acknowledged
  }
}

/// Finds where a fork begins, by asking the other side for single changesets and comparing them.
public struct ForkSearch: Sendable {
  private let fork: Fork
  private let isOwn: Bool
  /// What the other side has of the scope: nothing but the forked site is asked for.
  private let known: VersionVector
  /// The last changeset that is known to be the same on both sides.
  public private(set) var common: UInt64
  /// The first that is known not to be.
  private var differs: UInt64
  /// Which changeset is being asked for.
  private var asked: UInt64?

  /// - Parameters:
  ///   - fork: what is not alike.
  ///   - known: what the other side has of the scope.
  ///   - isOwn: whether the site is the asker itself.
  public init(_ fork: Fork, known: VersionVector, isOwn: Bool) {
    self.isOwn = isOwn
    self.fork = fork
    self.known = known
    // What was refused for its predecessor the other side does not have: the fork begins before it.
    let there = min(fork.there, known[fork.site])
    differs = fork.here < there ? fork.here + 1 : there
    common = fork.acknowledged < differs ? fork.acknowledged : 0
  }

  /// The next question; nil when ``common`` is found. Forks are nearly always young, so that the search begins at the end.
  public mutating func next() -> ExchangeRequest? {
    guard differs - common > 1 else { return nil }
    let probe = asked == nil ? differs - 1 : common + (differs - common) / 2
    asked = probe
    var vector = VersionVector(known.entries.filter { $0.site != fork.site })
    vector.insert(Dot(site: fork.site, seq: probe - 1))
    return .pull([ScopeHoldings(scope: fork.scope, holdings: Holdings(vector: vector))], budget: 1)
  }

  /// - Parameters:
  ///   - response: what was answered to ``next()``.
  ///   - digest: the hash of a header's bytes.
  ///   - hash: the hash of this side's changeset of a number; nil when it has been left out here.
  public mutating func answered(
    _ response: ExchangeResponse, digest: ([UInt8]) -> [UInt8], hash: (UInt64) throws -> [UInt8]?
  ) throws {
    guard let asked, case .changes(let fragments, let omissions, let rejections, _, _) = response, let first = fragments.first else {
      throw SyncCoreError(.unexpected, "no changeset to compare")
    }
    let header = try ChangesetHeader(decoding: first.header)
    guard header.scope == fork.scope, header.dot.site == fork.site, header.dot.seq >= asked else {
      throw SyncCoreError(.unexpected, "another changeset than the one to compare")
    }
    let omission = omissions.first { $0.scope == fork.scope && $0.site == fork.site && $0.run.first == asked }
    let rejection = rejections.first { $0.scope == fork.scope && $0.dot == Dot(site: fork.site, seq: asked) }
    let there = header.dot.seq == asked ? digest(first.header) : rejection?.hash ?? omission?.start ?? []
    // What this side has left out was the same as the relay's then. What the other side has left out, and does not know how it began, cannot
    // be compared. One's own is taken for another branch: a word that comes back once more is better than one that is lost. Anybody else's
    // is taken for the same: whoever wrote something else there still has it, and finds that out.
    let isSame = try there.isEmpty ? !isOwn : hash(asked)?.starts(with: there) ?? true
    if isSame { common = asked } else { differs = asked }
  }
}
