import Foundation
import TestPostgres
import Testing

/// What is killed under the relay's log in PostgreSQL, for real: the server, and programs that change its tables.
@Suite(.serialized) struct PostgresFailureTests {
  private func eventually(_ what: String, within seconds: TimeInterval = 30, _ holds: () throws -> Bool) throws {
    let deadline = Date().addingTimeInterval(seconds)
    while try !holds() {
      try #require(Date() < deadline, "\(what)")
      Thread.sleep(forTimeInterval: 0.05)
    }
  }

  private func epoch(_ office: Office) throws -> String? {
    try #require(try office.place.ask("relay", "stats") as? [String: Any])["epoch"] as? String
  }

  @Test func whatWasAcknowledgedAndTheAsynchronousStandbyHadNotGotIsSentAgainByWhoeverHasIt() throws {
    let primary = try PostgresServer([:])
    let standby = try PostgresServer(standbyOf: primary, named: "standby")
    defer {
      primary.stop()
      standby.stop()
    }
    let office = try Office("--store", PostgresServer.url([primary, standby]))
    let laptops = try ["li", "chen"].map { try office.laptop($0) }
    let plants = try laptops.enumerated().map { turn, laptop in try laptop.make("enterprise", "add", "企业\(turn)") }
    for laptop in laptops { try laptop.run("sync") }
    let before = try epoch(office)
    // The standby has all of that, and gets nothing that comes later.
    try eventually("the standby does not follow") {
      try primary.run("SELECT count(*) FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()") == "1"
    }
    try standby.run("ALTER SYSTEM SET primary_conninfo = ''")
    try standby.run("SELECT pg_reload_conf()")
    try eventually("the standby still listens") { try primary.run("SELECT count(*) FROM pg_stat_replication") == "0" }
    let held = try standby.run("SELECT count(*) FROM changeset")
    for (laptop, plant) in zip(laptops, plants) {
      try laptop.run("enterprise", "edit", plant, "--address", "地址之后")
      try laptop.run("sync")
    }
    #expect(try primary.run("SELECT count(*) FROM changeset") != held)
    #expect(try standby.run("SELECT count(*) FROM changeset") == held)

    primary.kill()
    try standby.promote()
    // Nobody is told of anything, and nobody writes anything: a sync is all it takes.
    for laptop in laptops + laptops { try eventually("a laptop cannot sync") { try laptop.attempt("sync").status == 0 } }
    #expect(try epoch(office) != before)
    #expect(try standby.run("SELECT count(*) FROM audit WHERE event = 'set-back'") == "1")
    try office.place.run("sync")
    let said = try Program.run(["verify", "--home", office.place.home.path, "--against"] + laptops.map(\.home.path))
    #expect(said.status == 0, "\(said.stdout) \(said.stderr)")
    for plant in plants { #expect(try office.place.run("enterprise", "show", plant).contains("地址之后")) }
    #expect(office.stop() == 0)
  }

  @Test func aProgramThatIsKilledWhileItBringsTheTablesUpToDateLeavesThemAsTheyWereForTheNext() throws {
    let server = try PostgresServer()
    defer { server.stop() }
    let office = try Office("--store", server.url())
    let laptop = try office.laptop("li")
    _ = try laptop.make("enterprise", "add", "鹭岛精密电子(虚构)")
    try laptop.run("sync")
    #expect(office.stop() == 0)
    // As the first version left them, and somebody who holds the name of a table that the second makes.
    let later = ["statement", "pack_scope", "pack", "withdrawal", "blob_unnamed", "blob_released"]
    try server.run("DROP TABLE \(later.joined(separator: ", ")); UPDATE relay_format SET version = 1")
    let holder = Thread { _ = try? server.run("BEGIN; CREATE TABLE withdrawal(held BIGINT); SELECT pg_sleep(60); ROLLBACK") }
    holder.start()
    try eventually("nobody holds the name") {
      try server.run("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == "1"
    }
    let upgrading = Program.process(["serve", "--port", "0", "--home", office.place.home.path])
    (upgrading.standardInput, upgrading.standardOutput, upgrading.standardError) = (
      FileHandle.nullDevice, FileHandle.nullDevice, FileHandle.nullDevice
    )
    try upgrading.run()
    try eventually("the tables are not being made") {
      try server.run("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%CREATE TABLE withdrawal%'")
        == "1"
    }
    kill(upgrading.processIdentifier, SIGKILL)
    upgrading.waitUntilExit()
    try server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
    // What came before the table that waited is gone with it.
    try eventually("the dead program's transaction stays open") {
      try server.run("SELECT count(*) FROM pg_stat_activity WHERE state <> 'idle' AND pid <> pg_backend_pid()") == "0"
    }
    #expect(try server.run("SELECT version FROM relay_format") == "1")
    #expect(try server.run("SELECT count(*) FROM pg_tables WHERE tablename = ANY('{\(later.joined(separator: ","))}')") == "0")
    try office.start()
    try laptop.run("sync")
    #expect(try server.run("SELECT count(*) FROM withdrawal") == "0")
    #expect(office.stop() == 0)
  }

  @Test func aMoveIntoADatabaseThatIsKilledOverAndOverEndsWhole() throws {
    let server = try PostgresServer()
    defer { server.stop() }
    let office = try Office()
    let laptop = try office.laptop("li")
    let plant = try laptop.make("enterprise", "add", "鹭岛精密电子(虚构)")
    for turn in 0..<20 {
      try laptop.run("enterprise", "edit", plant, "--address", "地址\(turn)")
      if turn % 10 == 9 { try laptop.run("sync") }
    }
    let before = try #require(try office.place.ask("relay", "stats") as? [String: Any])
    var killed = 0
    // Each time a little later, from before it has begun until it is through.
    for turn in 1... {
      let moving = Program.process(["relay", "migrate", "--to", server.url(), "--home", office.place.home.path])
      (moving.standardOutput, moving.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
      try moving.run()
      Thread.sleep(forTimeInterval: 0.04 * Double(turn))
      if !moving.isRunning { break }
      kill(moving.processIdentifier, SIGKILL)
      moving.waitUntilExit()
      if moving.terminationReason == .uncaughtSignal { killed += 1 } else { break }
    }
    #expect(killed > 2)
    if try server.run("SELECT filling FROM relay_format") != "0" || office.place.attempt("relay", "stats").status != 0 {
      try office.place.run("relay", "migrate", "--to", server.url())
    }
    try eventually("the relay does not go on") { try laptop.attempt("sync").status == 0 }
    let after = try #require(try office.place.ask("relay", "stats") as? [String: Any])
    for name in ["epoch", "changesets", "activeDevices"] { #expect("\(after[name] ?? "")" == "\(before[name] ?? "")", "\(name)") }
    try office.place.run("sync")
    let said = try Program.run(["verify", "--home", office.place.home.path, "--against", laptop.home.path])
    #expect(said.status == 0, "\(said.stdout) \(said.stderr)")
    #expect(office.stop() == 0)
  }
}
