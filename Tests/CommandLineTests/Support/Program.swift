import Foundation
import Testing

/// What the program said and how it ended.
struct Outcome {
  let status: Int32
  let stdout: String
  let stderr: String

  /// The one JSON value on stdout. Anything beside it fails the parse.
  func json(sourceLocation: SourceLocation = #_sourceLocation) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(stdout.utf8), options: [.fragmentsAllowed])
  }

  /// The one JSON object on stdout.
  func object() throws -> [String: Any] { try #require(try json() as? [String: Any]) }

  /// The error that `--json` prints on stderr.
  func error() throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(stderr.utf8))
    return try #require((value as? [String: Any])?["error"] as? [String: Any])
  }
}

/// The built program, run as users run it.
enum Program {
  /// Beside the test bundle, where the package manager puts both.
  static let url: URL = {
    let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("fieldsurvey")
    if FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
    return URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../.build/debug/fieldsurvey")
      .standardizedFileURL
  }()

  /// The tester's own settings take no part.
  static var environment: [String: String] {
    ProcessInfo.processInfo.environment.filter { key, _ in
      !["FIELDSURVEY_", "LC_", "LANG"].contains { key.hasPrefix($0) }
    }.merging(["XDG_STATE_HOME": state.path]) { _, new in new }
  }

  /// Where this machine remembers the replicas of all tests: outside of the tester's own folders.
  private static let state = FileManager.default.temporaryDirectory.appendingPathComponent("fieldsurvey-test-state-\(getpid())")

  static func process(_ arguments: [String], environment extra: [String: String] = [:]) -> Process {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.environment = environment.merging(extra) { _, new in new }
    return process
  }

  /// Runs the program to its end.
  static func run(_ arguments: [String], stdin: String = "", environment: [String: String] = [:]) throws -> Outcome {
    try run(process(arguments, environment: environment), stdin: stdin)
  }

  /// Runs it from a shell's script, where it is `$0` and the arguments are `$1` and on.
  static func run(shell script: String, _ arguments: String..., stdin: String = "") throws -> Outcome {
    let process = process(["-c", script, url.path] + arguments)
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    return try run(process, stdin: stdin)
  }

  private static func run(_ process: Process, stdin: String) throws -> Outcome {
    // Files, not pipes: nothing has to be read while it runs.
    let folder = try TemporaryFolder()
    let files = try ["in", "out", "err"].map { name in
      let file = folder.url.appendingPathComponent(name)
      try Data(name == "in" ? Array(stdin.utf8) : []).write(to: file)
      return file
    }
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, stdout: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self),
      stderr: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self))
  }
}

/// A folder of its own for each test, gone afterwards.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("fieldsurvey-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    chmod(url.path, 0o700)
    try? FileManager.default.removeItem(at: url)
  }
}
