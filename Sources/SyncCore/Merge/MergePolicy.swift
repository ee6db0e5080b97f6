/// What a column does with concurrent values.
public enum MergePolicy: UInt8, Sendable, CaseIterable {
  /// Every concurrent value is kept as a candidate, and the cell is a conflict until somebody settles it. The default.
  case keep = 0
  /// The latest by the hybrid clock is shown and no conflict is raised: for columns that machines keep.
  case latest = 1
  /// The greatest of the concurrent values is shown.
  case max = 2
  /// The least of the concurrent values is shown.
  case min = 3
  /// Writes are increments and add up. Integers only.
  case counter = 4

  /// Whether two different concurrent values of such a column are a conflict for people.
  public var raisesConflict: Bool { self == .keep }
}

/// One of several concurrent values of a cell, with what decides which of them is shown.
public struct Candidate: Sendable, Hashable {
  public let dot: Dot
  public let time: HybridTime
  public let value: Value

  public init(dot: Dot, time: HybridTime, value: Value) {
    self.dot = dot
    self.time = time
    self.value = value
  }
}

extension MergePolicy {
  /// Which candidate the row displays: a pure function of the set, the same on every replica.
  /// - Parameter candidates: at least one, in any order.
  /// - Returns: the index of the shown candidate.
  public func shown(among candidates: [Candidate]) -> Int {
    precondition(!candidates.isEmpty, "a cell has at least one candidate")
    var best = 0
    for at in candidates.indices.dropFirst() where prefers(candidates[at], to: candidates[best]) { best = at }
    return best
  }

  private func prefers(_ a: Candidate, to b: Candidate) -> Bool {
    switch self {
    case .max where a.value != b.value: b.value < a.value
    case .min where a.value != b.value: a.value < b.value
    default: (b.time, b.dot) < (a.time, a.dot)
    }
  }
}
