import Foundation
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import SyncBlobs
import SyncCore
import SyncKit
import SyncRelay
import Testing

@testable import SyncServer

/// What a connection over HTTP/1.1 may hold, and for how long, by real sockets.
@Suite("Over HTTP/1.1")
struct HTTP1Tests {
  /// Far more than the system's buffers take of a connection that nobody reads.
  private static let pieces = 8
  private let world: TestRelay
  private let device: TestDevice
  private let file = BlobTests.photo(Limits.blobPieceBytes)
  private let name: BlobName

  init() throws {
    let scope = ScopeID(literal: "case/1")
    world = try TestRelay()
    device = try world.device(1, user: "li", grants: [.one(scope)])
    name = try #require(BlobName(scope: scope, digest: Codec.standard.digest(file), bytes: file.count))
    var upload = try device.access().upload(name, at: 0)
    try upload.append(file)
    #expect(try upload.finish() == .held)
  }

  /// The request for the whole file, on a connection that stays.
  private var question: [UInt8] {
    Array("GET /v1/blobs/\(Hex.text(name.digest)) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(device.token)\r\n\r\n".utf8)
  }

  @Test("an answer that is not taken holds the connection no longer than a body and an answer may take")
  func untaken() async throws {
    let (file, question) = (file, question)
    let configuration = RelayServerConfiguration(port: 0, maximumBodySeconds: 1, maximumAnswerSeconds: 1, maximumIdleSeconds: 3)
    try await withServer(world, configuration) { client in
      let connection = try HTTPClient.Connection(port: client.port)
      for _ in 0..<Self.pieces { connection.send(question) }
      try await Task.sleep(for: .seconds(4))
      // What the system had taken by then may still be read, and no more comes after it.
      #expect(await connection.receiveAll().bytes.count < (Self.pieces - 1) * file.count)
    }
  }
}

/// By a clock that stands until it is moved.
@Suite("The time that a request may be open")
struct RequestDeadlineTests {
  private let channel = EmbeddedChannel(handler: RequestDeadline(.seconds(10)))

  init() throws { try channel.connect(to: SocketAddress(unixDomainSocketPath: "/nowhere")).wait() }

  private func ask() throws {
    try channel.writeInbound(HTTPRequestPart.head(HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/")))
    try channel.writeInbound(HTTPRequestPart.end(nil))
  }

  private func answer() { channel.write(HTTPResponsePart.end(nil), promise: nil) }

  private func pass(_ seconds: Int64) { channel.embeddedEventLoop.advanceTime(by: .seconds(seconds)) }

  @Test("ends when its answer is taken, not when it is given; each has its own")
  func taken() throws {
    for _ in 0..<3 {
      try ask()
      pass(9)
      answer()
      channel.flush()
      // Silence between requests is for others to judge.
      pass(60)
      #expect(channel.isActive)
    }
    try ask()
    answer()
    pass(9)
    #expect(channel.isActive)
    pass(1)
    #expect(!channel.isActive)
  }

  @Test("is that of the foremost where several are asked one after the other")
  func inARow() throws {
    for _ in 0..<3 { try ask() }
    for _ in 0..<2 {
      pass(9)
      answer()
      channel.flush()
    }
    pass(9)
    #expect(channel.isActive)
    pass(1)
    #expect(!channel.isActive)
  }
}
