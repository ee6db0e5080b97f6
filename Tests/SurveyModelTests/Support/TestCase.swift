import Foundation
import SurveyModel
import SyncCore
import SyncKit
import Synchronization

/// Laptops in a temporary folder, each a real replica, that disappear with the test.
final class TestCase: Sendable {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("survey-\(UUID().uuidString)", isDirectory: true)

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// A laptop of a user, whose clock begins at `start` and moves on by a second at each look.
  func laptop(_ user: String, as role: WorkRole = .specialist, start: Int64 = 1_795_000_000_000) throws -> Survey {
    let clock = StepClock(start)
    let configuration = ReplicaConfiguration(
      tables: SurveySchema.tables, author: user, schemaVersion: SurveySchema.version, clock: { clock.next() })
    let path = folder.appendingPathComponent("\(user).sqlite").path
    let replica = try Replica(path: path, configuration: configuration, migrate: SurveySchema.migrate)
    return Survey(replica, user: user, role: role, clock: { clock.next() })
  }

  /// A file with these bytes.
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let url = folder.appendingPathComponent(name)
    try Data(bytes).write(to: url)
    return url.path
  }

  /// Two laptops that hold the same enterprise and the same assessment.
  func pair() throws -> (lin: Survey, chen: Survey, enterprise: String, assessment: String) {
    let lin = try laptop("lin")
    let chen = try laptop("chen", start: 1_795_000_500_000)
    let enterprise = try lin.addEnterprise(EnterpriseDraft(name: "鹭岛精密电子（虚构）", creditCode: "91350206MAX000015L")).id
    let assessment = try lin.startAssessment(of: enterprise).id
    try lin.exchange(with: chen)
    return (lin, chen, enterprise, assessment)
  }
}

/// A clock that moves on by a second at each look.
private final class StepClock: Sendable {
  private let time: Mutex<Int64>

  init(_ start: Int64) { time = Mutex(start) }

  func next() -> Int64 {
    time.withLock { time in
      time += 1000
      return time
    }
  }
}

extension Survey {
  /// Brings both laptops to the same state.
  func exchange(with other: Survey) throws {
    _ = try replica.sync(with: LocalTransport(other.replica.exchangeStore), peer: other.user)
  }
}

extension Answers {
  /// Answers to everything: the first letter after 无 of each question, and one level for all scenes.
  static func all(_ instrument: Instrument, level: Int) throws -> Answers {
    var answers = Answers()
    for question in instrument.questions { answers.questions[question.number] = try AnswerCode(letters: [question.options[1].letter]) }
    for scene in instrument.scenes { answers.scenes[scene.number] = level }
    return answers
  }
}

extension FieldInput {
  /// Fields as a test writes them.
  static func of(_ words: String...) -> FieldInput {
    FieldInput(
      words.map { word in
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), String(parts[1]))
      })
  }
}

extension RecordOutcome {
  /// The record, where it was recorded.
  var record: Record? { if case .recorded(let record) = self { record } else { nil } }
  /// The proposal, where it became one.
  var proposal: Proposal? { if case .proposed(let proposal) = self { proposal } else { nil } }
}

/// Runs an operation that must be refused, and says how.
func refusal(_ body: () throws -> Void) -> SurveyError? {
  do {
    try body()
    return nil
  } catch {
    return error as? SurveyError
  }
}
