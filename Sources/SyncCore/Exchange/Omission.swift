/// A run of one site's changesets of a scope that have been left out of the log: nothing that they wrote is shown, kept aside or
/// contested any more, so that they count as applied without being there (docs/decisions/0012).
public struct Omission: Hashable, Sendable {
  /// Which of the site's changesets: those from `first` to `last`, both included.
  public struct Run: Hashable, Sendable {
    public let first: UInt64
    public let last: UInt64
    /// The hash of the last one's header, which the next one names.
    public let hash: [UInt8]

    public init(first: UInt64, last: UInt64, hash: [UInt8]) {
      self.first = first
      self.last = last
      self.hash = hash
    }

    public func contains(_ seq: UInt64) -> Bool { first <= seq && seq <= last }
  }

  public let scope: ScopeID
  public let site: SiteID
  public let run: Run
  /// How the hash of the run's first changeset begins, as a relay tells it where a fork is searched; empty otherwise.
  public let start: [UInt8]

  public init(scope: ScopeID, site: SiteID, run: Run, start: [UInt8] = []) {
    self.scope = scope
    self.site = site
    self.run = run
    self.start = start
  }

  /// About how many bytes this takes in a batch.
  public var byteCount: Int { scope.name.utf8.count + 80 }

  /// How many bytes the hash of a header has.
  public static let hashBytes = 32

  /// How many bytes of a hash are kept of each changeset that is left out.
  public static let startBytes = 4
}

extension [Omission.Run] {
  /// Adds a run to sorted ones that neither touch nor overlap, and keeps them so.
  public mutating func add(_ run: Omission.Run) {
    let from = firstIndex { $0.last >= run.first || $0.last + 1 == run.first } ?? count
    var upTo = from
    var (first, end) = (run.first, run)
    while upTo < count, self[upTo].first <= run.last || self[upTo].first == run.last + 1 {
      first = Swift.min(first, self[upTo].first)
      if self[upTo].last > end.last { end = self[upTo] }
      upTo += 1
    }
    replaceSubrange(from..<upTo, with: [Omission.Run(first: first, last: end.last, hash: end.hash)])
  }

  /// The run that a changeset lies in.
  public func run(with seq: UInt64) -> Omission.Run? { first { $0.contains(seq) } }
}

/// What one message carries of a log: changesets, what has been left out between them, and what was rejected.
public struct ChangeBatch: Hashable, Sendable {
  public var fragments: [Fragment]
  public var omissions: [Omission]
  public var rejections: [Rejection]
  /// What is stated of either.
  public var statements: [SignedStatement]
  /// Whether there is more than this.
  public var hasMore: Bool

  public init(
    fragments: [Fragment] = [], omissions: [Omission] = [], rejections: [Rejection] = [], statements: [SignedStatement] = [],
    hasMore: Bool = false
  ) {
    self.fragments = fragments
    self.omissions = omissions
    self.rejections = rejections
    self.statements = statements
    self.hasMore = hasMore
  }

  public var isEmpty: Bool { fragments.isEmpty && omissions.isEmpty && rejections.isEmpty && statements.isEmpty }
}

extension Omission {
  var cbor: CBOR {
    .array(
      [.text(scope.name), .bytes(site.bytes), .unsigned(run.first), .unsigned(run.last), .bytes(run.hash)]
        + (start.isEmpty ? [] : [.bytes(start)]))
  }

  init(decoding cbor: CBOR) throws(SyncCoreError) {
    guard let fields = cbor.array, (5...6).contains(fields.count), let bytes = fields[1].bytes, let site = SiteID(bytes: bytes),
      let first = fields[2].unsigned, let last = fields[3].unsigned, first > 0, first <= last, last < UInt64(Int64.max),
      let hash = fields[4].bytes, hash.count == Self.hashBytes
    else { throw SyncCoreError(.malformed, "omission") }
    let start = fields.count == 6 ? try CBOR.require(fields[5].bytes, "how a hash begins") : []
    guard fields.count == 5 || start.count == Self.startBytes else { throw SyncCoreError(.malformed, "how a hash begins") }
    self.init(scope: try ScopeID(decoding: fields[0]), site: site, run: Run(first: first, last: last, hash: hash), start: start)
  }

  static func list(_ cbor: CBOR?) throws(SyncCoreError) -> [Omission] {
    guard let cbor else { return [] }
    let items = try CBOR.require(cbor.array, "omissions")
    guard !items.isEmpty else { throw SyncCoreError(.malformed, "omissions") }
    return try items.map { (item) throws(SyncCoreError) in try Omission(decoding: item) }
  }
}
