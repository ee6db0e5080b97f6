import Foundation
import Testing

/// A relay's backups and what becomes of everybody's work when one is put back (docs/operating/relay.md).
@Suite(.serialized) struct RelayCommandTests {
  @Test func aBackupTakenDuringPushesIsRestoredAndNobodyLosesAWord() throws {
    let office = try Office()
    let (li, chen) = (try office.laptop("li"), try office.laptop("chen"))
    let plant = try office.plant(for: "li", "chen")
    for laptop in [li, chen] { try laptop.run("sync") }
    let pushing = Thread {
      for at in 0..<6 {
        _ = try? li.attempt("enterprise", "edit", plant, "--address", "during \(at)")
        _ = try? li.attempt("sync")
      }
    }
    pushing.start()
    let backup = try backUp(office)
    while !pushing.isFinished { Thread.sleep(forTimeInterval: 0.05) }
    #expect(try Program.run(shell: "cd \"$(dirname \"$1\")\" && sha256sum -c \"$(basename \"$1\")\"", backup.path + ".sha256").status == 0)

    // What the backup does not have: pushed by laptops, written at the office, somebody who enrolled, somebody who was revoked.
    try chen.run("enterprise", "edit", plant, "--address", "by chen, after the backup")
    try li.run("enterprise", "edit", plant, "--main-products", "li, after the backup")
    for laptop in [chen, li] { try laptop.run("sync") }
    let late = try office.place.make("enterprise", "add", "备份之后的企业(虚构)", "--uscc", "91350206MAX000016P", "--district", "350206")
    try office.place.run("sync")
    let wang = try office.laptop("wang")
    try office.place.run("assign", late, "wang")
    try wang.run("sync")
    let device = try #require(try chen.ask("status") as? [String: Any])["device"] as? String
    try office.place.run("device", "revoke", try #require(device))
    #expect(try chen.attempt("sync").status == 77)
    let before = try stats(office)

    let refused = try office.place.attempt("relay", "restore", backup.path, "--json")
    #expect(refused.status == 75)
    #expect(try refused.error()["code"] as? String == "serving")
    #expect(office.stop() == 0)
    let told = try #require(try office.place.ask("relay", "restore", backup.path) as? [String: Any])
    #expect(told["carriesAccess"] as? Bool == true && told["returned"] as? Int ?? 0 > 0)
    // Once more at once: what the first left there is kept too.
    let again = try #require(try office.place.ask("relay", "restore", backup.path) as? [String: Any])
    #expect(again["previous"] as? String != told["previous"] as? String)
    let after = try stats(office)
    #expect(after["epoch"] as? String != before["epoch"] as? String)
    #expect(FileManager.default.fileExists(atPath: try #require(told["previous"] as? String)))

    try office.start()
    #expect(try chen.attempt("sync").status == 77)
    for _ in 0..<2 { for laptop in [li, wang, office.place] { try laptop.run("sync") } }
    for laptop in [li, wang] { try expectSame(office, laptop) }
    #expect(try stats(office)["changesets"] as? Int ?? 0 >= before["changesets"] as? Int ?? .max)
    let shown = try office.place.run("enterprise", "show", plant) + office.place.run("enterprise", "show", late)
    for word in ["li, after the backup", "备份之后的企业"] { #expect(shown.contains(word)) }
    try li.run("enterprise", "edit", plant, "--address", "and on")
    try li.run("sync")
    #expect(office.stop() == 0)
    #expect(try office.place.attempt("doctor").status == 0)
  }

  @Test func onANewMachineABackupTheIssuersKeyAndTheLaptopsMakeEverythingWholeAgain() throws {
    let office = try Office()
    let li = try office.laptop("li")
    let plant = try office.plant(for: "li")
    try li.run("sync")
    let backup = try backUp(office)
    try li.run("enterprise", "edit", plant, "--address", "after the backup")
    try li.run("sync")
    #expect(office.stop() == 0)
    // The disk is gone, and the machine's memory of it; a copy of the key was kept elsewhere.
    let home = office.place.home
    let key = try Data(contentsOf: home.appendingPathComponent("issuer.key"))
    try FileManager.default.moveItem(at: home, to: home.appendingPathExtension("lost"))
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try key.write(to: home.appendingPathComponent("issuer.key"))
    try office.start("--init")
    #expect(office.stop() == 0)
    let told = try #require(try office.place.ask("relay", "restore", backup.path) as? [String: Any])
    #expect(told["carriesAccess"] as? Bool == false)

    try office.start()
    try li.run("sync")
    try office.place.run("sync")
    try expectSame(office, li)
    #expect(try office.place.run("enterprise", "show", plant).contains("after the backup"))
    #expect(office.stop() == 0)
  }

  @Test func aBackupOfAnotherOfficeOrADamagedOneChangesNothing() throws {
    let (office, other) = (try Office(), try Office())
    for each in [office, other] { _ = try each.plant() }
    let foreign = try backUp(other)
    let own = try backUp(office)
    #expect(office.stop() == 0)
    func state() throws -> [String] {
      let stats = try stats(office)
      let files = try FileManager.default.contentsOfDirectory(atPath: office.place.home.path)
      // What SQLite has beside a database comes and goes.
      return ["\(stats["epoch"] ?? "")", "\(stats["changesets"] ?? "")"]
        + files.filter { !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }.sorted()
    }
    let before = try state()
    let refused = try office.place.attempt("relay", "restore", foreign.path, "--json")
    #expect(refused.status == 65)
    #expect(try refused.error()["code"] as? String == "other-issuer")
    var bytes = try Data(contentsOf: own)
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: own)
    #expect(try office.place.attempt("relay", "restore", own.path, "--json").error()["code"] as? String == "other-digest")
    try Data("no digest".utf8).write(to: own.appendingPathExtension("sha256"))
    #expect(try office.place.attempt("relay", "restore", own.path, "--json").error()["code"] as? String == "bad-digest")
    #expect(try office.place.attempt("relay", "restore", own.path + ".none").status == 66)
    let empty = office.folder.url.appendingPathComponent("empty")
    try Data().write(to: empty)
    #expect(try office.place.attempt("relay", "restore", empty.path, "--json").error()["code"] as? String == "not-a-relay")
    #expect(try state() == before)
  }

  @Test func aLogThatIsGoneIsNotReplacedByAnEmptyOneAndABackupTakesItsPlace() throws {
    let office = try Office()
    let li = try office.laptop("li")
    let backup = try backUp(office)
    #expect(office.stop() == 0)
    let log = office.place.home.appendingPathComponent("relay.sqlite")
    try FileManager.default.removeItem(at: log)
    for command in [["serve", "--init", "--port", "0"], ["relay", "stats"], ["device", "list"]] {
      let refused = try Program.run(command + ["--home", office.place.home.path, "--json"])
      #expect(refused.status == 78)
      #expect(try refused.error()["code"] as? String == "relay-lost")
    }
    #expect(!FileManager.default.fileExists(atPath: log.path))
    try office.place.run("relay", "restore", backup.path)
    try office.start()
    try li.run("sync")
    #expect(office.stop() == 0)
  }

  @Test func aFolderKeepsTheLatestBackupsAndNothingElseInItIsTouched() throws {
    let office = try Office()
    let folder = office.folder.url.appendingPathComponent("backups")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in ["relay-20200101T000000Z.sqlite", "relay-20200101T000000Z.sqlite.sha256", "relay-20200102T000000Z.sqlite", "mine.sqlite"] {
      try Data("old".utf8).write(to: folder.appendingPathComponent(name))
    }
    let told = try #require(try office.place.ask("relay", "backup", folder.path, "--keep", "2") as? [String: Any])
    #expect(told["removed"] as? [String] == ["relay-20200101T000000Z.sqlite"])
    let made = URL(fileURLWithPath: try #require(told["file"] as? String)).lastPathComponent
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        == ["mine.sqlite", "relay-20200102T000000Z.sqlite", made, made + ".sha256"].sorted())
    #expect(try office.place.attempt("relay", "backup", folder.path + "/none/x.sqlite").status == 66)
    #expect(try office.place.attempt("relay", "backup", folder.path + "/mine.sqlite").status == 73)
    #expect(try office.place.attempt("relay", "backup", folder.path + "/y.sqlite", "--keep", "2").status == 65)
    #expect(try office.place.attempt("relay", "backup", folder.path, "--keep", "0").status == 64)
    #expect(try stats(office)["backedUpAt"] is String)
    #expect(try office.place.run("relay", "stats", "--lang", "en").contains("backed up   20"))
    let laptop = try office.laptop("li")
    for command in ["stats", "backup", "restore"] {
      #expect(try Program.run(["relay", command] + (command == "stats" ? [] : ["x"]) + ["--home", laptop.home.path]).status == 77)
    }
  }

  // MARK: -

  private func stats(_ office: Office) throws -> [String: Any] { try #require(try office.place.ask("relay", "stats") as? [String: Any]) }

  private func backUp(_ office: Office) throws -> URL {
    let file = office.folder.url.appendingPathComponent("backup.sqlite")
    let told = try #require(try office.place.ask("relay", "backup", file.path) as? [String: Any])
    #expect(told["file"] as? String == file.path && (told["sha256"] as? String)?.count == 64)
    return file
  }

  private func expectSame(_ office: Office, _ laptop: Place) throws {
    let said = try Program.run(["verify", "--home", office.place.home.path, "--against", laptop.home.path])
    #expect(said.status == 0, "\(said.stdout)\(said.stderr)")
  }
}
