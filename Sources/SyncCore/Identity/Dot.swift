/// The name of one write, for ever: the site that wrote, and its sequence number in the scope.
public struct Dot: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let site: SiteID
  /// 1, 2, 3… per site and scope, without gaps.
  public let seq: UInt64

  public init(site: SiteID, seq: UInt64) {
    self.site = site
    self.seq = seq
  }

  public var description: String { "\(site)#\(seq)" }

  /// Reads what `description` wrote; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "#", omittingEmptySubsequences: false)
    guard parts.count == 2, let site = SiteID(String(parts[0])), let seq = UInt64(parts[1]) else { return nil }
    self.init(site: site, seq: seq)
  }

  public static func < (a: Dot, b: Dot) -> Bool { (a.site, a.seq) < (b.site, b.seq) }
}

/// What has been seen: for each site the highest sequence number, nothing missing below it. Kept sorted by site.
public struct VersionVector: Hashable, Sendable {
  public private(set) var entries: [Dot]

  public init() { entries = [] }

  /// Builds a vector from dots in any order; of two dots of one site the higher stays.
  public init(_ dots: some Sequence<Dot>) {
    self.init()
    for dot in dots { insert(dot) }
  }

  /// The highest sequence number seen of `site`; 0 when nothing was.
  public subscript(site: SiteID) -> UInt64 {
    let at = position(of: site)
    return at < entries.count && entries[at].site == site ? entries[at].seq : 0
  }

  /// Raises the entry of the dot's site to the dot, never lowers it.
  public mutating func insert(_ dot: Dot) {
    guard dot.seq > 0 else { return }
    let at = position(of: dot.site)
    if at < entries.count, entries[at].site == dot.site {
      if entries[at].seq < dot.seq { entries[at] = dot }
    } else {
      entries.insert(dot, at: at)
    }
  }

  /// Takes over everything that `other` has seen.
  public mutating func join(_ other: VersionVector) {
    for dot in other.entries { insert(dot) }
  }

  public func contains(_ dot: Dot) -> Bool { dot.seq <= self[dot.site] }

  /// Whether everything `other` has seen is seen here too.
  public func covers(_ other: VersionVector) -> Bool { other.entries.allSatisfy(contains) }

  public var isEmpty: Bool { entries.isEmpty }

  private func position(of site: SiteID) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].site < site { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
