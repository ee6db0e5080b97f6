import Foundation
import GRDB
import SyncBlobs
import SyncCore
import SyncRelay
import Testing

@testable import SyncKit

/// What a replica's records name, and what it lets go of: by real replicas over a real relay.
@Suite("Naming and letting go of files")
struct ReleaseTests {
  let world: TestRelay
  let scope = ScopeID(literal: "case/1")
  let device: TestDevice

  init() throws {
    var limits = RelayLimits()
    limits.historyMilliseconds = 0
    limits.leaseMilliseconds = 1 << 40
    world = try TestRelay(limits: limits)
    device = try world.device(1, user: "li", grants: [.one(scope)])
  }

  private func replica(_ name: String, columns: Bool = true) throws -> Replica {
    var configuration = ReplicaConfiguration(
      tables: [SyncedTable("photo", scope: .fixed(scope))], author: name, clock: { [world] in world.now })
    configuration.attachments = [AttachmentColumns("photo", digest: "sha256", bytes: "bytes")]
    return try Replica(path: world.folder + "/\(name).sqlite", configuration: configuration) { migrator in
      migrator.registerMigration("1") { db in
        try db.execute(
          sql: "CREATE TABLE photo(id TEXT PRIMARY KEY NOT NULL, sha256 TEXT, bytes INTEGER\(columns ? ", note TEXT, raw BLOB" : ""))")
      }
    }
  }

  private func sync(_ replica: Replica) throws { _ = try replica.sync(with: LocalTransport(device.access()), peer: "relay") }

  private func put(_ seed: UInt64, _ replica: Replica, old: Bool = true) throws -> (digest: [UInt8], bytes: Int) {
    let kept = try replica.attachments.folder.put(BlobTests.photo(1000, seed: seed))
    if old { try age(kept.digest, replica, by: AttachmentLimits.settlingMilliseconds / 1000 + 1) }
    return kept
  }

  /// Has the system say that a file was written so many seconds ago.
  private func age(_ digest: [UInt8], _ replica: Replica, by seconds: Int64) throws {
    let then = Date(timeIntervalSince1970: Double(world.now / 1000 - seconds))
    try FileManager.default.setAttributes([.modificationDate: then], ofItemAtPath: replica.attachments.folder.path(of: digest))
  }

  private func write(_ replica: Replica, _ sql: String, _ arguments: StatementArguments = []) throws {
    world.now += 1
    try replica.write { db in try db.execute(sql: sql, arguments: arguments) }
  }

  @Test("a file is named by rows, and by whatever rows could show again")
  func mentions() throws {
    let li = try replica("li")
    let digests = (0..<7).map { [UInt8](repeating: UInt8($0 + 1), count: 32) }
    func hex(_ at: Int) -> String { Hex.text(digests[at]) }
    try write(li, "INSERT INTO photo VALUES('now', ?, 5, NULL, NULL)", [hex(0)])
    // Another stands there now; the row is deleted; a text and a blob of other columns.
    try write(li, "INSERT INTO photo VALUES('before', ?, 5, NULL, NULL)", [hex(1)])
    try write(li, "UPDATE photo SET sha256 = NULL WHERE id = 'before'")
    try write(li, "INSERT INTO photo VALUES('deleted', ?, 5, NULL, NULL)", [hex(2)])
    try write(li, "DELETE FROM photo WHERE id = 'deleted'")
    try write(li, "INSERT INTO photo VALUES('text', NULL, 5, ?, NULL)", ["see [\(hex(3).uppercased())], and 00\(hex(4))"])
    try write(li, "INSERT INTO photo VALUES('blob', NULL, 5, NULL, ?)", [Data(digests[5])])
    #expect(try li.attachments.mentioned(among: Set(digests)) == Set(digests.prefix(6)))
    #expect(try li.attachments.mentioned(among: [digests[6]]).isEmpty)
    // A replica of an earlier version, which has no such columns.
    try sync(li)
    let early = try replica("early", columns: false)
    try sync(early)
    #expect(try early.attachments.mentioned(among: Set(digests)) == Set(digests.prefix(6)))
    #expect(try early.attachments.holds(exactly: world.relay.fileQuestion().holdings))
    try write(li, "DELETE FROM photo")
    try sync(li)
    #expect(try !early.attachments.holds(exactly: world.relay.fileQuestion().holdings))
  }

  @Test("what waits for something else names files too")
  func waiting() throws {
    let (li, wang) = (try replica("li"), try replica("wang"))
    let digest = [UInt8](repeating: 7, count: 32)
    try write(li, "INSERT INTO photo VALUES('a', NULL, 5, NULL, NULL)")
    try write(li, "UPDATE photo SET sha256 = ?", [Hex.text(digest)])
    let fragments = try li.exchangeStore.load(beyond: [ScopeHoldings(scope: scope, holdings: Holdings())], budget: 1 << 20).fragments
    _ = try wang.exchangeStore.store([#require(fragments.last)])
    #expect(try wang.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM photo") } == 0)
    #expect(try wang.attachments.mentioned(among: [digest]) == [digest])
  }

  @Test("a file is named no more once what named it has been left out of the log; then it is collected")
  func compacted() throws {
    let li = try replica("li")
    let first = try put(1, li)
    try write(li, "INSERT INTO photo VALUES('a', NULL, ?, NULL, NULL)", [first.bytes])
    for digest in [Hex.text(first.digest), ""] { try write(li, "UPDATE photo SET sha256 = ?", [digest]) }
    try write(li, "UPDATE photo SET note = 'later'")
    try sync(li)
    try sync(li)
    let name = try #require(BlobName(scope: scope, digest: first.digest, bytes: first.bytes))
    #expect(try device.access().append(li.attachments.folder.read(first.digest, at: 0, upTo: first.bytes), at: 0, of: name) == .held)
    let question = try world.relay.fileQuestion()
    #expect(try li.attachments.mentioned(among: question.digests) == [first.digest])
    for held in try world.relay.acknowledgedByAll() {
      let all = try world.relay.officeAccess().holdings(of: held.scope)
      #expect(try world.relay.leaveOut(li.compact(held.scope, acknowledged: held.holdings.vector, held: all)) == 1)
    }
    #expect(try li.attachments.mentioned(among: question.digests).isEmpty)
    func collect() throws -> [[UInt8]] {
      let question = try world.relay.fileQuestion()
      return try world.relay.collectFiles(question, named: li.attachments.mentioned(among: question.digests))?.released ?? []
    }
    #expect(try collect() == [])
    world.now += world.relay.limits.unnamedMilliseconds
    #expect(try collect() == [first.digest])
    #expect(try li.attachments.releaseUnnamed(of: Set(world.relay.releasedFiles().keys)).unnamed == [first.digest])
    #expect(li.attachments.folder.digests().isEmpty)
  }

  @Test("a device lets go of what is verified and unnamed, and never of what has no receipt, is named, or was put there lately")
  func unnamed() throws {
    let li = try replica("li")
    let (sent, unsent, named, late) = (try put(1, li), try put(2, li), try put(3, li), try put(4, li))
    for (at, kept) in [sent, named, late].enumerated() {
      try write(li, "INSERT INTO photo VALUES(?, ?, ?, NULL, NULL)", ["\(at)", Hex.text(kept.digest), kept.bytes])
    }
    try sync(li)
    #expect(try li.attachments.send(to: device.access(), peer: "relay", over: AttachmentLink { _ in }).verified == 3)
    try write(li, "DELETE FROM photo WHERE id <> '1'")
    // Deleted rows may come back: history names them still.
    #expect(try li.attachments.releaseUnnamed(of: li.attachments.withReceipt(peer: "relay")).unnamed.isEmpty)
    // As if it had been left out.
    try li.pool.writeWithoutTransaction { db in
      try db.execute(sql: "DELETE FROM synckit_log WHERE seq IN (1, 3, 4)")
    }
    try age(late.digest, li, by: AttachmentLimits.settlingMilliseconds / 1000)
    let told = try li.attachments.releaseUnnamed(of: li.attachments.withReceipt(peer: "relay"), dryRun: true)
    #expect(told.unnamed == [sent.digest] && told.bytes == 1000 && li.attachments.folder.digests().count == 4)
    #expect(try li.attachments.releaseUnnamed(of: li.attachments.withReceipt(peer: "relay")) == told)
    #expect(Set(li.attachments.folder.digests()) == [unsent.digest, named.digest, late.digest])
  }

  @Test("a device lets go of named files, the longest verified first and no more than needed, if the relay still holds them")
  func fetchable() throws {
    let li = try replica("li")
    var kept: [(digest: [UInt8], bytes: Int)] = []
    for seed in 1...4 as ClosedRange<UInt64> {
      kept.append(try put(seed, li))
      try write(li, "INSERT INTO photo VALUES(?, ?, ?, NULL, NULL)", ["\(seed)", Hex.text(kept[kept.count - 1].digest), 1000])
      try sync(li)
      #expect(try li.attachments.send(to: device.access(), peer: "relay", over: AttachmentLink { _ in }).verified == 1)
    }
    for file in kept { try age(file.digest, li, by: 0) }
    world.now += AttachmentLimits.receiptMilliseconds - 1
    // The youngest receipt is not old enough by a millisecond; the first file is not with the relay any more.
    try FileManager.default.removeItem(atPath: world.relay.blobs.path(of: kept[0].digest))
    var release = try li.attachments.releaseFetchable(from: device.access(), peer: "relay", dryRun: true)
    #expect(Set(release.fetchable) == Set([kept[1], kept[2]].map(\.digest)))
    var asked = 0
    release = try li.attachments.releaseFetchable(from: device.access(), peer: "relay") {
      asked += 1
      return asked > 2
    }
    #expect(release.fetchable == [kept[1].digest] && release.bytes == 1000)
    #expect(Set(li.attachments.folder.digests()) == Set([kept[0], kept[2], kept[3]].map(\.digest)))
    #expect(try li.attachments.status(peer: "relay").elsewhere == 1)
    // And it comes back.
    let again = try li.attachments.fetchAll(from: device.access(), peer: "relay", reserve: 0, over: AttachmentLink { _ in })
    #expect(again.fetched == 1 && li.attachments.folder.digests().count == 4)
  }

  @Test("who attaches a file that was collected meanwhile is asked for it, though it had a receipt")
  func receiptsEnd() throws {
    let li = try replica("li")
    let file = try put(1, li)
    let link = AttachmentLink { _ in }
    func send() throws -> AttachmentSummary { try li.attachments.send(to: device.access(), peer: "relay", over: link) }
    try write(li, "INSERT INTO photo VALUES('a', ?, ?, NULL, NULL)", [Hex.text(file.digest), file.bytes])
    try sync(li)
    #expect(try send().verified == 1)
    try write(li, "DELETE FROM photo")
    #expect(try world.relay.collectFiles(world.relay.fileQuestion(), named: []) != nil)
    world.now += world.relay.limits.unnamedMilliseconds
    #expect(try world.relay.collectFiles(world.relay.fileQuestion(), named: [])?.released == [file.digest])
    // A run while nothing names it, and one after: whichever comes first learns of it.
    try write(li, "INSERT INTO photo VALUES('other', ?, 5, NULL, NULL)", [Hex.text([UInt8](repeating: 1, count: 32))])
    _ = try put(2, li)
    let other = try put(3, li)
    try write(li, "INSERT INTO photo VALUES('o', ?, ?, NULL, NULL)", [Hex.text(other.digest), other.bytes])
    #expect(try send().verified == 1)
    try write(li, "INSERT INTO photo VALUES('again', ?, ?, NULL, NULL)", [Hex.text(file.digest), file.bytes])
    #expect(try send().verified == 1)
    #expect(try world.relay.blobs.isIntact(file.digest))
  }
}
