import Foundation
import Testing

/// A laptop takes another key without enrolling again, wherever it is cut.
@Suite(.serialized) struct KeyRotationTests {
  private static func secret(_ place: Place, _ name: String) throws -> Data? {
    try? Data(contentsOf: place.home.appendingPathComponent(name))
  }

  private static func put(_ data: Data?, _ name: String, in place: Place) throws {
    let file = place.home.appendingPathComponent(name)
    if let data { try data.write(to: file) } else { try? FileManager.default.removeItem(at: file) }
  }

  private static func fingerprint(_ office: Office) throws -> String? {
    let listed = try #require(try office.place.ask("device", "list") as? [[String: Any]])
    return listed.first { $0["user"] as? String == "lin" }?["fingerprint"] as? String
  }

  private static func certificate(_ place: Place) throws -> String {
    let profile = try JSONSerialization.jsonObject(with: Data(contentsOf: place.home.appendingPathComponent("home.json")))
    let issued = try #require((profile as? [String: Any])?["certificate"] as? [String: Any])
    return try #require(issued["bytes"] as? String)
  }

  private static func note(_ text: String, _ plant: String, _ places: [Place]) throws {
    try places[0].run("need", "add", plant, "--link", "rd", "--text", text)
    for place in places + places { try place.run("sync") }
    for place in places {
      let all = try #require(try place.ask("need", "list", plant) as? [[String: Any]])
      #expect(all.contains { $0["text"] as? String == text }, "\(text)")
    }
  }

  @Test func whatTheOldKeySignedGoesOnAndTheNewOneTakesItsPlace() throws {
    let office = try Office()
    let plant = try office.plant(for: "lin")
    let lin = try office.laptop("lin")
    try lin.run("sync")
    let (before, old) = (try Self.fingerprint(office), try Self.secret(lin, "device.key"))
    try office.place.run("bundle", "export", office.folder.url.appendingPathComponent("stick").path, "--for", "lin")
    // Not sent yet, and signed by the old key.
    try lin.run("need", "add", plant, "--link", "rd", "--text", "旧密钥所签")
    let told = try #require(try lin.ask("device", "rotate-key") as? [String: Any])
    #expect(try Self.fingerprint(office) == told["fingerprint"] as? String && before != told["fingerprint"] as? String)
    #expect(try Self.secret(lin, "device.key") != old && Self.secret(lin, "device.key.former") == old)
    #expect(try Self.secret(lin, "device.key.next") == nil)
    try Self.note("新密钥所签", plant, [lin, office.place])
    let needs = try #require(try office.place.ask("need", "list", plant) as? [[String: Any]])
    #expect(Set(needs.compactMap { $0["text"] as? String }) == ["旧密钥所签", "新密钥所签"])
    // A bundle that was written for the old key is read all the same.
    try lin.run("bundle", "import", office.folder.url.appendingPathComponent("stick").path)
    #expect(try office.place.attempt("device", "rotate-key").status != 0)
    for place in [lin, office.place] { #expect(try place.attempt("doctor").status == 0) }
    #expect(try office.place.run("device", "list").contains("lin"))
  }

  /// Cut before the relay was asked, after it had answered, and between the files: asked once more it goes on, and so does the next sync.
  @Test func whereverItIsCutItGoesOn() throws {
    let office = try Office()
    let plant = try office.plant(for: "lin")
    let lin = try office.laptop("lin")
    try lin.run("sync")
    let (profile, old) = (try Self.secret(lin, "home.json"), try Self.secret(lin, "device.key"))
    let next = Data((String(repeating: "5a", count: 32) + "\n").utf8)
    // Before it was asked: the key lies there, and nobody minds.
    try Self.put(next, "device.key.next", in: lin)
    try Self.note("尚未询问", plant, [lin, office.place])
    try lin.run("device", "rotate-key")
    #expect(try Self.secret(lin, "device.key") == next)
    let (renewed, after) = (try Self.secret(lin, "home.json"), try Self.fingerprint(office))
    // The answer was lost: the same key is certified once more, or taken up with the next exchange.
    for isBySync in [false, true] {
      try Self.put(profile, "home.json", in: lin)
      try Self.put(old, "device.key", in: lin)
      try Self.put(next, "device.key.next", in: lin)
      try lin.run("need", "add", plant, "--link", "rd", "--text", "答复丢失 \(isBySync)")
      if isBySync { try lin.run("sync") } else { try lin.run("device", "rotate-key") }
      #expect(try Self.secret(lin, "device.key") == next && Self.secret(lin, "home.json") == renewed)
      #expect(try Self.fingerprint(office) == after)
      try Self.note("之后 \(isBySync)", plant, [lin, office.place])
    }
    // The certificate is here, and the key not yet in its place.
    try Self.put(old, "device.key", in: lin)
    try Self.put(next, "device.key.next", in: lin)
    try Self.note("文件之间", plant, [lin, office.place])
    try lin.run("device", "rotate-key")
    #expect(try Self.secret(lin, "device.key.former") == next && Self.fingerprint(office) != after)
    try Self.note("又换一次", plant, [lin, office.place])
    #expect(try office.place.attempt("doctor").status == 0)
    // Whoever has the key of before cannot have another certified.
    try Self.put(profile, "home.json", in: lin)
    try Self.put(old, "device.key", in: lin)
    let outcome = try lin.attempt("device", "rotate-key", "--json")
    #expect(outcome.status != 0 && outcome.stderr.contains("另一把密钥"), "\(outcome.stderr)")
  }

  @Test func aProtectedHomeKeepsItsKeysEncrypted() throws {
    let office = try Office()
    let plant = try office.plant(for: "lin")
    let file = office.folder.url.appendingPathComponent("passphrase")
    try Data("correct horse battery\n".utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    let lin = Place(home: office.folder.url.appendingPathComponent("lin"), environment: ["FIELDSURVEY_PASSPHRASE_FILE": file.path])
    try lin.run("enrol", office.url, try office.code("lin"), "--passphrase-file", file.path)
    try lin.run("sync")
    try lin.run("device", "rotate-key")
    for name in ["device.key", "device.key.former"] {
      let bytes = try #require(try Self.secret(lin, name))
      #expect(String(data: bytes, encoding: .utf8) == nil, "\(name) lies in clear")
    }
    try Self.note("加密的目录", plant, [lin, office.place])
  }

  /// The daemon that has been running signs by the certificate that was taken up since, of another role or key.
  @Test func theDaemonTakesUpWhatIsNew() throws {
    let office = try Office()
    let plant = try office.plant(for: "lin")
    let lin = try office.laptop("lin")
    try lin.run("sync")
    let daemon = Program.process(["daemon", "--json", "--interval", "1", "--home", lin.home.path])
    let log = office.folder.url.appendingPathComponent("daemon.log")
    try Data().write(to: log)
    daemon.standardOutput = try FileHandle(forWritingTo: log)
    daemon.standardError = FileHandle.nullDevice
    try daemon.run()
    defer { daemon.terminate() }
    let before = try Self.certificate(lin)
    try lin.run("device", "rotate-key")
    let rotated = try Self.certificate(lin)
    #expect(rotated != before)
    try lin.run("need", "add", plant, "--link", "rd", "--text", "守护进程在运行")
    let deadline = Date().addingTimeInterval(30)
    var isSent = false
    while !isSent, Date() < deadline {
      try office.place.run("sync")
      isSent = (try office.place.ask("need", "list", plant) as? [Any])?.isEmpty == false
    }
    #expect(isSent)
    _ = try office.place.run("device", "role", "lin", "viewer")
    while try Self.certificate(lin) == rotated, Date() < deadline { Thread.sleep(forTimeInterval: 0.1) }
    #expect(try Self.certificate(lin) != rotated)
    #expect(daemon.isRunning)
  }
}
