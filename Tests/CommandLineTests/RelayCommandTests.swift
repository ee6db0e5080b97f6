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
    let (attachment, bytes) = try attach(li, to: plant, in: office)
    try li.run("sync")
    let told = try #require(try office.place.ask("relay", "recovery-key") as? [String: String])
    let paper = try secret(try #require(told["recoveryKey"]), in: office)
    #expect(try office.place.attempt("relay", "recovery-key", "--json").error()["code"] as? String == "has-recovery-key")
    let backup = try backUp(office)
    // Nothing of it can be read without a key, its files neither.
    #expect(
      !contents(of: backup.deletingLastPathComponent(), but: office.place.home, li.home).contains { $0.range(of: Self.marker) != nil })
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
    let refused = try office.place.attempt("relay", "restore", backup.path, "--json")
    #expect(try refused.status == 77 && refused.error()["code"] as? String == "not-a-recipient")
    let other = try secret("0000-0000-0000-0000-0000-0000-0000", in: office)
    #expect(try office.place.attempt("relay", "restore", backup.path, "--recovery", "--passphrase-file", other).status == 77)
    let restored = try #require(
      try office.place.ask("relay", "restore", backup.path, "--recovery", "--passphrase-file", paper) as? [String: Any])
    #expect(restored["carriesAccess"] as? Bool == false)
    #expect(restored["filesRestored"] as? Int == 1 && restored["filesMissing"] as? Int == 0)
    #expect(try office.place.attempt("relay", "check").status == 0)
    // By the former machine's key it opens too, and what is there already is not copied again.
    let former = home.appendingPathExtension("lost").appendingPathComponent("device.key").path
    let again = try #require(try office.place.ask("relay", "restore", backup.path, "--key-file", former) as? [String: Any])
    #expect(again["filesRestored"] as? Int == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: home.path).filter { $0.hasSuffix(".restoring") }.isEmpty)
    let out = office.folder.url.appendingPathComponent("out.pdf").path
    try office.place.run("attachment", "get", attachment, "--output", out)
    #expect(FileManager.default.contents(atPath: out) == bytes)

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
    let foreign = other.folder.url.appendingPathComponent("clear.sqlite")
    try other.place.run("relay", "backup", foreign.path, "--clear")
    #expect(try Data(contentsOf: foreign).starts(with: Data("SQLite format 3".utf8)))
    let sealed = try backUp(other)
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
    #expect(try office.place.attempt("relay", "restore", sealed.path, "--json").error()["code"] as? String == "not-a-recipient")
    let whole = try Data(contentsOf: own)
    var bytes = whole
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: own)
    #expect(try office.place.attempt("relay", "restore", own.path, "--json").error()["code"] as? String == "other-digest")
    // Without the digest beside it the change is seen all the same, and so is a cut.
    let alone = office.folder.url.appendingPathComponent("alone")
    for damaged in [bytes, whole.dropLast(), whole.prefix(whole.count / 2), whole + [0]] {
      try damaged.write(to: alone)
      let refused = try office.place.attempt("relay", "restore", alone.path, "--json")
      #expect(try refused.status == 65 && refused.error()["code"] as? String == "damaged")
    }
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

  @Test func filesAreCopiedOnceForAllBackupsAndWhoIsNamedOpensTheBackup() throws {
    let office = try Office()
    let li = try office.laptop("li")
    let plant = try office.plant(for: "li")
    try li.run("sync")
    let folder = office.folder.url.appendingPathComponent("backups")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    _ = try attach(li, to: plant, in: office)
    try li.run("sync")
    func backUp(_ options: String...) throws -> [String: Any] {
      try #require(
        try Program.run(["relay", "backup", folder.path, "--json", "--home", office.place.home.path] + options).json() as? [String: Any])
    }
    #expect(try backUp()["filesCopied"] as? Int == 1)
    Thread.sleep(forTimeInterval: 1.1)
    let second = try backUp("--for", "li")
    #expect(second["filesCopied"] as? Int == 0 && second["isEncrypted"] as? Bool == true)
    // Without a key of this machine's, li's device opens it, and its files with it.
    let file = try #require(second["file"] as? String)
    #expect(office.stop() == 0)
    try FileManager.default.removeItem(at: office.place.home.appendingPathComponent("relay.sqlite-blobs"))
    let key = li.home.appendingPathComponent("device.key").path
    let restored = try #require(try office.place.ask("relay", "restore", file, "--key-file", key) as? [String: Any])
    #expect(restored["filesRestored"] as? Int == 1)
    #expect(try office.place.attempt("relay", "backup", folder.path, "--clear", "--for", "li").status == 64)
    // One in clear says so by its name, and its files lie apart from the encrypted ones.
    Thread.sleep(forTimeInterval: 1.1)
    #expect(try backUp("--clear")["filesCopied"] as? Int == 1)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(Set(names).isSuperset(of: ["relay-files", "relay-files-clear"]) && names.count { $0.hasSuffix(".sqlite") } == 1)
  }

  // MARK: -

  /// Stands in what is attached.
  private static let marker = Data("厂区照片里的一句话".utf8)

  private func attach(_ laptop: Place, to plant: String, in office: Office) throws -> (id: String, bytes: Data) {
    let bytes = Data("%PDF-1.7\n".utf8) + Data((0..<9000).flatMap { _ in Self.marker })
    let file = office.folder.url.appendingPathComponent("\(UUID().uuidString).pdf")
    try bytes.write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let told = try #require(try laptop.ask("attachment", "add", file.path, "--to", plant) as? [[String: Any]])
    return (try #require(told.first?["id"] as? String), bytes)
  }

  private func secret(_ text: String, in office: Office) throws -> String {
    let url = office.folder.url.appendingPathComponent(UUID().uuidString)
    #expect(FileManager.default.createFile(atPath: url.path, contents: Data((text + "\n").utf8), attributes: [.posixPermissions: 0o600]))
    return url.path
  }

  /// Every file of a folder, but those of some homes.
  private func contents(of folder: URL, but homes: URL...) -> [Data] {
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    return names.map { folder.appendingPathComponent($0).path }
      .filter { path in !homes.contains { path.hasPrefix($0.path) } }
      .compactMap { FileManager.default.contents(atPath: $0) }
  }

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
