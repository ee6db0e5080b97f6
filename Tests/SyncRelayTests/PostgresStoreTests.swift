import Foundation
import SyncCore
import SyncKit
import Synchronization
import TestPostgres
import Testing

@testable import SyncRelay

/// What several processes before one database ask of it; what a single relay does is judged by the suites of both stores.
@Suite("The relay in PostgreSQL")
struct PostgresStoreTests {
  /// Opens one more relay, with connections of its own as another process has them.
  private func open(_ url: String, issuer: Signer? = nil) throws -> Relay {
    try Relay(
      postgres: PostgresAddress(url), blobFolder: TestRelay.noBlobs, codec: .standard, issuer: issuer, clock: { 1_800_000_000_000 },
      random: TestRelay.random)
  }

  private func world() throws -> TestRelay { try StoreKind.$current.withValue(.postgres) { try TestRelay() } }

  private final class Box: Sendable {
    let all = Mutex<[String]>([])
  }

  /// Runs work on so many threads at once, each told its number; waiting for a database would hold the few that tasks share.
  private func together(_ count: Int, _ work: @escaping @Sendable (Int) throws -> Void) async -> [String] {
    let group = DispatchGroup()
    let failures = Box()
    for turn in 0..<count {
      group.enter()
      Thread.detachNewThread {
        do { try work(turn) } catch { failures.all.withLock { $0.append("\(error)") } }
        group.leave()
      }
    }
    await withCheckedContinuation { done in group.notify(queue: .global()) { done.resume() } }
    return failures.all.withLock { $0 }
  }

  private func refusal(_ work: () throws -> Void) -> RelayError.Code? {
    do {
      try work()
      return nil
    } catch {
      return (error as? RelayError)?.code
    }
  }

  @Test("is made once, however many processes begin in an empty database at once")
  func beginning() async throws {
    let url = try StoreKind.emptyDatabase()
    let epochs = try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<6 { group.addTask { try open(url).epoch } }
      return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
    }
    #expect(epochs.count == 1)
  }

  @Test("of the version before is brought up to date, and holds what it held")
  func upgrade() throws {
    let (world, scope) = (try world(), ScopeID(literal: "case/1"))
    let device = try world.device(1, user: "li", grants: [.one(scope)])
    var author = device.author(in: scope)
    #expect(try device.access().store(author.write(count: 2)).refused.isEmpty)
    let schema = try #require(world.place.components(separatedBy: "%3D").last)
    try StoreKind.server().run(
      """
      SET search_path = \(schema); DROP TABLE statement; DROP TABLE pack_scope; DROP TABLE pack; DROP TABLE withdrawal;
      DROP TABLE blob_unnamed; DROP TABLE blob_released;
      UPDATE relay_format SET version = 1
      """)
    let relay = try open(world.place)
    #expect(try relay.officeAccess().holdings(of: scope).vector == VersionVector([Dot(site: device.site, seq: 2)]))
    #expect(try relay.reject(Dot(site: device.site, seq: 2), of: scope, reason: "unwanted") != nil)
    #expect(try relay.revoke(user: "li", scope: .one(scope)))
  }

  @Test("is refused in a database that holds other tables, another office's log, a later version's, or one that is being filled")
  func foreign() throws {
    let (url, key) = (try StoreKind.emptyDatabase(), SigningKey())
    let schema = url.components(separatedBy: "%3D")[1]
    func sql(_ text: String) throws { try StoreKind.server().run("SET search_path = \(schema); \(text)") }
    try sql("CREATE TABLE mine(x INT)")
    #expect(refusal { _ = try open(url) } == .notARelay)
    try sql("DROP TABLE mine")
    _ = try open(url, issuer: key.signer)
    #expect(refusal { _ = try open(url, issuer: SigningKey().signer) } == .otherIssuer)
    #expect(refusal { _ = try open(url, issuer: key.signer) } == nil)
    try sql("UPDATE relay_format SET filling = 1")
    #expect(refusal { _ = try open(url, issuer: key.signer) } == .unfinished)
    try sql("UPDATE relay_format SET filling = 0, version = \(PostgresTables.formatVersion + 1)")
    #expect(refusal { _ = try open(url, issuer: key.signer) } == .newerFormat)
  }

  @Test("is served by a role that may make nothing, nor change the audit, as the operator's page has it")
  func leastPrivileges() throws {
    let world = try world()
    let device = try world.device(1, user: "li", grants: [.one(ScopeID(literal: "case/1"))])
    let schema = try #require(world.place.components(separatedBy: "%3D").last)
    try StoreKind.server().run(
      """
      SET search_path = \(schema); DROP ROLE IF EXISTS serving; CREATE ROLE serving LOGIN; GRANT USAGE ON SCHEMA \(schema) TO serving;
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \(schema) TO serving; REVOKE UPDATE, DELETE ON audit FROM serving;
      REVOKE ALL ON relay_format FROM serving; GRANT SELECT ON relay_format TO serving;
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA \(schema) TO serving
      """)
    let relay = try open(world.place.replacingOccurrences(of: "relay@", with: "serving@"))
    var author = device.author(in: ScopeID(literal: "case/1"))
    let access = RelayAccess(relay, try #require(try relay.authenticate(device.token)))
    #expect(try access.store(author.write(count: 3)).refused.isEmpty)
    _ = try relay.createCode(user: "wang", name: "wang")
    #expect(relay.obstacle(leastFreeBytes: 0) == nil)
    #expect(throws: RelayError(.databaseError, "PostgreSQL 42501")) { try relay.store.write { db in try db.execute("DELETE FROM audit") } }
  }

  @Test("tells nobody of an arrival before all earlier ones are there, whoever commits late")
  func nothingSkipped() async throws {
    let world = try world()
    let office = try world.device(99, user: "chief", grants: [.all])
    let devices = try (1...6).map { number in try world.device(UInt64(number), user: "user-\(number)") }
    let relays = try devices.map { _ in try open(world.place) }
    let each = 25
    let found = try await withThrowingTaskGroup(of: Set<ScopeID>.self) { group in
      for (device, relay) in zip(devices, relays) {
        group.addTask {
          let access = RelayAccess(relay, try #require(try relay.authenticate(device.token)))
          for number in 0..<each {
            // A scope is written in once: who passes over that never hears of it.
            var author = device.author(in: try #require(ScopeID("case/\(device.id.low)-\(number)")))
            let answer = try access.store(author.write(count: 1 + number % 3))
            #expect(answer.refused.isEmpty)
          }
          return []
        }
      }
      group.addTask {
        let access = try office.access()
        var (token, heard, quiet) = ([UInt8](), Set<ScopeID>(), 0)
        let deadline = ContinuousClock.now + .seconds(60)
        while heard.count < devices.count * each, quiet < 2000, ContinuousClock.now < deadline {
          let next = try access.token()
          let changed = try access.changedScopes(since: token)
          quiet = changed.isEmpty ? quiet + 1 : 0
          heard.formUnion(changed)
          token = next
          try await Task.sleep(for: .milliseconds(1))
        }
        return heard
      }
      return try await group.reduce(into: Set()) { $0.formUnion($1) }
    }
    #expect(found.count == devices.count * each)
    _ = try world.relay.store.read { db in try LogCheck(db: db, codec: .standard).run() }
  }

  @Test("gives one chain one place for each changeset, whichever processes bring the same ones at once")
  func sameChangesets() async throws {
    let world = try world()
    let scopes = try (1...4).map { try #require(ScopeID("case/\($0)")) }
    let device = try world.device(1, user: "li", grants: scopes.map { .one($0) })
    let pushes = scopes.map { scope in
      var author = device.author(in: scope)
      return author.write(count: 30)
    }
    let relays = try (0..<4).map { _ in try open(world.place) }
    let accesses = try relays.map { RelayAccess($0, try #require(try $0.authenticate(device.token))) }
    let failures = await together(4) { turn in
      for start in stride(from: 0, to: 30, by: 3) {
        // Every process in an order of its own: whoever took rows as they come would wait for another in a ring.
        let batch = (0..<4).flatMap { pushes[($0 + turn) % 4][start..<start + 3] }
        let refused = try accesses[turn].store(batch).refused
        #expect(refused.isEmpty)
      }
    }
    #expect(failures.isEmpty)
    #expect(try world.count("changeset") == 120)
    #expect(try world.relay.store.read { db in try LogCheck(db: db, codec: .standard).run() } == 120)
  }

  @Test("gives a scope that two users open at once to one of them")
  func openedOnce() async throws {
    let world = try world()
    let devices = try (1...4).map { try world.device(UInt64($0), user: "user-\($0)") }
    let relays = try devices.map { _ in try open(world.place) }
    for round in 0..<10 {
      let scope = try #require(ScopeID("case/\(round)"))
      let taken = try await withThrowingTaskGroup(of: Int.self) { group in
        for (device, relay) in zip(devices, relays) {
          group.addTask {
            var author = device.author(in: scope)
            let access = RelayAccess(relay, try #require(try relay.authenticate(device.token)))
            return try access.store(author.write(count: 1)).refused.isEmpty ? 1 : 0
          }
        }
        return try await group.reduce(0, +)
      }
      #expect(taken == 1)
      #expect(try world.relay.users(of: scope).count == 1)
    }
  }

  @Test("is reached by no address that shows a password, that is no address, or whose way can be listened to")
  func addresses() {
    func code(_ text: String) -> RelayError.Code? { refusal { _ = try PostgresAddress(text) } }
    #expect(code("postgres://relay:secret@localhost/relay") == .passwordShown)
    #expect(code("postgres://relay@localhost/relay?password=secret") == .passwordShown)
    #expect(code("postgres://relay@localhost/relay?service=here") == .badAddress)
    for bad in ["", "relay.sqlite", "http://localhost/", "postgres://relay@localhost/relay?no-such=1"] { #expect(code(bad) == .badAddress) }
    for far in ["db.example", "10.0.0.1", "localhost,db.example", "localhost.example"] {
      #expect(code("postgres://relay@\(far)/relay") == .insecureDatabase, "\(far)")
      #expect(code("postgres://relay@\(far)/relay?sslmode=require") == .insecureDatabase, "\(far)")
      #expect(code("postgres://relay@\(far)/relay?sslmode=verify-full") == nil, "\(far)")
    }
    #expect(code("postgres://relay@localhost/relay?hostaddr=10.0.0.1") == .insecureDatabase)
    for near in ["localhost", "127.0.0.1", "[::1]", "%2Frun%2Fpostgresql", "%2Frun%2Fa,%2Frun%2Fb"] {
      #expect(code("postgres://relay@\(near)/relay") == nil, "\(near)")
    }
  }

  @Test(
    "numbers a statement's values as SQLite does",
    arguments: [
      ("SELECT ?", "SELECT $1"), ("? ?", "$1 $2"), ("?2 ? ?1", "$2 $3 $1"), ("'?' ?", "'?' $1"), ("x = ?1 OR y = ?1", "x = $1 OR y = $1"),
    ])
  func numbers(_ sql: String, _ numbered: String) { #expect(PostgresText.numbered(sql) == numbered) }

  @Test("answers 503 while the database is away, says so on /readyz, and lives on")
  func away() async throws {
    let server = try PostgresServer()
    let world = try StoreKind.$current.withValue(.postgres) { try TestRelay(at: server.url()) }
    let scope = ScopeID(literal: "case/1")
    let device = try world.device(1, user: "li", grants: [.one(scope)])
    var author = device.author(in: scope)
    let push = ExchangeRequest.push(author.write(count: 1))
    try await withServer(world) { client in
      func send() async throws -> HTTPClient.Answer {
        try await client.request(
          "POST", push.path, token: device.token, type: "application/cbor", body: push.encoded(codec: .standard))
      }
      #expect(try await send().status == 200)
      #expect(try await client.request("GET", "/readyz").status == 200)
      server.kill()
      for _ in 0..<3 {
        let answer = try await send()
        #expect(answer.status == 503 && answer.json["code"] == "unavailable" && answer.headers["retry-after"] != nil, "\(answer)")
      }
      let ready = try await client.request("GET", "/readyz")
      #expect(ready.status == 503 && ready.json["code"] == "unreadable")
      #expect(try await client.request("GET", "/healthz").status == 200)
    }
    server.stop()
  }

  @Test("keeps the tables that the file has, with the same columns")
  func sameTables() throws {
    let (file, server) = (try TestRelay(), try world())
    for table in PostgresTables.names {
      let columns: [String] = try file.relay.store.read { db in try db.values("SELECT name FROM pragma_table_info(?)", [table]) }
      let there: [String] = try server.relay.store.read { db in
        try db.values(
          """
          SELECT CAST(column_name AS TEXT) FROM information_schema.columns
          WHERE table_schema = current_schema() AND table_name = CAST(? AS TEXT)
          """, [table])
      }
      // What SQLite numbers rows by is of no use to others.
      #expect(Set(columns).subtracting(table == "part" ? ["id"] : []) == Set(there), "\(table)")
    }
    let tables: Int? = try file.relay.store.read { db in
      try db.value("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    }
    #expect(tables == PostgresTables.names.count)
  }
}
