import Foundation
import GRDB
import SyncCore
import SyncKit
import TestPostgres
import Testing

@testable import SyncRelay

@Suite("A log that moves from its file into a database")
struct RelayMigrationTests {
  private struct Cut: Error {}

  let world: TestRelay
  let scope = ScopeID(literal: "case/1")
  let other = ScopeID(literal: "case/2")
  let device: TestDevice
  let url: String

  init() throws {
    var limits = RelayLimits()
    // Nobody who has not spoken lately is waited for, and no backup is as old.
    (limits.leaseMilliseconds, limits.historyMilliseconds) = (0, 0)
    world = try TestRelay(limits: limits)
    device = try world.device(1, user: "li", grants: [.one(scope), .one(other)])
    url = try StoreKind.emptyDatabase()
  }

  private func migrate(to url: String, progress: (Int, Int) throws -> Void = { _, _ in }) throws -> RelayMigration.Report {
    try RelayMigration(
      from: world.path, to: PostgresAddress(url), codec: .standard, issuer: nil, clock: { 1_800_000_000_000 }, random: TestRelay.random
    ).run(progress: progress)
  }

  private func opened() throws -> Relay {
    try Relay(
      postgres: PostgresAddress(url), blobFolder: TestRelay.noBlobs, creating: false, codec: .standard, clock: { 1_800_000_000_000 },
      random: TestRelay.random)
  }

  /// Everything but what was written down of the move itself, row by row.
  private func contents(_ store: any RelayStore) throws -> [String: Set<[StoreValue]>] {
    let columns = try world.pool.read { db in
      try Dictionary(
        uniqueKeysWithValues: PostgresTables.names.map { table in
          (table, try db.columns(in: table).map(\.name).filter { $0 != "id" || table != "part" })
        })
    }
    return try store.read { db in
      try columns.reduce(into: [:]) { all, table in
        let rows = try db.rows("SELECT \(table.value.joined(separator: ", ")) FROM \(table.key)")
        all[table.key] = Set(try rows.map { row in try table.value.map { try row.value($0) } }.filter { !$0.contains(.text("moved-here")) })
      }
    }
  }

  /// Changesets whole and in part, rejected, refused and left out.
  private func fill() throws -> (mine: Author, large: Written) {
    var (mine, hers) = (device.author(in: scope), device.author(in: other))
    let access = try device.access()
    for _ in 0..<3 { _ = try access.store(mine.write(count: 200)) }
    _ = try access.store(hers.write(count: 5))
    let large = hers.write([noise(5000), noise(5000, seed: 2), noise(5000, seed: 3)])
    _ = try access.store([large.some(0..<2)])
    try world.relay.reject(Dot(site: device.site, seq: 3), of: scope, reason: "没有人读得懂")
    _ = try access.store([
      Author(scope: ScopeID(literal: "case/9"), site: SiteID(deviceHigh: 9, deviceLow: 9, incarnation: 1), user: "x").first
    ])
    return (mine, large)
  }

  @Test("is there whole, with what goes on as if nothing had been: tokens, parts, devices, numbers")
  func whole() throws {
    var (mine, large) = try fill()
    let (token, epoch, before) = (try device.access().token(), try world.relay.epoch, try contents(world.relay.store))
    let report = try migrate(to: url)
    #expect(report.changesets == 605)
    let relay = try opened()
    #expect(try contents(relay.store) == before)
    #expect(try relay.store.read { db in try LogCheck(db: db, codec: .standard).run() } == 605)
    let access = RelayAccess(relay, try #require(try relay.authenticate(device.token)))
    #expect(try access.token() == token)
    #expect(try access.changedScopes(since: token).isEmpty)
    try access.recognize(token, of: epoch)
    #expect(try relay.epoch == epoch)
    #expect(try relay.audit(limit: 1).map(\.event) == ["moved-here"])
    // The part that was missing, and new scopes and sites: numbers that are given from here on have not been given before.
    #expect(try access.store([large.some(2..<3)]).refused.isEmpty)
    #expect(try access.store(mine.write(count: 2)).refused.isEmpty)
    for number in 0..<3 {
      let site = SiteID(deviceHigh: 7, deviceLow: 1, incarnation: UInt32(2 + number))
      var author = Author(scope: try #require(ScopeID("case/new-\(number)")), site: site, user: "li")
      #expect(try access.store(author.write(count: 1)).refused.isEmpty)
    }
    #expect(try relay.store.read { db in try LogCheck(db: db, codec: .standard).run() } == 611)
  }

  @Test("is moved by the run that is not cut off, wherever the ones before it were; until then the file is what counts")
  func cutOff() throws {
    var (mine, _) = try fill()
    #expect(throws: Cut.self) { try migrate(to: url) { copied, _ in if copied > 256 { throw Cut() } } }
    #expect(throws: RelayError(.unfinished, "")) { try opened() }
    // The field goes on, and what was copied may be left out.
    _ = try device.access().store(mine.write(count: 50))
    let hash: [UInt8] = try #require(
      try world.relay.store.read { db in try db.value("SELECT hash FROM changeset WHERE seq = 150 AND scope = 1") })
    let run = Omission.Run(first: 100, last: 150, hash: hash)
    #expect(try world.relay.leaveOut([Omission(scope: scope, site: device.site, run: run)]) == 51)
    // Cut off once more, between the mark and the end.
    try world.pool.write { db in try db.execute(sql: "PRAGMA application_id = \(RelayFile.movedID)") }
    #expect(throws: RelayError(.moved, "")) { try device.access().token() }
    #expect(throws: RelayError(.moved, "")) { try Relay(path: world.path, codec: .standard, clock: { 0 }, random: TestRelay.random) }
    #expect(throws: RelayError(.unfinished, "")) { try opened() }
    let report = try migrate(to: url)
    #expect(report.changesets == 605 + 50 - 51)
    let relay = try opened()
    #expect(try relay.store.read { db in try LogCheck(db: db, codec: .standard).run() } == report.changesets)
    #expect(try relay.store.read { db in try db.value("SELECT count(*) FROM part") ?? 0 } == report.changesets + 2)
    // Run once more, it finds that it is done.
    #expect(try migrate(to: url).changesets == report.changesets)
  }

  @Test("goes into no database that holds another relay's log")
  func taken() throws {
    _ = try fill()
    let theirs = try Relay(
      postgres: PostgresAddress(url), blobFolder: TestRelay.noBlobs, codec: .standard, clock: { 0 }, random: TestRelay.random)
    _ = try theirs.createCode(user: "li", name: "li")
    #expect(throws: RelayError.self) { try migrate(to: url) }
    #expect(try theirs.store.read { db in try db.value("SELECT count(*) FROM changeset") } == 0)
    #expect(try device.access().token().count == RelayToken.byteCount)
  }

  @Test("is followed by whoever serves the file: 503 until it is known where to, and then from there")
  func followed() throws {
    let place = try TestRelay()
    nonisolated(unsafe) var address: PostgresAddress?
    let path = place.folder + "/followed.db"
    let relay = try Relay(
      path: path, successor: { address }, codec: .standard, clock: { 1_800_000_000_000 }, random: TestRelay.random)
    let code = try relay.createCode(user: "li", name: "li", grants: [.one(scope)])
    let enrolment = try relay.enrol(code: code, device: device.id, label: "laptop")
    let access = RelayAccess(relay, try #require(try relay.authenticate(enrolment.token)))
    var author = device.author(in: scope)
    _ = try access.store(author.write(count: 3))
    _ = try RelayMigration(
      from: path, to: PostgresAddress(url), codec: .standard, issuer: nil, clock: { 0 }, random: TestRelay.random
    ).run()
    let next = author.write(count: 2)
    #expect(throws: RelayError(.unavailable, "moving")) { try access.store(next) }
    address = try PostgresAddress(url)
    #expect(try access.store(next).held == [hold(scope, Dot(site: device.site, seq: 5))])
    #expect(try opened().officeAccess().holdings(of: scope).vector == VersionVector([Dot(site: device.site, seq: 5)]))
  }
}

extension Author {
  /// Its first changeset.
  fileprivate var first: Fragment {
    var author = self
    return author.write().whole
  }
}
