import Foundation
import Testing

/// The daemon as a process: one of it, what it says of itself, and that it says what is so.
@Suite(.serialized) struct DaemonCommandTests {
  /// A program of the system's that a test puts in its place.
  private static func fake(_ name: String, _ script: String, in office: Office) throws -> [String: String] {
    let folder = office.folder.url.appendingPathComponent("bin")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appendingPathComponent(name)
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    return ["PATH": folder.path + ":/usr/bin:/bin"]
  }

  private static func daemon(_ place: Place) throws -> [String: Any]? {
    (try place.ask("status") as? [String: Any])?["daemon"] as? [String: Any]
  }

  private static func start(_ place: Place, _ options: String...) throws -> Process {
    let process = Program.process(["daemon", "--json", "--home", place.home.path] + options, environment: place.environment)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  private static func wait(_ what: String, _ condition: () throws -> Bool) throws {
    let deadline = Date().addingTimeInterval(30)
    while Date() < deadline {
      if try condition() { return }
      Thread.sleep(forTimeInterval: 0.1)
    }
    Issue.record("never: \(what)")
  }

  @Test func statusSaysWhatTheDaemonDoesAndThatThereIsOne() throws {
    let office = try Office()
    let laptop = try office.laptop("li")
    #expect(try Self.daemon(laptop) == nil)
    let process = try Self.start(laptop, "--interval", "3600")
    defer { process.terminate() }
    try Self.wait("waiting") { try Self.daemon(laptop)?["activity"] as? String == "waiting" }
    let waiting = try #require(try Self.daemon(laptop))
    #expect(waiting["isRunning"] as? Bool == true)
    #expect(waiting["next"] is String && waiting["lastExchange"] is String && waiting["lastFailure"] == nil)
    #expect(try laptop.run("status").contains("下次"))
    let second = try laptop.attempt("daemon", "--json")
    #expect(second.status == 75)
    #expect(try second.error()["code"] as? String == "daemon-runs")
    // Killed, it cannot say so: the kernel does.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(try Self.daemon(laptop)?["isRunning"] as? Bool == false)
    #expect(try laptop.run("status").contains("没有在运行"))
    try laptop.run("daemon", "--once")
  }

  /// Sent is what the relay has acknowledged: what nobody answered is unsent, and the daemon says that it failed.
  @Test func nothingIsCalledSentThatTheRelayHasNotAcknowledged() throws {
    let office = try Office()
    let laptop = try office.laptop("li")
    _ = try laptop.make("enterprise", "add", "鹭岛精密电子(虚构)")
    for answer in [nil, CannedServer.http("200 OK"), CannedServer.http("503 Service Unavailable")] {
      let server = try CannedServer(answer)
      let file = laptop.home.appendingPathComponent("home.json")
      let text = try String(contentsOf: file, encoding: .utf8)
      try text.replacing(office.url, with: server.url).write(to: file, atomically: true, encoding: .utf8)
      #expect(try laptop.attempt("daemon", "--once", "--json").status != 0)
      try text.write(to: file, atomically: true, encoding: .utf8)
      let daemon = try #require(try Self.daemon(laptop))
      #expect(daemon["lastSent"] as? Int == 0)
      #expect(daemon["lastFailure"] is String)
      let status = try #require(try laptop.ask("status") as? [String: Any])
      #expect((status["unsent"] as? [String: Any])?["changesets"] as? Int == 1)
    }
    try laptop.run("daemon", "--once")
    #expect(try Self.daemon(laptop)?["lastSent"] as? Int == 1)
    #expect(try Self.daemon(laptop)?["lastFailure"] == nil)
  }

  @Test func aMeteredNetworkIsLeftAloneWhereThatIsAskedFor() throws {
    let office = try Office()
    var laptop = try office.laptop("li")
    laptop.environment = try Self.fake("busctl", "echo 'u 1'", in: office)
    let outcome = try laptop.attempt("daemon", "--once", "--metered", "never", "--json")
    #expect(outcome.status == 75)
    #expect(try outcome.error()["code"] as? String == "not-now")
    #expect((try outcome.error()["details"] as? [String: String])?["reason"] == "metered")
    try laptop.run("daemon", "--once", "--metered", "sparingly")
    laptop.environment = try Self.fake("busctl", "echo 'u 2'", in: office)
    try laptop.run("daemon", "--once", "--metered", "never")
    // One that does not answer is not waited for.
    laptop.environment = try Self.fake("busctl", "exec sleep 60", in: office)
    try laptop.run("daemon", "--once", "--metered", "never")
    #expect(try laptop.attempt("daemon", "--once", "--metered", "often").status == 64)
    #expect(try laptop.attempt("daemon", "--once", "--window", "22-6").status == 64)
  }

  @Test func photographsWaitForANetworkThatIsNotMetered() throws {
    let office = try Office()
    var laptop = try office.laptop("li")
    let plant = try office.plant(for: "li")
    try laptop.run("sync")
    let photo = office.folder.url.appendingPathComponent("a.pdf")
    try Data("%PDF-1.7 contract".utf8).write(to: photo)
    try laptop.run("attachment", "add", photo.path, "--to", plant)
    func files(_ key: String) throws -> Int? { (try laptop.object("status")["attachments"] as? [String: Any])?[key] as? Int }
    laptop.environment = try Self.fake("busctl", "echo 'u 1'", in: office)
    try laptop.run("daemon", "--once")
    #expect(try files("queued") == 1 && files("verified") == 0)
    #expect((try laptop.object("status")["unsent"] as? [String: Any])?["changesets"] as? Int == 0)
    try laptop.run("daemon", "--once", "--metered", "always")
    #expect(try files("queued") == 0 && files("verified") == 1)
  }

  @Test func whatWasReturnedIsToldOnceAndNamesNobody() throws {
    let office = try Office()
    var laptop = try office.laptop("li")
    let plant = try office.plant(for: "li")
    let notes = office.folder.url.appendingPathComponent("notes").path
    laptop.environment = try Self.fake("notify-send", "echo \"$@\" >> '\(notes)'", in: office)
    func told() -> [String] {
      ((try? String(contentsOfFile: notes, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
    }
    try laptop.run("daemon", "--once")
    #expect(told().isEmpty)
    try laptop.run("need", "add", plant, "--link", "rd", "--text", "before")
    try laptop.run("daemon", "--once")
    try office.place.run("assign", plant, "li", "--withdraw")
    try laptop.run("need", "add", plant, "--link", "rd", "--text", "after")
    for _ in 0..<2 { try laptop.run("daemon", "--once") }
    #expect(told().count == 1)
    #expect(told().allSatisfy { $0.contains("status") && !$0.contains("鹭岛") && !$0.contains(plant) })
    #expect((try office.place.ask("need", "list", plant) as? [Any])?.count == 2)
  }

  @Test func aLockedHomeIsExchangedOnceSomebodyUnlocksIt() throws {
    let office = try Office()
    let laptop = try office.laptop("li")
    _ = try laptop.make("enterprise", "add", "鹭岛精密电子(虚构)")
    let file = office.folder.url.appendingPathComponent("passphrase")
    try Data("correct horse battery\n".utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    try laptop.run("protect", "--passphrase-file", file.path)
    _ = try laptop.attempt("lock")
    defer { _ = try? laptop.attempt("lock") }
    let process = try Self.start(laptop, "--interval", "1")
    defer {
      process.terminate()
      process.waitUntilExit()
    }
    let state = laptop.home.appendingPathComponent("daemon.json")
    try Self.wait("locked") { ((try? String(contentsOf: state, encoding: .utf8)) ?? "").contains("\"failure\":\"locked\"") }
    // A sandbox may have no keyring.
    guard try laptop.attempt("unlock", "--passphrase-file", file.path).status == 0 else { return }
    try Self.wait("sent") { try Self.daemon(laptop)?["lastSent"] as? Int == 1 }
  }
}
