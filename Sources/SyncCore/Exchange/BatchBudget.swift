/// How many bytes of changes one batch carries: as many as the link bears.
///
/// A cut halves it, so that over a link that never lasts for a whole batch something gets through before the next cut; after several
/// batches in a row that came through it doubles again.
public struct BatchBudget: Hashable, Sendable {
  /// How many batches in a row have to come through before the next is larger: over a link that breaks every so many bytes, growing
  /// after each would waste every second attempt.
  static let successesToGrow = 4

  /// What the next batch may carry. A single part that is larger travels all the same: parts are not divided.
  public private(set) var bytes: Int
  private let least: Int
  private let most: Int
  private var successes = 0

  /// - Parameters:
  ///   - remembered: where the last exchange with the same side has ended; nil for the most.
  ///   - most: what a batch carries over a good link.
  public init(remembered: Int? = nil, most: Int = Limits.batchBytes) {
    self.most = most
    least = min(Limits.leastBatchBytes, most)
    bytes = min(max(remembered ?? most, least), most)
  }

  mutating func noteSuccess() {
    successes += 1
    guard successes == Self.successesToGrow else { return }
    successes = 0
    bytes = min(bytes * 2, most)
  }

  /// - Returns: whether a smaller batch may be tried.
  mutating func noteCut() -> Bool {
    successes = 0
    guard bytes > least else { return false }
    bytes = max(bytes / 2, least)
    return true
  }
}
