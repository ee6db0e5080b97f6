public import SyncCore

/// Judges a history from what each author was truly shown: a value is closed by a write whose author was shown it, or by a settlement
/// made where it stood; by nothing else. It knows nothing of how a replica stores or merges, and shares no code with the merge: of
/// SyncCore it has only the names of things.
public struct MergeOracle {
  /// Stands for a row's existence among the columns.
  public static let existence = "∃"

  /// What one changeset wrote to one row.
  public struct Write {
    public let dot: Dot
    public let time: HybridTime
    public let row: String
    /// The written columns; the existence as 1 or 0 among them. A counter's value is what it grew by.
    public let values: [String: Value]
    /// What it closed, by column.
    public let closes: [String: Set<Dot>]
    /// The writes of the row that its author's replica had when the author read it.
    public let read: VersionVector

    public init(dot: Dot, time: HybridTime, row: String, values: [String: Value], closes: [String: Set<Dot>], read: VersionVector) {
      (self.dot, self.time, self.row, self.values, self.closes, self.read) = (dot, time, row, values, closes, read)
    }
  }

  public struct Candidate: Hashable {
    public let dot: Dot
    public let time: HybridTime
    public let value: Value
  }

  public private(set) var writes: [String: [Write]] = [:]
  /// What a replica calls writes, where it is not what they are called here: the name decides between equal times.
  public var names: [Dot: Dot] = [:]
  /// What a replica counts as applied without ever having had it: it was left out of the log before. All that it wrote is closed by what the
  /// replica has or is still to get.
  public var leftOut: Set<Dot> = []
  private var needs: [Dot: VersionVector] = [:]
  /// Everything that was ever written.
  public private(set) var all = VersionVector()

  public init() {}

  public mutating func add(_ made: [Write], as dot: Dot) {
    var read = VersionVector()
    for write in made {
      writes[write.row, default: []].append(write)
      read.join(write.read)
    }
    needs[dot] = read
    all.insert(dot)
  }

  /// The candidates of a cell where exactly these writes are applied, the latest first.
  public func candidates(_ row: String, _ column: String, applied: VersionVector) -> [Candidate] {
    let all = (writes[row] ?? []).filter { applied.contains($0.dot) }
    let here = all.filter { !leftOut.contains($0.dot) }
    var closed = here.reduce(into: Set<Dot>()) { $0.formUnion($1.closes[column] ?? []) }
    // Who has closed what was left out had been shown what that had closed.
    var count = -1
    while count < closed.count {
      count = closed.count
      for write in all where leftOut.contains(write.dot) && closed.contains(write.dot) { closed.formUnion(write.closes[column] ?? []) }
    }
    return here.compactMap { write in
      guard let value = write.values[column], !closed.contains(write.dot) else { return nil }
      return Candidate(dot: write.dot, time: write.time, value: value)
    }.sorted { ($1.time, names[$1.dot] ?? $1.dot) < ($0.time, names[$0.dot] ?? $0.dot) }
  }

  /// The latest time of what is applied; nil where nothing is.
  public func latest(applied: VersionVector) -> HybridTime? {
    writes.values.joined().filter { applied.contains($0.dot) && !leftOut.contains($0.dot) }.map(\.time).max()
  }

  /// The latest value of a cell among those that the author of a write had; nil where it had none.
  public func readValue(_ row: String, _ column: String, by dot: Dot) -> Value? {
    let all = writes[row] ?? []
    guard let write = all.first(where: { $0.dot == dot }) else { return nil }
    return all.filter { write.read.contains($0.dot) && $0.values[column] != nil }.max { ($0.time, $0.dot) < ($1.time, $1.dot) }?.values[
      column]
  }

  /// What a cell displays by a policy; nil when nobody has written it.
  public func shown(_ row: String, _ column: String, _ policy: MergePolicy, applied: VersionVector) -> Value? {
    if policy == .counter { return count(row, column, applied: applied).map { .integer($0) } }
    let all = candidates(row, column, applied: applied)
    guard policy == .max || policy == .min else { return all.first?.value }
    var best = all.first?.value
    for candidate in all.dropFirst() {
      guard let value = best else { break }
      let order = Self.order(candidate.value, value)
      if policy == .max ? order > 0 : order < 0 { best = candidate.value }
    }
    return best
  }

  /// What all increments come to; nil when there is none.
  public func count(_ row: String, _ column: String, applied: VersionVector) -> Int64? {
    (writes[row] ?? []).filter { applied.contains($0.dot) }.reduce(Int64?.none) { sum, write in
      guard case .integer(let step)? = write.values[column] else { return sum }
      return (sum ?? 0) + step
    }
  }

  public func isVisible(_ row: String, applied: VersionVector) -> Bool {
    candidates(row, Self.existence, applied: applied).contains { $0.value == .integer(1) }
  }

  /// The different values of a visible row's cell, each with its writes, where there are several.
  public func conflict(_ row: String, _ column: String, applied: VersionVector) -> [Value: Set<Dot>]? {
    guard isVisible(row, applied: applied) else { return nil }
    let all = Dictionary(grouping: candidates(row, column, applied: applied), by: \.value).mapValues { Set($0.map(\.dot)) }
    return all.count > 1 ? all : nil
  }

  /// The row's writes among those applied.
  public func read(_ row: String, applied: VersionVector) -> VersionVector {
    VersionVector((writes[row] ?? []).map(\.dot).filter { applied.contains($0) && !leftOut.contains($0) })
  }

  /// What can be applied of some changesets: each site's in order, each after all that its author had read in the rows it wrote.
  public func applicable(_ held: Set<Dot>) -> VersionVector {
    var vector = VersionVector()
    var progressed = true
    while progressed {
      progressed = false
      for dot in held where vector[dot.site] + 1 == dot.seq {
        guard let needs = needs[dot], vector.covers(VersionVector(needs.entries.filter { $0.site != dot.site })) else { continue }
        vector.insert(dot)
        progressed = true
      }
    }
    return vector
  }

  /// Whether these changesets were all written, and each has with it what its author had read.
  public func isClosed(_ applied: VersionVector) -> Bool {
    applied.entries.allSatisfy { last in
      (1...last.seq).map { Dot(site: last.site, seq: $0) }.allSatisfy { dot in
        leftOut.contains(dot) || needs[dot].map(applied.covers) ?? false
      }
    }
  }

  /// SQLite's order of the values that worlds have: NULL, numbers, text, blobs.
  private static func order(_ a: Value, _ b: Value) -> Int {
    func rank(_ value: Value) -> (Int, Double, [UInt8]) {
      switch value {
      case .null: (0, 0, [])
      case .integer(let n): (1, Double(n), [])
      // Of equal numbers the integer comes first.
      case .real(let x): (1, x, [1])
      case .text(let bytes): (2, 0, bytes)
      case .blob(let bytes): (3, 0, bytes)
      }
    }
    let (x, y) = (rank(a), rank(b))
    if x.0 != y.0 { return x.0 - y.0 }
    if x.1 != y.1 { return x.1 < y.1 ? -1 : 1 }
    return x.2 == y.2 ? 0 : x.2.lexicographicallyPrecedes(y.2) ? -1 : 1
  }
}
