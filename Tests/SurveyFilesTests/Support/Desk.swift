import Foundation
import SurveyFiles
import SurveyModel
import SyncKit
import Synchronization
import Testing

/// An office's replica in a temporary folder, and files beside it; both disappear with the test.
final class Desk: Sendable {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("files-\(UUID().uuidString)", isDirectory: true)
  let survey: Survey

  init(role: WorkRole = .office) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let time = Mutex<Int64>(1_795_000_000_000)
    let clock: @Sendable () -> Int64 = {
      time.withLock { time in
        time += 1000
        return time
      }
    }
    let configuration = ReplicaConfiguration(
      tables: SurveySchema.tables, author: "lin", schemaVersion: SurveySchema.version, clock: clock)
    let path = folder.appendingPathComponent("replica.sqlite").path
    survey = Survey(
      try Replica(path: path, configuration: configuration, migrate: SurveySchema.migrate), user: "lin", role: role, clock: clock)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

  func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

  /// Imports text as a CSV file.
  @discardableResult
  func importCSV(_ text: String, as kind: ImportKind = .enterprises, isDryRun: Bool = false) throws -> ImportReport {
    try survey.importTable(try TableFile.read(Array(text.utf8)), as: kind, isDryRun: isDryRun)
  }

  /// The faults of a table that must be refused: each as `row column code`.
  func faults(_ table: ImportTable, as kind: ImportKind = .enterprises) throws -> [String] {
    let before = try state()
    let error = refusal { _ = try survey.importTable(table, as: kind) }
    #expect(error?.code == .importRefused)
    #expect(try state() == before, "a refused table changed something")
    return (error?.problems ?? []).map { problem in
      [problem.details["row"] ?? "-", problem.details["column"] ?? "-", problem.code.description].joined(separator: " ")
    }
  }

  func faults(_ csv: String, as kind: ImportKind = .enterprises) throws -> [String] {
    try faults(try TableFile.read(Array(csv.utf8)), as: kind)
  }

  /// How many changesets there are.
  func state() throws -> Int { try survey.replica.status(peer: "office").unsentChangesets }
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
