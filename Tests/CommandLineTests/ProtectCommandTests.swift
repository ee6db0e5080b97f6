import Foundation
import Testing

/// A laptop whose home is encrypted, from outside.
@Suite struct ProtectCommandTests {
  private static let passphrase = "correct horse battery"

  private static func file(_ text: String, in office: Office, mode: Int = 0o600) throws -> String {
    let url = office.folder.url.appendingPathComponent(UUID().uuidString)
    try Data((text + "\n").utf8).write(to: url)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
    return url.path
  }

  /// Every file of a home, as bytes.
  private static func bytes(of place: Place) -> Data {
    let names = FileManager.default.enumerator(atPath: place.home.path)?.compactMap { $0 as? String } ?? []
    return names.reduce(into: Data()) { all, name in
      all.append(FileManager.default.contents(atPath: place.home.path + "/" + name) ?? Data())
    }
  }

  /// Stands in what is attached.
  private static let marker = Data("厂区照片里的一句话".utf8)

  /// A file that is attached, and half of one that is arriving.
  /// - Returns: the attachment, and what it holds.
  private static func attach(_ laptop: Place, to plant: String, in office: Office) throws -> (id: String, bytes: Data) {
    let bytes = Data("%PDF-1.7\n".utf8) + Data((0..<9000).flatMap { _ in marker })
    let file = office.folder.url.appendingPathComponent("\(UUID().uuidString).pdf")
    try bytes.write(to: file)
    let told = try #require(try laptop.ask("attachment", "add", file.path, "--to", plant) as? [[String: Any]])
    let incoming = laptop.home.path + "/replica.sqlite-attachments/incoming"
    let arriving = "\(incoming)/get-\(String(repeating: "5a", count: 32))"
    try Data((0..<8000).flatMap { _ in marker }).write(to: URL(fileURLWithPath: arriving))
    return (try #require(told.first?["id"] as? String), bytes)
  }

  private static func checks(_ laptop: Place) throws -> [String: [String: Any]] {
    let doctor = try #require(
      try JSONSerialization.jsonObject(with: Data(laptop.attempt("doctor", "--json").stdout.utf8)) as? [String: Any])
    let checks = try #require(doctor["checks"] as? [[String: Any]])
    return Dictionary(checks.compactMap { check in (check["code"] as? String).map { ($0, check) } }) { one, _ in one }
  }

  @Test func whatIsAttachedAndWhatIsArrivingIsEncryptedToo() throws {
    let office = try Office()
    let laptop = try office.laptop("li")
    let plant = try office.plant(for: "li")
    try laptop.run("sync")
    let (attachment, bytes) = try Self.attach(laptop, to: plant, in: office)
    #expect(Self.bytes(of: laptop).range(of: Self.marker) != nil)
    #expect((try Self.checks(laptop)["protection"]?["details"] as? [String: String])?["isProtected"] == "false")
    let clear = laptop.home.deletingLastPathComponent().appendingPathComponent("clear")
    let folder = laptop.home.appendingPathComponent("replica.sqlite-attachments")
    try FileManager.default.copyItem(at: folder, to: clear)

    let passphrase = try Self.file(Self.passphrase, in: office)
    try laptop.run("protect", "--passphrase-file", passphrase)
    defer { _ = try? laptop.attempt("lock") }
    #expect(Self.bytes(of: laptop).range(of: Self.marker) == nil)
    let named = Place(home: laptop.home, environment: ["FIELDSURVEY_PASSPHRASE_FILE": passphrase])
    #expect(try Self.checks(named)["partly-protected"] == nil)
    let out = office.folder.url.appendingPathComponent("out.pdf").path
    try named.run("attachment", "get", attachment, "--output", out)
    #expect(FileManager.default.contents(atPath: out) == bytes)
    #expect(try Self.code(named.attempt("protect", "--passphrase-file", passphrase, "--json")) == "already-protected")

    // As an earlier version left it: the database encrypted, and files in clear. That is said, and what is there can be read.
    try FileManager.default.removeItem(at: folder)
    try FileManager.default.copyItem(at: clear, to: folder)
    #expect((try Self.checks(named)["partly-protected"]?["details"] as? [String: String])?["filesInClear"] == "2")
    #expect(try named.attempt("doctor").status == 1)
    try named.run("attachment", "get", attachment, "--output", out, "--force")
    try named.run("protect")
    #expect(Self.bytes(of: laptop).range(of: Self.marker) == nil)
    #expect(try named.attempt("doctor").status == 0)
    // And what is sent is what was attached.
    try named.run("sync")
    try office.place.run("sync")
    let there = office.folder.url.appendingPathComponent("there.pdf").path
    try office.place.run("attachment", "get", attachment, "--output", there)
    #expect(FileManager.default.contents(atPath: there) == bytes)
    // What is added and fetched from now on is encrypted from its first byte.
    let other = Place(home: office.folder.url.appendingPathComponent("chen"), environment: ["FIELDSURVEY_PASSPHRASE_FILE": passphrase])
    try other.run("enrol", office.url, try office.code("chen"), "--passphrase-file", passphrase)
    try office.place.run("assign", plant, "chen")
    try office.place.run("sync")
    try other.run("sync", "--attachments", "all")
    defer { _ = try? other.attempt("lock") }
    try other.run("attachment", "get", attachment, "--output", there, "--force")
    #expect(Self.bytes(of: other).range(of: Self.marker) == nil)
  }

  private static func secrets(of place: Place) throws -> [Data] {
    try ["device.key", "token", "replica.sqlite"].map { try Data(contentsOf: place.home.appendingPathComponent($0)) }
  }

  private static func code(_ outcome: Outcome) throws -> String? { try outcome.error()["code"] as? String }

  @Test func aHomeInClearIsEncryptedAndGoesOn() throws {
    let office = try Office()
    let laptop = try office.laptop("li")
    _ = try office.plant(for: "li")
    try laptop.run("sync")
    let plant = Data("鹭岛".utf8)
    #expect(Self.bytes(of: laptop).range(of: plant) != nil, "the search finds nothing where nothing is encrypted")
    let token = try Data(contentsOf: laptop.home.appendingPathComponent("token"))
    let secret = try Data(contentsOf: laptop.home.appendingPathComponent("device.key"))
    let passphrase = try Self.file(Self.passphrase, in: office)

    let told = try #require(try laptop.ask("protect", "--passphrase-file", passphrase) as? [String: Any])
    let recovery = try #require(told["recoveryKey"] as? String)
    defer { _ = try? laptop.attempt("lock") }
    let after = Self.bytes(of: laptop)
    for clear in [plant, token, secret] { #expect(after.range(of: clear) == nil) }
    for name in try FileManager.default.contentsOfDirectory(atPath: laptop.home.path) {
      let mode = try FileManager.default.attributesOfItem(atPath: laptop.home.path + "/" + name)[.posixPermissions] as? Int
      #expect(mode == 0o600, "\(name)")
    }
    // Locked, nothing is told, and nothing is lost.
    try laptop.run("lock")
    let locked = try laptop.attempt("status", "--json")
    #expect(locked.status == 75)
    #expect(try Self.code(locked) == "locked")
    #expect(try Self.code(laptop.attempt("sync", "--json")) == "locked")
    // Unlocked in each of the ways, it goes on as the same device.
    let named = Place(home: laptop.home, environment: ["FIELDSURVEY_PASSPHRASE_FILE": passphrase])
    try named.run("sync")
    let wrong = try Self.file("another passphrase", in: office)
    #expect(try Self.code(laptop.attempt("unlock", "--passphrase-file", wrong, "--json")) == "wrong-passphrase")
    let paper = try Self.file(recovery.lowercased().replacingOccurrences(of: "-", with: " "), in: office)
    let new = try Self.file("a quite different one", in: office)
    try laptop.run("passphrase", "--recovery", "--passphrase-file", paper, "--new-passphrase-file", new)
    #expect(try Self.code(laptop.attempt("unlock", "--passphrase-file", passphrase, "--json")) == "wrong-passphrase")
    #expect(try Self.code(named.attempt("status", "--json")) == "wrong-passphrase")
    try Place(home: laptop.home, environment: ["FIELDSURVEY_PASSPHRASE_FILE": new]).run("status")
    let doctor = try #require(
      try Place(home: laptop.home, environment: ["FIELDSURVEY_PASSPHRASE_FILE": new]).ask("doctor") as? [String: Any])
    let checks = try #require(doctor["checks"] as? [[String: Any]])
    let protection = try #require(checks.first { $0["code"] as? String == "protection" }?["details"] as? [String: String])
    #expect(protection["isProtected"] == "true")
    #expect(!checks.contains { $0["code"] as? String == "incident" })
  }

  @Test func theKeyringKeepsItUnlockedForItsTimeWhereThereIsOne() throws {
    let office = try Office()
    let laptop = try office.laptop("li")
    let passphrase = try Self.file(Self.passphrase, in: office)
    try laptop.run("protect", "--passphrase-file", passphrase)
    _ = try laptop.attempt("lock")
    let unlocked = try laptop.attempt("unlock", "--hours", "1", "--passphrase-file", passphrase, "--json")
    defer { _ = try? laptop.attempt("lock") }
    // A sandbox may have none, which is said.
    guard unlocked.status == 0 else {
      #expect(try Self.code(unlocked) == "no-keyring")
      return
    }
    try laptop.run("status")
    #expect(try laptop.ask("lock") as? [String: Bool] == ["wasUnlocked": true])
    #expect(try laptop.attempt("status").status == 75)
    #expect(try laptop.attempt("unlock", "--hours", "0", "--passphrase-file", passphrase).status == 64)
    #expect(try laptop.attempt("unlock", "--hours", "169", "--passphrase-file", passphrase).status == 64)
  }

  @Test func enrollingWithAPassphraseMakesAnEncryptedHome() throws {
    let office = try Office()
    let passphrase = try Self.file(Self.passphrase, in: office)
    let laptop = Place(home: office.folder.url.appendingPathComponent("li"), environment: ["FIELDSURVEY_PASSPHRASE_FILE": passphrase])
    let told = try #require(
      try laptop.ask("enrol", office.url, try office.code("li"), "--passphrase-file", passphrase) as? [String: Any])
    defer { _ = try? laptop.attempt("lock") }
    #expect((told["recoveryKey"] as? String)?.count == 34)
    try laptop.run("sync")
    // Enrolled again it stays encrypted, and gets a new token.
    let again = try #require(try laptop.ask("enrol", office.url, try office.code("li")) as? [String: Any])
    #expect(again["isProtected"] as? Bool == true)
    #expect(again["recoveryKey"] == nil)
    try laptop.run("sync")
    #expect(try Data(contentsOf: laptop.home.appendingPathComponent("token")).starts(with: Data("SyncKit sealed".utf8)))
  }

  /// What a loss of power leaves of `protect`, after each of its steps: the same passphrase finishes it.
  @Test(arguments: ["device.key", "token", "replica.sqlite"]) func whatWasInterruptedIsFinished(stillInClear: String) throws {
    let office = try Office()
    let laptop = try office.laptop("li")
    let passphrase = try Self.file(Self.passphrase, in: office)
    let file = laptop.home.appendingPathComponent(stillInClear)
    let clear = try Data(contentsOf: file)
    try laptop.run("protect", "--passphrase-file", passphrase)
    defer { _ = try? laptop.attempt("lock") }
    // As it was before that file's turn.
    try clear.write(to: file)
    let keys = laptop.home.appendingPathComponent("keys.json")
    let text = try String(contentsOf: keys, encoding: .utf8)
    try Data(text.replacingOccurrences(of: "\"isComplete\" : true", with: "\"isComplete\" : false").utf8).write(to: keys)
    #expect(try Self.code(laptop.attempt("status", "--json")) == "protect-unfinished")
    let wrong = try Self.file("another passphrase", in: office)
    #expect(try Self.code(laptop.attempt("protect", "--passphrase-file", wrong, "--json")) == "wrong-passphrase")
    try laptop.run("protect", "--passphrase-file", passphrase)
    #expect(try Data(contentsOf: file).starts(with: Data("SyncKit sealed".utf8)))
    try Place(home: laptop.home, environment: ["FIELDSURVEY_PASSPHRASE_FILE": passphrase]).run("sync")
  }

  @Test func anotherKeyEncryptsAllAnewAndTheFormerOpensNothing() throws {
    let office = try Office()
    let laptop = try office.laptop("li")
    let plant = try office.plant(for: "li")
    try laptop.run("sync")
    let (attachment, bytes) = try Self.attach(laptop, to: plant, in: office)
    let (old, new) = (try Self.file(Self.passphrase, in: office), try Self.file("a quite different one", in: office))
    try laptop.run("protect", "--escrow-to-office", "--passphrase-file", old)
    defer { _ = try? laptop.attempt("lock") }
    let before = office.folder.url.appendingPathComponent("before")
    try FileManager.default.copyItem(at: laptop.home, to: before)
    try laptop.run("passphrase", "--new-key", "--passphrase-file", old, "--new-passphrase-file", new)
    // The home as it was at each step of that: what is left under the former key is finished by the new passphrase.
    let keys = laptop.home.appendingPathComponent("keys.json")
    let done = try String(contentsOf: keys, encoding: .utf8)
    let named = Place(home: laptop.home, environment: ["FIELDSURVEY_PASSPHRASE_FILE": new])
    func expectWhole() throws {
      #expect(try named.attempt("doctor").status == 0)
      let out = office.folder.url.appendingPathComponent("out.pdf").path
      try named.run("attachment", "get", attachment, "--output", out, "--force")
      #expect(FileManager.default.contents(atPath: out) == bytes)
      #expect(Self.bytes(of: laptop).range(of: Self.marker) == nil)
    }
    try expectWhole()
    #expect(!done.contains("\"former\""))
    // An old copy of keys.json and its passphrase open nothing of it.
    let current = try Data(contentsOf: keys)
    try FileManager.default.removeItem(at: keys)
    try FileManager.default.copyItem(at: before.appendingPathComponent("keys.json"), to: keys)
    let stale = Place(home: laptop.home, environment: ["FIELDSURVEY_PASSPHRASE_FILE": old])
    #expect(try Self.code(stale.attempt("status", "--json")) == "wrong-key")
    try current.write(to: keys)
    try expectWhole()
    // The passphrase forgotten and the paper lost: the office opens what was given to it.
    let carried = office.folder.url.appendingPathComponent("carried.json")
    try current.write(to: carried)
    let told = try #require(try office.place.ask("device", "recover", carried.path) as? [String: String])
    try Data(contentsOf: carried).write(to: keys)
    let paper = try Self.file(try #require(told["recoveryKey"]), in: office)
    let third = try Self.file("the third passphrase", in: office)
    try laptop.run("passphrase", "--recovery", "--passphrase-file", paper, "--new-passphrase-file", third)
    try Place(home: laptop.home, environment: ["FIELDSURVEY_PASSPHRASE_FILE": third]).run("sync")
    // Another office cannot, nor this one for who did not want it.
    let other = try Office()
    #expect(try Self.code(other.place.attempt("device", "recover", carried.path, "--json")) == "no-escrow")
    let chen = try office.laptop("chen")
    try chen.run("protect", "--passphrase-file", old)
    _ = try chen.attempt("lock")
    #expect(try Self.code(office.place.attempt("device", "recover", chen.home.path + "/keys.json", "--json")) == "no-escrow")
    // Later they want it; a home that is locked cannot give its key.
    #expect(try Self.code(chen.attempt("protect", "--escrow-to-office", "--json")) == "locked")
    let open = Place(home: chen.home, environment: ["FIELDSURVEY_PASSPHRASE_FILE": old])
    #expect(try open.run("doctor").contains("protect --escrow-to-office"))
    try open.run("protect", "--escrow-to-office")
    #expect(try open.run("doctor").contains("办公室也能打开"))
    #expect(try office.place.attempt("device", "recover", chen.home.path + "/keys.json").status == 0)
    _ = other.stop()
  }

  /// A secret that cannot be read at the moment is not one that is missing: the key that alone opens it is kept until it is under the new one.
  @Test func whatCannotBeReadKeepsTheFormerKey() throws {
    let office = try Office()
    let laptop = try office.laptop("li")
    let (old, new) = (try Self.file(Self.passphrase, in: office), try Self.file("a quite different one", in: office))
    try laptop.run("protect", "--passphrase-file", old)
    defer { _ = try? laptop.attempt("lock") }
    let (token, aside) = (laptop.home.appendingPathComponent("token"), office.folder.url.appendingPathComponent("aside"))
    try FileManager.default.moveItem(at: token, to: aside)
    try FileManager.default.createDirectory(at: token, withIntermediateDirectories: false)
    #expect(try laptop.attempt("passphrase", "--new-key", "--passphrase-file", old, "--new-passphrase-file", new).status != 0)
    try FileManager.default.removeItem(at: token)
    try FileManager.default.moveItem(at: aside, to: token)
    try laptop.run("protect", "--passphrase-file", new)
    try Place(home: laptop.home, environment: ["FIELDSURVEY_PASSPHRASE_FILE": new]).run("sync")
    #expect(office.stop() == 0)
  }

  @Test func whatIsNoGoodPassphraseIsRefusedBeforeAnythingIsChanged() throws {
    let office = try Office()
    let laptop = try office.laptop("li")
    let before = try Self.secrets(of: laptop)
    let short = try laptop.attempt("protect", "--passphrase-file", try Self.file(String(repeating: "字", count: 11), in: office), "--json")
    #expect(try Self.code(short) == "short-passphrase")
    let open = try laptop.attempt("protect", "--passphrase-file", try Self.file(Self.passphrase, in: office, mode: 0o644), "--json")
    #expect(try Self.code(open) == "key-exposed")
    let long = try laptop.attempt("protect", "--passphrase-file", try Self.file(String(repeating: "x", count: 1024), in: office), "--json")
    #expect(try Self.code(long) == "bad-passphrase-file")
    #expect(!FileManager.default.fileExists(atPath: laptop.home.appendingPathComponent("keys.json").path))
    #expect(try Self.secrets(of: laptop) == before)
    #expect(try Self.code(office.place.attempt("protect", "--json")) == "not-a-laptop")
    try laptop.run("protect", "--passphrase-file", try Self.file(String(repeating: "字", count: 12), in: office))
    _ = try laptop.attempt("lock")
  }
}
