import HTTPTypes
import Hummingbird
import NIOCore
import SyncCore
import SyncRelay

// MARK: - Files

extension RelayResponder {
  static let blobs = "/v1/blobs"

  /// Answers how files stand.
  func blobStates(_ request: Request, _ line: inout AccessLine) async throws -> Response {
    let access = try await deviceAccess(request, &line)
    let bytes = try await body(of: request, upTo: Self.questionBytes, within: bodySeconds)
    line.received = bytes.count
    let names = try BlobQuestion(decoding: bytes).names
    for name in names { try await turns.settle(Self.turnKey(request, name.digest)) }
    return try await offLoop { Self.response(try access.states(of: names)) }
  }

  /// The largest question: as many names as one may have, with the longest scopes.
  static let questionBytes = 64 + Limits.blobNames * (Limits.scopeNameBytes + BlobName.digestBytes + 32)

  /// Takes a piece of a file, and keeps what comes of it as it comes: a cut loses nothing that has arrived.
  func takePiece(_ request: Request, _ line: inout AccessLine) async throws -> Response {
    let (name, offset) = try Self.placeOfPiece(request)
    // Before anything is waited for: the link may have been cut by then, and the next request be here already.
    let turn = turns.begin(Self.turnKey(request, name.digest))
    defer { turns.end(turn) }
    let access = try await deviceAccess(request, &line)
    var upload = try await offLoop { try access.upload(name, at: offset) }
    upload = try await withThrowingTaskGroup(of: BlobUpload.self) { [upload] group in
      group.addTask {
        var upload = upload
        for try await buffer in request.body {
          guard turns.goesOn(turn) else { throw RelayError(.otherOffset, "gone on with elsewhere") }
          guard upload.offset + buffer.readableBytes <= offset + Limits.blobPieceBytes else { throw Problem.tooLarge }
          upload = try await offLoop { [upload] in
            var upload = upload
            try upload.append(Array(buffer.readableBytesView))
            return upload
          }
        }
        return upload
      }
      group.addTask {
        try await Task.sleep(for: .seconds(bodySeconds))
        throw Problem.tooSlow
      }
      defer { group.cancelAll() }
      guard let done = try await group.next() else { throw Problem.tooSlow }
      return done
    }
    line.received = upload.offset - offset
    let state = try await offLoop { [upload] in try upload.finish() }
    // Whoever fetches files as they come hears of it.
    if state == .held { onStored([name.scope]) }
    return Self.response(BlobAnswer(states: [state], losses: []))
  }

  /// Gives a piece of a file.
  func givePiece(_ request: Request, _ line: inout AccessLine) async throws -> Response {
    let access = try await deviceAccess(request, &line)
    return try await give(request, below: Self.blobs) { digest, offset in try access.read(digest, at: offset) }
  }

  /// Gives a piece of what stands under a digest, as HTTP's ranges ask for it.
  func give(
    _ request: Request, below path: String, _ read: @escaping @Sendable (_ digest: [UInt8], _ offset: Int) throws -> BlobPiece
  ) async throws -> Response {
    let digest = try Self.digest(request, below: path)
    let range = try request.headers[.range].map { try Self.range($0) }
    let piece: BlobPiece
    do {
      piece = try await offLoop { try read(digest, range?.first ?? 0) }
    } catch let error as RelayError where error.code == .badArgument {
      throw Problem(status: .rangeNotSatisfiable, code: "range")
    }
    var bytes = piece.bytes[...]
    let first = range?.first ?? 0
    if let last = range?.last { bytes = bytes.prefix(last - first + 1) }
    // A whole file that is longer than one answer is not given in one.
    guard range != nil || bytes.count == piece.total else { throw Problem(status: .badRequest, code: "range-required") }
    var headers: HTTPFields = [
      .contentType: "application/octet-stream", .acceptRanges: "bytes", .eTag: "\"\(Hex.text(digest))\"",
      .cacheControl: "private, no-store", .contentDisposition: "attachment", .xContentTypeOptions: "nosniff",
    ]
    if range != nil { headers[.contentRange] = "bytes \(first)-\(first + bytes.count - 1)/\(piece.total)" }
    return Response(
      status: range == nil ? .ok : .partialContent, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  /// What one device, known by its token or not, brings of one file.
  private static func turnKey(_ request: Request, _ digest: [UInt8]) -> [UInt8] { Array((bearerToken(request) ?? "").utf8) + digest }

  func deviceAccess(_ request: Request, _ line: inout AccessLine) async throws -> RelayAccess {
    let principal = try await authenticate(request)
    line.device = principal.device
    if let device = principal.device, let seconds = rates.wait(of: device) { throw Problem.tooMany(seconds) }
    return RelayAccess(relay, principal)
  }

  private static func response(_ answer: BlobAnswer) -> Response {
    Response(
      status: .ok, headers: [.contentType: "application/cbor", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.encoded)))
  }

  // MARK: What is asked for

  private static func digest(_ request: Request, below path: String) throws(Problem) -> [UInt8] {
    let text = request.uri.path.dropFirst(path.count + 1)
    guard text.utf8.count == 2 * BlobName.digestBytes, let digest = Hex.bytes(String(text)) else { throw Problem.notFound }
    return digest
  }

  private static func placeOfPiece(_ request: Request) throws(Problem) -> (BlobName, offset: Int) {
    func field(_ name: HTTPField.Name?) throws(Problem) -> String {
      guard let name, let value = request.headers[name] else { throw Problem.malformed }
      return value
    }
    func number(_ text: String) throws(Problem) -> Int {
      guard let number = decimal(text) else { throw Problem.malformed }
      return number
    }
    let offset = try number(try field(HTTPField.Name("Upload-Offset")))
    let length = try number(try field(HTTPField.Name("Upload-Length")))
    guard
      let scope = Hex.bytes(try field(HTTPField.Name("Upload-Scope"))).flatMap({ String(validating: $0, as: UTF8.self) })
        .flatMap({ ScopeID($0) }), let name = BlobName(scope: scope, digest: try digest(request, below: blobs), bytes: length)
    else { throw Problem.malformed }
    return (name, offset)
  }

  /// `bytes=0-` or `bytes=0-99`; several ranges and such that are counted from the end are not given.
  private static func range(_ text: String) throws(Problem) -> (first: Int, last: Int?) {
    let unit = "bytes="
    let ends = text.dropFirst(unit.utf8.count).split(separator: "-", omittingEmptySubsequences: false)
    guard text.hasPrefix(unit), ends.count == 2, let first = decimal(ends[0]) else { throw Problem.malformed }
    if ends[1].isEmpty { return (first, nil) }
    guard let last = decimal(ends[1]), last >= first else { throw Problem.malformed }
    return (first, last)
  }

  /// Digits alone: neither a sign nor a space.
  private static func decimal(_ text: some StringProtocol) -> Int? {
    !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
  }
}
