import SyncCore

/// Random histories of one row, without storage or exchange: the laws of the merge and of the clock, a step at a time.
public struct MergeWalk {
  /// How a history failed.
  public struct Failure: Error, CustomStringConvertible, Sendable {
    public let seed: Int
    public let invariant: String
    public let message: String

    public var description: String { "\(invariant): \(message)" }
  }

  private static let year: Int64 = 365 * 86_400_000
  private let seed: Int
  private var random: SeededGenerator
  private var field: RowField
  /// A form that is open at each site.
  private var forms: [RowField.View?]
  public private(set) var steps = 0
  /// What has happened, for whoever reads a failure.
  public private(set) var story: [String] = []
  private let isTold: Bool

  /// - Parameters:
  ///   - seed: decides everything.
  ///   - isTold: whether the story is kept.
  public init(seed: Int, isTold: Bool = false) {
    self.seed = seed
    self.isTold = isTold
    random = SeededGenerator(seed: seed)
    let policies: [MergePolicy] = [.keep, random.pick([(3, .keep), (1, .latest), (1, .max), (1, .min)])]
    field = RowField(sites: random.number(2...4), policies: policies)
    forms = Array(repeating: nil, count: field.sites.count)
    let isSkewed = random.chance(0.2)
    for site in field.sites.indices {
      field.sites[site].isOld = isSkewed && site % 2 == 1
      field.sites[site].wall = SimulatedClock.start + random.pick([(6, 0), (1, 50 * Self.year), (1, -80 * Self.year), (1, 86_400_000)])
    }
  }

  /// Plays the history, and then brings every write to every site.
  public mutating func play() throws(Failure) {
    let length = random.number(8...40)
    for _ in 0..<length { try step() }
    for site in field.sites.indices { try catchUp(site) }
  }

  private mutating func step() throws(Failure) {
    let site = random.number(0...field.sites.count - 1)
    switch random.number(0...99) {
    case 0..<45: try deliver(to: site)
    case 45..<55:
      forms[site] = field.view(at: site)
      steps += 1
    case 55..<65:
      guard let form = forms[site].take() else { return try write(site, plain(), nil) }
      try write(site, random.chance(0.15) ? .delete : plain(), form)
    case 65..<73: try write(site, .settle(cells: UInt8(random.number(0...3)), keeps: random.pick([nil, true, false])), nil)
    case 73..<79: try write(site, .delete, nil)
    case 79..<82: turnClock(site)
    default: try write(site, plain(), nil)
    }
  }

  private mutating func plain() -> RowField.Deed { .write(columns: UInt8(random.number(1...3))) }

  private mutating func turnClock(_ site: Int) {
    let ways: [(weight: Int, value: Int64)] = [(6, 1000), (3, -60_000), (1, 20 * Self.year), (1, -20 * Self.year)]
    field.sites[site].wall &+= random.pick(ways)
    if random.chance(0.02) { field.sites[site].wall = random.chance(0.5) ? .max : .min }
    steps += 1
  }

  private mutating func write(_ site: Int, _ deed: RowField.Deed, _ form: RowField.View?) throws(Failure) {
    guard field.writes.count < RowField.most else { return }
    let latest = field.sites[site].clock.latest
    guard let number = field.write(deed, value: Int64(random.number(0...2)), at: site, through: form) else { return }
    let time = field.writes[number].time
    if isTold { story.append("w\(number) by \(site): \(deed)\(form == nil ? "" : " through a form"), \(field.changes[number])") }
    let isRising = time > latest || time == latest && time == .last
    try require("I-16", isRising && time <= .last, "site \(site) wrote at \(time) after \(latest)")
    let wall = UInt64(clamping: field.sites[site].wall)
    try require(
      "I-16", time.milliseconds >= min(wall, HybridTime.last.milliseconds), "site \(site) wrote at \(time), its clock shows \(wall)")
    try apply(number, to: site)
  }

  private mutating func deliver(to site: Int) throws(Failure) {
    guard !field.writes.isEmpty else { return }
    let number = random.number(0...field.writes.count - 1)
    guard field.canApply(number, to: site) else { return }
    try apply(number, to: site)
  }

  private mutating func catchUp(_ site: Int) throws(Failure) {
    // The later half first, as far as that can be: another order than the one in which they were written.
    let count = field.writes.count
    for _ in 0..<2 {
      for turn in 0..<count {
        let number = (turn + count / 2) % count
        let isDue = field.sites[site].applied & 1 << UInt64(number) == 0
        if isDue, field.canApply(number, to: site) { try apply(number, to: site) }
      }
    }
    let all: UInt64 = count == 64 ? .max : 1 << UInt64(count) - 1
    try require("I-9", field.sites[site].applied == all, "site \(site) cannot apply everything")
  }

  private mutating func apply(_ number: Int, to site: Int) throws(Failure) {
    steps += 1
    let isKnown = field.sites[site].applied & 1 << UInt64(number) != 0
    let before = isKnown ? field.states[site] : nil
    if isTold { story.append("w\(number) to \(site)\(isKnown ? " again" : "")") }
    if let wrong = field.apply(number, to: site) { try require("I-1", false, wrong) }
    if isKnown { return try require("I-2", before == field.states[site], "w\(number), applied again, changed site \(site)") }
    if let wrong = field.difference(at: site) { try require("I-3", false, "after w\(number) at site \(site) \(wrong)") }
  }

  private func require(_ invariant: String, _ condition: Bool, _ message: @autoclosure () -> String) throws(Failure) {
    if !condition { throw Failure(seed: seed, invariant: invariant, message: message()) }
  }
}
