import Foundation
import GRDB
import SyncCore
import SyncKit
import Testing

@testable import SyncRelay

@Suite("A backup")
struct BackupTests {
  let world: TestRelay
  let scope = ScopeID(literal: "case/1")
  let device: TestDevice

  init() throws {
    world = try TestRelay()
    device = try world.device(1, user: "li", grants: [.one(scope)])
  }

  private var restoration: RelayRestoration {
    RelayRestoration(codec: .standard, issuer: nil, clock: { 1_800_000_000_000 }, random: TestRelay.random)
  }

  private func restore(_ backup: String, digest: [UInt8]? = nil) throws -> RelayRestoration.Report {
    try restoration.run(backup, digest: digest, to: world.path, keeping: world.path + ".before")
  }

  @Test("is one state of the log however much is written meanwhile; only its owner reads it; it is noted, and takes no file's place")
  func online() throws {
    var author = device.author(in: scope)
    let access = try device.access()
    _ = try access.store(author.write(count: 20))
    let (pushing, begun, scope) = (Heard(), author, scope)
    let writer = Thread {
      var author = begun
      while pushing.scopes.count < 200 {
        pushing.note([scope])
        _ = try? access.store([author.write([noise(20_000)]).whole])
      }
    }
    writer.start()
    let path = world.folder + "/copy.sqlite"
    // Another process's relay: the one that serves is not asked.
    let backup = try world.reopen().backup(to: path)
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(backup.changesets >= 20 && backup.digest == Codec.standard.digest(bytes))
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: world.folder).filter { $0.hasPrefix("copy") } == ["copy.sqlite"])
    #expect(try Relay.inspect(path, codec: .standard).changesets == backup.changesets)
    let noted = try #require(try world.relay.audit(limit: 1).first)
    #expect(noted.event == "backed-up" && noted.detail.contains(Hex.text(backup.digest)))
    #expect(throws: RelayError(.fileExists, path)) { try world.relay.backup(to: path) }
    while !writer.isFinished { Thread.sleep(forTimeInterval: 0.01) }
    #expect(try world.relay.statistics().changesets > backup.changesets)
  }

  @Test(
    "of a log that is not what it says is not made",
    arguments: [
      "UPDATE changeset SET header = CAST(header || x'00' AS BLOB) WHERE seq = 2", "UPDATE changeset SET hash = x'00' WHERE seq = 2",
      "UPDATE part SET body = x'040506' WHERE seq = 2", "UPDATE part SET body = CAST(body || x'07' AS BLOB) WHERE seq = 2",
      "DELETE FROM part WHERE seq = 2", "UPDATE part SET part = 1 WHERE seq = 2",
      "UPDATE changeset SET lineage = zeroblob(16) WHERE seq = 2", "UPDATE head SET hash = zeroblob(32)", "UPDATE head SET seq = 1",
      "DELETE FROM head", "DELETE FROM changeset WHERE seq = 2",
    ])
  func damaged(sql: String) throws {
    var author = device.author(in: scope)
    _ = try device.access().store(author.write(count: 3))
    let path = world.folder + "/copy.sqlite"
    try world.pool.write { db in try db.execute(sql: sql) }
    #expect { try world.relay.backup(to: path) } throws: { ($0 as? RelayError)?.code == .damaged }
    #expect(try FileManager.default.contentsOfDirectory(atPath: world.folder).filter { $0.hasPrefix("copy") }.isEmpty)
  }

  @Test("of a log of which something was left out is as good as any")
  func compacted() throws {
    let now = world.now
    var author = device.author(in: scope)
    let access = try device.access()
    _ = try access.store(author.write(count: 4))
    world.now = now + RelayLimits().historyMilliseconds + RelayLimits().leaseMilliseconds + 1
    let second = try world.pool.read { db in try Data.fetchOne(db, sql: "SELECT hash FROM changeset WHERE seq = 2") }
    let run = Omission.Run(first: 1, last: 2, hash: Array(try #require(second)))
    #expect(try world.relay.leaveOut([Omission(scope: scope, site: device.site, run: run)]) == 2)
    _ = try access.store(author.write(count: 1))
    #expect(try world.relay.backup(to: world.folder + "/copy.sqlite").changesets == 3)
  }

  @Test("is put in the log's place under a new epoch; what stood there is kept, and who takes part is carried over")
  func restored() throws {
    let gone = try world.device(2, user: "wang", grants: [.one(scope)])
    var author = device.author(in: scope)
    _ = try device.access().store(author.write(count: 2))
    let path = world.folder + "/copy.sqlite"
    let backup = try world.relay.backup(to: path)
    _ = try device.access().store(author.write(count: 3))
    let other = ScopeID(literal: "case/2")
    let late = try world.device(3, user: "zhao", grants: [.one(other)])
    try world.relay.revoke(device: gone.id)
    try world.relay.revoke(user: "wang", scope: .one(scope))
    let (epoch, audit) = (try world.relay.epoch, try world.relay.audit(limit: 100))
    try world.relay.close()

    let report = try restore(path, digest: backup.digest)
    #expect(report == RelayRestoration.Report(backup: backup, previous: world.path + ".before", carriesAccess: true))
    let relay = try world.reopen()
    #expect(try relay.epoch != epoch)
    #expect(try relay.statistics().changesets == 2)
    #expect(try relay.authenticate(gone.token) == nil)
    #expect(try relay.devices().filter { $0.revoked != nil }.map(\.id) == [gone.id])
    #expect(try relay.grants(of: "wang").isEmpty)
    for token in [device.token, late.token] { #expect(try relay.authenticate(token) != nil) }
    #expect(try relay.grants(of: "zhao").map(\.scope) == [.one(other)])
    #expect(try relay.audit(limit: 100).map(\.event) == ["restored"] + audit.map(\.event))
    let mode = try FileManager.default.attributesOfItem(atPath: world.path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try Relay.inspect(report.previous ?? "", codec: .standard).changesets == 5)
    #expect(throws: RelayError(.fileExists, world.path + ".before")) { try restore(path) }
  }

  @Test("is restored with what was withdrawn since, and without what has been granted again since")
  func withdrawn() throws {
    let other = ScopeID(literal: "case/2")
    let reader = try world.device(2, user: "wang", grants: [.one(scope), .one(other)])
    for scope in [scope, other] {
      var author = device.author(in: scope)
      if scope == other { try world.relay.grant(user: device.user, scope: .one(other)) }
      #expect(try device.access().store(author.write(count: 2)).refused.isEmpty)
    }
    try world.relay.revoke(user: "wang", scope: .one(other))
    let path = world.folder + "/copy.sqlite"
    _ = try world.relay.backup(to: path)
    try world.relay.revoke(user: "wang", scope: .one(scope), removing: true)
    try world.relay.grant(user: "wang", scope: .one(other))
    try world.relay.close()
    #expect(try restore(path).carriesAccess)

    let relay = try world.reopen()
    let access = RelayAccess(relay, try #require(try relay.authenticate(reader.token)))
    let told = try access.withdrawnScopes(since: [], among: [scope, other])
    #expect(told.map(\.scope) == [scope] && told.map(\.isRemoved) == [true])
    #expect(try access.holdings(of: [scope, other]).map(\.holdings.vector.isEmpty) == [true, false])
    // What they had written before they could hear of it is taken all the same.
    var late = reader.author(in: scope)
    #expect(try access.store(late.write(count: 1)).refused.isEmpty)
    #expect(try relay.officeAccess().holdings(of: scope).vector.contains(Dot(site: reader.site, seq: 1)))
  }

  @Test("is not put in the place of a log that anybody has open")
  func inUse() throws {
    let path = world.folder + "/copy.sqlite"
    _ = try world.relay.backup(to: path)
    _ = try world.relay.epoch
    #expect(throws: RelayError(.inUse, world.path)) { try restore(path) }
    #expect(try world.relay.audit(limit: 1).map(\.event) == ["backed-up"])
    try world.relay.close()
    #expect(try restore(path).carriesAccess)
  }

  @Test("takes the place of a log that cannot be read, or is gone, with who took part when it was made")
  func unreadable() throws {
    let path = world.folder + "/copy.sqlite"
    let backup = try world.relay.backup(to: path)
    try world.relay.close()
    try Data(repeating: 7, count: 10_000).write(to: URL(fileURLWithPath: world.path))
    #expect(try restore(path) == RelayRestoration.Report(backup: backup, previous: world.path + ".before", carriesAccess: false))
    #expect(try Data(contentsOf: URL(fileURLWithPath: world.path + ".before")).count == 10_000)
    #expect(try world.reopen().authenticate(device.token) != nil)
    try FileManager.default.removeItem(atPath: world.path)
    try FileManager.default.removeItem(atPath: world.path + ".before")
    #expect(try restore(path) == RelayRestoration.Report(backup: backup, previous: nil, carriesAccess: false))
  }

  @Test("that is another file than was told, or no log, changes nothing")
  func unusable() throws {
    let path = world.folder + "/copy.sqlite"
    let backup = try world.relay.backup(to: path)
    try world.relay.close()
    let before = try Data(contentsOf: URL(fileURLWithPath: world.path))
    #expect(throws: RelayError(.otherDigest, Hex.text(backup.digest))) { try restore(path, digest: [1]) }
    let text = world.folder + "/text"
    try Data(repeating: 65, count: 5000).write(to: URL(fileURLWithPath: text))
    #expect { try restore(text) } throws: { ($0 as? RelayError)?.code == .notARelay }
    try DatabaseQueue(path: path).write { db in try db.execute(sql: "UPDATE head SET seq = 9; UPDATE device SET label = 'x'") }
    #expect(throws: RelayError(.otherDigest, Hex.text(Codec.standard.digest(Array(try Data(contentsOf: URL(fileURLWithPath: path))))))) {
      try restore(path, digest: backup.digest)
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: world.path)) == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: world.folder).sorted() == ["copy.sqlite", "relay.db", "text"])
  }

  @Test("made for somebody's key is in clear nowhere on its way: what a kill would leave can be read by nobody")
  func nothingInClear() throws {
    let device = try world.device(1, user: "li", grants: [.one(scope)])
    var author = device.author(in: scope)
    #expect(try device.access().store(author.write(count: 300)).refused.isEmpty)
    let (place, path, out) = (world.folder + "/copy", world.folder + "/night.backup", world.folder + "/out.sqlite")
    let key = SigningKey().encryptionKey
    func bytes() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: place)) }
    let copy = try PassingDatabase(place)
    #expect(try world.relay.copyLog(to: copy.name).changesets == 300)
    // As a kill leaves it here.
    let left = try bytes()
    #expect(left.count > 100_000 && left.starts(with: Data("SyncKit sealed".utf8)))
    for word in ["SQLite format 3", "CREATE TABLE", scope.name] { #expect(left.range(of: Data(word.utf8)) == nil, "\(word)") }
    for beside in ["-wal", "-shm", "-journal"] { #expect(!FileManager.default.fileExists(atPath: place + beside)) }
    let mode = try FileManager.default.attributesOfItem(atPath: place)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let written = try EncryptedCopy.write(copy, to: path, label: [1], for: [key.publicKey])
    #expect(try EncryptedCopy.digest(of: path) == written.digest && EncryptedCopy.open(path, by: [key], to: out) == [1])
    let restored = try Relay(path: out, codec: .standard, clock: { 0 }, random: TestRelay.random)
    #expect(try restored.statistics().changesets == 300)
    try restored.close()
    // One that has changed meanwhile is no backup; the next takes the place of what was left.
    var changed = left
    changed[left.count / 2] ^= 1
    try changed.write(to: URL(fileURLWithPath: place))
    let error = #expect(throws: SyncKitError.self) { try EncryptedCopy.write(copy, to: path, for: [key.publicKey]) }
    #expect(error?.code == .damaged)
    let next = try PassingDatabase(place)
    #expect(try bytes().isEmpty)
    next.remove()
    #expect(!FileManager.default.fileExists(atPath: place))
  }
}
