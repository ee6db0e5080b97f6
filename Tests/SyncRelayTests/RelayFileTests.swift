import Foundation
import GRDB
import SyncCore
import SyncKit
import Testing

@testable import SyncRelay

@Suite("The relay's file")
struct RelayFileTests {
  let world: TestRelay

  init() throws { world = try TestRelay() }

  private func refusal(_ path: String) -> RelayError.Code? {
    do {
      _ = try Relay(path: path, codec: .standard, clock: { 0 }, random: TestRelay.random)
      return nil
    } catch {
      return (error as? RelayError)?.code
    }
  }

  @Test("is readable by its owner alone, and so are those beside it")
  func mode() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: world.folder) {
      let attributes = try FileManager.default.attributesOfItem(atPath: world.folder + "/" + name)
      #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
    }
  }

  @Test("keeps everything over a restart, its epoch too")
  func restart() throws {
    let scope = ScopeID(literal: "case/1")
    let device = try world.device(1, user: "li", grants: [.one(scope)])
    var author = device.author(in: scope)
    let held = try device.access().store(author.write(count: 2)).held
    let (epoch, token) = (try world.relay.epoch, try device.access().token())
    try world.relay.close()
    let again = try world.reopen()
    #expect(try again.epoch == epoch)
    let access = RelayAccess(again, try #require(try again.authenticate(device.token)))
    #expect(try access.token() == token)
    #expect(try access.store(author.write(count: 1)).held == [hold(scope, Dot(site: device.site, seq: 3))])
    #expect(held == [hold(scope, Dot(site: device.site, seq: 2))])
  }

  @Test("is opened after its making was cut off, though a look without writing cannot roll that back (I-7)")
  func cutOff() throws {
    let (made, path) = (world.folder + "/made.db", world.folder + "/cut-off.db")
    try DatabaseQueue(path: made).inDatabase { db in
      // More than the cache holds: pages are in the file before the commit, and the journal beside it.
      try db.execute(sql: "PRAGMA cache_size = 1; BEGIN; CREATE TABLE relay(filler)")
      for _ in 0..<50 { try db.execute(sql: "INSERT INTO relay VALUES(zeroblob(4000))") }
      for suffix in ["", "-journal"] { try FileManager.default.copyItem(atPath: made + suffix, toPath: path + suffix) }
      try db.execute(sql: "ROLLBACK")
    }
    #expect(refusal(path) == nil)
  }

  @Test(
    "takes a new epoch by itself once a token shows that its file is an old one, however much has arrived since; a made-up token shows nothing"
  )
  func restored() throws {
    let scope = ScopeID(literal: "case/1")
    let device = try world.device(1, user: "li", grants: [.one(scope)])
    var author = device.author(in: scope)
    _ = try device.access().store(author.write(count: 2))
    let backup = try world.pool.read { db in try Data.fetchAll(db, sql: "SELECT hash FROM changeset") }
    #expect(backup.count == 2)
    let copy = world.folder + "/backup.sqlite"
    try world.pool.backup(to: DatabaseQueue(path: copy))
    let lost = author
    _ = try device.access().store(author.write(count: 3))
    let (epoch, token) = (try world.relay.epoch, try device.access().token())
    for written in 0...5 {
      let path = world.folder + "/restored-\(written).sqlite"
      try FileManager.default.copyItem(atPath: copy, toPath: path)
      let restored = try Relay(path: path, codec: .standard, clock: { 0 }, random: TestRelay.random)
      let access = RelayAccess(restored, try #require(try restored.authenticate(device.token)))
      var other = lost
      _ = try access.store((0..<written).map { _ in other.write([[7, 7]]).whole })
      let forged = Array(token.dropLast()) + [token[token.count - 1] ^ 1]
      for harmless in [forged, try access.token(), [1, 2, 3], [UInt8](repeating: 0xff, count: token.count)] {
        _ = try ExchangeResponder.answer(.hello(epoch: epoch, token: harmless, scopes: []), from: access)
        #expect(try restored.epoch == epoch)
      }
      guard
        case .heads(let renewed, _, let scopes, true, _, _) = try ExchangeResponder.answer(
          .hello(epoch: epoch, token: token, scopes: []), from: access)
      else { throw SyncCoreError(.unexpected, "heads") }
      #expect(renewed != epoch)
      #expect(scopes.map(\.scope) == [scope])
      #expect(try restored.audit(limit: 1).map(\.event) == ["set-back"])
      try restored.close()
    }
  }

  @Test("gets a new epoch when it is asked to, and old tokens then tell of every scope")
  func epoch() throws {
    let scope = ScopeID(literal: "case/1")
    let device = try world.device(1, user: "li", grants: [.one(scope)])
    var author = device.author(in: scope)
    let access = try device.access()
    _ = try access.store(author.write(count: 1))
    let hello = ExchangeRequest.hello(epoch: try access.epoch, token: try access.token(), scopes: [])
    func scopes() throws -> [ScopeID] {
      guard case .heads(_, _, let scopes, _, _, _) = try ExchangeResponder.answer(hello, from: access) else { return [] }
      return scopes.map(\.scope)
    }
    #expect(try scopes().isEmpty)
    try world.relay.renewEpoch()
    #expect(try scopes() == [scope])
  }

  @Test("is taken over from the version before certificates, and goes on")
  func beforeCertificates() throws {
    let scope = ScopeID(literal: "case/1")
    let device = try world.device(1, user: "li", grants: [.one(scope)])
    var author = device.author(in: scope)
    _ = try device.access().store(author.write(count: 2))
    try world.relay.close()
    try DatabaseQueue(path: world.path).write { db in
      try db.execute(
        sql: """
          ALTER TABLE changeset DROP COLUMN certificate; DROP TABLE certificate; ALTER TABLE device DROP COLUMN key;
          ALTER TABLE staged ADD COLUMN signature BLOB NOT NULL DEFAULT x'';
          ALTER TABLE account RENAME TO user; ALTER TABLE access RENAME COLUMN account TO user;
          ALTER TABLE device RENAME COLUMN account TO user; ALTER TABLE code RENAME COLUMN account TO user;
          ALTER TABLE refused RENAME COLUMN account TO user; ALTER TABLE audit RENAME COLUMN account TO user;
          DROP TABLE blob_use; DROP TABLE blob; DROP TABLE upload; DROP TABLE blob_loss; DROP TABLE statement;
          DROP TABLE pack_scope; DROP TABLE pack; DROP TABLE withdrawal;
          DROP TABLE blob_unnamed; DROP TABLE blob_released;
          PRAGMA user_version = 4
          """)
    }
    let again = try world.reopen()
    let access = RelayAccess(again, try #require(try again.authenticate(device.token)))
    #expect(try access.store(author.write(count: 1)).refused.isEmpty)
    #expect(try access.load(beyond: [hold(scope)], budget: 1 << 20).fragments.count == 3)
  }

  @Test("is refused when a later version wrote it")
  func newer() throws {
    try world.relay.close()
    try DatabaseQueue(path: world.path).write { try $0.execute(sql: "PRAGMA user_version = \(RelayFile.formatVersion + 1)") }
    #expect(refusal(world.path) == .newerFormat)
  }

  @Test("is refused when it is another program's or no database, and left as it was")
  func foreign() throws {
    let path = world.folder + "/other.db"
    try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE mine(x)") }
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(refusal(path) == .notARelay)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    let text = world.folder + "/notes.txt"
    try Data(repeating: 0x41, count: 4096).write(to: URL(fileURLWithPath: text))
    #expect(refusal(text) == .notARelay)
    #expect(refusal(world.folder + "/no/such/folder/relay.db") == .cannotOpen)
  }

  @Test("is written through to the disk before anything is acknowledged")
  func synchronous() throws {
    // 2 is FULL: with less, power loss could undo what was acknowledged.
    let settings = try world.pool.writeWithoutTransaction { db in
      [try String.fetchOne(db, sql: "PRAGMA journal_mode"), try String.fetchOne(db, sql: "PRAGMA synchronous")]
    }
    #expect(settings == ["wal", "2"])
  }
}
