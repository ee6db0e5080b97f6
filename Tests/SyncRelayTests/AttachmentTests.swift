import Foundation
import GRDB
import SyncBlobs
import SyncCore
import SyncKit
import SyncRelay
import SyncServer
import Synchronization
import Testing

/// Files that rows of a replica name, between laptops and a real relay over HTTP.
@Suite("Attachments")
struct AttachmentTests {
  let world: TestRelay
  let scope = ScopeID(literal: "case/1")
  let device: TestDevice

  init() throws {
    world = try TestRelay()
    device = try world.device(1, user: "li", grants: [.one(scope)])
  }

  private func laptop(_ name: String, clock: @escaping @Sendable () -> Int64 = { 1_800_000_000_000 }) throws -> Replica {
    var configuration = ReplicaConfiguration(tables: [SyncedTable("photo", scope: .fixed(scope))], author: name, clock: clock)
    configuration.attachments = [AttachmentColumns("photo", digest: "sha256", bytes: "bytes")]
    return try Replica(path: world.folder + "/\(name).sqlite", configuration: configuration) { migrator in
      migrator.registerMigration("1") { db in
        try db.execute(sql: "CREATE TABLE photo(id TEXT PRIMARY KEY NOT NULL, sha256 TEXT, bytes INTEGER)")
      }
    }
  }

  @discardableResult
  private func take(_ bytes: [UInt8], as id: String, on replica: Replica) throws -> [UInt8] {
    let kept = try replica.attachments.folder.put(bytes)
    try name(kept.digest, kept.bytes, as: id, on: replica)
    return kept.digest
  }

  private func name(_ digest: [UInt8], _ bytes: Int, as id: String, on replica: Replica) throws {
    try replica.write { db in try db.execute(sql: "INSERT INTO photo VALUES(?, ?, ?)", arguments: [id, Hex.text(digest), bytes]) }
  }

  private func link() -> AttachmentLink { AttachmentLink { _ in } }

  private func blobs(_ port: Int, _ token: String) -> Remote { Remote(port: port, token: token) }

  /// A relay's files by a connection for each request, so that any thread may ask.
  private struct Remote: BlobStore, Sendable {
    let port: Int
    let token: String

    private func connected() throws -> RemoteBlobs {
      RemoteBlobs(try CurlTransport(baseURL: "http://127.0.0.1:\(port)", token: token))
    }

    func states(of names: [BlobName]) throws -> BlobAnswer { try connected().states(of: names) }
    func append(_ piece: [UInt8], at offset: Int, of name: BlobName) throws -> BlobState {
      try connected().append(piece, at: offset, of: name)
    }
    func read(_ digest: [UInt8], at offset: Int) throws -> BlobPiece { try connected().read(digest, at: offset) }
  }

  @Test("go the smallest first, are verified by the relay's receipt, and are fetched by others whole")
  func thereAndBack() async throws {
    let (li, wang) = (try laptop("li"), try laptop("wang"))
    let reader = try world.device(2, user: "wang", grants: [.one(scope)])
    let photos = [BlobTests.photo(5_000_000, seed: 1), BlobTests.photo(40_000, seed: 2), BlobTests.photo(5, seed: 3)]
    for (at, photo) in photos.enumerated() { try take(photo, as: "li\(at)", on: li) }
    // A row may name what is no file, and a file that nobody has.
    try name([1, 2], 5, as: "nonsense", on: li)
    try name([UInt8](repeating: 5, count: 32), 5, as: "elsewhere", on: li)
    for photo in photos { try name(Codec.standard.digest(photo), photo.count, as: "w\(photo.count)", on: wang) }
    #expect(try li.attachments.status(peer: "relay").queued == 3)
    #expect(try wang.attachments.status(peer: "relay").elsewhere == 3)
    try await withServer(world) { client async throws -> Void in
      let sent = try await onThread { try li.attachments.send(to: blobs(client.port, device.token), peer: "relay", over: link()) }
      #expect(sent.verified == 3 && sent.bytesMoved == photos.map(\.count).reduce(0, +) && sent.refused.isEmpty)
      let status = try li.attachments.status(peer: "relay")
      #expect(status.verified == 3 && status.queued == 0 && status.elsewhere == 1)
      let got = try await onThread {
        try wang.attachments.fetchAll(from: blobs(client.port, reader.token), peer: "relay", reserve: 0, over: link())
      }
      #expect(got.fetched == 3 && got.bytesMoved == sent.bytesMoved)
      #expect(try wang.attachments.status(peer: "relay").verified == 3)
    }
    for photo in photos {
      let digest = Codec.standard.digest(photo)
      #expect(try wang.attachments.folder.isIntact(digest) && wang.attachments.folder.read(digest, at: 0, upTo: photo.count) == photo)
    }
    let order = try li.attachments.named().map(\.bytes)
    #expect(order == order.sorted())
  }

  @Test("make no trip while there is nothing to say, and are asked about again after an hour")
  func idleRunsAreSilent() async throws {
    let time = Mutex<Int64>(1_800_000_000_000)
    let li = try laptop("li") { time.withLock { $0 } }
    try take(BlobTests.photo(1000), as: "a", on: li)
    let lines = LogLines()
    try await withServer(world, log: lines) { client async throws -> Void in
      func asked() -> Int { lines.all.count { $0.contains("path=/v1/blobs ") } }
      let store = blobs(client.port, device.token)
      _ = try await onThread { try li.attachments.send(to: store, peer: "relay", over: link()) }
      // Which are there, and, this being the first time, whether any were lost.
      let first = asked()
      _ = try await onThread { try li.attachments.send(to: store, peer: "relay", over: link()) }
      #expect(asked() == first)
      time.withLock { $0 += AttachmentLimits.recheckMilliseconds }
      _ = try await onThread { try li.attachments.send(to: store, peer: "relay", over: link()) }
      #expect(asked() == first + 1)
    }
  }

  @Test("that the relay has lost are queued again and sent by whoever has them")
  func aRelayThatLostAFileGetsItAgain() async throws {
    let time = Mutex<Int64>(1_800_000_000_000)
    let li = try laptop("li") { time.withLock { $0 } }
    let kept = try take(BlobTests.photo(1000, seed: 1), as: "a", on: li)
    let lost = try take(BlobTests.photo(2000, seed: 2), as: "b", on: li)
    try await withServer(world) { client async throws -> Void in
      let store = blobs(client.port, device.token)
      _ = try await onThread { try li.attachments.send(to: store, peer: "relay", over: link()) }
      try FileManager.default.removeItem(atPath: world.relay.blobs.path(of: lost))
      #expect(try world.relay.checkBlobs().lost == [lost])
      time.withLock { $0 += AttachmentLimits.recheckMilliseconds }
      let again = try await onThread { try li.attachments.send(to: store, peer: "relay", over: link()) }
      #expect(again.lost == 1 && again.verified == 1 && again.bytesMoved == 2000)
    }
    #expect(try world.relay.blobs.isIntact(lost) && world.relay.blobs.isIntact(kept))
  }

  @Test("that are refused are told of, keep nothing else back, and are not sent again in vain")
  func refusals() async throws {
    let li = try laptop("li")
    let script = try take(Array("#!/bin/sh\n".utf8) + noise(500), as: "script", on: li)
    let photo = try take(BlobTests.photo(100_000), as: "photo", on: li)
    try await withServer(world) { client async throws -> Void in
      let store = blobs(client.port, device.token)
      let first = try await onThread { try li.attachments.send(to: store, peer: "relay", over: link()) }
      #expect(first.refused.map(\.code) == ["wrong-type"] && first.refused.map(\.name.digest) == [script] && first.verified == 1)
      let second = try await onThread { try li.attachments.send(to: store, peer: "relay", over: link()) }
      #expect(second.bytesMoved == 0 && second.verified == 0 && second.refused.isEmpty)
      #expect(try li.attachments.status(peer: "relay").refused == 1)
      // What is damaged on this device is never taken for what its name says.
      let damaged = try take(BlobTests.photo(3000, seed: 9), as: "damaged", on: li)
      try Data(BlobTests.photo(3000, seed: 10)).write(to: URL(fileURLWithPath: li.attachments.folder.path(of: damaged)))
      #expect(try li.attachments.damaged().map(\.digest) == [damaged])
      let third = try await onThread { try li.attachments.send(to: store, peer: "relay", over: link()) }
      #expect(third.refused.map(\.code) == [AttachmentRefusal.damagedHere])
      #expect(try await onThread { try li.attachments.send(to: store, peer: "relay", over: link()) }.bytesMoved == 0)
    }
    #expect(world.relay.blobs.digests() == [photo])
  }

  @Test("are not fetched where that would fill the disk, unless somebody asks for them by name")
  func freeSpace() async throws {
    let (li, wang) = (try laptop("li"), try laptop("wang"))
    let digest = try take(BlobTests.photo(1000), as: "a", on: li)
    try name(digest, 1000, as: "w", on: wang)
    try await withServer(world) { client async throws -> Void in
      let store = blobs(client.port, device.token)
      _ = try await onThread { try li.attachments.send(to: store, peer: "relay", over: link()) }
      let eager = try await onThread { try wang.attachments.fetchAll(from: store, peer: "relay", reserve: .max / 2, over: link()) }
      #expect(eager.fetched == 0 && eager.withoutRoom == 1 && wang.attachments.folder.size(of: digest) == nil)
      let asked = try await onThread { try wang.attachments.fetch(try wang.attachments.named(), from: store, peer: "relay", over: link()) }
      #expect(asked.fetched == 1)
    }
  }

  @Test("whose rows are there and whose bytes are not anywhere do not stop the others")
  func whatNobodyHas() async throws {
    let (li, wang) = (try laptop("li"), try laptop("wang"))
    let digest = try take(BlobTests.photo(1000), as: "a", on: li)
    try name([UInt8](repeating: 3, count: 32), 10, as: "nowhere", on: wang)
    try name(digest, 1000, as: "w", on: wang)
    try await withServer(world) { client async throws -> Void in
      let store = blobs(client.port, device.token)
      _ = try await onThread { try li.attachments.send(to: store, peer: "relay", over: link()) }
      let got = try await onThread { try wang.attachments.fetchAll(from: store, peer: "relay", reserve: 0, over: link()) }
      #expect(got.fetched == 1 && got.refused.map(\.code) == ["not-there"])
    }
  }
}
