import Foundation
import TestCertificates
import Testing

/// A home, and the program run in it.
struct Place {
  let home: URL
  var environment: [String: String] = [:]

  /// Runs a command in this home, whatever comes of it.
  func attempt(_ arguments: String..., stdin: String = "") throws -> Outcome {
    try Program.run(arguments + ["--home", home.path], stdin: stdin, environment: environment)
  }

  /// Runs a command that has to succeed.
  @discardableResult
  func run(_ arguments: String..., stdin: String = "", sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
    let outcome = try Program.run(arguments + ["--home", home.path], stdin: stdin, environment: environment)
    try #require(outcome.status == 0, "\(arguments): \(outcome.stderr)", sourceLocation: sourceLocation)
    return outcome.stdout
  }

  /// Runs a command with `--json` that has to succeed.
  func ask(_ arguments: String..., stdin: String = "", sourceLocation: SourceLocation = #_sourceLocation) throws -> Any {
    let outcome = try Program.run(arguments + ["--json", "--home", home.path], stdin: stdin, environment: environment)
    try #require(outcome.status == 0, "\(arguments): \(outcome.stderr)", sourceLocation: sourceLocation)
    return try outcome.json()
  }

  /// The `id` of what a command made.
  func make(_ arguments: String..., stdin: String = "", sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
    let outcome = try Program.run(arguments + ["--json", "--home", home.path], stdin: stdin, environment: environment)
    try #require(outcome.status == 0, "\(arguments): \(outcome.stderr)", sourceLocation: sourceLocation)
    return try #require(outcome.object()["id"] as? String, sourceLocation: sourceLocation)
  }
}

/// An office that serves, in a folder of its own; it ends with the test.
final class Office {
  /// A plant that is nobody's; its code is valid.
  static let code = "91350206MAX000015L"

  let folder: TemporaryFolder
  let place: Place
  let url: String
  private let options: [String]
  private var server: Process

  /// - Parameters:
  ///   - more: options of `serve`, beside those that are always given.
  ///   - certificate: with which it serves by TLS; nil for plain HTTP.
  ///   - other: an office whose certificates it issues too, in a home of its own.
  init(_ more: String..., certificate: TestCertificate? = nil, issuing other: Office? = nil) throws {
    folder = try TemporaryFolder()
    place = Place(home: folder.url.appendingPathComponent("office"))
    if let other {
      try FileManager.default.createDirectory(at: place.home, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      let key = "issuer.key"
      try FileManager.default.copyItem(at: other.place.home.appendingPathComponent(key), to: place.home.appendingPathComponent(key))
    }
    let files = try certificate?.write(to: folder.url.path)
    options = files.map { ["--tls-certificate", $0.certificate, "--tls-key", $0.key, "--host", "0.0.0.0"] } ?? []
    let port: String
    (server, port) = try Self.serve(["--init", "--port", "0"] + options + more, place, folder)
    url = files == nil ? "http://127.0.0.1:\(port)" : "https://localhost:\(port)"
  }

  /// Begins to serve again where it did before, perhaps with another certificate, or by a clock that has gone on.
  func start(_ more: String..., certificate: TestCertificate? = nil, daysLater days: Int = 0) throws {
    try certificate?.write(to: folder.url.path)
    (server, _) = try Self.serve(["--port", String(port)] + options + more, place, folder, daysLater: days)
  }

  /// A new enrolment code.
  func code(_ user: String) throws -> String {
    try place.run("device", "code", user).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  var port: Int { url.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

  /// What `serve` has written to stderr.
  func log() throws -> String { try String(contentsOf: folder.url.appendingPathComponent("serve.log"), encoding: .utf8) }

  private static func serve(
    _ arguments: [String], _ place: Place, _ folder: TemporaryFolder, daysLater days: Int = 0
  ) throws -> (Process, port: String) {
    let portFile = folder.url.appendingPathComponent("port")
    try? FileManager.default.removeItem(at: portFile)
    let server = Program.process(
      ["serve"] + arguments + ["--port-file", portFile.path, "--home", place.home.path],
      environment: ["FIELDSURVEY_CLOCK_OFFSET_SECONDS": String(days * 86_400)])
    server.standardInput = FileHandle.nullDevice
    server.standardOutput = FileHandle.nullDevice
    let log = folder.url.appendingPathComponent("serve.log")
    if !FileManager.default.fileExists(atPath: log.path) { try Data().write(to: log) }
    let stderr = try FileHandle(forWritingTo: log)
    try stderr.seekToEnd()
    server.standardError = stderr
    try server.run()
    let deadline = Date().addingTimeInterval(30)
    var port = ""
    while port.isEmpty, Date() < deadline {
      Thread.sleep(forTimeInterval: 0.05)
      port = ((try? String(contentsOf: portFile, encoding: .utf8)) ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
    }
    try #require(!port.isEmpty, "the office does not listen")
    return (server, port)
  }

  deinit { if server.isRunning { server.terminate() } }

  /// Ends the office as an operator does.
  /// - Returns: the exit code.
  func stop() -> Int32 {
    beginToStop()
    server.waitUntilExit()
    return server.terminationStatus
  }

  /// Tells the office to end, as an operator does.
  func beginToStop() { server.terminate() }

  var isRunning: Bool { server.isRunning }

  /// A laptop of a user, enrolled here.
  /// - Parameter name: of its folder, where a user has several; by default the user's.
  func laptop(_ user: String, as role: String = "specialist", named name: String? = nil, environment: [String: String] = [:]) throws
    -> Place
  {
    let code = try place.run("device", "code", user, "--role", role).trimmingCharacters(in: .whitespacesAndNewlines)
    let laptop = Place(home: folder.url.appendingPathComponent(name ?? user), environment: environment)
    try laptop.run("enrol", url, code)
    return laptop
  }

  /// A plant, assigned to users.
  func plant(for users: String...) throws -> String {
    let plant = try place.make("enterprise", "add", "鹭岛精密电子(虚构)", "--uscc", Self.code, "--district", "350206")
    for user in users { try place.run("assign", plant, user) }
    try place.run("sync")
    return plant
  }
}
