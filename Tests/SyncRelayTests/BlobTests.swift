import Foundation
import SyncBlobs
import SyncCore
import SyncKit
import SyncRelay
import SyncServer
import Testing

/// Files as requests that are right and wrong bring and ask for them, over HTTP, to a real relay.
@Suite("Files", .bothStores, .namingStore)
struct BlobTests {
  let world: TestRelay
  let scope = ScopeID(literal: "case/1")
  let other = ScopeID(literal: "case/2")
  let device: TestDevice

  init() throws {
    var limits = RelayLimits()
    limits.blobBytes = 1 << 20
    limits.blobBytesPerDevice = 2 << 20
    limits.uploadsPerDevice = 3
    world = try TestRelay(limits: limits)
    device = try world.device(1, user: "li", grants: [.one(scope)])
  }

  /// A photograph as far as its beginning tells.
  static func photo(_ count: Int, seed: UInt64 = 1) -> [UInt8] { [0xFF, 0xD8, 0xFF, 0xE0] + noise(count - 4, seed: seed) }

  private func name(_ bytes: [UInt8], in scope: ScopeID? = nil) throws -> BlobName {
    try #require(BlobName(scope: scope ?? self.scope, digest: Codec.standard.digest(bytes), bytes: bytes.count))
  }

  private func send(
    _ piece: [UInt8], at offset: Int, of name: BlobName, _ client: HTTPClient, token: String? = nil, changing: [String: String] = [:]
  ) async throws -> HTTPClient.Answer {
    let headers = [
      "Upload-Offset": String(offset), "Upload-Length": String(name.bytes), "Upload-Scope": Hex.text(name.scope.name.utf8),
    ].merging(changing) { $1 }
    return try await client.request(
      "PATCH", "/v1/blobs/\(Hex.text(name.digest))", token: token ?? device.token, type: "application/offset+octet-stream",
      headers: headers, body: piece)
  }

  private func states(_ names: [BlobName], _ client: HTTPClient, token: String? = nil) async throws -> [BlobState] {
    let answer = try await client.request(
      "POST", "/v1/blobs", token: token ?? device.token, type: "application/cbor", body: BlobQuestion(names).encoded)
    #expect(answer.status == 200)
    return try BlobAnswer(decoding: answer.body).states
  }

  private func fetch(_ digest: [UInt8], _ client: HTTPClient, token: String? = nil, range: String?) async throws -> HTTPClient.Answer {
    try await client.request(
      "GET", "/v1/blobs/\(Hex.text(digest))", token: token ?? device.token, headers: range.map { ["Range": $0] } ?? [:])
  }

  @Test("arrive in pieces, are held once their digest is that of what is there, and are given by ranges")
  func piecesBothWays() async throws {
    let photo = Self.photo(300_000)
    let name = try name(photo)
    let reader = try world.device(2, user: "wang", grants: [.one(scope)])
    try await withServer(world) { client async throws -> Void in
      #expect(try await states([name], client) == [.missing(received: 0)])
      let first = try await send(Array(photo[..<100_000]), at: 0, of: name, client)
      #expect(try first.status == 200 && BlobAnswer(decoding: first.body).states == [.missing(received: 100_000)])
      #expect(try await states([name], client) == [.missing(received: 100_000)])
      // Nobody is given what is not whole.
      #expect(try await fetch(name.digest, client, range: "bytes=0-").status == 404)
      let last = try await send(Array(photo[100_000...]), at: 100_000, of: name, client)
      #expect(try BlobAnswer(decoding: last.body).states == [.held])
      #expect(try await states([name], client, token: reader.token) == [.held])
      let piece = try await fetch(name.digest, client, token: reader.token, range: "bytes=1000-1099")
      #expect(piece.status == 206 && piece.body == Array(photo[1000..<1100]))
      #expect(piece.headers["content-range"] == "bytes 1000-1099/300000" && piece.headers["etag"] == "\"\(Hex.text(name.digest))\"")
      #expect(piece.headers["x-content-type-options"] == "nosniff" && piece.headers["content-disposition"] == "attachment")
      let whole = try await fetch(name.digest, client, token: reader.token, range: nil)
      #expect(whole.status == 200 && whole.body == photo)
      #expect(try await fetch(name.digest, client, range: "bytes=300000-").status == 416)
      for bad in ["bytes=-5", "bytes=5-1", "bytes=0-1,3-4", "lines=0-", "bytes=+1-"] {
        #expect(try await fetch(name.digest, client, range: bad).status == 400, "\(bad)")
      }
    }
    #expect(try world.relay.blobs.isIntact(name.digest))
  }

  @Test("are not lost because somebody asks for them with another length")
  func anotherLength() async throws {
    let photo = Self.photo(20_000)
    let name = try name(photo)
    let wrong = try #require(BlobName(scope: scope, digest: name.digest, bytes: photo.count + 1))
    try await withServer(world) { client async throws -> Void in
      #expect(try await send(photo, at: 0, of: name, client).status == 200)
      #expect(try await states([wrong], client) == [.missing(received: 0)])
      #expect(try await states([name], client) == [.held])
      #expect(try await fetch(name.digest, client, range: "bytes=0-").status == 206)
    }
  }

  @Test("that others' scopes hold are told of, given and attached to nobody who only knows their digests")
  func knowingADigestGivesNothing() async throws {
    let photo = Self.photo(50_000)
    let mine = try name(photo)
    let stranger = try world.device(2, user: "wang", grants: [.one(other)])
    let both = try world.device(3, user: "zhao", grants: [.one(scope), .one(other)])
    let theirs = try name(photo, in: other)
    try await withServer(world) { client async throws -> Void in
      #expect(try await send(photo, at: 0, of: mine, client).status == 200)
      // Of a file in a scope that is not theirs, and of one that they name in their own.
      #expect(try await states([mine, theirs], client, token: stranger.token) == [.refused(code: "not-granted"), .missing(received: 0)])
      let (denied, unknown) = (
        try await fetch(mine.digest, client, token: stranger.token, range: "bytes=0-"),
        try await fetch([UInt8](repeating: 7, count: 32), client, token: stranger.token, range: "bytes=0-")
      )
      #expect(denied.status == 404 && unknown.status == 404 && denied.json["code"] == unknown.json["code"])
      let forbidden = try await send(photo, at: 0, of: mine, client, token: stranger.token)
      #expect(forbidden.status == 403 && forbidden.json["code"] == "not-granted")
      // An empty piece at the end is no receipt for bytes that were never sent.
      let empty = try await send([], at: photo.count, of: theirs, client, token: stranger.token)
      #expect(empty.status == 409)
      #expect(try await states([theirs], client, token: stranger.token) == [.missing(received: 0)])
      // Who may read it already attaches it elsewhere without sending it.
      #expect(try await states([theirs], client, token: both.token) == [.held])
      #expect(try await fetch(mine.digest, client, token: stranger.token, range: "bytes=0-").status == 206)
    }
  }

  @Test("of strangers are sent again, and stand once on the disk")
  func deduplicatedOnDisk() async throws {
    let photo = Self.photo(50_000)
    let stranger = try world.device(2, user: "wang", grants: [.one(other)])
    let (mine, theirs) = (try name(photo), try name(photo, in: other))
    try await withServer(world) { client async throws -> Void in
      #expect(try await send(photo, at: 0, of: mine, client).status == 200)
      #expect(try await send(photo, at: 0, of: theirs, client, token: stranger.token).status == 200)
      #expect(try await fetch(mine.digest, client, token: stranger.token, range: "bytes=0-").status == 206)
    }
    #expect(world.relay.blobs.digests() == [mine.digest])
    #expect(try world.relay.blobStatistics().held == 1)
  }

  @Test("are refused where offsets, lengths, digests, types or sizes are not what they should be, and nothing of them stays")
  func hostilePieces() async throws {
    let photo = Self.photo(100_000)
    let name = try name(photo)
    let forged = try #require(BlobName(scope: scope, digest: [UInt8](repeating: 9, count: 32), bytes: photo.count))
    let script = Array("#!/bin/sh\n".utf8) + noise(1000)
    let tooLarge = try #require(BlobName(scope: scope, digest: name.digest, bytes: 1 << 20 + 1))
    try await withServer(world) { client async throws -> Void in
      #expect(try await send(Array(photo[..<1000]), at: 0, of: name, client).status == 200)
      for offset in [0, 999, 1001, 50_000, 100_000] {
        let answer = try await send(Array(photo[..<10]), at: offset, of: name, client)
        #expect(answer.status == 409 && answer.json["code"] == "other-offset", "\(offset)")
      }
      for (field, value) in [
        ("Upload-Offset", "-1"), ("Upload-Offset", "+1000"), ("Upload-Offset", "x"), ("Upload-Length", "0"), ("Upload-Length", "-5"),
        ("Upload-Length", "99999999999999999999"), ("Upload-Scope", "zz"), ("Upload-Scope", ""), ("Upload-Scope", "ff"),
      ] {
        #expect(try await send([1], at: 1000, of: name, client, changing: [field: value]).status == 400, "\(field) \(value)")
      }
      #expect(try await states([name], client) == [.missing(received: 1000)])
      // More bytes than were announced.
      #expect(try await send(photo, at: 1000, of: name, client).status == 413)
      let wrong = try await send(photo, at: 0, of: forged, client)
      #expect(wrong.status == 422 && wrong.json["code"] == "wrong-digest")
      #expect(try await states([forged], client) == [.missing(received: 0)])
      let type = try await send(script, at: 0, of: try self.name(script), client)
      #expect(type.status == 415 && type.json["code"] == "wrong-type")
      #expect(try await states([try self.name(script)], client) == [.missing(received: 0)])
      #expect(try await send([1], at: 0, of: tooLarge, client).status == 413)
      for path in ["/v1/blobs/../relay.db", "/v1/blobs/%2e%2e%2frelay.db", "/v1/blobs/" + String(repeating: "g", count: 64), "/v1/blobs/"] {
        #expect(try await client.request("GET", path, token: device.token).status == 404, "\(path)")
      }
      #expect(try await client.request("GET", "/v1/blobs/\(Hex.text(name.digest))").status == 401)
      #expect(try await client.request("POST", "/v1/blobs", type: "application/cbor", body: BlobQuestion([name]).encoded).status == 401)
      #expect(try await send([1], at: 1000, of: name, client, token: "wrong").status == 401)
    }
    #expect(world.relay.blobs.digests().isEmpty)
  }

  private func begin(_ seed: UInt64, _ count: Int, _ client: HTTPClient, whole: Bool) async throws -> HTTPClient.Answer {
    let photo = Self.photo(count, seed: seed)
    return try await send(whole ? photo : Array(photo.prefix(100)), at: 0, of: try name(photo), client)
  }

  @Test("are limited by device: in bytes, what is under way included, and in how many are begun")
  func quotas() async throws {
    let limit = 1 << 20
    try await withServer(world) { client async throws -> Void in
      #expect(try await begin(1, limit, client, whole: true).status == 200)
      #expect(try await begin(2, limit - 200, client, whole: false).status == 200)
      // 200 bytes are left.
      #expect(try await begin(3, 201, client, whole: false).json["code"] == "quota")
      #expect(try await states([try name(Self.photo(201, seed: 3))], client) == [.refused(code: "quota")])
      #expect(try await begin(4, 150, client, whole: false).status == 200)
      #expect(try await begin(5, 30, client, whole: false).status == 200)
    }
    let second = try world.device(2, user: "wang", grants: [.one(scope)])
    try await withServer(world) { client async throws -> Void in
      for seed in 10..<13 as Range<UInt64> {
        let photo = Self.photo(1000, seed: seed)
        #expect(try await send(Array(photo[..<100]), at: 0, of: try name(photo), client, token: second.token).status == 200)
      }
      let photo = Self.photo(1000, seed: 13)
      #expect(
        try await send(Array(photo[..<100]), at: 0, of: try name(photo), client, token: second.token).json["code"] == "too-many-uploads")
      // What was begun long ago and left makes room.
      world.now += world.relay.limits.uploadMilliseconds + 1
      #expect(try await send(Array(photo[..<100]), at: 0, of: try name(photo), client, token: second.token).status == 200)
      #expect(try world.relay.blobStatistics().arriving == 1)
    }
  }

  @Test(
    "end with the next request of a device that was revoked; of a scope that was withdrawn they are taken for some time, and given no more")
  func revokedMidUpload() async throws {
    let photo = Self.photo(10_000)
    let name = try name(photo)
    try await withServer(world) { client async throws -> Void in
      #expect(try await send(Array(photo[..<1000]), at: 0, of: name, client).status == 200)
      try world.relay.revoke(user: "li", scope: .one(scope))
      #expect(try await states([name], client) == [.missing(received: 1000)])
      world.now += RelayLimits().withdrawnMilliseconds
      #expect(try await send(Array(photo[1000...]), at: 1000, of: name, client).json["code"] == "not-granted")
      #expect(try await states([name], client) == [.refused(code: "not-granted")])
      world.now -= RelayLimits().withdrawnMilliseconds
      let (early, late) = (Self.photo(5000), Self.photo(6000))
      #expect(try await send(early, at: 0, of: try self.name(early), client).status == 200)
      #expect(try await states([self.name(early)], client) == [.held])
      #expect(try await fetch(self.name(early).digest, client, range: "bytes=0-").status == 404)
      #expect(try await send(Array(late[..<100]), at: 0, of: try self.name(late), client).status == 200)
      try world.relay.grant(user: "li", scope: .one(scope))
      try world.relay.revoke(device: device.id)
      #expect(try await send(Array(photo[1000...]), at: 1000, of: name, client).status == 401)
      #expect(try await fetch(name.digest, client, range: "bytes=0-").status == 401)
    }
    #expect(world.relay.blobs.digests().count == 1)
  }

  @Test("that were cut on their way stay as far as they came")
  func aCutLosesNothingThatArrived() async throws {
    let photo = Self.photo(400_000)
    let name = try name(photo)
    try await withServer(world) { client async throws -> Void in
      let connection = try HTTPClient.Connection(port: client.port)
      let head = HTTPClient.head(
        "PATCH", "/v1/blobs/\(Hex.text(name.digest))", token: device.token, type: "application/offset+octet-stream",
        headers: ["Upload-Offset": "0", "Upload-Length": "400000", "Upload-Scope": Hex.text(scope.name.utf8)], length: photo.count)
      connection.send(head + photo[..<250_000])
      try await eventually { try await states([name], client) == [.missing(received: 250_000)] }
      connection.stop()
      // Somebody who goes on elsewhere meanwhile is not disturbed by what the first connection would still bring.
      #expect(try await send(Array(photo[250_000...]), at: 250_000, of: name, client).status == 200)
      #expect(try await states([name], client) == [.held])
    }
  }

  @Test("that come slowly have their time, and keep out neither words nor, for ever, other files")
  func slowUploads() async throws {
    let photo = Self.photo(10_000)
    let name = try name(photo)
    let configuration = RelayServerConfiguration(port: 0, maximumRequests: 1, maximumUploads: 1, maximumBodySeconds: 2)
    try await withServer(world, configuration) { client async throws -> Void in
      let slow = try HTTPClient.Connection(port: client.port)
      let head = HTTPClient.head(
        "PATCH", "/v1/blobs/\(Hex.text(name.digest))", token: device.token, type: "application/offset+octet-stream",
        headers: ["Upload-Offset": "0", "Upload-Length": "10000", "Upload-Scope": Hex.text(scope.name.utf8)], length: photo.count)
      slow.send(head + photo[..<100])
      let other = try self.name(Self.photo(500, seed: 2))
      try await eventually { try world.relay.blobStatistics().arriving == 1 }
      #expect(try await send(Self.photo(500, seed: 2), at: 0, of: other, client).json["code"] == "busy")
      #expect(try await client.request("GET", "/healthz").status == 200)
      let answer = try await slow.receive()
      #expect(answer.status == 408 && answer.json["code"] == "timed-out")
      #expect(try await send(Self.photo(500, seed: 2), at: 0, of: other, client).status == 200)
      // What came in time stays.
      #expect(try await states([name], client) == [.missing(received: 100)])
    }
  }

  @Test("that the relay has lost are asked for again, wherever they were attached, and read by whoever might before")
  func lostFiles() async throws {
    let photo = Self.photo(20_000)
    let name = try name(photo)
    let reader = try world.device(2, user: "wang", grants: [.one(scope)])
    try await withServer(world) { client async throws -> Void in
      #expect(try await send(photo, at: 0, of: name, client).status == 200)
      let before = try BlobAnswer(
        decoding: try await client.request(
          "POST", "/v1/blobs", token: device.token, type: "application/cbor", body: BlobQuestion([]).encoded
        ).body)
      // Damaged in its place: found by a look through all of them.
      try Data(noise(20_000, seed: 8)).write(to: URL(fileURLWithPath: world.relay.blobs.path(of: name.digest)))
      let check = try world.relay.checkBlobs()
      #expect(check.lost == [name.digest] && check.intact == 0)
      let answer = try await client.request(
        "POST", "/v1/blobs", token: device.token, type: "application/cbor", body: BlobQuestion([name]).encoded)
      let after = try BlobAnswer(decoding: answer.body)
      #expect(after.losses != before.losses && after.states == [.missing(received: 0)])
      #expect(try await fetch(name.digest, client, token: reader.token, range: "bytes=0-").status == 404)
      #expect(try await send(photo, at: 0, of: name, client).status == 200)
      #expect(try await fetch(name.digest, client, token: reader.token, range: "bytes=0-").status == 206)
      // Gone from its place: found when it is asked for.
      try FileManager.default.removeItem(atPath: world.relay.blobs.path(of: name.digest))
      #expect(try await fetch(name.digest, client, token: reader.token, range: "bytes=0-").status == 404)
      #expect(try await states([name], client) == [.missing(received: 0)])
      #expect(try world.relay.blobStatistics().lost == 1)
    }
  }

  @Test("are turned away where the disk would become too full, and what arrived stays")
  func fullDisk() async throws {
    var limits = RelayLimits()
    limits.blobFreeBytes = .max
    let full = try TestRelay(limits: limits)
    let device = try full.device(1, user: "li", grants: [.one(scope)])
    let photo = Self.photo(1000)
    let name = try name(photo)
    try await withServer(full) { client async throws -> Void in
      let answer = try await send(photo, at: 0, of: name, client, token: device.token)
      #expect(answer.status == 507 && answer.json["code"] == "no-room")
      #expect(try await states([name], client, token: device.token) == [.missing(received: 0)])
    }
  }
}
