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

  @Test("gets a new epoch when it is asked to, and old tokens then tell of every scope")
  func epoch() throws {
    let scope = ScopeID(literal: "case/1")
    let device = try world.device(1, user: "li", grants: [.one(scope)])
    var author = device.author(in: scope)
    let access = try device.access()
    _ = try access.store(author.write(count: 1))
    let hello = ExchangeRequest.hello(epoch: try access.epoch, token: try access.token(), scopes: [])
    func scopes() throws -> [ScopeID] {
      guard case .heads(_, _, let scopes, _) = try ExchangeResponder.answer(hello, from: access) else { return [] }
      return scopes.map(\.scope)
    }
    #expect(try scopes().isEmpty)
    try world.relay.renewEpoch()
    #expect(try scopes() == [scope])
  }

  @Test("is refused when a later version wrote it")
  func newer() throws {
    try world.relay.close()
    try DatabaseQueue(path: world.path).write { try $0.execute(sql: "PRAGMA user_version = 2") }
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
    let settings = try world.relay.pool.writeWithoutTransaction { db in
      [try String.fetchOne(db, sql: "PRAGMA journal_mode"), try String.fetchOne(db, sql: "PRAGMA synchronous")]
    }
    #expect(settings == ["wal", "2"])
  }
}
