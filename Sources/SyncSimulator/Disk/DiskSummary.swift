/// What a run of many trials came to, as a line of JSON for the scoreboard.
public struct DiskSummary: Encodable, Sendable {
  public let title: String
  public let commit: String
  public let from: Int
  public var count = 0
  /// How many there are at all; nil where seeds do not end.
  public var all: Int?
  public var seconds = 0.0
  public var failures = 0
  public let command: String
  public var coverage: [String: Int] = [:]
  private let row: String

  public init(_ failure: DiskFailure, commit: String, from: Int) {
    (row, title, self.commit, self.from) = (failure.row, failure.title, commit, from)
    command = "make disk CLASS=\(failure.rawValue)"
  }

  public var json: String { Report.encoded(self) }

  private enum CodingKeys: String, CodingKey {
    case row = "class"
    case title, commit, from, count, all, seconds, failures, command, coverage
  }
}
