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

/// What a series came to: a line of JSON of the form that docs/reliability has.
public struct TrialSummary: Encodable, Sendable {
  public let `class`: String
  public let title: String
  public let commit: String
  public let from: Int
  /// How many seeds were played, and of how many if there is an end of them.
  public var seeds = 0
  public var total: Int?
  public var count = 0
  public var seconds = 0.0
  public var failures: [String] = []
  public var coverage: [String: Int] = [:]
  public var peakMiB = 0
  public let command: String

  public init(of kind: (name: String, title: String), commit: String, from: Int, command: String) {
    (self.class, title, self.commit, self.from, self.command) = (kind.name, kind.title, commit, from, command)
  }

  public mutating func add(_ outcome: TrialOutcome) {
    count += outcome.count
    failures += outcome.failures
    coverage.merge(outcome.coverage.counts, uniquingKeysWith: +)
  }

  /// Notes how much memory the process has had at the most.
  public mutating func notePeak() {
    var usage = rusage()
    // RUSAGE_SELF, whose type differs between systems.
    getrusage(0, &usage)
    #if os(Linux)
      peakMiB = Int(usage.ru_maxrss) >> 10
    #else
      peakMiB = Int(usage.ru_maxrss) >> 20
    #endif
  }

  public var json: String { Report.encoded(self) }
}
