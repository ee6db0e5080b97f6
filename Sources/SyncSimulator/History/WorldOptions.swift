/// How a world is made: which of all that can happen happens in it, and how often. Each seed switches on some of it, so that rare things
/// meet each other in worlds where little else happens (swarm testing).
public struct WorldOptions: Codable, Hashable, Sendable {
  /// What can go wrong, each switched on or off.
  public enum Fault: String, Codable, CaseIterable, Sendable {
    case lostRequests, cutRequests, lostReplies, cutReplies, repeated, late, crashes, reopening, clocks, forms, bundles, damagedBundles
    case gaps, meetings, skew, withdrawals, relayCrashes, relayRestores, settlements, savepoints, smallBatches, largeValues, deletions,
      processes, calm
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

  /// Draws a world's options from its seed.
  public init(seed: Int) {
    var random = SeededGenerator(seed: seed)
    self.seed = seed
    replicas = random.pick([(40, 2), (40, 3), (30, 4), (15, 5), (5, 8), (2, 12)])
    scopes = random.pick([1, 1, 2])
    rows = random.pick([1, 1, 2, 3])
    let length = random.pick([20, 40, 60, 100])
    let share = random.pick([0.15, 0.4, 0.7])
    var chosen: [Fault] = []
    for fault in Fault.allCases where random.chance(fault == .largeValues ? 0.04 : share) { chosen.append(fault) }
    faults = chosen
    // Megabytes at each step would take most of a run's time.
    steps = chosen.contains(.largeValues) ? 15 : length
    var used: [Int] = []
    for table in FieldTable.all.indices where random.chance(0.4) { used.append(table) }
    // What refers to notes needs them.
    if used.isEmpty || used.contains(3) && !used.contains(0) { used.insert(0, at: 0) }
    tables = used
    writes = random.pick([30, 45, 60])
    faultShare = random.pick([5, 15, 40])
    values = random.pick([2, 4, 20])
  }

  public func has(_ fault: Fault) -> Bool { faults.contains(fault) }
}
