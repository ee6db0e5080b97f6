import SyncCore

/// Judges a history from what each author was truly shown: a value is closed by a write whose author was shown it, or by a settlement
/// made where it stood; by nothing else. It knows nothing of how a replica stores or merges.
struct MergeOracle {
  /// Stands for a row's existence among the columns.
  static let existence = "∃"

  /// What one changeset wrote to one row.
  struct Write {
    let dot: Dot
    let time: HybridTime
    let row: String
    /// The written columns; the existence as 1 or 0 among them.
    let values: [String: Value]
    /// What it closed, by column.
    let closes: [String: Set<Dot>]
    /// The writes of the row that its author's replica had when the author read it.
    let read: VersionVector
  }

  struct Candidate: Hashable {
    let dot: Dot
    let time: HybridTime
    let value: Value
  }

  private(set) var writes: [String: [Write]] = [:]
  private var needs: [Dot: VersionVector] = [:]

  mutating func add(_ made: [Write], as dot: Dot) {
    var all = VersionVector()
    for write in made {
      writes[write.row, default: []].append(write)
      all.join(write.read)
    }
    needs[dot] = all
  }

  /// The candidates of a cell where exactly these writes are applied, the one to display first.
  func candidates(_ row: String, _ column: String, applied: VersionVector) -> [Candidate] {
    let here = (writes[row] ?? []).filter { applied.contains($0.dot) }
    let closed = here.reduce(into: Set<Dot>()) { $0.formUnion($1.closes[column] ?? []) }
    return here.compactMap { write in
      guard let value = write.values[column], !closed.contains(write.dot) else { return nil }
      return Candidate(dot: write.dot, time: write.time, value: value)
    }.sorted { ($1.time, $1.dot) < ($0.time, $0.dot) }
  }

  func isVisible(_ row: String, applied: VersionVector) -> Bool {
    candidates(row, Self.existence, applied: applied).contains { $0.value == .integer(1) }
  }

  /// The different values of a visible row's cell, each with its writes, where there are several.
  func conflict(_ row: String, _ column: String, applied: VersionVector) -> [Value: Set<Dot>]? {
    guard isVisible(row, applied: applied) else { return nil }
    let all = Dictionary(grouping: candidates(row, column, applied: applied), by: \.value).mapValues { Set($0.map(\.dot)) }
    return all.count > 1 ? all : nil
  }

  /// The row's writes among those applied.
  func read(_ row: String, applied: VersionVector) -> VersionVector {
    VersionVector((writes[row] ?? []).map(\.dot).filter(applied.contains))
  }

  /// What can be applied of some changesets: each site's in order, each after all that its author had read in the rows it wrote.
  func applicable(_ held: Set<Dot>) -> VersionVector {
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
}
