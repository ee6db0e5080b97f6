/// How a world is made: which of all that can happen happens in it, and how often. Each seed switches on some of it, so that rare things
/// meet each other in worlds where little else happens (swarm testing).
public struct WorldOptions: Codable, Hashable, Sendable {
  /// What can go wrong, each switched on or off.
  public enum Fault: String, Codable, CaseIterable, Sendable {
    case lostRequests, cutRequests, lostReplies, cutReplies, repeated, late, crashes, reopening, clocks, forms, bundles, damagedBundles
    case gaps, meetings, skew, withdrawals, relayCrashes, relayRestores, settlements, savepoints, smallBatches, largeValues, deletions,
      processes, calm
    /// Transactions that their authors take back.
    case undone
    /// Changesets in parts, one for each kind of row.
    case smallParts
    /// The history ends with days on which hardly anything is written, so that only what was remembered can bring it to its end.
    case quietEnd
    /// There is no relay: laptops and sticks alone.
    case noRelay
    /// Copies of devices, which live on under the same name.
    case clones
    /// Devices that go back to a backup.
    case deviceRestores
    /// What has no effect any more is left out of the logs.
    case compaction
    /// The relay refuses devices from some time on, for good or until they are enrolled anew.
    case revocations
    /// Several steps happen in the same millisecond: what is written at the same time is told apart by its name alone.
    case sameMoment
    /// People write and devices exchange while an exchange is under way.
    case meanwhile
  }

  /// Which worlds are drawn.
  public enum Kind: Hashable, Sendable {
    /// Anything may happen, as the seed says.
    case any
    /// Long histories on real databases without a relay and without exchanges.
    case histories
    /// One thing surely may go wrong, and the rest as the seed says.
    case with(Fault)

    /// - Parameter name: `any`, `histories` or the name of a fault; nil for any other.
    public init?(_ name: String) {
      switch name {
      case "any": self = .any
      case "histories": self = .histories
      default:
        guard let fault = Fault(rawValue: name) else { return nil }
        self = .with(fault)
      }
    }

    public var name: String {
      switch self {
      case .any: "any"
      case .histories: "histories"
      case .with(let fault): fault.rawValue
      }
    }
  }

  public var seed: Int
  public var replicas: Int
  public var scopes: Int
  /// How many rows each table has in a scope.
  public var rows: Int
  public var steps: Int
  /// The tables in use, by their places in ``FieldTable/all``.
  public var tables: [Int]
  public var faults: [Fault]
  /// How many of a hundred steps write.
  public var writes: Int
  /// How many of a hundred messages something befalls.
  public var faultShare: Int
  /// How many different small numbers there are: few make equal values likely.
  public var values: Int

  /// Faults that happen to one device alone, or between two by hand.
  private static let byHand: Set<Fault> = [
    .crashes, .reopening, .clocks, .forms, .bundles, .damagedBundles, .skew, .settlements, .savepoints, .deletions, .processes, .undone,
    .smallParts, .sameMoment,
  ]

  /// Draws a world's options from its seed.
  public init(seed: Int, kind: Kind = .any) {
    var random = SeededGenerator(seed: seed)
    self.seed = seed
    replicas = random.pick([(50, 2), (40, 3), (20, 4), (8, 5), (3, 8), (1, 12)])
    scopes = random.pick([1, 1, 2])
    rows = random.pick([1, 1, 2, 3])
    var length = random.pick([10, 20, 40, 60, 100])
    let share = random.pick([0.15, 0.4, 0.7])
    var chosen: [Fault] = []
    // Two are drawn last, so that worlds without them stay as they were.
    for fault in Fault.allCases where fault != .compaction && fault != .revocations && random.chance(Self.rare[fault] ?? share) {
      chosen.append(fault)
    }
    var used: [Int] = []
    for table in FieldTable.all.indices where random.chance(0.4) { used.append(table) }
    // In a small room things meet each other.
    if random.chance(0.35) { used = [random.number(0...FieldTable.all.count - 1)] }
    // What refers to notes needs them.
    if used.isEmpty || used.contains(3) && !used.contains(0) { used.insert(0, at: 0) }
    tables = used
    writes = random.pick([30, 45, 60])
    faultShare = random.pick([5, 15, 40])
    values = random.pick([2, 4, 20])
    switch kind {
    case .any: break
    case .histories:
      replicas = random.pick([(40, 2), (30, 3), (15, 4), (8, 5), (4, 6), (2, 7), (1, 8)])
      length = random.pick([(60, 50), (20, 80), (10, 120), (5, 200), (1, 500)])
      chosen = chosen.filter(Self.byHand.contains) + [.gaps, .noRelay]
    case .with(let fault):
      if !chosen.contains(fault) { chosen.append(fault) }
      // What has no effect any more comes of long histories in a small room.
      if fault == .compaction { length += 40 }
      if fault == .compaction || fault == .revocations { chosen.removeAll { $0 == .noRelay } }
    }
    // Which of two changesets of one name keeps it is the relay's to say.
    if chosen.contains(.clones) || chosen.contains(.deviceRestores) { chosen.removeAll { $0 == .noRelay } }
    if !chosen.contains(.compaction), !chosen.contains(.noRelay), random.chance(share) { chosen.append(.compaction) }
    if !chosen.contains(.revocations), !chosen.contains(.noRelay), random.chance(share / 2) { chosen.append(.revocations) }
    // What is left out has lost the transaction by which the judge knows a copy's changesets again.
    if chosen.contains(.clones) || chosen.contains(.deviceRestores) { chosen.removeAll { $0 == .compaction } }
    faults = chosen
    // Megabytes at each step would take most of a run's time.
    steps = chosen.contains(.largeValues) ? min(15, length) : length
  }

  private static let rare: [Fault: Double] = [.largeValues: 0.02, .noRelay: 0.04, .clones: 0.1, .deviceRestores: 0.1]

  /// Whether two changesets can come to bear one name.
  var hasAccidents: Bool { has(.clones) || has(.deviceRestores) }

  public func has(_ fault: Fault) -> Bool { faults.contains(fault) }
}
