import ArgumentParser
import Foundation
import Testing

@testable import fieldsurvey

/// Flags come before the environment, the environment before the file, the file before the default (docs/operating/relay.md).
@Suite struct SettingsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The command as it runs, by what is set where.
  private func serve(_ typed: String..., variable: String? = nil, file: String? = nil) throws -> ServeCommand {
    try write(file, "serve.conf")
    let all = try Settings.arguments(
      ["serve"] + typed, environment: variable.map { ["FIELDSURVEY_SERVE_PORT": $0] } ?? [:], folder: folder.url.path)
    return try ServeCommand.parse(Array(all.dropFirst()))
  }

  private func write(_ text: String?, _ name: String) throws {
    let url = folder.url.appendingPathComponent(name)
    try? FileManager.default.removeItem(at: url)
    try text.map { try Data($0.utf8).write(to: url) }
  }

  private func failure(_ text: String, _ typed: String..., environment: [String: String] = [:]) throws -> Failure? {
    try write(text, "serve.conf")
    do {
      _ = try Settings.arguments(["serve"] + typed, environment: environment, folder: folder.url.path)
      return nil
    } catch let failure as Failure { return failure }
  }

  @Test func aFlagComesBeforeTheEnvironmentThatBeforeTheFileThatBeforeTheDefault() throws {
    #expect(try serve().port == 8473)
    #expect(try serve(file: "port = 1").port == 1)
    #expect(try serve(variable: "2").port == 2)
    #expect(try serve("--port", "3").port == 3)
    #expect(try serve(variable: "2", file: "port = 1").port == 2)
    #expect(try serve("--port", "3", file: "port = 1").port == 3)
    #expect(try serve("--port=3", variable: "2").port == 3)
    #expect(try serve("--port", "3", variable: "2", file: "port = 1").port == 3)
    // What one of them does not say the next does.
    let mixed = try serve("--host", "127.0.0.2", variable: "2", file: "port = 1\nuser = chief\n")
    #expect((mixed.host, mixed.port, mixed.user) == ("127.0.0.2", 2, "chief"))
  }

  @Test func aSwitchIsYesOrNoAndTheCommandLineMayTurnItOff() throws {
    #expect(try serve(file: "verbose = yes").verbose)
    #expect(try !serve(file: "verbose = no").verbose)
    #expect(try !serve("--no-verbose", file: "verbose = yes").verbose)
    #expect(try serve("--verbose", file: "verbose = no").verbose)
    #expect(try !serve("--no-behind-tls-proxy", file: "behind-tls-proxy = true").behindTLSProxy)
    #expect(try failure("verbose = perhaps") != nil)
  }

  @Test func theDaemonHasItsOwnVariablesAndItsOwnFile() throws {
    try write("port = 1", "serve.conf")
    func interval(_ typed: String..., environment: [String: String] = [:]) throws -> Double {
      let all = try Settings.arguments(["daemon"] + typed, environment: environment, folder: folder.url.path)
      return try DaemonCommand.parse(Array(all.dropFirst())).interval
    }
    #expect(try interval(environment: ["FIELDSURVEY_SERVE_PORT": "x"]) == 300)
    try write("# at night\n\n  interval =  600  \n", "daemon.conf")
    #expect(try interval() == 600)
    #expect(try interval(environment: ["FIELDSURVEY_DAEMON_INTERVAL": "700"]) == 700)
    #expect(try interval("--interval", "800", environment: ["FIELDSURVEY_DAEMON_INTERVAL": "700"]) == 800)
    #expect(try Settings.arguments(["sync"], environment: ["FIELDSURVEY_DAEMON_INTERVAL": "x"], folder: folder.url.path) == ["sync"])
  }

  @Test func theFileIsTheOneThatIsNamed() throws {
    try write("port = 1", "serve.conf")
    try write("port = 7", "other.conf")
    let other = folder.url.appendingPathComponent("other.conf").path
    #expect(try serve("--config", other, file: "port = 1").port == 7)
    func port(_ typed: String..., environment: [String: String]) throws -> Int {
      try ServeCommand.parse(
        Array(try Settings.arguments(["serve"] + typed, environment: environment, folder: folder.url.path).dropFirst())
      ).port
    }
    #expect(try port(environment: ["FIELDSURVEY_SERVE_CONFIG": other]) == 7)
    let missing = other + ".none"
    #expect(try port("--config=\(other)", environment: ["FIELDSURVEY_SERVE_CONFIG": missing]) == 7)
    #expect(throws: Failure.self) { try port(environment: ["FIELDSURVEY_SERVE_CONFIG": missing]) }
  }

  @Test func whatIsNoSettingIsAnErrorThatNamesTheLine() throws {
    for text in [
      "port = 1\nprot = 2", "port = 1\nport = 2", "port = 1\nhost", "port = 1\nhost =", "port = 1\nPort = 2", "port = 1\n= 2",
      "\nport = x", "\nport = 65536", "\nlog-format = xml", "\nconfig = other.conf", "\nhelp = yes",
    ] {
      let told = try #require(try failure(text), "\(text)")
      #expect(told.code == "bad-setting" && told.status == .notConfigured)
      #expect(told.what.en.contains("serve.conf, line 2") && told.what.zh.contains("第 2 行"), "\(told.what.en)")
    }
    let variable = try #require(try failure("", environment: ["FIELDSURVEY_SERVE_PROT": "1"]))
    #expect(variable.what.en.contains("FIELDSURVEY_SERVE_PROT"))
    // What is overridden is judged where it is needed; what was typed wrongly is the parser's to tell.
    #expect(try failure("port = 1", "--port", "x") == nil)
  }

  @Test func aFileIsSmallAndText() throws {
    let longest = String(repeating: "#", count: Settings.fileBytes - 1)
    for text in [longest, longest + "#"] { #expect(try failure(text) == nil) }
    #expect(try failure(longest + "##") != nil)
  }

  @Test func theProgramReadsItAndSaysWhatIsWrong() throws {
    let file = folder.url.appendingPathComponent("my.conf")
    try Data("interval = 600\nintervall = 5\n".utf8).write(to: file)
    let outcome = try Program.run(["daemon", "--config", file.path, "--json", "--home", folder.url.path])
    #expect(outcome.status == 78)
    #expect(try outcome.error()["code"] as? String == "bad-setting")
    let named = try Program.run(["daemon", "--json", "--home", folder.url.path], environment: ["FIELDSURVEY_DAEMON_CONFIG": file.path])
    #expect(named.status == 78)
  }
}
