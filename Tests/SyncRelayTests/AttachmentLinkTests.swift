import Foundation
import GRDB
import SyncBlobs
import SyncCore
import SyncKit
import SyncRelay
import SyncServer
import Synchronization
import Testing

/// A file over a link that is cut every megabyte. `make attachments` plays the same with 1 GiB.
@Suite("A link that is cut every megabyte", .serialized)
struct AttachmentLinkTests {
  /// The file, in MiB.
  static let inClear = ProcessInfo.processInfo.environment["ATTACHMENT_MIB"].flatMap { Int($0) } ?? 24
  /// By TLS less will do: what it adds, it adds to each connection.
  static let byTLS = min(inClear, 8)
  /// How many bytes may go over the link for each byte of the file.
  static let most = 1.05
  /// How many bytes are lost with each cut, having left the client.
  static let lost = 8 << 10

  @Test(
    "carries a file either way, and hardly anything of it twice, in clear and by TLS and HTTP/2", .serialized, .timeLimit(.minutes(30)),
    arguments: [false, true])
  func fivePercent(isSecure: Bool) async throws {
    let mebibytes = isSecure ? Self.byTLS : Self.inClear
    let secure = try SecureWorld()
    let world = secure.world
    let trusted = isSecure ? secure.trusted : nil
    let scope = ScopeID(literal: "case/1")
    let (sender, reader) = (
      try world.device(1, user: "li", grants: [.one(scope)]), try world.device(2, user: "wang", grants: [.one(scope)])
    )
    let bytes = mebibytes << 20
    let source = world.folder + "/film"
    try Self.write(bytes, to: source)
    let (li, wang) = (try laptop("li", in: scope, world), try laptop("wang", in: scope, world))
    let kept = try li.attachments.folder.put(copyOf: source, upTo: bytes)
    try FileManager.default.removeItem(atPath: source)
    for replica in [li, wang] {
      try replica.write { db in try db.execute(sql: "INSERT INTO photo VALUES('1', ?, ?)", arguments: [Hex.text(kept.digest), bytes]) }
    }
    let configuration = RelayServerConfiguration(port: 0, tls: isSecure ? secure.files : nil, maximumRequestsPerDevice: 1_000_000)
    try await withServer(world, configuration) { client async throws -> Void in
      let up = try CuttingProxy(to: client.port, bytesPerConnection: 1 << 20, lost: Self.lost)
      let taken = Taken()
      let sent = try await onThread {
        try li.attachments.send(to: try blobs(up.port, trusted, sender.token, taken), peer: "relay", over: AttachmentLink { _ in })
      }
      up.stop()
      let (way, kernel) = (Double(up.counts.up) / Double(bytes), Double(taken.sum) / Double(bytes))
      #expect(sent.verified == 1 && up.counts.connections >= mebibytes)
      #expect(way <= Self.most && kernel <= Self.most)
      let down = try CuttingProxy(to: client.port, bytesPerConnection: 1 << 20, lost: Self.lost)
      let got = try await onThread {
        try wang.attachments.fetch(
          wang.attachments.named(), from: try blobs(down.port, trusted, reader.token, Taken()), peer: "relay", over: AttachmentLink { _ in }
        )
      }
      down.stop()
      let back = Double(down.counts.down) / Double(bytes)
      #expect(got.fetched == 1 && down.counts.connections >= mebibytes)
      #expect(back <= Self.most)
      print(
        "\(mebibytes) MiB\(isSecure ? " by TLS" : ""): up \(way) over \(up.counts.connections) connections (taken by the system \(kernel)),",
        "down \(back) over \(down.counts.connections)")
    }
    #expect(try wang.attachments.folder.isIntact(kept.digest))
  }

  /// The bytes that the system took of this side's requests, on their way or not.
  private final class Taken: Sendable {
    private let state = Mutex((before: 0, now: 0))

    var sum: Int { state.withLock { $0.before + $0.now } }

    func note(_ up: Int) {
      state.withLock { state in
        if up < state.now { state.before += state.now }
        state.now = up
      }
    }
  }

  /// - Parameter trusted: the file of the authority by which the server is known; nil for one that speaks plain HTTP.
  private func blobs(_ port: Int, _ trusted: String?, _ token: String, _ taken: Taken) throws -> RemoteBlobs {
    var options = CurlTransport.Options()
    options.certificateAuthorityFile = trusted
    let url = trusted == nil ? "http://127.0.0.1:\(port)" : "https://localhost:\(port)"
    let transport = try CurlTransport(baseURL: url, token: token, options: options)
    transport.progress = { up, _ in taken.note(up) }
    return RemoteBlobs(transport)
  }

  private func laptop(_ name: String, in scope: ScopeID, _ world: TestRelay) throws -> Replica {
    var configuration = ReplicaConfiguration(tables: [SyncedTable("photo", scope: .fixed(scope))], author: name)
    configuration.attachments = [AttachmentColumns("photo", digest: "sha256", bytes: "bytes")]
    return try Replica(path: world.folder + "/\(name).sqlite", configuration: configuration) { migrator in
      migrator.registerMigration("1") { db in
        try db.execute(sql: "CREATE TABLE photo(id TEXT PRIMARY KEY NOT NULL, sha256 TEXT, bytes INTEGER)")
      }
    }
  }

  /// A film as far as its beginning tells, of which no piece is like another.
  private static func write(_ count: Int, to path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil) else { throw POSIXError(.EIO) }
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    defer { try? file.close() }
    var piece = noise(1 << 20)
    piece.replaceSubrange(4..<12, with: "ftypisom".utf8)
    for number in 0..<(count >> 20) {
      withUnsafeBytes(of: number.bigEndian) { piece.replaceSubrange(64..<72, with: $0) }
      try file.write(contentsOf: Data(piece))
    }
  }
}
