import Hummingbird
import NIOCore
import SyncCore
import SyncRelay

// MARK: - Packs

extension RelayResponder {
  /// Answers which packs hold some scopes. It counts as a first sync's question: the answer is looked up scope by scope.
  func offerPacks(_ request: Request, _ line: inout AccessLine) async throws -> Response {
    let access = try await deviceAccess(request, &line)
    let bytes = try await body(of: request, upTo: Limits.messageBytes, within: bodySeconds)
    line.received = bytes.count
    let answer = try await offLoop {
      let question = try PackQuestion(decoding: bytes, codec: relay.codec)
      guard firstSyncs.enter() else { throw Problem.busy }
      defer { firstSyncs.leave() }
      return PackAnswer(try access.packs(of: question.scopes)).encoded(codec: relay.codec)
    }
    return Response(
      status: .ok, headers: [.contentType: "application/cbor", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer)))
  }

  /// Gives a piece of a pack.
  func givePack(_ request: Request, _ line: inout AccessLine) async throws -> Response {
    let access = try await deviceAccess(request, &line)
    return try await give(request, below: PackQuestion.path) { digest, offset in try access.read(pack: digest, at: offset) }
  }
}
