import Foundation
import Synchronization
import TestPostgres
import Testing

/// The relay's log in PostgreSQL, as offices and laptops meet it.
@Suite(.serialized) struct PostgresTests {
  /// The server on which acknowledging means that a standby has it too.
  private func pair() throws -> (primary: PostgresServer, standby: PostgresServer) {
    let primary = try PostgresServer([:])
    let standby = try PostgresServer(standbyOf: primary, named: "standby")
    try primary.run("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
    try primary.run("SELECT pg_reload_conf()")
    let deadline = Date().addingTimeInterval(20)
    while try primary.run("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") != "1" {
      try #require(Date() < deadline, "the standby does not follow")
      Thread.sleep(forTimeInterval: 0.1)
    }
    return (primary, standby)
  }

  @Test func thePrimaryIsKilledInTheMiddleAndNothingAcknowledgedIsLostAndEverybodyGoesOnByThemselves() throws {
    let (primary, standby) = try pair()
    defer {
      primary.stop()
      standby.stop()
    }
    let store = PostgresServer.url([primary, standby])
    let first = try Office("--store", store)
    let second = try Office("--store", store, issuing: first)
    let laptops = try ["li", "chen", "wu", "zhao"].enumerated().map { try ($0 % 2 == 0 ? first : second).laptop($1) }
    let plants = try laptops.enumerated().map { turn, laptop in try laptop.make("enterprise", "add", "企业\(turn)") }
    for laptop in laptops { try laptop.run("sync") }
    let epoch = try #require(try first.place.ask("relay", "stats") as? [String: Any])["epoch"] as? String

    let work = Fieldwork(laptops, plants)
    try work.waitForSyncs(8)
    primary.kill()
    Thread.sleep(forTimeInterval: 0.5)
    try standby.promote()
    try work.waitForSyncs(12)
    work.end()

    for laptop in laptops { try laptop.run("sync") }
    for office in [first, second] { try office.place.run("sync") }
    // A token of something that is not there any more would have given the log a new one.
    #expect((try first.place.ask("relay", "stats") as? [String: Any])?["epoch"] as? String == epoch)
    for office in [first, second] {
      let said = try Program.run(["verify", "--home", office.place.home.path, "--against"] + laptops.map(\.home.path))
      #expect(said.status == 0, "\(said.stdout) \(said.stderr)")
    }
    #expect(first.stop() == 0)
    #expect(second.stop() == 0)
  }

  @Test func aRelayMovesFromItsFileIntoADatabaseWhileLaptopsSync() throws {
    let server = try PostgresServer()
    defer { server.stop() }
    let office = try Office()
    let laptops = try ["li", "chen", "wu"].map { try office.laptop($0) }
    let plants = try laptops.enumerated().map { turn, laptop in try laptop.make("enterprise", "add", "企业\(turn)") }
    for laptop in laptops { try laptop.run("sync") }
    let before = try #require(try office.place.ask("relay", "stats") as? [String: Any])

    let work = Fieldwork(laptops, plants)
    try work.waitForSyncs(6)
    try office.place.run("relay", "migrate", "--to", server.url())
    try work.waitForSyncs(9)
    work.end()

    for laptop in laptops { try laptop.run("sync") }
    try office.place.run("sync")
    let after = try #require(try office.place.ask("relay", "stats") as? [String: Any])
    #expect(after["epoch"] as? String == before["epoch"] as? String)
    #expect(after["activeDevices"] as? Int == 3)
    let verified = try Program.run(["verify", "--home", office.place.home.path, "--against"] + laptops.map(\.home.path))
    #expect(verified.status == 0, "\(verified.stdout)")
    // Who enrols now is known there too, and the file is nobody's any more.
    let new = try office.laptop("zhao")
    try new.run("sync")
    #expect(try server.run("SELECT count(*) FROM device") == "4")
    #expect(try office.place.attempt("relay", "migrate", "--to", server.url()).status == 64)
    #expect(office.stop() == 0)
    try office.start()
    try laptops[0].run("sync")
    #expect(office.stop() == 0)
  }

  @Test func aDatabasesBackupIsAsAFilesAndIsRestoredIntoAnEmptyDatabaseWhatCameLaterGivenBack() throws {
    let (server, other) = (try PostgresServer(), try PostgresServer())
    defer {
      server.stop()
      other.stop()
    }
    let office = try Office("--store", server.url())
    let laptops = try ["li", "chen"].map { try office.laptop($0) }
    let plants = try laptops.enumerated().map { turn, laptop in try laptop.make("enterprise", "add", "企业\(turn)") }
    for laptop in laptops { try laptop.run("sync") }
    let folder = office.folder.url.appendingPathComponent("backups")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    let before = try #require(try office.place.ask("relay", "stats") as? [String: Any])
    let told = try #require(try office.place.ask("relay", "backup", folder.path) as? [String: Any])
    let backup = try #require(told["file"] as? String)
    #expect(told["isEncrypted"] as? Bool == true && told["changesets"] as? Int == before["changesets"] as? Int)
    #expect(try !Data(contentsOf: URL(fileURLWithPath: backup)).contains(Data("SQLite format".utf8)))
    // After the backup, and known to one laptop alone once the database is lost.
    try laptops[0].run("enterprise", "edit", plants[0], "--address", "备份之后")
    try laptops[0].run("sync")
    #expect(office.stop() == 0)
    server.kill()

    #expect(try office.place.attempt("relay", "restore", backup, "--json").error()["code"] as? String == "other-store")
    try other.run("CREATE SCHEMA taken; CREATE TABLE taken.mine(x BIGINT)")
    #expect(try office.place.attempt("relay", "restore", backup, "--to", other.url(schema: "taken")).status != 0)
    try other.run("CREATE SCHEMA empty")
    try office.place.run("relay", "restore", backup, "--to", other.url(schema: "empty"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: office.place.home.path).allSatisfy { !$0.contains("relay.sqlite.") })
    try office.start()
    for laptop in laptops + laptops { try laptop.run("sync") }
    let after = try #require(try office.place.ask("relay", "stats") as? [String: Any])
    #expect(after["epoch"] as? String != before["epoch"] as? String)
    #expect(after["activeDevices"] as? Int == 2)
    #expect(try other.run("SELECT count(*) FROM empty.device") == "2")
    try office.place.run("sync")
    let verified = try Program.run(["verify", "--home", office.place.home.path, "--against"] + laptops.map(\.home.path))
    #expect(verified.status == 0, "\(verified.stdout)")
    #expect(try laptops[1].attempt("sync").status == 0)
    #expect(office.stop() == 0)
    let file = try Office()
    #expect(try file.place.attempt("relay", "restore", backup, "--to", other.url(schema: "empty")).status == 64)
    #expect(file.stop() == 0)
  }

  @Test func anAddressWithAPasswordIsRefusedAndSoIsAnotherStoreThanTheHomesOwn() throws {
    let folder = try TemporaryFolder()
    let place = Place(home: folder.url.appendingPathComponent("office"))
    let shown = try place.attempt("serve", "--init", "--json", "--store", "postgres://relay:secret@localhost/relay")
    #expect(shown.status == 64)
    #expect(try shown.error()["code"] as? String == "password-shown")
    #expect(shown.stderr.contains("PGPASSFILE") && !shown.stderr.contains("secret"))
    let far = try place.attempt("serve", "--init", "--json", "--store", "postgres://relay@db.example/relay")
    #expect(try far.error()["code"] as? String == "insecure-database")
    let office = try Office()
    #expect(office.stop() == 0)
    let other = try office.place.attempt("serve", "--json", "--port", "0", "--store", "postgres://relay@localhost/relay")
    #expect(try other.error()["code"] as? String == "store-differs")
  }
}

/// Laptops that edit their plants and sync, over and over, whatever comes of it.
private final class Fieldwork: Sendable {
  private let isOver = Atomic(false)
  private let synced = Atomic(0)
  private let group = DispatchGroup()

  init(_ laptops: [Place], _ plants: [String]) {
    for (laptop, plant) in zip(laptops, plants) {
      group.enter()
      Thread.detachNewThread { [self] in
        var turn = 0
        while !isOver.load(ordering: .relaxed) {
          turn += 1
          _ = try? laptop.attempt("enterprise", "edit", plant, "--address", "地址\(turn)")
          if (try? laptop.attempt("sync"))?.status == 0 { synced.add(1, ordering: .relaxed) }
        }
        group.leave()
      }
    }
  }

  deinit { isOver.store(true, ordering: .relaxed) }

  /// Waits for so many more syncs that succeed.
  func waitForSyncs(_ count: Int) throws {
    let (start, deadline) = (synced.load(ordering: .relaxed), Date().addingTimeInterval(40))
    while synced.load(ordering: .relaxed) < start + count {
      guard Date() < deadline else {
        isOver.store(true, ordering: .relaxed)
        throw POSIXError(.ETIMEDOUT)
      }
      Thread.sleep(forTimeInterval: 0.05)
    }
  }

  func end() {
    isOver.store(true, ordering: .relaxed)
    group.wait()
  }
}
