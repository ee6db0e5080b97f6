import Foundation

/// What a run says of itself, for people and for machines.
public enum Report {
  /// A world's options on one line.
  public static func line(_ options: WorldOptions) -> String { encoded(options) }

  /// A regression test that plays a history, ready for `Tests/ReliabilityTests/KeptSeedsTests.swift`.
  public static func test(_ story: Shrinker.Story, _ failure: WorldFailure) -> String {
    let actions = story.actions.map { "      \(encoded($0))" }.joined(separator: "\n")
    return """
        /// \(failure.invariant): \(failure.message)
        @Test func seed\(story.options.seed)Holds() throws {
          try expectHolds(
            #\"\"\"
            \(encoded(story.options))
            \"\"\"#,
            #\"\"\"
      \(actions)
            \"\"\"#)
        }
      """
  }

  /// Reads what ``test(_:_:)`` wrote: the options, and an action on each line.
  public static func story(options: String, actions: String) throws -> Shrinker.Story {
    let decoder = JSONDecoder()
    return Shrinker.Story(
      options: try decoder.decode(WorldOptions.self, from: Data(options.utf8)),
      actions: try actions.split(separator: "\n").map { $0.drop { $0 == " " } }.map { try decoder.decode(Action.self, from: Data($0.utf8)) }
    )
  }

  static func encoded(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "?"
  }
}

/// What a run came to, as a line of JSON for `docs/reliability`.
public struct RunRecord: Encodable, Sendable {
  public struct Failure: Encodable, Sendable {
    public let seed: Int
    public let step: Int
    public let invariant: String
    public let message: String

    public init(seed: Int, step: Int, invariant: String, message: String) {
      (self.seed, self.step, self.invariant, self.message) = (seed, step, invariant, message)
    }
  }

  /// The scoreboard's name for what was tried.
  public let `class`: String
  public let title: String
  public let commit: String
  public let command: String
  /// When the run began, in UTC.
  public let date: String
  /// The first seed.
  public let from: Int
  /// How many worlds, histories or steps there were.
  public var count = 0
  public var steps = 0
  /// How many worlds were played twice and compared.
  public var repeated = 0
  public var seconds = 0.0
  public var failures = 0
  public var failed: [Failure] = []
  /// The hash of all the worlds' hashes, in order.
  public var trace: String?
  /// How often what happened.
  public var coverage: [String: Int] = [:]
  private var hash = Trace()

  public init(class name: String, title: String, commit: String, command: String, date: String, from: Int) {
    (self.class, self.title, self.commit, self.command, self.date, self.from) = (name, title, commit, command, date, from)
  }

  public mutating func add(_ outcome: WorldOutcome, isRepeated: Bool) {
    count += 1
    steps += outcome.steps
    if isRepeated { repeated += 1 }
    coverage.merge(outcome.coverage.counts, uniquingKeysWith: +)
    hash.note("\(outcome.trace)")
    trace = String(hash.hash, radix: 16)
    if let failure = outcome.failure {
      add(Failure(seed: outcome.seed, step: failure.step, invariant: failure.invariant, message: failure.message))
    }
  }

  public mutating func add(_ failure: Failure) {
    failures += 1
    failed.append(failure)
  }

  public var json: String { Report.encoded(self) }

  private enum CodingKeys: String, CodingKey {
    case `class`, title, commit, command, date, from, count, steps, repeated, seconds, failures, failed, trace, coverage
  }
}
