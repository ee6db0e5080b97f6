import SyncBlobs
public import SyncCore

/// A relay's files over HTTP (docs/wire-protocol.md §8.1).
public struct RemoteBlobs: BlobStore {
  private let transport: CurlTransport

  public init(_ transport: CurlTransport) { self.transport = transport }

  static let path = "/v1/blobs"
  /// The media type of a file's bytes.
  static let bytesType = "application/octet-stream"
  /// The media type of bytes that go to a place in a file.
  static let pieceType = "application/offset+octet-stream"

  public func states(of names: [BlobName]) throws -> BlobAnswer {
    try BlobAnswer(decoding: try transport.roundTrip(path: Self.path, body: BlobQuestion(names).encoded))
  }

  public func append(_ piece: [UInt8], at offset: Int, of name: BlobName) throws -> BlobState {
    let (outcome, error) = try transport.perform(
      .patch, path: "\(Self.path)/\(Hex.text(name.digest))",
      headers: [
        "Content-Type": Self.pieceType, "Upload-Offset": String(offset), "Upload-Length": String(name.bytes),
        "Upload-Scope": Hex.text(name.scope.name.utf8),
      ], body: piece, accept: CurlTransport.messageType)
    if let error {
      guard let code = error.serverCode, Self.refusals.contains(code) else { throw error }
      return .refused(code: code)
    }
    guard let state = try BlobAnswer(decoding: outcome.body).states.first else { throw SyncCoreError(.unexpected, "a state") }
    return state
  }

  public func read(_ digest: [UInt8], at offset: Int) throws -> BlobPiece {
    try transport.piece(of: "\(Self.path)/\(Hex.text(digest))", at: offset)
  }

  /// The codes by which a relay does not take a file, rather than not now.
  private static let refusals: Set<String> = ["not-granted", "too-large", "wrong-type", "wrong-digest", "quota", "too-many-uploads"]
}

extension CurlTransport {
  /// Some bytes of a file from a place on, as many as the other side gives at once.
  func piece(of path: String, at offset: Int) throws(TransportError) -> BlobPiece {
    let (outcome, error) = try perform(.get, path: path, headers: ["Range": "bytes=\(offset)-"], accept: RemoteBlobs.bytesType)
    // What came before a cut is as good as any.
    guard outcome.status == 206, outcome.mediaType == RemoteBlobs.bytesType, !outcome.body.isEmpty,
      let range = outcome.contentRange.flatMap({ ContentRange($0) }), range.first == offset,
      outcome.body.count <= range.last - range.first + 1
    else { throw error ?? TransportError(.notOurServer, httpStatus: outcome.status, detail: "a piece of a file") }
    return BlobPiece(bytes: outcome.body, total: range.total)
  }
}

/// `bytes 0-99/200`, of which the spaces are gone.
struct ContentRange: Equatable {
  let first, last, total: Int

  /// Nil for what is none.
  init?(_ text: String) {
    let unit = "bytes"
    guard text.hasPrefix(unit) else { return nil }
    let parts = text.dropFirst(unit.utf8.count).split(separator: "/", omittingEmptySubsequences: false)
    let ends = parts.first?.split(separator: "-", omittingEmptySubsequences: false) ?? []
    func number(_ digits: Substring) -> Int? { digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(digits) : nil }
    guard parts.count == 2, ends.count == 2, let first = number(ends[0]), let last = number(ends[1]), let total = number(parts[1]),
      first <= last, last < total
    else { return nil }
    (self.first, self.last, self.total) = (first, last, total)
  }
}
