import Foundation

/// A series of seeded trials of one kind of fault, as the scoreboard counts them.
public protocol Trials {
  /// The row of the scoreboard.
  static var kind: (name: String, title: String) { get }
  init()
  /// Plays the trial of a seed. Seeds come in ascending order.
  /// - Returns: how much was tried, and what went wrong.
  mutating func play(seed: Int) -> TrialOutcome
  /// What can be said only after the last one.
  mutating func end() -> TrialOutcome
  /// How many different trials there are; nil where there is no end of them.
  var total: Int? { get throws }
}

extension Trials {
  public mutating func end() -> TrialOutcome { TrialOutcome(count: 0) }
  public var total: Int? { nil }
}

/// What came of a trial.
public struct TrialOutcome: Sendable {
  public var count: Int
  /// The laws that were broken, with the command that shows it again.
  public var failures: [String] = []
  /// How often what happened.
  public var coverage = Coverage()
}
