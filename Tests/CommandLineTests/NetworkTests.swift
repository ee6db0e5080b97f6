import Foundation
import Testing

/// What may stand at the relay's address, and what is said of it.
@Suite(.serialized) struct NetworkTests {
  @Test func theOfficeSeesAnEnterpriseThatTwoPeopleRecorded() throws {
    let office = try Office()
    for user in ["li", "chen"] {
      let laptop = try office.laptop(user)
      try laptop.run("enterprise", "add", "鹭岛(虚构)", "--uscc", Office.code)
      try laptop.run("sync")
    }
    try office.place.run("sync")
    let outcome = try office.place.attempt("enterprise", "list", "--json")
    #expect(try (outcome.json() as? [Any])?.count == 2)
    #expect(outcome.stderr.contains("提醒:2 家企业的信用代码都是 \(Office.code)"))
    #expect(office.stop() == 0)
  }

  @Test func whatTheOfficeWroteIsThereForTheNextSync() throws {
    let office = try Office()
    let laptop = try office.laptop("li")
    // No sync at the office, and no time for its desk to wake.
    let plant = try office.place.make("enterprise", "add", "鹭岛精密电子(虚构)")
    try office.place.run("assign", plant, "li")
    try laptop.run("sync")
    try laptop.run("enterprise", "show", plant)
    #expect(office.stop() == 0)
  }

  private static let problem = CannedServer.http(
    "401 Unauthorized", type: "application/problem+json", body: #"{"type":"about:blank","code":"unauthorized","id":"7","status":401}"#)

  @Test(arguments: [
    (CannedServer.http("200 OK"), Int32(76), "not-our-server"),
    (CannedServer.http("302 Found"), 76, "redirected"),
    (problem, 77, "unauthorized"),
    (CannedServer.http("401 Unauthorized"), 77, "unauthorized"),
    (CannedServer.http("413 Content Too Large"), 76, "too-large"),
    (CannedServer.http("429 Too Many Requests"), 75, "too-many"),
    (CannedServer.http("500 Internal Server Error"), 69, "server-failed"),
    (CannedServer.http("503 Service Unavailable"), 75, "server-failed"),
    (CannedServer.http("200 OK", type: "application/cbor", body: "not the protocol"), 76, "malformed"),
    (nil, 69, "cut-short"),
  ])
  func whatIsNoRelayIsToldAndNothingIsLost(answer: String?, status: Int32, code: String) throws {
    let laptop = try Self.laptop()
    let server = try CannedServer(answer)
    try laptop.point(to: server.url)
    let outcome = try laptop.place.attempt("sync", "--json")
    #expect(outcome.status == status, "\(outcome.stderr)")
    #expect(outcome.stdout.isEmpty)
    let error = try outcome.error()
    #expect(error["code"] as? String == code)
    #expect((error["kept"] as? String)?.isEmpty == false)
    let state = try #require(laptop.place.ask("status") as? [String: Any])
    #expect((state["unsent"] as? [String: Any])?["changesets"] as? Int == 1)
    #expect(state["lastFailure"] as? String == code)
  }

  @Test func aRelayThatIsGoneIsUnreachable() throws {
    let laptop = try Self.laptop()
    #expect(laptop.office.stop() == 0)
    let outcome = try laptop.place.attempt("sync", "--json")
    #expect(outcome.status == 69)
    #expect(try outcome.error()["code"] as? String == "unreachable")
    #expect(try laptop.place.attempt("daemon", "--once", "--json").status == 69)
  }

  @Test func aRevokedDeviceIsToldAndKeepsItsWork() throws {
    let laptop = try Self.laptop()
    let device = try #require((laptop.place.ask("status") as? [String: Any])?["device"] as? String)
    try laptop.office.place.run("device", "revoke", String(device.prefix(8)))
    let outcome = try laptop.place.attempt("sync", "--json")
    #expect(outcome.status == 77)
    #expect(try outcome.error()["code"] as? String == "unauthorized")
    #expect((try laptop.place.ask("enterprise", "list") as? [Any])?.count == 1)
  }

  @Test func aTokenIsNeverShown() throws {
    let laptop = try Self.laptop()
    let file = laptop.place.home.appendingPathComponent("token")
    let token = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(token.count > 20)
    let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    for command in [["status"], ["doctor"], ["sync"], ["status", "--json"], ["doctor", "--json"]] {
      let outcome = try Program.run(command + ["--home", laptop.place.home.path])
      #expect(!(outcome.stdout + outcome.stderr).contains(token))
    }
  }

  @Test func anEnrolmentCodeWorksOnceAndPlainHTTPOnlyHere() throws {
    let office = try Office()
    let code = try office.place.run("device", "code", "li").trimmingCharacters(in: .whitespacesAndNewlines)
    let first = Place(home: office.folder.url.appendingPathComponent("first"))
    #expect(try first.attempt("enrol", "http://relay.example.org", code, "--json").error()["code"] as? String == "insecure-url")
    #expect(try first.attempt("enrol", "ftp://relay.example.org", code).status == 64)
    #expect(!FileManager.default.fileExists(atPath: first.home.path))
    try first.run("enrol", office.url, code.lowercased())
    let second = Place(home: office.folder.url.appendingPathComponent("second"))
    let outcome = try second.attempt("enrol", office.url, code, "--json")
    #expect(outcome.status == 77)
    #expect((try outcome.error()["details"] as? [String: String])?["serverCode"] == "code-used")
  }

  @Test func oneProcessSyncsAtATime() throws {
    let laptop = try Self.laptop()
    let lock = open(laptop.place.home.appendingPathComponent("sync.lock").path, O_RDWR | O_CREAT, 0o600)
    defer { close(lock) }
    try #require(flock(lock, LOCK_EX) == 0)
    let outcome = try laptop.place.attempt("sync", "--wait", "0", "--json")
    #expect(outcome.status == 75)
    #expect(try outcome.error()["code"] as? String == "busy")
  }

  @Test func theDaemonSyncsAndEndsWhenTold() throws {
    let laptop = try Self.laptop()
    let daemon = Program.process(["daemon", "--interval", "1", "--json", "--home", laptop.place.home.path])
    daemon.standardOutput = FileHandle.nullDevice
    daemon.standardError = FileHandle.nullDevice
    try daemon.run()
    var unsent = 1
    for _ in 0..<100 where unsent > 0 {
      Thread.sleep(forTimeInterval: 0.1)
      let state = try #require(laptop.place.ask("status") as? [String: Any])
      unsent = try #require((state["unsent"] as? [String: Any])?["changesets"] as? Int)
    }
    #expect(unsent == 0)
    daemon.terminate()
    daemon.waitUntilExit()
    #expect(daemon.terminationReason == .exit && daemon.terminationStatus == 0)
  }

  /// A laptop with one enterprise that has not been sent.
  private struct Laptop {
    let office: Office
    let place: Place

    func point(to url: String) throws {
      let file = place.home.appendingPathComponent("home.json")
      let text = try String(contentsOf: file, encoding: .utf8).replacing(office.url, with: url)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
  }

  private static func laptop() throws -> Laptop {
    let office = try Office()
    let place = try office.laptop("li")
    _ = try place.make("enterprise", "add", "鹭岛精密电子(虚构)")
    return Laptop(office: office, place: place)
  }
}
