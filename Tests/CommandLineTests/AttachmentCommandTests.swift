import Foundation
import Testing

/// Photographs and documents, from the laptop that took them to the office and to a colleague.
@Suite(.serialized) struct AttachmentCommandTests {
  /// A JPEG as far as its segments go, with a place that is cut off.
  fileprivate static let photo: [UInt8] =
    [0xFF, 0xD8, 0xFF, 0xE1, 0, 16] + Array("Exif\0\0MM\0*PLCE".utf8) + [0xFF, 0xC0, 0, 11, 8, 0, 30, 0, 40, 1, 1, 0x11, 0]
    + [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0] + [UInt8](repeating: 7, count: 5000) + [0xFF, 0xD9]

  private func files(_ place: Place) throws -> [String: Int] {
    (try place.object("status")["attachments"] as? [String: Any] ?? [:]).compactMapValues { $0 as? Int }
  }

  @Test func photographsReachTheOfficeAndAColleague() throws {
    let office = try Office()
    let (li, wang) = (try office.laptop("li"), try office.laptop("wang"))
    let plant = try office.plant(for: "li", "wang")
    try li.run("sync")
    let folder = office.folder.url
    let (photo, document) = (folder.appendingPathComponent("车间.jpg"), folder.appendingPathComponent("合同.pdf"))
    try Data(Self.photo).write(to: photo)
    try Data("%PDF-1.7 contract".utf8).write(to: document)
    let visit = try li.make("visit", "start", plant)
    let added = try li.list("attachment", "add", photo.path, document.path, "--to", visit, "--caption", "一号车间")
    let id = try #require(added.first?["id"] as? String)
    #expect(added.count == 2 && added[0]["visitID"] as? String == visit && added[0]["fileName"] as? String == "车间.jpg")
    #expect(try files(li)["queued"] == 2)
    #expect(try li.run("status").contains("附件  待送 2("))
    // Over a network that is paid by the megabyte the words go alone.
    try li.run("sync", "--attachments", "none")
    #expect(try files(li)["queued"] == 2)
    let report = try li.object("sync")
    #expect((report["attachments"] as? [String: Any])?["verified"] as? Int == 2)
    #expect(try files(li)["verified"] == 2 && files(li)["queued"] == 0)
    #expect(try li.list("attachment", "list", visit).allSatisfy { $0["state"] as? String == "verified" })
    // The office has them with the next breath.
    try office.place.run("sync", "--wait", "10")
    #expect(try files(office.place) == ["queued": 0, "queuedBytes": 0, "sent": 0, "verified": 2, "refused": 0, "elsewhere": 0])
    // A colleague fetches what they want to see.
    try wang.run("sync")
    #expect(try files(wang)["elsewhere"] == 2)
    let copy = folder.appendingPathComponent("copy.jpg")
    try wang.run("attachment", "get", id, "--output", copy.path)
    let bytes = try Data(contentsOf: copy)
    #expect(bytes.count > 5000 && bytes.range(of: Data("PLCE".utf8)) == nil)
    #expect(try wang.attempt("attachment", "get", id, "--output", copy.path).status == 73)
    #expect(try files(wang)["elsewhere"] == 1)
    try wang.run("sync", "--attachments", "all")
    #expect(try files(wang)["elsewhere"] == 0)
    #expect(try li.attempt("doctor").status == 0)
    #expect(office.stop() == 0)
  }

  @Test func whatTheRelayHasLostIsSentAgain() throws {
    let office = try Office()
    var li = try office.laptop("li")
    let plant = try office.plant(for: "li")
    try li.run("sync")
    let photo = office.folder.url.appendingPathComponent("a.jpg")
    try Data(Self.photo).write(to: photo)
    let digest = try #require(try li.list("attachment", "add", photo.path, "--to", plant).first?["sha256"] as? String)
    try li.run("sync")
    #expect(try office.place.object("relay", "check")["intact"] as? Int == 1)
    let kept = office.place.home.appendingPathComponent("relay.sqlite-blobs/\(digest.prefix(2))/\(digest)")
    try FileManager.default.removeItem(at: kept)
    let check = try office.place.attempt("relay", "check", "--json")
    #expect(try check.status == 1 && check.object()["lost"] as? [String] == [digest])
    li.environment["FIELDSURVEY_CLOCK_OFFSET_SECONDS"] = "4000"
    #expect((try li.object("sync")["attachments"] as? [String: Any])?["lost"] as? Int == 1)
    #expect(try Data(contentsOf: kept).count > 5000)
    #expect(try office.place.attempt("relay", "check").status == 0)
    // A file that is damaged on the laptop itself.
    let own = li.home.appendingPathComponent("replica.sqlite-attachments/\(digest.prefix(2))/\(digest)")
    try Data(repeating: 1, count: try Data(contentsOf: own).count).write(to: own)
    let doctor = try li.attempt("doctor")
    #expect(doctor.status == 1 && doctor.stdout.contains("附件 \(digest.prefix(12)) 已损坏"))
    #expect(office.stop() == 0)
  }

  @Test func whatIsNotTakenSaysWhy() throws {
    let office = try Office()
    let plant = try office.place.make("enterprise", "add", "鹭岛精密电子(虚构)")
    let script = office.folder.url.appendingPathComponent("a.jpg")
    try Data("#!/bin/sh".utf8).write(to: script)
    let outcome = try office.place.attempt("attachment", "add", script.path, "--to", plant, "--json")
    #expect(try outcome.status == 65 && outcome.error()["code"] as? String == "media-type-unknown")
    let film = office.folder.url.appendingPathComponent("b.mp4")
    try Data("\0\0\0\u{18}ftypisom and more".utf8).write(to: film)
    #expect(
      try office.place.attempt("attachment", "add", film.path, "--to", plant, "--json").error()["code"] as? String == "location-stays")
    try office.place.run("attachment", "policy", "--location", "keep")
    try office.place.run("attachment", "add", film.path, "--to", plant)
    #expect(try office.place.attempt("attachment", "get", "0000", "--json").status == 66)
    #expect(office.stop() == 0)
  }
}

/// Files that no record names any more, from the office's command to the last copy (docs/attachments.md).
@Suite(.serialized) struct CollectCommandTests {
  private static func photo(_ seed: UInt8) -> Data { Data(AttachmentCommandTests.photo.dropLast(2) + [seed, 0xFF, 0xD9]) }

  private func collect(_ office: Office, daysLater: Int = 0, _ arguments: String...) throws -> [String: Any] {
    var place = office.place
    place.environment["FIELDSURVEY_CLOCK_OFFSET_SECONDS"] = String(daysLater * 86_400)
    let outcome = try Program.run(
      ["relay", "collect", "--json", "--home", place.home.path] + arguments, environment: place.environment)
    try #require(outcome.status == 0, "\(outcome.stderr)")
    return try outcome.object()
  }

  private func backUp(_ office: Office, _ folder: URL, daysLater: Int, keep: Int) throws -> [String: Any] {
    let outcome = try Program.run(
      ["relay", "backup", folder.path, "--keep", "\(keep)", "--json", "--home", office.place.home.path],
      environment: ["FIELDSURVEY_CLOCK_OFFSET_SECONDS": String(daysLater * 86_400)])
    try #require(outcome.status == 0, "\(outcome.stderr)")
    return try outcome.object()
  }

  @Test func whatNoRecordNamesGoesFromTheRelayTheOfficeAndTheBackupsAndNothingElseDoes() throws {
    let office = try Office()
    let li = try office.laptop("li")
    let plant = try office.plant(for: "li")
    try li.run("sync")
    let folder = office.folder.url
    for name in ["a", "b"] { try Self.photo(name == "a" ? 1 : 2).write(to: folder.appendingPathComponent(name + ".jpg")) }
    let named = try #require(
      try li.list("attachment", "add", folder.appendingPathComponent("a.jpg").path, "--to", plant).first?["sha256"] as? String)
    try li.run("sync")
    try office.place.run("sync", "--wait", "10")
    // As a crash leaves it, that comes between a file and its row.
    let blobs = office.place.home.appendingPathComponent("relay.sqlite-blobs")
    let stray = String(repeating: "ab", count: 32)
    try FileManager.default.createDirectory(at: blobs.appendingPathComponent("ab"), withIntermediateDirectories: true)
    try Data([1, 2, 3]).write(to: blobs.appendingPathComponent("ab/\(stray)"))
    #expect(office.stop() == 0)
    #expect(try collect(office)["unnamed"] as? Int == 1)
    #expect(try collect(office, daysLater: 89)["released"] as? [String] == [])
    #expect(try collect(office, daysLater: 89, "--grace-days", "88", "--dry-run")["released"] as? [String] == [stray])
    #expect(try office.place.attempt("relay", "collect", "--grace-days", "-1").status == 64)
    let dry = try collect(office, daysLater: 91, "--dry-run")
    #expect(dry["released"] as? [String] == [stray] && dry["isDryRun"] as? Bool == true && dry["releasedBytes"] as? Int == 3)
    #expect(FileManager.default.fileExists(atPath: blobs.appendingPathComponent("ab/\(stray)").path))
    let archive = folder.appendingPathComponent("archive")
    #expect(try collect(office, daysLater: 91, "--archive", archive.path)["released"] as? [String] == [stray])
    #expect(!FileManager.default.fileExists(atPath: blobs.appendingPathComponent("ab/\(stray)").path))
    #expect(FileManager.default.fileExists(atPath: blobs.appendingPathComponent("\(named.prefix(2))/\(named)").path))
    let stats = try office.place.object("relay", "stats")
    #expect(stats["files"] as? Int == 1 && stats["filesReleased"] as? Int == 1 && stats["filesUnnamed"] as? Int == 0)
    #expect(try office.place.run("relay", "stats").contains("已清理 1 个"))
    #expect(try office.place.attempt("relay", "check").status == 0)
    #expect(try office.place.attempt("doctor").status == 0)
    #expect(try li.attempt("relay", "collect").status == 77)
  }

  @Test func filesOfBackupsGoWithTheLastBackupThatNamesThem() throws {
    let office = try Office()
    let li = try office.laptop("li")
    let plant = try office.plant(for: "li")
    try li.run("sync")
    let folder = office.folder.url
    try Self.photo(1).write(to: folder.appendingPathComponent("a.jpg"))
    let digest = try #require(
      try li.list("attachment", "add", folder.appendingPathComponent("a.jpg").path, "--to", plant).first?["sha256"] as? String)
    try li.run("sync")
    #expect(office.stop() == 0)
    let backups = folder.appendingPathComponent("backups")
    try FileManager.default.createDirectory(at: backups, withIntermediateDirectories: true)
    let kept = backups.appendingPathComponent("relay-files/\(digest.prefix(2))/\(digest)").path
    #expect(try backUp(office, backups, daysLater: 0, keep: 2)["filesCopied"] as? Int == 1)
    // The relay has let go of it, as its own table says; the older backup names it still.
    try Self.release(digest, office, daysLater: 1)
    #expect(try backUp(office, backups, daysLater: 2, keep: 2)["filesRemoved"] as? Int == 0)
    #expect(FileManager.default.fileExists(atPath: kept))
    let last = try backUp(office, backups, daysLater: 3, keep: 2)
    #expect(last["filesRemoved"] as? Int == 1 && (last["removed"] as? [String])?.count == 1)
    #expect(!FileManager.default.fileExists(atPath: kept))
  }

  private static func release(_ digest: String, _ office: Office, daysLater: Int) throws {
    let at = Int64(Date().timeIntervalSince1970 * 1000) + Int64(daysLater) * 86_400_000
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let sql = "DELETE FROM blob_use; DELETE FROM blob; INSERT INTO blob_released VALUES(x'\(digest)', 5, \(at), 1);"
    process.arguments = [
      "python3", "-c", "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit()",
      office.place.home.appendingPathComponent("relay.sqlite").path, sql,
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}
